/**
 * Proofs over the trail's tree, checked here and not by the service that gives them: RFC 9162, section 2.1.
 *
 * Hashes are hexadecimal, as the API gives them.
 */

const LEAF = 0x00;
const NODE = 0x01;

/** The hash of an event's text as a leaf. */
export const leafHash = (text: string): Promise<string> => hashOf(LEAF, new TextEncoder().encode(text));

/** The root that a leaf leads to along its path; null where the path does not fit the size (2.1.3.2). */
export async function rootAlong(
  path: readonly string[],
  leaf: string,
  index: number,
  size: number,
): Promise<string | null> {
  let place = index;
  let last = size - 1;
  let hash = leaf;
  for (const beside of path) {
    if (last === 0) return null;
    if (isOdd(place) || place === last) {
      hash = await nodeHash(beside, hash);
      while (!isOdd(place) && place !== 0) [place, last] = [half(place), half(last)];
    } else hash = await nodeHash(hash, beside);
    [place, last] = [half(place), half(last)];
  }
  return last === 0 ? hash : null;
}

/** The roots of the first `size` events and of all `grown` that a path leads to; null where it does not fit (2.1.4.2). */
export async function rootsAlong(
  path: readonly string[],
  size: number,
  root: string,
  grown: number,
): Promise<[before: string, after: string] | null> {
  if (size === grown) return path.length ? null : [root, root];
  let place = size - 1;
  let last = grown - 1;
  while (isOdd(place)) [place, last] = [half(place), half(last)];
  const [first, ...others] = place === 0 ? [root, ...path] : path; // a whole subtree is its own first hash
  if (first === undefined) return null;
  let [before, after] = [first, first];
  for (const beside of others) {
    if (last === 0) return null;
    if (isOdd(place) || place === last) {
      [before, after] = [await nodeHash(beside, before), await nodeHash(beside, after)];
      while (!isOdd(place) && place !== 0) [place, last] = [half(place), half(last)];
    } else after = await nodeHash(after, beside);
    [place, last] = [half(place), half(last)];
  }
  return last === 0 ? [before, after] : null;
}

const isOdd = (number: number): boolean => number % 2 === 1;
const half = (number: number): number => Math.floor(number / 2);
const nodeHash = (left: string, right: string): Promise<string> => hashOf(NODE, bytesOf(left), bytesOf(right));

async function hashOf(kind: number, ...parts: Uint8Array[]): Promise<string> {
  const whole = Uint8Array.from([kind, ...parts.flatMap((part) => [...part])]);
  return hexOf(new Uint8Array(await crypto.subtle.digest("SHA-256", whole)));
}

const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** A signed checkpoint, read: the chain it is of, how many events it seals, and their root. */
export interface Checkpoint {
  chain: string;
  size: number;
  root: string;
  sealed: string;
}

/** Reads a checkpoint note (C2SP tlog-checkpoint); null where it is none. */
export function readCheckpoint(note: string): Checkpoint | null {
  const [chain, size, root, sealed] = note.trim().split("\n");
  if (!chain || !/^\d+$/.test(size ?? "") || !/^[A-Za-z0-9+/]{43}=$/.test(root ?? "")) return null;
  const bytes = Uint8Array.from(atob(root ?? ""), (letter) => letter.charCodeAt(0));
  return { chain, size: Number(size), root: hexOf(bytes), sealed: (sealed ?? "").replace(/^sealed /, "") };
}
