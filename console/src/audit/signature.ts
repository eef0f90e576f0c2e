/**
 * Whether a checkpoint bears the signature of the trail's key: C2SP signed-note with Ed25519, checked in the browser.
 *
 * The key is `name+hash+base64(0x01 || key)`; a signature line is `— name base64(hash || signature)` and signs all that
 * stands before the empty line.
 */

const ED25519 = 0x01;
const HASH_BYTES = 4;

/** Null where the browser knows no Ed25519. */
export async function isSigned(note: string, verifier: string): Promise<boolean | null> {
  const [name = "", , encoded = ""] = splitThrice(verifier);
  const key = bytesOf(encoded);
  const [text, signatures] = partsOf(note);
  const line = signatures.find((one) => one.startsWith(`— ${name} `));
  if (!line || key[0] !== ED25519) return false;
  const signature = bytesOf(line.slice(`— ${name} `.length)).slice(HASH_BYTES);
  try {
    const imported = await crypto.subtle.importKey("raw", key.slice(1), "Ed25519", false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", imported, signature, new TextEncoder().encode(text));
  } catch (error) {
    if (error instanceof DOMException && error.name === "NotSupportedError") return null;
    throw error;
  }
}

/** A key's name, hash and value; the value may hold further plus signs. */
function splitThrice(verifier: string): string[] {
  const first = verifier.indexOf("+");
  const second = verifier.indexOf("+", first + 1);
  return [verifier.slice(0, first), verifier.slice(first + 1, second), verifier.slice(second + 1)];
}

/** What is signed, its last line ended, and the lines of signatures. */
function partsOf(note: string): [text: string, signatures: string[]] {
  const at = note.indexOf("\n\n");
  return at < 0 ? [note, []] : [note.slice(0, at + 1), note.slice(at + 2).split("\n")];
}

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
