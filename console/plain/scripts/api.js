/** Talking to the service. Refusals arrive as problem documents (RFC 9457) and leave as `Problem`. */

import { language } from "./texts.js";

const RENEWED = new Set(["not-signed-in", "session-locked"]);
const PATIENCE = 20_000; // ms until an answer counts as lost

/** A refusal by the service, or no answer at all (`status` 0). */
export class Problem extends Error {
  constructor({ status = 0, type = "", title = "", detail = "", errors = [] }) {
    super(detail || title);
    Object.assign(this, { status, title, detail, errors, kind: type.replace("urn:mabar:problem:", "") });
  }

  /** Whether it is open if the service did what was asked: then only the very same request may follow. */
  get unsettled() {
    return this.status === 0 || this.status >= 500;
  }
}

let signInAgain = null;
let ahead = 0; // ms by which the service's clock is ahead of this workstation's

/** `handler` is called with the kind of refusal when a session has ended or is locked, and resolves once it counts. */
export function whenSessionEnds(handler) {
  signInAgain = handler;
}

/** Now, by the service's clock: a workstation's may be wrong, and a movement in the future is refused. */
export const now = () => new Date(Date.now() + ahead);

/**
 * Ask the service. A session that has ended is renewed first, and the same request then sent again.
 *
 * `json` or `form` is the body. Throws a Problem.
 */
export async function call(method, path, { json, form, renew = true } = {}) {
  for (;;) {
    try {
      return await once(method, path, json, form);
    } catch (problem) {
      if (!(renew && signInAgain && problem.status === 401 && RENEWED.has(problem.kind))) throw problem;
      await signInAgain(problem.kind);
    }
  }
}

async function once(method, path, json, form) {
  const headers = { Accept: "application/json", "Accept-Language": language() };
  if (json !== undefined) headers["Content-Type"] = "application/json";
  let answer;
  let body;
  try {
    answer = await fetch(path, {
      method,
      headers,
      body: json === undefined ? form : JSON.stringify(json),
      credentials: "same-origin",
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE),
    });
    setClock(answer);
    body = answer.status === 204 ? null : await answer.json();
  } catch (error) {
    throw new Problem({
      type: answer ? "unreadable" : "unreachable",
      status: answer && !answer.ok ? answer.status : 0,
      detail: answer ? error.message : "",
    });
  }
  if (!answer.ok) throw new Problem({ ...body, status: answer.status });
  return body;
}

function setClock(answer) {
  const said = Date.parse(answer.headers.get("date") ?? "");
  if (Number.isFinite(said)) ahead = said - Date.now();
}

/** A path with the parameters that have a value. */
export function withQuery(path, params) {
  const query = new URLSearchParams(Object.entries(params).filter(([, value]) => value));
  return query.size ? `${path}?${query}` : path;
}
