/** The console's beginning: the language, the session, the frame, and which page is shown. */

import { accountPage } from "./account.js";
import { Problem } from "./api.js";
import { Desk } from "./desk.js";
import { h } from "./dom.js";
import { kept } from "./keep.js";
import { listsPage } from "./lists.js";
import { movementsPage } from "./movements.js";
import { problemBox } from "./problem.js";
import { keepSession, may, resume, settled } from "./session.js";
import { shell } from "./shell.js";
import { askAgain, signInPage } from "./signing.js";
import { loadCrossingPoints } from "./station.js";
import { staysPage } from "./stays.js";
import { preferredLanguage, speak, t } from "./texts.js";

const root = document.getElementById("console");
const PAGES = {
  desk: { action: "inspect", show: () => desk.page() },
  movements: { action: "read_movements", show: movementsPage },
  lists: { action: "read_lists", show: listsPage },
  account: { action: "own_account", show: accountPage },
  stays: { action: "read_reference", show: staysPage },
};
let desk = null;
let refused = null; // by the identity provider, which sent the browser back with word of it

function draw() {
  if (!settled()) return root.replaceChildren(signInPage(enter, draw, refused));
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
  refused = null;
  keepSession(askAgain);
  await loadCrossingPoints();
  desk = may("inspect") ? new Desk() : null;
  draw();
  await desk?.restore();
}

/** What the way through the identity provider came to stands in the address; it is read once. */
function cameBack() {
  const [where, kind] = location.hash.replace(/^#\/?/, "").split("/");
  if (where === "signed-in") kept.signedIn = true;
  else if (where === "refused") refused = kind;
  else return;
  history.replaceState(null, "", "/");
}

async function begin() {
  await speak(preferredLanguage());
  window.addEventListener("hashchange", () => {
    draw();
    document.getElementById("main")?.focus();
  });
  try {
    cameBack();
    await resume();
    await (settled() ? enter() : draw());
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    const again = h("button", { type: "button", on: { click: () => location.reload() } }, t("problem.again"));
    root.replaceChildren(h("main", { class: "sign-in" }, problemBox(problem, again)));
  }
}

begin();
