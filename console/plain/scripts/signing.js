/** Signing in, step by step: the password, a passkey, what is still to be set; and unlocking over the page. */

import { Problem } from "./api.js";
import { demoBanner } from "./demo.js";
import { h, icon, say } from "./dom.js";
import { kept } from "./keep.js";
import { languageChoice } from "./language.js";
import { registerPasskey } from "./passkey.js";
import { problemBox } from "./problem.js";
import * as session from "./session.js";
import { t } from "./texts.js";

/** The page to sign in on; `done` is called once a session counts, `again` draws it in another language. */
export function signInPage(done, again, refused = null) {
  const brand = h(
    "div",
    { class: "brand brand-large" },
    h("img", { src: "/icon.svg", alt: "", width: 40, height: 40 }),
    h("h1", {}, t("product.name")),
  );
  const trouble = refused && problemBox(new Problem({ type: refused, status: 403 }));
  return h(
    "main",
    { class: "sign-in" },
    session.waysIn().demo && demoBanner(),
    h("div", { class: "sign-in-card" }, brand, h("p", { class: "quiet" }, t("product.purpose")), trouble, steps(done)),
    h("div", { class: "sign-in-language" }, languageChoice(again)),
  );
}

/** Ask over the page, whose case stays as it is, until the session counts again. */
export function askAgain() {
  const title = t(session.session() ? "signIn.locked" : "signIn.ended");
  say(title, { atOnce: true });
  return new Promise((resolve) => {
    const dialog = h("dialog", {
      class: "dialog dialog-lock",
      "aria-labelledby": "ended",
      on: { cancel: (event) => event.preventDefault() },
    });
    const done = () => {
      dialog.close();
      dialog.remove();
      resolve();
    };
    dialog.append(h("h2", { id: "ended" }, icon("notice"), title), h("p", {}, t("signIn.endedWhy")), steps(done));
    document.body.append(dialog);
    dialog.showModal();
    focusOn(dialog);
  });
}

const FORMS = { passkey: passkeyForm, new_password: newPasswordForm, enrolment: enrolmentForm };

/** One form after another, for as long as the session lacks something. */
function steps(done) {
  const place = h("div", { class: "stack" });
  const next = async () => {
    if (session.settled()) return done();
    place.replaceChildren(form()(next));
    focusOn(place);
  };
  place.append(form()(next));
  return place;
}

function form() {
  const state = session.session();
  if (!state) return signInForm;
  return FORMS[state.due] ?? unlockForm;
}

function focusOn(place) {
  (place.querySelector("input:placeholder-shown, input[value='']") ?? place.querySelector("input, button"))?.focus();
}

function signInForm(next) {
  const name = field("username", "signIn.username", {
    value: session.lastName(),
    autocomplete: "username",
    autocapitalize: "none",
    maxlength: 64,
    autofocus: true,
  });
  const password = secret("password", "signIn.password", "current-password");
  return stepForm({
    fields: [name, password],
    action: t("signIn.do"),
    work: () => session.signIn(name.value.trim(), password.value),
    next,
    others: [providerLink()],
  });
}

function unlockForm(next) {
  const { actor } = session.session();
  const password = secret("password", "signIn.password", "current-password");
  const passkey = actor.passkeys > 0 && session.waysIn().passkeys;
  return stepForm({
    lead: h("p", {}, h("bdi", {}, actor.display_name || actor.username)),
    fields: [password],
    action: t("signIn.unlock"),
    work: () => session.unlock(password.value),
    next,
    others: [passkey && passkeyButton(next), actor.provided && providerLink(), leaveButton()],
  });
}

function providerLink() {
  const { provider } = session.waysIn();
  return provider && h("a", { class: "button wide", href: provider }, t("signIn.provider"));
}

function passkeyForm(next) {
  return stepForm({
    lead: h("p", {}, t("signIn.passkeyWhy")),
    action: t("signIn.passkey"),
    work: session.usePasskey,
    next,
    others: [leaveButton()],
  });
}

function newPasswordForm(next) {
  const old = secret("old-password", "signIn.oldPassword", "current-password");
  const fresh = secret("new-password", "signIn.newPassword", "new-password");
  return stepForm({
    lead: h("p", {}, t("signIn.newPasswordWhy")),
    fields: [old, fresh],
    action: t("signIn.replace"),
    work: () => session.replacePassword(old.value, fresh.value),
    next,
    others: [leaveButton()],
  });
}

function enrolmentForm(next) {
  const name = field("passkey-name", "account.passkeyName", { maxlength: 60, dir: "auto" });
  const work = async () => {
    await registerPasskey(name.value.trim());
    await session.refresh();
  };
  return stepForm({
    lead: h("p", {}, t("signIn.enrolmentWhy")),
    fields: [name],
    action: t("account.register"),
    work,
    next,
    others: [leaveButton()],
  });
}

/** A form that does `work` and goes on to the `next` step, or says in place why it was refused. */
export function stepForm({ lead, fields = [], action, work, next, others = [] }) {
  const trouble = h("div", {});
  const button = h("button", { class: "primary wide", type: "submit" }, action);
  const submit = async (event) => {
    event.preventDefault();
    await attempt(work, next, trouble, button);
    for (const one of fields) if (one.type === "password") one.value = "";
  };
  const labelled = fields.flatMap((one) => [h("label", { for: one.id }, one.dataset.label), one]);
  return h("form", { class: "stack", on: { submit } }, lead, labelled, trouble, button, others);
}

async function attempt(work, next, trouble, button) {
  button.disabled = true;
  try {
    await work();
    await next();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    trouble.replaceChildren(problemBox(problem));
    trouble.closest("form").querySelector("input[type=password]")?.focus();
  } finally {
    button.disabled = false;
  }
}

function passkeyButton(next) {
  const trouble = h("div", {});
  const button = h("button", { class: "wide", type: "button" }, t("signIn.passkey"));
  button.addEventListener("click", () => attempt(session.usePasskey, next, trouble, button));
  return [trouble, button];
}

function leaveButton() {
  const leave = () => session.signOut().catch(() => ((kept.signedIn = null), location.replace("/")));
  return h("button", { class: "plain wide", type: "button", on: { click: leave } }, t("signIn.another"));
}

/** A field by its id, with the key of its label. */
export function field(id, label, attributes) {
  const common = { id, name: id, dir: "ltr", required: true, spellcheck: "false", placeholder: " " };
  return h("input", { ...common, "data-label": t(label), ...attributes });
}

/** A field for a password. */
export function secret(id, label, autocomplete) {
  return field(id, label, { type: "password", autocomplete, maxlength: 256 });
}
