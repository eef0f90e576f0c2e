/** What the service says of the traveller: two lamps that never change their places, and the reasons. */

import { h, icon, key, ltr } from "./dom.js";
import { named, t, tidy } from "./texts.js";

const KEYS = {
  F2: "keys.details",
  F8: "decision.admitted",
  F9: "decision.referred",
  F10: "decision.refused",
  Enter: "keys.enter",
  Esc: "keys.escape",
};
const ORDER = ["alert", "irregular", "notice", "protection"];

/** The verdict of a case; before there is one, both lamps are dark. */
export function verdictPanel({ stage, inspection }) {
  return h(
    "div",
    { class: "verdict" },
    lamps(inspection?.verdict ?? null, stage),
    inspection ? judged(inspection) : waiting(stage),
  );
}

/** An inspection on record, as the log shows it: who, the lamps, the reasons. */
export function recordedInspection(inspection) {
  return h("div", { class: "verdict" }, lamps(inspection.verdict, "decided"), judged(inspection));
}

function lamps(verdict, stage) {
  const lamp = (name, sign) => {
    const lit = verdict === name;
    return h(
      "div",
      { class: `lamp lamp-${name}${lit ? " lit" : ""}`, "aria-hidden": !lit && "true" },
      icon(sign),
      h("span", { class: "lamp-word" }, t(`verdict.${name}`)),
      lit && h("span", { class: "lamp-text" }, t(`verdict.${name}.text`)),
    );
  };
  const label = verdict ? t("desk.verdict") : t("verdict.none");
  const busy = stage === "inspecting" || stage === "reading";
  return h(
    "div",
    { class: busy ? "lamps busy" : "lamps", role: "group", "aria-label": label, "data-focus": "", tabindex: -1 },
    lamp("CLEAR", "clear"),
    lamp("REFER", "refer"),
  );
}

function waiting(stage) {
  if (stage === "inspecting") return h("p", { class: "verdict-waiting", role: "status" }, t("verdict.inspecting"));
  const hint = ([name, does]) => [h("dt", {}, key(name)), h("dd", {}, t(does))];
  return [
    h("p", { class: "verdict-waiting" }, t("verdict.none")),
    h("dl", { class: "keys", "aria-label": t("keys.label") }, Object.entries(KEYS).map(hint)),
  ];
}

function judged(inspection) {
  const findings = [...inspection.findings].sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
  return [
    inspection.second_line &&
      h("p", { class: "second-line" }, icon("second"), h("strong", {}, t("verdict.secondLine"))),
    who(inspection),
    findings.length > 0 && h("ol", { class: "findings", "aria-label": t("finding.list") }, findings.map(findingItem)),
    findings.length === 0 &&
      !inspection.second_line &&
      h("p", { class: "nothing-found" }, icon("check"), t("finding.none")),
    h(
      "p",
      { class: "recorded quiet" },
      t("verdict.recorded", { seq: inspection.seq }),
      " · ",
      t("verdict.versions", { lists: inspection.index_version.slice(0, 12), policy: inspection.policy_version }),
    ),
  ];
}

function who({ traveller, document, direction }) {
  return h(
    "p",
    { class: "who-crosses" },
    icon(direction),
    h("strong", {}, ltr([traveller.primary_identifier, traveller.secondary_identifier].filter(Boolean).join(", "))),
    traveller.native_name && h("bdi", {}, traveller.native_name),
    ltr(`${traveller.nationality} · ${traveller.date_of_birth}`),
    ltr(`${document.document_code} ${document.issuing_state} ${document.document_number}`, { class: "code" }),
  );
}

function findingItem(finding) {
  const { severity, rule, text, rebuttal_texts, stale_posts, status, params } = finding;
  return h(
    "li",
    { class: `finding finding-${severity}` },
    icon(severity === "protection" ? "second" : severity),
    h(
      "div",
      { class: "finding-body" },
      h(
        "p",
        { class: "finding-head" },
        ltr(rule, { class: "rule" }),
        h("span", { class: "severity" }, t(`severity.${severity}`)),
        status === "withdrawn" && h("span", { class: "severity" }, t("finding.withdrawn")),
      ),
      h("p", { class: "finding-text" }, tidy(text)),
      Array.isArray(params.explanation) && explanation(params),
      params.instruction &&
        h(
          "p",
          { class: "instruction" },
          h("strong", {}, t("watch.instruction")),
          " ",
          h("bdi", {}, params.instruction),
        ),
      stale_posts.length > 0 &&
        h(
          "p",
          { class: "quiet" },
          t("finding.stale"),
          " ",
          stale_posts.map((code) => ltr(code, { class: "code" })),
        ),
      rebuttal_texts.length > 0 &&
        h(
          "div",
          { class: "rebut" },
          h("span", { class: "rebut-label" }, t("finding.rebut")),
          h(
            "ul",
            {},
            rebuttal_texts.map((one) => h("li", {}, tidy(one))),
          ),
        ),
    ),
  );
}

const SPEAKS = {
  equal: "for",
  alike: "for",
  partial: "for",
  missing: "nothing",
  different: "against",
  contradicting: "against",
};
const MARKS = { for: "equal", against: "differs", nothing: "notice" };

/** Field by field: what the traveller shows, what the list says, and which way that speaks. */
function explanation({ explanation: evidence, list, entry_id }) {
  const cell = (value) => h("td", {}, value ? h("bdi", {}, value) : h("span", { class: "quiet" }, t("watch.unknown")));
  const row = ({ field, subject_value, entry_value, outcome }) => {
    const way = SPEAKS[outcome] ?? "nothing";
    return h(
      "tr",
      { class: `speaks-${way}` },
      h("th", { scope: "row" }, named("watch.field", field)),
      cell(subject_value),
      cell(entry_value),
      h("td", { class: "outcome" }, icon(MARKS[way]), named("watch.outcome", outcome)),
    );
  };
  const head = ["watch.fieldHead", "watch.traveller", "watch.listed", "watch.says"].map((name) =>
    h("th", { scope: "col" }, t(name)),
  );
  return h(
    "table",
    { class: "evidence" },
    h("caption", {}, t("watch.entry"), " ", ltr(`${list} · ${entry_id}`, { class: "code" })),
    h("thead", {}, h("tr", {}, head)),
    h("tbody", {}, evidence.map(row)),
  );
}
