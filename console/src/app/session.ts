/** Who is signed in, how far, and for how long: the state of the session, and what changes it. */

import { answered, api, countDays, Problem, plainApi, type Schemas, whenSessionEnds } from "../api";
import { kept } from "./kept";
import { registerPasskey, showPasskey } from "./passkey";
import { Store, useStore } from "./store";

export type Session = Schemas["SignedInOut"];
export type Officer = Schemas["ActorOut"];
export type Action = Schemas["Action"];
type Ways = Schemas["WaysOut"];

const LOOK_EVERY = 10_000; // ms between looks at whether somebody is still there

interface Held {
  session: Session | null;
  /** The officer last seen here, of whom a case may still be on the screen. */
  before: Officer | null;
  /** Whether somebody is asked to sign in or unlock over the page. */
  asking: boolean;
}

const held = new Store<Held>({ session: null, before: null, asking: false });
let ways: Ways = { provider: null, passkeys: false, demo: false, utc_offset: 0 };
let inside = false; // whether the page stands behind the sign-in by now
let returned: (() => void) | null = null; // ends the asking
let asking: Promise<void> | null = null; // two dialogs at once would be one too many

export const useSession = (): Held => useStore(held);

/** The officer signed in. Only for what stands behind the sign-in. */
export function useOfficer(): Officer {
  return present(useSession());
}

/** The same, outside of components. */
export const officer = (): Officer => present(held.value);

function present({ session, before }: Held): Officer {
  const actor = session?.actor ?? before;
  if (!actor) throw new Error("nobody is signed in");
  return actor;
}

/** Whether the officer's roles allow `action` at all. */
export const useMay = (): ((action: Action) => boolean) => {
  const { actions } = useOfficer();
  return (action) => actions.includes(action);
};

/** Whether a session counts: neither locked nor short of anything. */
export const settled = (session: Session | null): boolean => session !== null && !session.locked && !session.due;

/** How one may sign in here. */
export const waysIn = (): Ways => ways;

/** Take up the session that the browser's cookie stands for, if there is one. */
export async function resume(): Promise<void> {
  ways = await answered(plainApi.GET("/v1/session/ways"));
  countDays(ways.utc_offset);
  if (kept.signedIn) await refresh();
}

/** Ask the service how the session stands. */
export async function refresh(): Promise<void> {
  try {
    take(await answered(plainApi.GET("/v1/session")));
  } catch (problem) {
    if (!(problem instanceof Problem) || problem.status !== 401) throw problem;
    kept.signedIn = null;
    held.value = { ...held.value, session: null };
  }
}

/** Sign in with account and password; more may be due then. */
export async function signIn(username: string, password: string): Promise<void> {
  const body = { username, password, credential: "cookie" } as const;
  const session = await answered(plainApi.POST("/v1/session", { body }));
  kept.signedIn = true;
  take(session);
}

/** Show the password of the account signed in again. */
export async function unlock(password: string): Promise<void> {
  take(await answered(plainApi.POST("/v1/session/unlock", { body: { password } })));
}

/** Show a passkey: the second factor, or quicker than the password. */
export async function presentPasskey(): Promise<void> {
  take(await showPasskey());
}

/** Register a first passkey where the role needs one; it is asked for next. */
export async function enrol(name: string): Promise<void> {
  await registerPasskey(name);
  await refresh();
}

/** Register a further passkey of one's own, and show at once that it works: from now on every session needs it. */
export async function addPasskey(name: string): Promise<void> {
  await registerPasskey(name, api);
  await presentPasskey();
}

/** Replace the own password, which ends the session, and sign in with the new one. */
export async function replacePassword(old: string, fresh: string): Promise<void> {
  await answered(plainApi.PUT("/v1/session/password", { body: { old, new: fresh } }));
  await signIn(officer().username, fresh);
}

function take(session: Session): void {
  const { before } = held.value;
  if (before && before.id !== session.actor.id) {
    kept.signedIn = true;
    kept.cases = kept.glasses = null; // another officer: what was on the screen was not theirs
    location.reload();
    return;
  }
  held.value = { ...held.value, session, before: session.actor };
  if (settled(session)) returned?.();
}

/** Sign out and leave nothing of a case behind. Throws a Problem when the service did not hear it. */
export async function signOut(): Promise<void> {
  try {
    await answered(plainApi.DELETE("/v1/session"));
  } catch (problem) {
    if (!(problem instanceof Problem) || problem.status !== 401) throw problem; // 401: it had ended
  }
  forget();
}

/** Leave at once, whether the service hears of it or not. */
export function forget(): void {
  kept.signedIn = null;
  kept.cases = kept.glasses = null;
  location.replace("/");
}

/** From now on a session that has ended, or that nobody has touched for too long, is asked for again over the page. */
export function keepSession(): void {
  if (inside) return;
  inside = true;
  let lastSign = Date.now();
  for (const sign of ["pointerdown", "keydown"]) {
    document.addEventListener(sign, () => (lastSign = Date.now()), { capture: true, passive: true });
  }
  whenSessionEnds(async (kind) => {
    if (kind === "session-locked") lock();
    else await refresh();
    await askAgain();
    lastSign = Date.now();
  });
  setInterval(() => {
    const { session } = held.value;
    if (!session || !settled(session) || Date.now() - lastSign < session.idle_minutes * 60_000) return;
    lock();
    askAgain().then(() => (lastSign = Date.now()));
  }, LOOK_EVERY);
}

function lock(): void {
  const { session } = held.value;
  if (session) held.value = { ...held.value, session: { ...session, locked: true } };
}

/** Resolves once the session counts again. */
function askAgain(): Promise<void> {
  asking ??= new Promise<void>((resolve) => {
    if (settled(held.value.session)) return resolve();
    returned = resolve;
    held.value = { ...held.value, asking: true };
  }).finally(() => {
    asking = returned = null;
    held.value = { ...held.value, asking: false };
  });
  return asking;
}
