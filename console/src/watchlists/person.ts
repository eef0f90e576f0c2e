/** Whom an entry means: as the service stores it, as a form holds it while it is written, as it is sent. */

import type { Schemas } from "../api";

export type PersonIn = Schemas["PersonIn"];

export interface Listed {
  kind: string;
  names: { text: string; kind: string }[];
  dates_of_birth: string[];
  nationalities: string[];
  sex: string | null;
  documents: { number: string; issuing_state: string | null; kind: string | null }[];
  father_names: string[];
  mother_names: string[];
  reference: string | null;
}

export interface PersonForm {
  kind: "person" | "document";
  names: { text: string; kind: Schemas["NameKind"] }[];
  dates_of_birth: string[];
  nationalities: string;
  sex: "" | "M" | "F";
  documents: { number: string; issuing_state: string; kind: string }[];
  father_names: string[];
  mother_names: string[];
  reference: string;
}

export const BLANK_NAME: PersonForm["names"][number] = { text: "", kind: "primary" };
export const BLANK_DOCUMENT: PersonForm["documents"][number] = { number: "", issuing_state: "", kind: "" };

/** The entry of an answer, which the service describes as an object alone. */
export const listed = (entry: Record<string, unknown> | null): Listed | null => entry as Listed | null;

/** A form with what an entry says; blank for a new one. */
export function formOf(said: Listed | null): PersonForm {
  const atLeastOne = <Row>(rows: Row[] | undefined, blank: Row): Row[] => (rows?.length ? rows : [blank]);
  return {
    kind: said?.kind === "document" ? "document" : "person",
    names: atLeastOne(said?.names as PersonForm["names"] | undefined, BLANK_NAME).map(({ text, kind }) => ({
      text,
      kind,
    })),
    dates_of_birth: atLeastOne(said?.dates_of_birth, ""),
    nationalities: said?.nationalities.join(" ") ?? "",
    sex: said?.sex === "M" || said?.sex === "F" ? said.sex : "",
    documents: (said?.documents ?? []).map(({ number, issuing_state, kind }) => ({
      number,
      issuing_state: issuing_state ?? "",
      kind: kind ?? "",
    })),
    father_names: atLeastOne(said?.father_names, ""),
    mother_names: atLeastOne(said?.mother_names, ""),
    reference: said?.reference ?? "",
  };
}

/** What a form says, without the rows that were left blank. */
export function personOf(form: PersonForm): PersonIn {
  const filled = (texts: string[]) => texts.map((text) => text.trim()).filter(Boolean);
  return {
    kind: form.kind,
    names: form.names.map((name) => ({ ...name, text: name.text.trim() })).filter(({ text }) => text),
    dates_of_birth: filled(form.dates_of_birth).map(dateOf),
    nationalities: filled(form.nationalities.toUpperCase().split(/[\s,]+/)),
    sex: form.sex || null,
    documents: form.documents
      .filter(({ number }) => number.trim())
      .map(({ number, issuing_state, kind }) => ({
        number: number.trim().toUpperCase(),
        issuing_state: issuing_state.trim().toUpperCase() || null,
        kind: kind.trim() || null,
      })),
    father_names: filled(form.father_names),
    mother_names: filled(form.mother_names),
    reference: form.reference.trim() || null,
  };
}

const DAY_FIRST = /^(\d{1,2})[./](\d{1,2})[./](\d{4})$/;

/** A date as officers write it, with the day first, as the service wants it; any other text as it stands. */
export function dateOf(text: string): string {
  const [, day, month, year] = DAY_FIRST.exec(text) ?? [];
  return day && month && year ? `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}` : text;
}

/** The values of a field of an entry or of its terms as short texts. */
export function textsOf(value: unknown): string[] {
  if (value === null || value === undefined || value === "") return [];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (typeof value !== "object") return [String(value)];
  const { text, number, issuing_state, kind } = value as Record<string, string | null>;
  if (number) return [[number, issuing_state, kind].filter(Boolean).join(" ")];
  return [kind && kind !== "primary" ? `${text} (${kind})` : String(text)];
}
