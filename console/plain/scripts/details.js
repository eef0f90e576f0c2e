/** What no zone says: names in their own script, parents, visa, company, vehicle. All of it optional. */

import { h, key } from "./dom.js";
import { t } from "./texts.js";

/** Kinds of visa that the policy in force tells apart. */
export const VISA_KINDS = ["tourist", "pilgrim", "transit", "long_stay", "residence", "commuter", "driver", "trader"];

/** The panel of a case; while it is open, even a clean reading waits for the officer. `turned` is called as it opens and closes. */
export function detailsPanel(subject, turned) {
  const toggle = ({ target }) => {
    if (subject.detailsOpen === target.open) return;
    subject.detailsOpen = target.open;
    turned();
  };
  const locked = !["waiting", "reading", "read"].includes(subject.stage);
  return h(
    "details",
    { class: "details", open: subject.detailsOpen, on: { toggle } },
    h(
      "summary",
      {},
      t("details.title"),
      key("F2"),
      filled(subject) && h("span", { class: "filled" }, t("details.filled")),
    ),
    h(
      "fieldset",
      { disabled: locked, "aria-label": t("details.title") },
      h("div", { class: "details-grid" }, fieldsOf(subject)),
    ),
  );
}

const filled = ({ details }) => Object.values(details).some(Boolean);

function fieldsOf(subject) {
  const name = { autocomplete: "off", maxlength: 200, dir: "auto" };
  const code = { autocomplete: "off", dir: "ltr", spellcheck: "false" };
  return [
    text(subject, "native_name", name),
    text(subject, "father_name", name),
    text(subject, "mother_name", name),
    visaKind(subject),
    text(subject, "visa_number", { ...code, maxlength: 30, pattern: "[A-Za-z0-9<\\-]*" }),
    text(subject, "visa_valid_until", { type: "date", dir: "ltr" }),
    text(subject, "vehicle", { ...name, dir: "ltr" }),
    text(subject, "phone", { ...code, type: "tel", maxlength: 30 }),
    labelled(
      "accompanying",
      h("textarea", {
        id: "accompanying",
        rows: 2,
        dir: "auto",
        value: subject.details.accompanying,
        on: keep(subject, "accompanying"),
      }),
      "wide",
    ),
  ];
}

const keep = (subject, name) => ({ input: ({ target }) => (subject.details[name] = target.value) });

function text(subject, name, attributes) {
  return labelled(name, h("input", { id: name, value: subject.details[name], ...attributes, on: keep(subject, name) }));
}

function visaKind(subject) {
  const option = (kind) =>
    h(
      "option",
      { value: kind, selected: kind === subject.details.visa_kind },
      kind ? t(`visa.${kind}`) : t("visa.none"),
    );
  return labelled(
    "visa_kind",
    h("select", { id: "visa_kind", on: keep(subject, "visa_kind") }, ["", ...VISA_KINDS].map(option)),
  );
}

function labelled(name, control, more = "") {
  return h("div", { class: `labelled ${more}` }, h("label", { for: name }, t(`details.${name}`)), control);
}
