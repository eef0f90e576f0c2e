/** The stay calculator: days used and left, from stays that are typed in. Nobody's record is looked at. */

import { call, Problem } from "./api.js";
import { h, ltr, say } from "./dom.js";
import { problemBox } from "./problem.js";
import { t } from "./texts.js";

const FIRST_ROWS = 3;
let rows = 0;

/** The page. */
export function staysPage() {
  const stays = h("div", { class: "stack" }, Array.from({ length: FIRST_ROWS }, () => span("stay")));
  const permits = h("div", { class: "stack" });
  const answer = h("div", { class: "stay-answer" });
  const submit = async (event) => {
    event.preventDefault();
    answer.replaceChildren(await asked(event.target));
  };
  return h(
    "div",
    { class: "log" },
    h("div", { class: "page-head" }, h("h1", {}, t("stays.title"))),
    h("p", { class: "quiet" }, t("stays.lead")),
    h(
      "form",
      { class: "stay-form", on: { submit } },
      group("stays.stays", stays, () => span("stay")),
      group("stays.permits", permits, () => span("permit"), t("stays.permitsHelp")),
      h(
        "fieldset",
        {},
        h("legend", {}, t("stays.question")),
        h(
          "div",
          { class: "row" },
          labelled("stays.day", { name: "day", type: "date", required: true, value: today() }),
          labelled("stays.days", { name: "days", type: "number", min: 1, max: 3660 }),
          labelled("stays.window", { name: "window_days", type: "number", min: 1, max: 3660 }),
        ),
        h("p", { class: "quiet" }, t("stays.limitHelp")),
      ),
      h("div", { class: "row" }, h("button", { type: "submit", class: "primary" }, t("stays.count"))),
    ),
    answer,
  );
}

function group(title, place, another, help) {
  const add = () => {
    place.append(another());
    place.lastElementChild.querySelector("input").focus();
  };
  return h(
    "fieldset",
    {},
    h("legend", {}, t(title)),
    help && h("p", { class: "quiet" }, help),
    place,
    h("button", { type: "button", class: "plain", on: { click: add } }, t("stays.add")),
  );
}

/** A row for one time from a day to a day. */
function span(kind) {
  rows += 1;
  return h(
    "div",
    { class: "row", "data-span": kind, role: "group", "aria-label": t("stays.row", { number: String(rows) }) },
    labelled("stays.first", { type: "date", "data-end": "first" }),
    labelled("stays.last", { type: "date", "data-end": "last" }),
  );
}

function labelled(text, attributes) {
  rows += 1;
  const id = `stays-${rows}`;
  return h(
    "div",
    { class: "labelled" },
    h("label", { for: id }, t(text)),
    h("input", { id, dir: "ltr", autocomplete: "off", ...attributes }),
  );
}

async function asked(form) {
  const limit = { days: Number(form.days.value), window_days: Number(form.window_days.value) };
  const given = Object.fromEntries(Object.entries(limit).filter(([, value]) => value));
  try {
    const body = { day: form.day.value, stays: spans(form, "stay"), permits: spans(form, "permit"), ...given };
    const found = await call("POST", "/v1/stays/calculate", { json: body });
    say(t("stays.said", { used: String(found.days_used), left: String(found.days_left) }));
    return shown(found);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    return problemBox(problem);
  }
}

function spans(form, kind) {
  return [...form.querySelectorAll(`[data-span=${kind}]`)]
    .map((row) => [...row.querySelectorAll("input")].map((input) => input.value || null))
    .filter(([first]) => first)
    .map(([first, last]) => ({ first, last }));
}

function shown(found) {
  const pairs = [
    ["stays.used", found.days_used],
    ["stays.left", found.days_left],
    ["stays.latestExit", found.latest_exit ?? "–"],
    ["stays.earliestReentry", found.earliest_reentry ?? "–"],
    ["stays.allowed", `${found.days_allowed} / ${found.window_days}`],
    ["stays.windowStart", found.window_start],
  ];
  return h(
    "section",
    { class: "card", "aria-label": t("stays.answer") },
    found.exempt && h("p", {}, t("stays.exempt")),
    h(
      "dl",
      { class: "stay-figures" },
      pairs.map(([name, value]) => h("div", {}, h("dt", {}, t(name)), h("dd", {}, ltr(String(value))))),
    ),
  );
}

function today() {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}
