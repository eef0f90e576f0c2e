/** The frame around every page: name, areas, language, who is signed in. */

import { h, icon } from "./dom.js";
import { languageChoice } from "./language.js";
import { officer, signOut } from "./session.js";
import { t } from "./texts.js";

/** Banner, header and main area. `allowed` are the areas to show, `name` the one shown. */
export function shell(allowed, name, page, redraw) {
  return [
    h("a", { class: "skip", href: "#main", on: { click: skip } }, t("shell.skip")),
    header(allowed, name, redraw),
    officer().demo && h("div", { class: "demo", role: "note" }, icon("notice"), t("shell.demo")),
    h("main", { id: "main", class: `page page-${name}`, tabindex: -1 }, page),
  ].filter(Boolean);
}

function skip(event) {
  event.preventDefault(); // the address after # names the page
  document.getElementById("main").focus();
}

function header(allowed, name, redraw) {
  return h(
    "header",
    { class: "shell" },
    h(
      "div",
      { class: "brand" },
      h("img", { src: "/icon.svg", alt: "", width: 26, height: 26 }),
      h("span", {}, t("product.name")),
    ),
    h(
      "nav",
      { "aria-label": t("shell.areas") },
      allowed.map((area) => link(area, area === name)),
    ),
    h("div", { class: "spring" }),
    languageChoice(redraw),
    h("span", { class: "who" }, icon("person"), h("bdi", {}, officer().display_name || officer().username)),
    h("button", { type: "button", class: "plain", on: { click: signOut } }, t("shell.signOut")),
  );
}

function link(area, current) {
  return h("a", { href: `#/${area}`, "aria-current": current && "page" }, t(`shell.${area}`));
}
