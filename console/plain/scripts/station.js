/** Where this desk stands and which way its travellers go: chosen once, remembered until the tab is closed. */

import { call } from "./api.js";
import { h, icon, ltr } from "./dom.js";
import { kept } from "./keep.js";
import { officer } from "./session.js";
import { language, t } from "./texts.js";

let points = [];

/** Bring in the reference data that the whole console names posts by. */
export async function loadCrossingPoints() {
  points = await call("GET", "/v1/crossing-points");
  points.sort((a, b) => a.code.localeCompare(b.code));
}

/** The crossing points that the officer serves. */
export function ownPoints() {
  const { posts } = officer();
  return posts.includes("*") ? points : points.filter((point) => posts.includes(point.code));
}

/** The name of a crossing point in the officer's language, else its code. */
export function pointName(code) {
  const names = points.find((point) => point.code === code)?.names ?? {};
  return names[language()] ?? names.en ?? code;
}

/** The station in force: {crossing_point, direction}, either of them null until chosen. */
export function station() {
  const own = ownPoints();
  const { crossing_point: code = null, direction = null } = kept.station ?? {};
  const known = own.some((point) => point.code === code) ? code : own.length === 1 ? own[0].code : null;
  return { crossing_point: known, direction };
}

/** Whether both are chosen. */
export function stationChosen() {
  const { crossing_point, direction } = station();
  return Boolean(crossing_point && direction);
}

/** Post and direction; `locked` while a case is open that they are part of. */
export function stationBar(changed, locked) {
  const choose = (part) => {
    kept.station = { ...station(), ...part };
    changed();
  };
  return h(
    "div",
    { class: stationChosen() ? "station" : "station unset", role: "group", "aria-label": t("station.label") },
    h("label", { for: "post" }, t("station.post")),
    h(
      "select",
      {
        id: "post",
        disabled: locked,
        on: { change: (event) => choose({ crossing_point: event.target.value || null }) },
      },
      h("option", { value: "" }, t("station.choosePost")),
      ownPoints().map((point) =>
        h(
          "option",
          { value: point.code, selected: point.code === station().crossing_point },
          `${pointName(point.code)} (\u2066${point.code}\u2069)`,
        ),
      ),
    ),
    h(
      "div",
      { class: "ways", role: "radiogroup", "aria-label": t("station.direction") },
      ["entry", "exit"].map((way) => wayChoice(way, choose, locked)),
    ),
  );
}

function wayChoice(way, choose, locked) {
  const chosen = station().direction === way;
  return h(
    "label",
    { class: chosen ? "way chosen" : "way" },
    h("input", {
      type: "radio",
      name: "direction",
      value: way,
      checked: chosen,
      disabled: locked,
      on: { change: () => choose({ direction: way }) },
    }),
    icon(way),
    h("span", {}, t(`direction.${way}`)),
  );
}

/** A crossing point with its code, for tables. */
export function pointLabel(code) {
  return h("span", { class: "point" }, h("bdi", {}, pointName(code)), ltr(code, { class: "code" }));
}
