/** Who is signed in, how far, and for how long: the state of the session, and what changes it. */

import { call, whenSessionEnds } from "./api.js";
import { kept } from "./keep.js";
import { showPasskey } from "./passkey.js";

let state = null;
let before = null; // the officer last seen here, of whom a case may still be on the screen
let ways = { provider: null, passkeys: false, demo: false };

/** The session as the service tells it, or null: `{actor, locked, due, idle_minutes, …}`. */
export const session = () => state;

/** The officer signed in, or null. */
export const officer = () => state?.actor ?? null;

/** The account name of the officer last seen here. */
export const lastName = () => before?.username ?? "";

/** Whether the session counts: neither locked nor short of anything. */
export const settled = () => Boolean(state) && !state.locked && !state.due;

/** Whether the officer's roles allow `action` at all. */
export const may = (action) => officer()?.actions.includes(action) ?? false;

/** How one may sign in here: `{provider, passkeys, demo}`. */
export const waysIn = () => ways;

/** Take up the session that the browser's cookie stands for, if there is one. */
export async function resume() {
  ways = await call("GET", "/v1/session/ways", { renew: false });
  if (kept.signedIn) await refresh();
}

/** Ask the service how the session stands. */
export async function refresh() {
  try {
    state = await call("GET", "/v1/session", { renew: false });
    before = state.actor;
  } catch (problem) {
    if (problem.status !== 401) throw problem;
    state = null;
    kept.signedIn = null;
  }
}

/** Sign in with account and password; more may be due then. */
export async function signIn(username, password) {
  take(await call("POST", "/v1/session", { json: { username, password, credential: "cookie" }, renew: false }));
  kept.signedIn = true;
}

/** Show the password of the account signed in again. */
export async function unlock(password) {
  take(await call("POST", "/v1/session/unlock", { json: { password }, renew: false }));
}

/** Show a passkey: the second factor, or quicker than the password. */
export async function usePasskey() {
  take(await showPasskey());
}

/** Replace the own password, which ends the session, and sign in with the new one. */
export async function replacePassword(old, fresh) {
  await call("PUT", "/v1/session/password", { json: { old, new: fresh } });
  await signIn(officer().username, fresh);
}

function take(answer) {
  const another = before && before.id !== answer.actor.id;
  state = answer;
  before = state.actor;
  if (!another) return;
  kept.signedIn = true;
  kept.underWay = null; // another officer: the case on the screen was not theirs
  location.reload();
}

/** Sign out and leave nothing of a case behind. Throws a Problem when the service did not hear it. */
export async function signOut() {
  try {
    await call("DELETE", "/v1/session", { renew: false });
  } catch (problem) {
    if (problem.status !== 401) throw problem; // 401: it had ended
  }
  kept.signedIn = null;
  kept.underWay = null;
  location.replace("/");
}

const LOOK_EVERY = 10_000; // ms between looks at whether somebody is still there
let watching = false;
let asking = null; // while an officer is asked: two dialogs at once would be one too many
let lastSign = Date.now();

/**
 * From now on `ask` is called when the session has ended or is locked, and when nobody has touched the
 * workstation for as long as a session may be idle. It resolves once an officer is back.
 */
export function keepSession(ask) {
  const once = () => (asking ??= ask().finally(() => ((asking = null), (lastSign = Date.now()))));
  whenSessionEnds(async (kind) => {
    if (kind === "session-locked") state = { ...state, locked: true };
    else await refresh();
    await once();
  });
  if (watching) return;
  watching = true;
  for (const sign of ["pointerdown", "keydown"]) {
    document.addEventListener(sign, () => (lastSign = Date.now()), { capture: true, passive: true });
  }
  setInterval(() => {
    if (!settled() || asking || Date.now() - lastSign < state.idle_minutes * 60_000) return;
    state = { ...state, locked: true };
    once();
  }, LOOK_EVERY);
}
