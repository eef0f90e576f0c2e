/** One's own account: the passkeys, the sessions, the password. */

import { call, Problem } from "./api.js";
import { h, icon, ltr, say } from "./dom.js";
import { registerPasskey } from "./passkey.js";
import { problemBox } from "./problem.js";
import * as session from "./session.js";
import { field, secret, stepForm } from "./signing.js";
import { named, t, when } from "./texts.js";

/** The page. */
export function accountPage() {
  const { passkeys: usable } = session.waysIn();
  const passkeys = h("div", {});
  const sessions = h("div", {});
  fill(passkeys, "/v1/account/passkeys", passkeyTable);
  fill(sessions, "/v1/account/sessions", sessionTable);
  return h(
    "div",
    { class: "log account" },
    h("div", { class: "page-head" }, h("h1", {}, t("account.title"))),
    h("h2", {}, t("account.passkeys")),
    h("p", { class: "quiet" }, t("account.passkeysWhy")),
    passkeys,
    usable ? registering() : h("p", { class: "notice-line" }, icon("notice"), t("account.noPasskeys")),
    h("h2", {}, t("account.sessions")),
    sessions,
    h("div", { class: "row" }, button(t("account.endOthers"), () => endOthers(sessions))),
    !session.officer().provided && [h("h2", {}, t("account.password")), passwordForm()],
  );
}

function button(text, click, attributes = {}) {
  return h("button", { type: "button", ...attributes, on: { click } }, text);
}

async function fill(place, path, table) {
  try {
    const rows = await call("GET", path);
    place.replaceChildren(table(rows, () => fill(place, path, table)));
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    place.replaceChildren(problemBox(problem));
  }
}

async function endOthers(place) {
  await attempt(place, () => call("DELETE", "/v1/account/sessions"));
  await fill(place, "/v1/account/sessions", sessionTable);
}

async function attempt(place, work) {
  try {
    await work();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    place.prepend(problemBox(problem));
  }
}

function table(label, heads, rows) {
  const head = h("thead", {}, h("tr", {}, heads.map((key) => h("th", { scope: "col" }, key && t(key)))));
  return h(
    "div",
    { class: "table-frame", tabindex: 0, role: "region", "aria-label": label },
    h("table", { class: "table" }, head, h("tbody", {}, rows)),
  );
}

function passkeyTable(passkeys, again) {
  if (!passkeys.length) return h("p", { class: "empty" }, t("account.none"));
  const remove = async (event, id) => {
    await attempt(event.target.closest("div"), () => call("DELETE", `/v1/account/passkeys/${id}`));
    await again();
  };
  const rows = passkeys.map(({ id, name, created_at, last_used_at }) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, h("bdi", {}, name)),
      h("td", {}, ltr(when(created_at))),
      h("td", {}, last_used_at ? ltr(when(last_used_at)) : "–"),
      h("td", {}, button(t("account.remove"), (event) => remove(event, id), { class: "small" })),
    ),
  );
  return table(t("account.passkeys"), ["account.passkeyName", "account.since", "account.lastUsed", null], rows);
}

function sessionTable(sessions, again) {
  const finish = async (event, id) => {
    await attempt(event.target.closest("div"), () => call("DELETE", `/v1/account/sessions/${id}`));
    await again();
  };
  const rows = sessions.map(({ id, client, factors, last_seen_at, expires_at, current }) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, ltr(client)),
      h("td", {}, factors.map((factor) => named("factor", factor)).join(" · ")),
      h("td", {}, ltr(when(last_seen_at))),
      h("td", {}, ltr(when(expires_at))),
      h(
        "td",
        {},
        current ? t("account.thisOne") : button(t("account.end"), (event) => finish(event, id), { class: "small" }),
      ),
    ),
  );
  const heads = ["account.from", "account.by", "account.lastUsed", "account.until", null];
  return table(t("account.sessions"), heads, rows);
}

function registering() {
  const name = field("passkey-name", "account.passkeyName", { maxlength: 60, dir: "auto" });
  const work = async () => {
    await registerPasskey(name.value.trim());
    await session.usePasskey(); // every session of the account needs it from now on, and this shows that it works
  };
  return stepForm({ fields: [name], action: t("account.register"), work, next: shownAnew });
}

function passwordForm() {
  const old = secret("old-password", "signIn.oldPassword", "current-password");
  const fresh = secret("new-password", "signIn.newPassword", "new-password");
  const work = () => session.replacePassword(old.value, fresh.value);
  return stepForm({ fields: [old, fresh], action: t("signIn.replace"), work, next: shownAnew });
}

function shownAnew() {
  say(t("account.done"));
  window.dispatchEvent(new HashChangeEvent("hashchange"));
}
