/** The frame around every page: name, areas, language, who is signed in. */

import { Problem } from "./api.js";
import { demoBanner } from "./demo.js";
import { h, icon } from "./dom.js";
import { languageChoice } from "./language.js";
import { problemBox } from "./problem.js";
import { officer, signOut } from "./session.js";
import { t } from "./texts.js";

/** Banner, header and main area. `allowed` are the areas to show, `name` the one shown. */
export function shell(allowed, name, page, redraw) {
  return [
    h("a", { class: "skip", href: "#main", on: { click: skip } }, t("shell.skip")),
    header(allowed, name, redraw),
    officer().demo && demoBanner(),
    h("main", { id: "main", class: `page page-${name}`, tabindex: -1 }, page),
  ].filter(Boolean);
}

async function leave() {
  try {
    await signOut();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    document.getElementById("main").prepend(problemBox(problem));
  }
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
      allowed.filter((area) => area !== "account").map((area) => link(area, area === name)),
    ),
    h("div", { class: "spring" }),
    languageChoice(redraw),
    h(
      "a",
      { class: "who", href: "#/account", "aria-current": name === "account" && "page", title: t("account.title") },
      icon("person"),
      h("bdi", {}, officer().display_name || officer().username),
    ),
    h("button", { type: "button", class: "plain", on: { click: leave } }, t("shell.signOut")),
  );
}

function link(area, current) {
  return h("a", { href: `#/${area}`, "aria-current": current && "page" }, t(`shell.${area}`));
}
