/** Making elements. Text always goes in as text: nothing here parses markup. */

const SVG = "http://www.w3.org/2000/svg";
const AS_PROPERTY = new Set(["value", "checked", "disabled", "hidden", "selected", "files", "open", "readOnly"]);

/**
 * An element. `on` holds event handlers by name; attributes that are null, undefined or false are left out,
 * and so are such children.
 */
export function h(tag, attributes = {}, ...children) {
  return furnish(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function svg(tag, attributes = {}, ...children) {
  return furnish(document.createElementNS(SVG, tag), attributes, children);
}

function furnish(element, { on = {}, ...attributes }, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (AS_PROPERTY.has(name)) element[name] = value ?? (name === "value" ? "" : false);
    else if (value !== null && value !== undefined && value !== false)
      element.setAttribute(name, value === true ? "" : value);
  }
  for (const [name, handler] of Object.entries(on)) element.addEventListener(name, handler);
  element.append(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}

/** Text that runs left to right whatever the language: zones, identifiers, numbers, dates. */
export function ltr(text, attributes = {}) {
  return h("bdi", { dir: "ltr", ...attributes }, text ?? "");
}

/** A key as it is printed on the keyboard. */
export function key(name) {
  return h("kbd", { dir: "ltr" }, name);
}

/** Tell who cannot see the page what changed; `atOnce` interrupts. */
export function say(text, { atOnce = false } = {}) {
  const region = document.getElementById(atOnce ? "said-at-once" : "said");
  region.textContent = "";
  requestAnimationFrame(() => (region.textContent = text)); // a change of text is what gets spoken
}

const ICONS = {
  clear: ["M12 2.5a9.5 9.5 0 1 0 0 19 9.5 9.5 0 0 0 0-19Z", "m7.5 12.4 3.1 3.1 6-6.6"],
  refer: ["M12 3 22 20.5H2Z", "M12 9.5v5", "M12 17.4v.2"],
  refuse: ["M8 2.5h8L21.5 8v8L16 21.5H8L2.5 16V8Z", "M8.5 8.5l7 7m0-7-7 7"],
  notice: ["M12 2.5a9.5 9.5 0 1 0 0 19 9.5 9.5 0 0 0 0-19Z", "M12 11v5.5", "M12 7.4v.2"],
  alert: ["M12 3 22 20.5H2Z", "M12 9.5v5", "M12 17.4v.2"],
  irregular: ["M12 2.6 21.4 12 12 21.4 2.6 12Z", "M12 8v5", "M12 16v.2"],
  second: ["M4 5v14", "M8 12h11", "m14.5 7.5 4.7 4.5-4.7 4.5"],
  entry: ["M13 4h6v16h-6", "M3 12h11", "m10 8 4.2 4-4.2 4"],
  exit: ["M11 4H5v16h6", "M10 12h11", "m17 8 4.2 4-4.2 4"],
  document: ["M5 2.5h14v19H5Z", "M12 7a2.6 2.6 0 1 0 0 5.2A2.6 2.6 0 0 0 12 7Z", "M8 16h8", "M8 18.7h8"],
  cross: ["M6 6l12 12M18 6 6 18"],
  equal: ["M5 9.500h14", "M5 14.500h14"],
  differs: ["M5 9.500h14", "M5 14.500h14", "M16 5 8 19"],
  check: ["m5 12.6 4.4 4.4L19 7"],
  down: ["m6 9 6 6 6-6"],
  person: ["M12 3.5a4 4 0 1 0 0 8 4 4 0 0 0 0-8Z", "M4.5 20.5c.8-4 3.7-6 7.500-6s6.700 2 7.500 6"],
};
const DIRECTIONAL = new Set(["second", "entry", "exit"]);

/** An icon beside its text; it says nothing that the text does not. */
export function icon(name) {
  const paths = ICONS[name].map((d) => svg("path", { d }));
  const turned = DIRECTIONAL.has(name) ? "icon turns" : "icon";
  return svg("svg", { class: turned, viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" }, ...paths);
}
