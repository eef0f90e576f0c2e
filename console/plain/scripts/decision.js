/** The officer's part: admit, refer or refuse with a coded reason; afterwards the next traveller. */

import { h, icon, key, ltr } from "./dom.js";
import { t, when } from "./texts.js";

/** Reasons of a refusal, by the letters of the standard form (Regulation (EU) 2016/399, Annex V part B). */
export const REASONS = [..."ABCDEFGHI"];
const CHOICES = [
  { pressed: "F8", outcome: "admitted", sign: "clear" },
  { pressed: "F9", outcome: "referred", sign: "second" },
  { pressed: "F10", outcome: "refused", sign: "refuse" },
];

/** What can be done with the traveller now. */
export function decisionBar(desk) {
  const { stage, revising } = desk.case;
  if (desk.reason !== undefined) return reasons(desk);
  if (stage === "decided" && !revising) return decided(desk);
  if (desk.mayDecide) return choices(desk);
  return h("p", { class: "decision-idle" }, stage === "judged" ? t("decision.notYours") : t("decision.later"));
}

function choices(desk) {
  const { inspection, revising, deciding } = desk.case;
  const expected = revising
    ? null
    : inspection.verdict === "CLEAR" && !inspection.second_line
      ? "admitted"
      : "referred";
  const button = ({ pressed, outcome, sign }) =>
    h(
      "button",
      {
        type: "button",
        class: `decide decide-${outcome}${outcome === expected ? " expected" : ""}`,
        disabled: deciding,
        "aria-keyshortcuts": pressed,
        on: { click: () => desk.decisionKey(pressed) },
      },
      icon(sign),
      h("span", {}, t(`decision.${outcome}`)),
      key(pressed),
    );
  return h(
    "div",
    { class: "decision", role: "group", "aria-label": t("decision.label") },
    h("div", { class: "decision-buttons" }, CHOICES.map(button)),
    revising &&
      h("button", { type: "button", class: "plain", on: { click: () => desk.revise(false) } }, t("decision.keep")),
  );
}

function reasons(desk) {
  const row = (code) =>
    h(
      "label",
      { class: "reason" },
      h("input", {
        type: "radio",
        name: "reason",
        value: code,
        checked: desk.reason === code,
        on: { change: () => desk.choose(code) },
      }),
      key(code),
      h("span", {}, t(`reason.${code}`)),
    );
  return h(
    "fieldset",
    { class: "reasons" },
    h("legend", {}, t("decision.why")),
    h("div", { class: "reason-list" }, REASONS.map(row)),
    h(
      "div",
      { class: "row" },
      h(
        "button",
        {
          type: "button",
          class: "confirm danger",
          disabled: !desk.reason || desk.case.deciding,
          on: { click: () => desk.case.decide("refused", desk.reason) },
        },
        desk.reason ? t("decision.refuseFor", { code: desk.reason }) : t("decision.refuseChoose"),
        key("Enter"),
      ),
      h(
        "button",
        { type: "button", class: "plain", on: { click: () => desk.stopRefusing() } },
        t("decision.back"),
        key("Esc"),
      ),
    ),
  );
}

function decided(desk) {
  const last = desk.case.decisions.at(-1);
  const sign = CHOICES.find(({ outcome }) => outcome === last.outcome).sign;
  return h(
    "div",
    { class: "decision" },
    h(
      "p",
      { class: `stamp stamp-${last.outcome}` },
      icon(sign),
      h("strong", {}, t(`outcome.${last.outcome}`), last.reason_code && [" ", ltr(last.reason_code)]),
      h("span", { class: "quiet" }, t("decision.by", { officer: last.officer, time: when(last.decided_at) })),
    ),
    h(
      "div",
      { class: "row" },
      h(
        "button",
        { type: "button", class: "next primary", on: { click: () => desk.next() } },
        t("decision.next"),
        key("Enter"),
      ),
      h("button", { type: "button", class: "plain", on: { click: () => desk.revise(true) } }, t("decision.change")),
    ),
  );
}
