/** The lists in force, what travellers are screened against: in which version, since when, and what became of hits. */

import { call, Problem } from "./api.js";
import { h, ltr } from "./dom.js";
import { figures } from "./figures.js";
import { problemBox } from "./problem.js";
import { t, when } from "./texts.js";

const HEADS = ["name", "format", "version", "entries", "imported", "by", "digest"];

/** The page; `query` may name a list whose entries are looked at. */
export function listsPage(query) {
  const place = h("div", { "aria-busy": "true" }, h("p", { class: "empty" }, t("log.busy")));
  fill(place);
  return h(
    "div",
    { class: "log" },
    h("div", { class: "page-head" }, h("h1", {}, t("lists.title"))),
    h("p", { class: "quiet" }, t("lists.lead")),
    place,
    figures(query.get("list")),
  );
}

async function fill(place) {
  try {
    const lists = await call("GET", "/v1/watchlists");
    place.replaceChildren(lists.length ? table(lists) : h("p", { class: "empty" }, t("lists.empty")));
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    place.replaceChildren(problemBox(problem));
  } finally {
    place.removeAttribute("aria-busy");
  }
}

function table(lists) {
  const head = h(
    "thead",
    {},
    h(
      "tr",
      {},
      HEADS.map((name) => h("th", { scope: "col" }, t(`lists.${name}`))),
    ),
  );
  return h(
    "div",
    { class: "table-frame", tabindex: 0, role: "region", "aria-label": t("lists.title") },
    h("table", { class: "table" }, head, h("tbody", {}, lists.map(row))),
  );
}

function row({ name, format, version, entries, imported_at, imported_by, digest }) {
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, ltr(name)),
    h("td", {}, ltr(format, { class: "code" })),
    h("td", {}, ltr(version)),
    h("td", {}, ltr(entries.toLocaleString("en"))),
    h("td", {}, h("time", { datetime: imported_at }, ltr(when(imported_at)))),
    h("td", {}, h("bdi", {}, imported_by)),
    h("td", {}, ltr(digest.slice(0, 16), { class: "code", title: digest })),
  );
}
