/** What became of the hits: by list, and by entry of one list, those most often cleared first. */

import { call, Problem } from "./api.js";
import { h, ltr } from "./dom.js";
import { problemBox } from "./problem.js";
import { t } from "./texts.js";

const COUNTS = ["hits", "confirmed", "cleared", "undecided", "waiting", "withdrawn"];

/** The section for every list, or for the entries of `list`. */
export function figures(list) {
  const place = h("div", { "aria-busy": "true" }, h("p", { class: "empty" }, t("log.busy")));
  fill(place, list);
  return h(
    "section",
    { class: "log figures", "aria-labelledby": "figures-head" },
    h("h2", { id: "figures-head" }, t("figures.title")),
    list ? h("p", {}, ltr(list, { class: "code" }), " ", h("a", { href: "#/lists" }, t("figures.all"))) : null,
    h("p", { class: "quiet" }, t(list ? "figures.leadEntries" : "figures.lead")),
    place,
  );
}

async function fill(place, list) {
  try {
    const path = list ? `/v1/watchlists/${encodeURIComponent(list)}/figures` : "/v1/watchlists/figures";
    const found = await call("GET", path);
    place.replaceChildren(found.length ? table(found, list) : h("p", { class: "empty" }, t("figures.none")));
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    place.replaceChildren(problemBox(problem));
  } finally {
    place.removeAttribute("aria-busy");
  }
}

function table(found, list) {
  const heads = [t(list ? "figures.entry" : "lists.name"), ...COUNTS.map((name) => t(`figures.${name}`))];
  const cells = [...heads, t("figures.share"), t("figures.median")];
  return h(
    "div",
    { class: "table-frame", tabindex: 0, role: "region", "aria-label": t("figures.title") },
    h(
      "table",
      { class: "table" },
      h("thead", {}, h("tr", {}, cells.map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", {}, found.map((figure) => row(figure, list))),
    ),
  );
}

function row(figure, list) {
  const name = list
    ? ltr(figure.entry_id, { class: "code" })
    : h("a", { href: `#/lists?list=${encodeURIComponent(figure.list)}` }, ltr(figure.list));
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, name),
    COUNTS.map((count) => h("td", {}, ltr(figure[count].toLocaleString("en")))),
    h("td", {}, ltr(share(figure))),
    h("td", {}, ltr(span(figure.median_seconds))),
  );
}

/** How many of those that somebody spoke on turned out to be a namesake. */
function share({ confirmed, cleared, undecided }) {
  const spoken = confirmed + cleared + undecided;
  return spoken ? `${Math.round((100 * cleared) / spoken)} %` : "–";
}

/** Hours and minutes. */
function span(seconds) {
  if (seconds === null) return "–";
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}
