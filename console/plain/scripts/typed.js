/** By hand: the lines of a zone that no machine reads, or the fields of a document without one. */

import { h, key } from "./dom.js";
import { t } from "./texts.js";

/** A field for the lines, with `text` in it; `taken` gets them, `back` leaves. */
export function typedZone(text, taken, back) {
  const area = h("textarea", {
    id: "zone",
    class: "zone-area",
    rows: 3,
    dir: "ltr",
    "data-zone": "",
    value: text,
    spellcheck: "false",
    autocomplete: "off",
    autocapitalize: "characters",
    required: true,
    maxlength: 400,
  });
  const keydown = (event) => {
    const whole = area.value.trim().split("\n").length > 1 && !event.shiftKey;
    if (event.key === "Enter" && (whole || event.ctrlKey)) {
      event.preventDefault();
      event.target.form.requestSubmit();
    }
  };
  area.addEventListener("keydown", keydown);
  const submit = (event) => {
    event.preventDefault();
    taken(area.value.trim().toUpperCase());
  };
  return h(
    "form",
    { class: "by-hand stack", on: { submit } },
    h("label", { for: "zone" }, t("typed.zone")),
    area,
    h("p", { class: "quiet" }, t("typed.zoneHelp")),
    buttons("reading.check", back),
  );
}

const STATE = { maxlength: 3, pattern: "[A-Za-z]{1,3}", autocapitalize: "characters" };
const DATE = {
  maxlength: 10,
  pattern: "(\\d{4}|[Xx]{4})(-(\\d{2}|[Xx]{2})(-(\\d{2}|[Xx]{2}))?)?",
  placeholder: "1974-08-12",
};
const FIELDS = {
  primary_identifier: { required: true, maxlength: 200 },
  secondary_identifier: { maxlength: 200 },
  document_code: { required: true, maxlength: 2, pattern: "[A-Za-z][A-Za-z<]?", value: "P" },
  document_number: { required: true, maxlength: 30, pattern: "[A-Za-z0-9<\\-]+" },
  issuing_state: { required: true, ...STATE },
  nationality: { required: true, ...STATE },
  date_of_birth: { required: true, ...DATE },
  date_of_expiry: DATE,
};

/** A form for a document, filled with `known`; `taken` gets it as the service wants it, `back` leaves. */
export function typedDocument(known, taken, back) {
  const submit = (event) => {
    event.preventDefault();
    const given = Object.fromEntries([...new FormData(event.target)].filter(([, value]) => value.trim()));
    for (const name of Object.keys(FIELDS)) if (given[name]) given[name] = given[name].trim().toUpperCase();
    taken(given);
  };
  const field = ([name, attributes]) =>
    h(
      "div",
      { class: "labelled" },
      h("label", { for: `typed-${name}` }, t(`field.${name}`)),
      h("input", {
        id: `typed-${name}`,
        name,
        dir: "ltr",
        autocomplete: "off",
        spellcheck: "false",
        class: "capitals",
        ...attributes,
        value: known[name] ?? attributes.value,
      }),
    );
  return h(
    "form",
    { class: "by-hand stack", on: { submit } },
    h("p", { class: "quiet" }, t("typed.documentHelp")),
    h("div", { class: "details-grid" }, Object.entries(FIELDS).map(field), sexChoice(known.sex)),
    buttons("reading.inspect", back),
  );
}

function sexChoice(known) {
  const option = (value) => h("option", { value, selected: value === known }, t(`sex.${value}`));
  return h(
    "div",
    { class: "labelled" },
    h("label", { for: "typed-sex" }, t("field.sex")),
    h("select", { id: "typed-sex", name: "sex" }, ["X", "F", "M"].map(option)),
  );
}

function buttons(label, back) {
  return h(
    "div",
    { class: "row" },
    h("button", { type: "submit", class: "primary" }, t(label), key("Enter")),
    h("button", { type: "button", class: "plain", on: { click: back } }, t("typed.back"), key("Esc")),
  );
}
