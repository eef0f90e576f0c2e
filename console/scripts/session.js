/** Who is signed in, and the page or dialog where one signs in. */

import { call, Problem, whenSessionEnds } from "./api.js";
import { h, icon, say } from "./dom.js";
import { kept } from "./keep.js";
import { languageChoice } from "./language.js";
import { problemBox } from "./problem.js";
import { t } from "./texts.js";

let actor = null;

/** The officer signed in, or null. */
export const officer = () => actor;

/** Whether the officer's roles allow `action` at all. */
export const may = (action) => actor?.actions.includes(action) ?? false;

/** Take up the session that the browser's cookie stands for, if there is one. */
export async function resume() {
  if (!kept.signedIn) return;
  try {
    actor = (await call("GET", "/v1/session", { renew: false })).actor;
  } catch (problem) {
    if (problem.status !== 401) throw problem;
    kept.signedIn = null;
  }
}

/** Sign out and leave nothing of a case behind. */
export async function signOut() {
  try {
    await call("DELETE", "/v1/session", { renew: false });
  } catch (problem) {
    if (problem.status !== 401) return document.getElementById("main").prepend(problemBox(problem)); // 401: it had ended
  }
  kept.signedIn = null;
  kept.underWay = null;
  location.replace("/");
}

async function signIn(username, password) {
  const answer = await call("POST", "/v1/session", {
    json: { username, password, credential: "cookie" },
    renew: false,
  });
  if (actor && actor.id !== answer.actor.id) {
    kept.underWay = null; // another officer: the case on the screen was not theirs
    location.reload();
  }
  actor = answer.actor;
  kept.signedIn = true;
}

/** The page to sign in on; `done` is called once somebody has, `again` draws it in another language. */
export function signInPage(done, again) {
  return h(
    "main",
    { class: "sign-in" },
    h(
      "div",
      { class: "sign-in-card" },
      h(
        "div",
        { class: "brand brand-large" },
        h("img", { src: "/icon.svg", alt: "", width: 40, height: 40 }),
        h("h1", {}, t("product.name")),
      ),
      h("p", { class: "quiet" }, t("product.purpose")),
      signInForm(done),
    ),
    h("div", { class: "sign-in-language" }, languageChoice(again)),
  );
}

function signInForm(done, username = "") {
  const name = h("input", {
    id: "username",
    name: "username",
    value: username,
    autocomplete: "username",
    autocapitalize: "none",
    spellcheck: "false",
    dir: "ltr",
    required: true,
    maxlength: 64,
    autofocus: !username,
  });
  const password = h("input", {
    id: "password",
    name: "password",
    type: "password",
    autocomplete: "current-password",
    dir: "ltr",
    required: true,
    maxlength: 256,
    autofocus: Boolean(username),
  });
  const trouble = h("div", {});
  const button = h("button", { class: "primary wide", type: "submit" }, t("signIn.do"));
  const submit = async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      await signIn(name.value.trim(), password.value);
      await done();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      trouble.replaceChildren(problemBox(problem));
      password.value = "";
      password.focus();
    } finally {
      button.disabled = false;
    }
  };
  return h(
    "form",
    { class: "stack", on: { submit } },
    h("label", { for: "username" }, t("signIn.username")),
    name,
    h("label", { for: "password" }, t("signIn.password")),
    password,
    trouble,
    button,
  );
}

/** From now on a session that ends asks for the password over the page, whose case stays as it is. */
export function keepSession() {
  let asking = null;
  whenSessionEnds(() => (asking ??= askAgain().finally(() => (asking = null))));
}

function askAgain() {
  say(t("signIn.ended"), { atOnce: true });
  return new Promise((resolve) => {
    const dialog = h("dialog", {
      class: "dialog",
      "aria-labelledby": "ended",
      on: { cancel: (event) => event.preventDefault() },
    });
    const done = () => {
      dialog.close();
      dialog.remove();
      resolve();
    };
    dialog.append(
      h("h2", { id: "ended" }, icon("notice"), t("signIn.ended")),
      h("p", {}, t("signIn.endedWhy")),
      signInForm(done, actor?.username),
    );
    document.body.append(dialog);
    dialog.showModal();
    dialog.querySelector("#password").focus();
  });
}
