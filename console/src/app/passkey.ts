/** Passkeys and smart cards: what the service asks of an authenticator, brought to it, and its answer brought back. */

import { answered, Problem, plainApi, type Schemas } from "../api";

/** What the service sends to be asked of an authenticator (WebAuthn, binary parts in base64url). */
interface Asked {
  challenge: string;
  user?: { id: string; name: string; displayName: string };
  excludeCredentials?: { id: string; type: "public-key" }[];
  allowCredentials?: { id: string; type: "public-key" }[];
}

/** Register a passkey of one's own under `name`, through `asking`. Throws a Problem. */
export async function registerPasskey(name: string, asking = plainApi): Promise<void> {
  const options = (await answered(asking.POST("/v1/account/passkeys/challenge"))) as unknown as Asked;
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user?.id ?? "") },
    excludeCredentials: described(options.excludeCredentials),
  } as unknown as PublicKeyCredentialCreationOptions;
  const made = await touched(() => navigator.credentials.create({ publicKey }));
  const { clientDataJSON, attestationObject, getTransports } = made.response as AuthenticatorAttestationResponse;
  const response = {
    clientDataJSON: text(clientDataJSON),
    attestationObject: text(attestationObject),
    transports: getTransports?.call(made.response) ?? [],
  };
  const body = { name, ...credential(made), response } as Schemas["NewPasskeyIn"];
  await answered(asking.POST("/v1/account/passkeys", { body }));
}

/** Show a passkey of the account that is signed in; gives the session as it is then. Throws a Problem. */
export async function showPasskey(): Promise<Schemas["SignedInOut"]> {
  const options = (await answered(plainApi.POST("/v1/session/passkey/challenge"))) as unknown as Asked;
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    allowCredentials: described(options.allowCredentials),
  } as PublicKeyCredentialRequestOptions;
  const shown = await touched(() => navigator.credentials.get({ publicKey }));
  const { clientDataJSON, authenticatorData, signature } = shown.response as AuthenticatorAssertionResponse;
  const response = {
    clientDataJSON: text(clientDataJSON),
    authenticatorData: text(authenticatorData),
    signature: text(signature),
  };
  const body = { ...credential(shown), response } as Schemas["ShownPasskeyIn"];
  return answered(plainApi.POST("/v1/session/passkey", { body }));
}

async function touched(ceremony: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    return (await ceremony()) as PublicKeyCredential;
  } catch (error) {
    const known = error instanceof DOMException && error.name === "InvalidStateError";
    throw new Problem({ type: known ? "passkey-known" : "passkey-unanswered", status: 422 });
  }
}

const credential = ({ id, rawId, type }: PublicKeyCredential) => ({ id, rawId: text(rawId), type });

const described = (list: Asked["allowCredentials"]) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

function bytes(base64url: string): Uint8Array<ArrayBuffer> {
  const base64 = base64url.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

function text(buffer: ArrayBuffer): string {
  const base64 = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
