/** The console's beginning: the language, the session, the frame, and which page is shown. */

import { Problem } from "./api.js";
import { Desk } from "./desk.js";
import { h } from "./dom.js";
import { listsPage } from "./lists.js";
import { movementsPage } from "./movements.js";
import { problemBox } from "./problem.js";
import { keepSession, may, officer, resume, signInPage } from "./session.js";
import { shell } from "./shell.js";
import { loadCrossingPoints } from "./station.js";
import { preferredLanguage, speak, t } from "./texts.js";

const root = document.getElementById("console");
const PAGES = {
  desk: { action: "inspect", show: () => desk.page() },
  movements: { action: "read_movements", show: movementsPage },
  lists: { action: "read_lists", show: listsPage },
};
let desk = null;

function draw() {
  if (!officer()) return root.replaceChildren(signInPage(enter, draw));
  const allowed = Object.keys(PAGES).filter((name) => may(PAGES[name].action));
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
  const name = allowed.includes(path) ? path : allowed[0];
  desk?.leave();
  const page = name
    ? PAGES[name].show(new URLSearchParams(query))
    : h("p", { class: "empty" }, t("shell.nothingAllowed"));
  root.replaceChildren(...shell(allowed, name, page, draw));
  desk?.shown();
}

async function enter() {
  keepSession();
  await loadCrossingPoints();
  desk = may("inspect") ? new Desk() : null;
  draw();
  await desk?.restore();
}

async function begin() {
  await speak(preferredLanguage());
  window.addEventListener("hashchange", () => {
    draw();
    document.getElementById("main")?.focus();
  });
  try {
    await resume();
    await (officer() ? enter() : draw());
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    const again = h("button", { type: "button", on: { click: () => location.reload() } }, t("problem.again"));
    root.replaceChildren(h("main", { class: "sign-in" }, problemBox(problem, again)));
  }
}

begin();
