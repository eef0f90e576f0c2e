/**
 * What outlives a page. In localStorage: the language, the theme, and that somebody signed in here. In
 * sessionStorage, which ends with the tab: the station and the open cases, so that neither a lost answer
 * nor a reload makes one traveller two movements.
 */

import type { Language } from "../words";

const PREFIX = "mabar.";

export type Theme = "system" | "light" | "dark" | "contrast";

interface Kept {
  language: Language | null;
  theme: Theme | null;
  signedIn: true | null;
  station: { crossing_point: string | null; direction: "entry" | "exit" | null } | null;
  /** What the first line has open, as `firstline/` understands it. */
  cases: unknown;
  /** The records of other posts that are open for a while, as `app/glass.ts` understands them. */
  glasses: unknown;
}

const PLACES: Record<keyof Kept, Storage> = {
  language: localStorage,
  theme: localStorage,
  signedIn: localStorage,
  station: sessionStorage,
  cases: sessionStorage,
  glasses: sessionStorage,
};

/** Read and write as plain properties; null is nothing. */
export const kept: Kept = Object.defineProperties(
  {},
  Object.fromEntries(
    Object.entries(PLACES).map(([name, place]) => [name, { get: () => read(place, name), set: write(place, name) }]),
  ),
) as Kept;

function read(place: Storage, name: string): unknown {
  try {
    return JSON.parse(place.getItem(PREFIX + name) ?? "null");
  } catch {
    return null; // written by another version: as good as nothing
  }
}

function write(place: Storage, name: string) {
  return (value: unknown) =>
    value === null ? place.removeItem(PREFIX + name) : place.setItem(PREFIX + name, JSON.stringify(value));
}
