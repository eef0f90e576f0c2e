/** A figure's rows as what is drawn of them: categories, and a series for each measure or each part. Pure. */

import type { Statistic } from "./figures";
import { daysOf } from "./filters";

export interface Shown {
  figure: Statistic["figure"];
  /** One dimension; or two, of which the second makes the series of the first measure. */
  by: readonly [string] | readonly [string, string];
  measures: readonly string[];
  look: "bars" | "columns" | "line";
  stacked?: boolean;
  /** What it is confined to, besides the filters. */
  only?: Readonly<Record<string, string>>;
}

export interface Series {
  /** A measure, or where the second dimension makes the series one of its keys. */
  name: string;
  compared: boolean;
  values: (number | null)[];
}

export interface Drawn {
  categories: string[];
  series: Series[];
}

const MOST = 14; // categories that a picture takes; the table has all
const ORDERED = new Set(["day", "age_band", "stage"]);
const NOT_ZERO = new Set(["inside", "times"]); // where no row does not mean none

type Row = Statistic["rows"][number];

/** What a row counts, of all its measures the first. */
const countOf = (row: Row, measure: string): number => Number(row.values[measure] ?? 0);

/** The rows in the order of the table: by key where keys have an order, else the most first. */
export function sorted(told: Statistic, { by, measures }: Shown): Row[] {
  const [first = ""] = measures;
  if (ORDERED.has(by[0])) return told.rows.toSorted((a, b) => (a.key.join() < b.key.join() ? -1 : 1));
  return told.rows.toSorted((a, b) => countOf(b, first) - countOf(a, first));
}

export function drawnOf(told: Statistic, shown: Shown): Drawn {
  const rows = sorted(told, shown);
  const categories = categoriesOf(told, shown, rows);
  const compared = told.against ? [false, true] : [false];
  const absent = NOT_ZERO.has(told.figure) ? null : 0;
  const parts = shown.by[1] ? [...new Set(rows.map(({ key }) => key[1] ?? ""))].sort() : [undefined];
  const found = new Map(rows.map((row) => [row.key.join("\n"), row]));
  const series = parts.flatMap((part) =>
    shown.measures.flatMap((measure) =>
      compared.map((of) => ({
        name: part ?? measure,
        compared: of,
        values: categories.map((category) => {
          const row = found.get(part === undefined ? category : `${category}\n${part}`);
          if (!row) return absent;
          return ((of ? row.compared : row.values)?.[measure] ?? null) as number | null;
        }),
      })),
    ),
  );
  return { categories, series };
}

function categoriesOf(told: Statistic, { by }: Shown, rows: Row[]): string[] {
  if (by[0] === "day") return daysOf(told.first, told.last);
  const keys = [...new Set(rows.map(({ key }) => key[0] ?? ""))];
  return ORDERED.has(by[0]) ? keys : keys.slice(0, MOST);
}
