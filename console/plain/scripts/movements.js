/** The movement log: filters that live in the address, pages that neither skip nor repeat, files to take away. */

import { call, Problem, withQuery } from "./api.js";
import { h, icon, ltr, say } from "./dom.js";
import { problemBox } from "./problem.js";
import { may } from "./session.js";
import { ownPoints, pointLabel, pointName } from "./station.js";
import { t, when } from "./texts.js";
import { recordedInspection } from "./verdict.js";

const RULES = "W1 W2 W3 E1 E2 E3 E4 E5 D1 D2 D3 D4 D5 D6 D7 M1 M2 M3 M4 M5 M6 M7 M8 M9".split(" ");
const FILTERS = ["from", "to", "crossing_point", "direction", "verdict", "rule", "nationality", "document_number"];
const LINES = 50;

/** The page for the filters in `query`. */
export function movementsPage(query) {
  const asked = Object.fromEntries(FILTERS.map((name) => [name, query.get(name) ?? ""]));
  const place = h("div", { class: "log-place", "aria-busy": "true" }, h("p", { class: "empty" }, t("log.busy")));
  fill(place, asked, query.get("cursor") ?? "");
  return h(
    "div",
    { class: "log" },
    h("div", { class: "page-head" }, h("h1", {}, t("shell.movements")), may("export_movements") && exports(asked)),
    filterForm(asked),
    place,
  );
}

const apiParams = ({ from, to, ...same }) => ({
  ...same,
  from: from && new Date(from).toISOString(),
  to: to && new Date(to).toISOString(),
});

function exports(asked) {
  const link = (format) =>
    h(
      "a",
      {
        class: "button",
        href: withQuery("/v1/movements/export", { ...apiParams(asked), format }),
        download: `movements.${format}`,
      },
      t("log.export", { format: format.toUpperCase() }),
    );
  return h("div", { class: "row" }, ["csv", "ndjson"].map(link));
}

function filterForm(asked) {
  const submit = (event) => {
    event.preventDefault();
    const given = Object.fromEntries([...new FormData(event.target)].map(([name, value]) => [name, value.trim()]));
    for (const name of ["nationality", "document_number"]) given[name] = given[name].toUpperCase();
    location.hash = withQuery("#/movements", given);
  };
  const choice = (name, values, label) =>
    labelled(
      name,
      h(
        "select",
        { id: `f-${name}`, name },
        h("option", { value: "" }, t("log.any")),
        values.map((value) => h("option", { value, selected: value === asked[name] }, label(value))),
      ),
    );
  const text = (name, attributes) =>
    labelled(
      name,
      h("input", { id: `f-${name}`, name, value: asked[name], dir: "ltr", autocomplete: "off", ...attributes }),
    );
  return h(
    "form",
    { class: "filters", role: "search", "aria-label": t("log.filters"), on: { submit } },
    text("from", { type: "datetime-local" }),
    text("to", { type: "datetime-local" }),
    choice(
      "crossing_point",
      ownPoints().map(({ code }) => code),
      (code) => `${pointName(code)} (\u2066${code}\u2069)`,
    ),
    choice("direction", ["entry", "exit"], (way) => t(`direction.${way}`)),
    choice("verdict", ["CLEAR", "REFER"], (verdict) => t(`verdict.${verdict}`)),
    choice("rule", RULES, (rule) => `\u2066${rule}\u2069 ${t(`rule.${rule}`)}`),
    text("nationality", {
      maxlength: 3,
      pattern: "[A-Za-z]{1,3}",
      class: "capitals short",
      title: t("log.nationalityHelp"),
    }),
    text("document_number", { maxlength: 30, pattern: "[A-Za-z0-9<\\-]+", class: "capitals" }),
    h(
      "div",
      { class: "row filter-buttons" },
      h("button", { type: "submit", class: "primary" }, t("log.apply")),
      Object.values(asked).some(Boolean) && h("a", { class: "button plain", href: "#/movements" }, t("log.all")),
    ),
  );
}

function labelled(name, control) {
  return h("div", { class: "labelled" }, h("label", { for: `f-${name}` }, t(`log.${name}`)), control);
}

