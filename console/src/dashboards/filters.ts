/** What is asked for, as it stands in the address; what of it a figure is kept by; and where its movements are listed. */

import { dayAtPosts } from "../api";
import type { Figure } from "./figures";

export const FILTERS = ["from", "to", "against", "crossing_point", "direction", "nationality", "rule"] as const;
export type Filters = Record<(typeof FILTERS)[number], string>;

export const COMPARED = ["before", "year"] as const;
const DAYS = 30; // shown where no first day is named
const DAY = 86_400_000; // ms
const EVERYWHERE = ["crossing_point", "direction"] as const;

const KEPT_BY: Record<Figure, readonly (keyof Filters)[]> = {
  movements: EVERYWHERE,
  travellers: [...EVERYWHERE, "nationality"],
  documents: EVERYWHERE,
  outcomes: [...EVERYWHERE, "nationality"],
  times: EVERYWHERE,
  findings: [...EVERYWHERE, "nationality", "rule"],
  hits: EVERYWHERE,
  inside: ["crossing_point"],
};

export const filtersOf = (params: URLSearchParams): Filters =>
  Object.fromEntries(FILTERS.map((name) => [name, params.get(name) ?? ""])) as Filters;

/** The first and last day asked for, both included; the last thirty where none is named. */
export function periodOf({ from, to }: Filters): { first: string; last: string } {
  const last = to || dayAtPosts();
  return { first: from || moved(last, 1 - DAYS), last };
}

/** A figure's query. The days of `against` follow from the period. */
export function askedOf(filters: Filters, figure: Figure): Record<string, string> {
  const { first, last } = periodOf(filters);
  const kept = KEPT_BY[figure].filter((name) => filters[name]).map((name) => [name, filters[name]]);
  const against = comparedWith(filters.against, first, last);
  return { from: first, to: last, ...(against && { against }), ...Object.fromEntries(kept) };
}

/** The filters that are set and that a figure is not kept by: it is shown without them. */
export function unheeded(filters: Filters, figure: Figure): string[] {
  const narrowing = ["crossing_point", "direction", "nationality", "rule"] as const;
  return narrowing.filter((name) => filters[name] && !KEPT_BY[figure].includes(name));
}

function comparedWith(against: string, first: string, last: string): string {
  const length = (Date.parse(last) - Date.parse(first)) / DAY + 1;
  if (against === "before") return moved(first, -length);
  return against === "year" ? moved(first, -364) : ""; // 52 weeks, so that weekdays meet
}

const LISTED = new Set(["day", "crossing_point", "direction", "nationality", "rule"]);

/** Whether the log can be asked for the movements of a row with such a key. */
export const listed = (by: readonly string[]): boolean => by.every((name) => LISTED.has(name));

/** The log's address of the movements that a row counts; null for all rows together, which may count other things. */
export function logOf(filters: Filters, by: readonly string[], key: readonly string[]): string | null {
  if (key.length < by.length || !listed(by)) return null;
  const { first, last } = periodOf(filters);
  const row = Object.fromEntries(by.map((name, at) => [name, key[at] ?? ""]));
  const { day = "", ...narrowed } = row;
  const { crossing_point, direction, nationality, rule } = filters;
  const whole = { crossing_point, direction, nationality, rule, ...narrowed };
  const days = { from: `${day || first}T00:00`, to: `${moved(day || last, 1)}T00:00` };
  const given = Object.entries({ ...days, ...whole }).filter(([, value]) => value);
  return `/movements?${new URLSearchParams(given)}`;
}

/** The days of a period, both ends included. */
export function daysOf(first: string, last: string): string[] {
  const days = [];
  for (let day = first; day <= last; day = moved(day, 1)) days.push(day);
  return days;
}

function moved(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY).toISOString().slice(0, 10);
}
