/** Days and moments as they are typed: ISO 8601, in Latin digits, the same in every language and browser. */

export type DayKind = "date" | "datetime-local";

export const WRITTEN: Record<DayKind, string> = { date: "YYYY-MM-DD", "datetime-local": "YYYY-MM-DD hh:mm" };

const SHAPES: Record<DayKind, RegExp> = {
  date: /^(\d{4}-\d\d-\d\d)$/,
  "datetime-local": /^(\d{4}-\d\d-\d\d) ([01]\d|2[0-3]):[0-5]\d$/,
};

/** What stands against a typed day or moment: the text that says so, with what fills it; null where nothing does. */
export function against(kind: DayKind, typed: string, { min = "", max = "" } = {}): [string, string] | null {
  if (!typed) return null;
  const day = SHAPES[kind].exec(typed)?.[1];
  if (!day) return ["day.shape", WRITTEN[kind]];
  if (!exists(day)) return ["day.none", day];
  if (min && day < min) return ["day.early", min];
  return max && day > max ? ["day.late", max] : null;
}

function exists(day: string): boolean {
  const at = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day);
}

/** What was typed, with Latin digits and hyphens; eight digits in a row are a day. */
export function tidied(typed: string): string {
  return typed
    .replace(/[\u0660-\u0669]/g, (digit) => String(digit.charCodeAt(0) - 0x0660))
    .replace(/[\u06f0-\u06f9]/g, (digit) => String(digit.charCodeAt(0) - 0x06f0))
    .replace(/[./\u2010-\u2015]/g, "-")
    .replace(/^(\d{4})(\d\d)(\d\d)$/, "$1-$2-$3")
    .replace(/^(\d{4}-\d\d-\d\d)[T,]?\s*(?=\d)/, "$1 ");
}

/** A moment as forms send it: with the T of ISO 8601. */
export const sent = (typed: string): string => typed.replace(" ", "T");