async function fill(place, asked, cursor) {
  try {
    const page = await call("GET", withQuery("/v1/movements", { ...apiParams(asked), limit: LINES, cursor }));
    place.replaceChildren(
      page.items.length ? table(page.items) : h("p", { class: "empty" }, t("log.empty")),
      pager(asked, cursor, page.next),
    );
    say(t("log.said", { count: page.items.length }));
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    place.replaceChildren(problemBox(problem));
  } finally {
    place.removeAttribute("aria-busy");
  }
}

function pager(asked, cursor, next) {
  return h(
    "nav",
    { class: "row pager", "aria-label": t("log.pages") },
    cursor && h("a", { class: "button", href: withQuery("#/movements", asked) }, t("log.newest")),
    next && h("a", { class: "button", href: withQuery("#/movements", { ...asked, cursor: next }) }, t("log.older")),
  );
}

function table(items) {
  const heads = [
    "time",
    "post",
    "direction",
    "traveller",
    "nationality",
    "document",
    "verdict",
    "findings",
    "decision",
    "open",
  ];
  return h(
    "div",
    { class: "table-frame", tabindex: 0, role: "region", "aria-label": t("shell.movements") },
    h(
      "table",
      { class: "table" },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          heads.map((name) =>
            h(
              "th",
              { scope: "col" },
              name === "open" ? h("span", { class: "unseen" }, t("log.open")) : t(`log.${name}`),
            ),
          ),
        ),
      ),
      h("tbody", {}, items.map(row)),
    ),
  );
}

function row(line) {
  const { traveller, document, verdict, decision } = line;
  const name = [traveller.primary_identifier, traveller.secondary_identifier].filter(Boolean).join(", ");
  const sign = verdict === "CLEAR" ? "clear" : "refer";
  return h(
    "tr",
    {},
    h("td", {}, h("time", { datetime: line.occurred_at }, ltr(when(line.occurred_at)))),
    h("td", {}, pointLabel(line.crossing_point)),
    h("td", {}, h("span", { class: "with-icon" }, icon(line.direction), t(`direction.${line.direction}`))),
    h("td", { class: "name" }, ltr(name), traveller.native_name && h("bdi", { class: "quiet" }, traveller.native_name)),
    h("td", {}, ltr(traveller.nationality)),
    h("td", {}, ltr(document.document_number, { class: "code" })),
    h("td", {}, h("span", { class: `tag tag-${verdict}` }, icon(sign), t(`verdict.${verdict}`))),
    h(
      "td",
      {},
      h(
        "span",
        { class: "rules" },
        line.rules.map((rule) => ltr(rule, { class: "rule", title: t(`rule.${rule}`) })),
      ),
    ),
    h("td", {}, decision ? t(`outcome.${decision}`) : h("span", { class: "quiet" }, t("log.undecided"))),
    h(
      "td",
      {},
      h(
        "button",
        {
          type: "button",
          class: "plain small",
          "aria-label": t("log.openOne", { name }),
          on: { click: () => open(line) },
        },
        t("log.open"),
      ),
    ),
  );
}

async function open(line) {
  const body = h("div", { class: "dialog-body", "aria-busy": "true" }, h("p", { class: "quiet" }, t("log.busy")));
  const close = h(
    "button",
    { type: "button", class: "plain", autofocus: true, on: { click: () => dialog.close() } },
    icon("cross"),
    t("log.close"),
  );
  const head = h(
    "div",
    { class: "page-head" },
    h("h2", { id: "opened" }, pointLabel(line.crossing_point), " ", ltr(when(line.occurred_at))),
    close,
  );
  const dialog = h(
    "dialog",
    { class: "dialog dialog-wide", "aria-labelledby": "opened", on: { close: () => dialog.remove() } },
    head,
    body,
  );
  document.body.append(dialog);
  dialog.showModal();
  try {
    const inspection = await call("GET", `/v1/inspections/${line.id}`);
    body.replaceChildren(recordedInspection(inspection), decisions(inspection));
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    body.replaceChildren(problemBox(problem));
  }
  body.removeAttribute("aria-busy");
}

function decisions({ decisions }) {
  const one = ({ outcome, reason_code, officer, decided_at }) =>
    h(
      "li",
      {},
      h("strong", {}, t(`outcome.${outcome}`)),
      reason_code && [" ", ltr(reason_code), " ", t(`reason.${reason_code}`)],
      " ",
      h("span", { class: "quiet" }, t("decision.by", { officer, time: when(decided_at) })),
    );
  return decisions.length > 0 && h("ol", { class: "decisions", "aria-label": t("decision.label") }, decisions.map(one));
}
