/**
 * Check digits of a zone while it is typed (ICAO Doc 9303 part 3, 4.9): weights 7, 3, 1 over the characters' values,
 * modulo 10. What is recorded is checked by the service; this only spares the officer the way there.
 */

export interface Digit {
  field: string;
  /** Line from 0 and place from 0 of the digit itself. */
  line: number;
  place: number;
  printed: string;
  computed: string;
  valid: boolean;
}

type Span = readonly [line: number, from: number, to: number]; // `to` not included

interface Rule {
  field: string;
  over: readonly Span[];
  digit: readonly [line: number, place: number];
  /** Whether a filler may stand for a zero: an empty optional field. */
  filler?: true;
}

const NUMBER = (line: number, from: number): Rule => ({
  field: "document_number",
  over: [[line, from, from + 9]],
  digit: [line, from + 9],
});
const DATE = (field: string, line: number, from: number): Rule => ({
  field,
  over: [[line, from, from + 6]],
  digit: [line, from + 6],
});

/** By the lengths of the lines; visas (first character V) have no composite and no optional digit. */
const LAYOUTS: Record<string, readonly Rule[]> = {
  "44 44": [
    NUMBER(1, 0),
    DATE("date_of_birth", 1, 13),
    DATE("date_of_expiry", 1, 21),
    { field: "optional_data", over: [[1, 28, 42]], digit: [1, 42], filler: true },
    {
      field: "composite",
      over: [
        [1, 0, 10],
        [1, 13, 20],
        [1, 21, 43],
      ],
      digit: [1, 43],
    },
  ],
  "36 36": [
    NUMBER(1, 0),
    DATE("date_of_birth", 1, 13),
    DATE("date_of_expiry", 1, 21),
    {
      field: "composite",
      over: [
        [1, 0, 10],
        [1, 13, 20],
        [1, 21, 35],
      ],
      digit: [1, 35],
    },
  ],
  "30 30 30": [
    NUMBER(0, 5),
    DATE("date_of_birth", 1, 0),
    DATE("date_of_expiry", 1, 8),
    {
      field: "composite",
      over: [
        [0, 5, 30],
        [1, 0, 7],
        [1, 8, 15],
        [1, 18, 29],
      ],
      digit: [1, 29],
    },
  ],
};
const NOT_ON_VISAS: ReadonlySet<string> = new Set(["optional_data", "composite"]);

/** The digits of the lines as they stand; none while their lengths fit no layout. A number of more than nine places (TD1, TD2) is left to the service. */
export function digitsOf(lines: readonly string[]): Digit[] {
  const rules = LAYOUTS[lines.map(({ length }) => length).join(" ")] ?? [];
  const visa = lines[0]?.startsWith("V");
  return rules
    .filter(({ field }) => !(visa && NOT_ON_VISAS.has(field)))
    .map((rule) => judged(rule, lines))
    .filter(({ field, printed }) => !(field === "document_number" && printed === "<"));
}

function judged({ field, over, digit: [line, place], filler }: Rule, lines: readonly string[]): Digit {
  const printed = lines[line]?.[place] ?? "";
  const computed = String(checkDigit(over.map(([at, from, to]) => lines[at]?.slice(from, to) ?? "").join("")));
  const valid = printed === computed || (filler === true && printed === "<" && computed === "0");
  return { field, line, place, printed, computed, valid };
}

/** The check digit of some characters. */
export function checkDigit(characters: string): number {
  return [...characters].reduce((total, one, at) => total + valueOfCharacter(one) * weightAt(at), 0) % 10;
}

/** What a place counts by: 7, 3, 1 and again. */
export const weightAt = (at: number): number => [7, 3, 1][at % 3] ?? 0;

/** What a character counts: digits as themselves, A to Z from 10 to 35, anything else nothing. */
export function valueOfCharacter(character: string): number {
  if (/[0-9]/.test(character)) return Number(character);
  return /[A-Z]/.test(character) ? character.charCodeAt(0) - 55 : 0;
}
