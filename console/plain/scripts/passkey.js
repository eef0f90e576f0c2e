/** Passkeys and smart cards: what the service asks of an authenticator, brought to it, and its answer brought back. */

import { call, Problem } from "./api.js";

/** Register a passkey of one's own under `name`. Throws a Problem. */
export async function registerPasskey(name) {
  const options = await call("POST", "/v1/account/passkeys/challenge");
  const asked = { ...options, challenge: bytes(options.challenge) };
  asked.user = { ...options.user, id: bytes(options.user.id) };
  asked.excludeCredentials = described(options.excludeCredentials);
  const made = await touched(() => navigator.credentials.create({ publicKey: asked }));
  const { clientDataJSON, attestationObject } = made.response;
  const response = { clientDataJSON: text(clientDataJSON), attestationObject: text(attestationObject) };
  response.transports = made.response.getTransports?.() ?? [];
  return call("POST", "/v1/account/passkeys", { json: { name, ...credential(made), response } });
}

/** Show a passkey of the account that is signed in; gives the session as it is then. Throws a Problem. */
export async function showPasskey() {
  const options = await call("POST", "/v1/session/passkey/challenge", { renew: false });
  const asked = { ...options, challenge: bytes(options.challenge) };
  asked.allowCredentials = described(options.allowCredentials);
  const shown = await touched(() => navigator.credentials.get({ publicKey: asked }));
  const { clientDataJSON, authenticatorData, signature } = shown.response;
  const response = {
    clientDataJSON: text(clientDataJSON),
    authenticatorData: text(authenticatorData),
    signature: text(signature),
  };
  return call("POST", "/v1/session/passkey", { json: { ...credential(shown), response }, renew: false });
}

async function touched(ceremony) {
  try {
    return await ceremony();
  } catch (error) {
    const kind = error.name === "InvalidStateError" ? "passkey-known" : "passkey-unanswered";
    throw new Problem({ type: kind, status: 422 });
  }
}

const credential = ({ id, rawId, type }) => ({ id, rawId: text(rawId), type });

const described = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

function bytes(base64url) {
  const base64 = base64url.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const base64 = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
