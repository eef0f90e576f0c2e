/**
 * What the console says, in the officer's language.
 *
 * A file of texts belongs to a folder of sources (`words/en/account.json` to `account/`); `common.json` belongs to
 * all. They come one language at a time, a desk's with the desk. Every key is in one file only, so `t` needs no more.
 */

import i18next from "i18next";
import { initReactI18next, useTranslation } from "react-i18next";
import { kept } from "../app/kept";

export const LANGUAGES = { en: "English", ar: "العربية", ckb: "کوردی" } as const;
export type Language = keyof typeof LANGUAGES;

const RIGHT_TO_LEFT: ReadonlySet<string> = new Set(["ar", "ckb"]);
const ISOLATE = "\u2068";
const LEFT_TO_RIGHT = "\u2066";
const END_ISOLATE = "\u2069";
const NAMESPACE = "texts";
const FILES = import.meta.glob<Record<string, string>>("./*/*.json", { import: "default" });
const brought = new Set(["common"]); // the files asked for so far

/** The language in force. */
export const language = (): Language => (isLanguage(i18next.language) ? i18next.language : "en");

/** Whether the language in force runs from right to left. */
export const isRightToLeft = () => RIGHT_TO_LEFT.has(language());

/** The text of `key`, its {placeholders} filled; each filling keeps its own direction of writing. */
export const t = (key: string, fillings: Record<string, string | number> = {}): string => i18next.t(key, fillings);

/** Whether there is a text of `key`. */
export const has = (key: string): boolean => i18next.exists(key);

/** The text of a code in `group`; the code itself where the service knows one that the console does not yet. */
export const named = (group: string, code: string): string =>
  has(`${group}.${code}`) ? t(`${group}.${code}`) : String(code);

/** Draws the component again when the language changes; gives `t`. */
export function useWords(): typeof t {
  useTranslation();
  return t;
}

/** Begin in the language asked for last, else the first of the browser's that there are texts in. */
export async function beginToSpeak(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: "en",
    fallbackLng: false,
    ns: [NAMESPACE],
    defaultNS: NAMESPACE,
    resources: {},
    showSupportNotice: false,
    keySeparator: false,
    nsSeparator: false,
    contextSeparator: "\u0000", // keys are looked up as they stand: no context and no plural is put behind them
    pluralSeparator: "\u0000",
    interpolation: {
      prefix: "{",
      suffix: "}",
      escapeValue: true,
      escape: (filling) => ISOLATE + filling + END_ISOLATE, // React escapes markup; this keeps directions apart
    },
    react: { useSuspense: false },
  });
  await speak(preferred());
}

/** Speak `wanted` from now on, and turn the page the way it is read. */
export async function speak(wanted: Language): Promise<void> {
  await Promise.all([...brought].map((file) => bring(wanted, file)));
  await i18next.changeLanguage(wanted);
  kept.language = wanted;
  document.documentElement.lang = wanted;
  document.documentElement.dir = isRightToLeft() ? "rtl" : "ltr";
}

/** Bring in the texts of a folder besides the common ones, in the language in force. */
export async function wordsOf(folder: string): Promise<void> {
  brought.add(folder);
  await bring(language(), folder);
}

async function bring(wanted: Language, file: string): Promise<void> {
  const texts = await FILES[`./${wanted}/${file}.json`]?.();
  if (texts) i18next.addResourceBundle(wanted, NAMESPACE, texts, true, true);
}

function preferred(): Language {
  const asked = [kept.language, ...navigator.languages.map((tag) => tag.toLowerCase().split("-")[0])];
  return asked.map((tag) => (tag === "ku" ? "ckb" : tag)).find(isLanguage) ?? "en";
}

function isLanguage(tag: string | null | undefined): tag is Language {
  return tag != null && tag in LANGUAGES;
}

const DAY = /\d{4}-\d\d-\d\d/g;
const UNBROKEN_HYPHEN = "\u2060-\u2060"; // a day is never broken over two lines
const MOMENT = /\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)/g;
const LATIN_RUN = /[A-Za-z0-9](?:[\w:+./<~', -]*[A-Za-z0-9])?/g;

/** A text of the service: its moments in local time, its codes, names and dates kept from being turned around. */
export function tidy(text: string): string {
  const local = text.replace(MOMENT, when);
  const turned = isRightToLeft() ? local.replace(LATIN_RUN, (run) => LEFT_TO_RIGHT + run + END_ISOLATE) : local;
  return turned.replace(DAY, (day) => day.replaceAll("-", UNBROKEN_HYPHEN));
}

/** A date and time of this place, to the minute: Gregorian, in Latin digits, sorted as it reads. */
export function when(moment: string | Date): string {
  const at = new Date(moment);
  const two = (number: number) => String(number).padStart(2, "0");
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** A count in Latin digits, in groups of three. */
export const counted = (number: number): string => number.toLocaleString("en");
