/** The document at the desk: how it comes in, what was read of it, what an officer must look at. */

import { h, icon, key, ltr } from "./dom.js";
import { named, t } from "./texts.js";
import { repairs, strip, zoneLines } from "./zone.js";

/** The panel for a case in any stage. */
export function readingPanel(subject, desk) {
  if (subject.stage === "reading")
    return h("div", { class: "intake busy", role: "status" }, icon("document"), h("p", {}, t("reading.busy")));
  if (subject.reading) return subject.reading.lines ? readZone(subject, desk) : noZone(subject, desk);
  if (subject.stage === "waiting") return intake(desk);
  return h("p", { class: "quiet by-hand" }, t(subject.request ? "desk.waitForAnswer" : "reading.elsewhere"));
}

function intake(desk) {
  return h(
    "div",
    { class: "intake" },
    icon("document"),
    h("p", { class: "intake-lead" }, t("intake.lead")),
    h("p", { class: "quiet" }, t("intake.ways")),
    otherWays(desk),
  );
}

function otherWays(desk) {
  const file = h("input", {
    type: "file",
    accept: "image/jpeg,image/png",
    class: "unseen",
    id: "image",
    tabindex: -1,
    "aria-hidden": "true",
    on: { change: () => file.files[0] && desk.take({ image: file.files[0] }) },
  });
  return h(
    "div",
    { class: "row ways-in" },
    file,
    h("button", { type: "button", on: { click: () => file.click() } }, t("intake.image")),
    h("button", { type: "button", on: { click: () => desk.type("zone") } }, t("intake.zone")),
    h("button", { type: "button", on: { click: () => desk.type("document") } }, t("intake.document")),
  );
}

function noZone(subject, desk) {
  const open = subject.stage === "read";
  return h(
    "div",
    { class: "reading" },
    obstacles(subject.reading),
    open && h("p", { class: "quiet" }, t("reading.noZoneHelp")),
    open && otherWays(desk),
  );
}

function readZone(subject, desk) {
  const open = subject.stage === "read";
  const facts = h("div", {});
  const actions = h("div", { class: "row reading-actions" });
  const edited = () => {
    facts.classList.toggle("stale", !subject.isChecked);
    actions.replaceChildren(...(open ? actionsOf(subject, desk) : []));
  };
  const entered = (event) => {
    event.preventDefault();
    actions.querySelector(".primary")?.click();
  };
  facts.append(...factsOf(subject));
  edited();
  return h(
    "div",
    { class: "reading" },
    strip(subject.reading),
    zoneLines(subject, { edited, entered, locked: !open }),
    open && obstacles(subject.known),
    repairs(subject.reading),
    actions,
    facts,
  );
}

function obstacles(reading) {
  if (!reading.obstacles.length) return null;
  const words = ({ code, field, params }) =>
    t(`obstacle.${code}`, { ...params, field: field ? named("field", field) : "" });
  const unique = [...new Set(reading.obstacles.map(words))];
  return h(
    "div",
    { class: "obstacles" },
    icon("alert"),
    h(
      "ul",
      { "aria-label": t("reading.obstacles") },
      unique.map((text) => h("li", {}, text)),
    ),
  );
}

/** What Enter does next, and what else can be done. */
function actionsOf(subject, desk) {
  const needsCheck = subject.corrected && !subject.isChecked;
  const sure = subject.known.accepted && subject.isChecked;
  const label = needsCheck
    ? "reading.check"
    : sure
      ? "reading.inspect"
      : subject.corrected
        ? "reading.asItStands"
        : "reading.confirm";
  const go = () => (needsCheck ? subject.check() : subject.inspect());
  return [
    h("button", { type: "button", class: "primary", on: { click: go } }, t(label), key("Enter")),
    h(
      "button",
      { type: "button", class: "plain", on: { click: () => desk.escape() } },
      t("reading.discard"),
      key("Esc"),
    ),
    subject.detailsOpen && sure && h("span", { class: "quiet" }, t("reading.waitsForDetails")),
  ].filter(Boolean);
}

function factsOf({ known }) {
  return [known.fields && fieldsOf(known), known.check_digits.length > 0 && digitsOf(known)].filter(Boolean);
}

function fieldsOf({ fields, format, crop_png, elapsed_ms }) {
  const name = [fields.primary_identifier, fields.secondary_identifier].filter(Boolean).join(", ");
  const pair = (label, value, more = "") =>
    h("div", { class: `pair ${more}` }, h("dt", {}, t(`field.${label}`)), h("dd", {}, ltr(value || "–")));
  return h(
    "dl",
    { class: "fields" },
    pair("name", name, "pair-name"),
    h(
      "div",
      { class: "pair pair-how quiet" },
      ltr([format, fields.document_code].filter(Boolean).join(" · ")),
      crop_png && [" · ", t("reading.took", { ms: Math.round(elapsed_ms) })],
    ),
    pair("nationality", fields.nationality),
    pair("date_of_birth", fields.date_of_birth),
    pair("sex", fields.sex),
    pair("document_number", fields.document_number, "pair-number"),
    pair("issuing_state", fields.issuing_state),
    pair("date_of_expiry", fields.date_of_expiry),
    fields.name_truncated && h("div", { class: "pair pair-wide quiet" }, t("reading.truncated")),
  );
}

function digitsOf({ check_digits }) {
  const digit = ({ field, valid, printed, computed }) =>
    h(
      "li",
      { class: valid ? "digit" : "digit failed" },
      icon(valid ? "check" : "cross"),
      named("field", field),
      !valid && h("span", { class: "quiet" }, t("reading.digit", { printed, computed })),
    );
  return h("ul", { class: "digits", "aria-label": t("reading.digits") }, check_digits.map(digit));
}
