/**
 * Talking to the service, typed by its OpenAPI document.
 *
 *     const lists = await answered(api.GET("/v1/watchlists"));
 *
 * A refusal is thrown as a `Problem`. A session that has ended is renewed first, and the same request sent again.
 */

import createClient from "openapi-fetch";
import { language } from "../words";
import { Problem } from "./problem";
import type { components, paths } from "./schema";

export { Problem } from "./problem";
export type Schemas = components["schemas"];

const RENEWED = new Set(["not-signed-in", "session-locked"]);
const UNCHANGED = 304; // to who asked with the tag of what is at hand
const BODILESS = new Set([204, UNCHANGED]);
const PATIENCE = 20_000; // ms until an answer counts as lost
const LONG_PATIENCE = 900_000; // the same where a whole list is read before the answer

const MINUTE = 60_000; // ms
const DAY = 1440 * MINUTE;

let signInAgain: ((kind: string) => Promise<void>) | null = null;
let offsetOfPosts: number | null = null;
let ahead = 0; // ms by which the service's clock is ahead of this workstation's
const listeners = new Set<(reached: boolean) => void>();

/** `handler` is called with the kind of refusal when a session has ended or is locked, and resolves once it counts. */
export function whenSessionEnds(handler: typeof signInAgain): void {
  signInAgain = handler;
}

/** Tells after every request whether the service was reached; gives what stops it. */
export function onReach(listener: (reached: boolean) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Now, by the service's clock: a workstation's may be wrong, and a movement in the future is refused. */
export const now = (): Date => new Date(Date.now() + ahead);

/** The day at the posts, some days away from today's: this workstation may stand, or be set, elsewhere. */
export const dayAtPosts = (away = 0): string => {
  const offset = offsetOfPosts ?? -new Date().getTimezoneOffset();
  return new Date(now().getTime() + offset * MINUTE + away * DAY).toISOString().slice(0, 10);
};

/** Says by how many minutes the day at the posts begins before that of UTC. */
export function countDays(offset: number): void {
  offsetOfPosts = offset;
}

/** Asks and, where a session has ended, has it renewed and asks once more. */
export const api = createClient<paths>({ baseUrl: location.origin, fetch: (request) => renewing(request) });

/** The same for what takes minutes. */
export const patientApi = createClient<paths>({
  baseUrl: location.origin,
  fetch: (request) => renewing(request, LONG_PATIENCE),
});

/** Asks as things stand: for the session itself. */
export const plainApi = createClient<paths>({ baseUrl: location.origin, fetch: (request) => once(request) });

/** The body of an answer. Throws a Problem. */
export async function answered<T>(asked: Promise<{ data?: T; response: Response }>): Promise<T> {
  return (await asked).data as T;
}

async function renewing(request: Request, patience = PATIENCE): Promise<Response> {
  for (;;) {
    try {
      return await once(request.clone(), patience);
    } catch (problem) {
      const ended = problem instanceof Problem && problem.status === 401 && RENEWED.has(problem.kind);
      if (!ended || !signInAgain) throw problem;
      await signInAgain(problem.kind);
    }
  }
}

async function once(request: Request, patience = PATIENCE): Promise<Response> {
  const answer = await sent(request, patience);
  if (answer.ok || answer.status === UNCHANGED) return answer;
  const body = await answer.json().catch(() => ({ type: "unreadable" }));
  throw new Problem({ ...body, status: answer.status });
}

async function sent(request: Request, patience: number): Promise<Response> {
  request.headers.set("Accept", "application/json");
  if (!request.headers.has("Accept-Language")) request.headers.set("Accept-Language", language());
  try {
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(patience)]);
    const answer = await fetch(request, { credentials: "same-origin", cache: "no-store", signal });
    const whole = new Response(BODILESS.has(answer.status) ? null : await answer.blob(), answer);
    setClock(whole);
    tell(true);
    return whole;
  } catch (error) {
    if (request.signal.aborted) throw error; // by the page, which wants no answer any more
    tell(false);
    throw new Problem({ type: "unreachable" });
  }
}

function setClock(answer: Response): void {
  const said = Date.parse(answer.headers.get("date") ?? "");
  if (Number.isFinite(said)) ahead = said - Date.now();
}

function tell(reached: boolean): void {
  for (const listener of listeners) listener(reached);
}
