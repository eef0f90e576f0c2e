/** The lines of a zone: the strip of the image they were read from, and fields to correct them in, marked by character. */

import { h, ltr, svg } from "./dom.js";
import { t } from "./texts.js";

const SURE = 0.95; // least confidence of a character that is not marked

/** Where the officer must look: doubtful and repaired characters, as "line:position" from 1. */
function marksOf(reading) {
  const marks = new Map();
  reading.confidences.forEach((line, at) =>
    line.forEach((sure, place) => sure < SURE && marks.set(`${at + 1}:${place + 1}`, "doubtful")),
  );
  for (const { params } of reading.obstacles)
    if (params.line) marks.set(`${params.line}:${params.position}`, "doubtful");
  for (const { line, position } of reading.repairs) marks.set(`${line}:${position}`, "repaired");
  return marks;
}

/** The strip with its doubtful characters framed; null where the lines came as text. */
export function strip(reading) {
  if (!reading.crop_png) return null;
  const frames = svg("svg", { class: "frames", "aria-hidden": "true", preserveAspectRatio: "none" });
  for (const [place, kind] of marksOf(reading)) {
    const [line, position] = place.split(":").map(Number);
    const [left, top, right, bottom] = reading.boxes[line - 1]?.[position - 1] ?? [];
    if (right > left)
      frames.append(
        svg("rect", { x: left, y: top + 1, width: right - left, height: bottom - top - 2, rx: 3, class: kind }),
      );
  }
  const measure = ({ target }) => frames.setAttribute("viewBox", `0 0 ${target.naturalWidth} ${target.naturalHeight}`);
  const image = h("img", {
    src: `data:image/png;base64,${reading.crop_png}`,
    alt: t("reading.crop"),
    on: { load: measure },
  });
  return h("div", { class: "strip", dir: "ltr" }, image, frames);
}

/** Fields for the lines; `edited` is called after every change, `entered` at Enter. */
export function zoneLines(subject, { edited, entered, locked }) {
  const marks = marksOf(subject.reading);
  return h(
    "div",
    { class: "zone", dir: "ltr" },
    subject.lines.map((line, at) => zoneLine(subject, at, marks, { edited, entered, locked })),
  );
}

function zoneLine(subject, at, marks, { edited, entered, locked }) {
  const layer = h("div", { class: "zone-marks", "aria-hidden": "true" });
  const wantsEye = [...marks.keys()].some((place) => place.startsWith(`${at + 1}:`));
  const paint = () => layer.replaceChildren(...painted(subject, at, marks));
  const input = ({ target }) => {
    const caret = target.selectionStart;
    target.value = target.value.toUpperCase().replace(/[^A-Z0-9<]/g, "");
    target.setSelectionRange(caret, caret);
    subject.lines[at] = target.value;
    paint();
    edited();
  };
  const keydown = (event) => {
    if (event.key === "Enter") entered(event);
  };
  const field = h("input", {
    class: "zone-text",
    "data-zone": "",
    value: subject.lines[at],
    "aria-label": t("reading.line", { line: at + 1 }),
    spellcheck: "false",
    autocomplete: "off",
    autocapitalize: "characters",
    readOnly: locked,
    on: { input, keydown },
  });
  paint();
  return h("div", { class: wantsEye ? "zone-line wants-eye" : "zone-line" }, layer, field);
}

function painted(subject, at, marks) {
  const read = subject.reading.lines?.[at] ?? "";
  return [...subject.lines[at]].map((character, place) => {
    const own = character !== read[place];
    return h("span", { class: own ? "own" : marks.get(`${at + 1}:${place + 1}`) }, character);
  });
}

/** Each repaired character in words. */
export function repairs(reading) {
  if (!reading.repairs.length) return null;
  const line = ({ line, position, raw, repaired, reason }) =>
    h(
      "li",
      {},
      ltr(repaired, { class: "glyph repaired" }),
      t("reading.repair", { line, position, raw: raw || "–", repaired }),
      " ",
      h("span", { class: "quiet" }, t(`repair.${reason}`)),
    );
  return h("ul", { class: "repairs", "aria-label": t("reading.repairs") }, reading.repairs.map(line));
}
