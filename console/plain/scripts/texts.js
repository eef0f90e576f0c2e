/** The texts of the console in the officer's language. All three files have the same keys. */

import { kept } from "./keep.js";

export const LANGUAGES = { en: "English", ar: "العربية", ckb: "کوردی" };
const RIGHT_TO_LEFT = new Set(["ar", "ckb"]);
const ISOLATE = "\u2068";
const LEFT_TO_RIGHT = "\u2066";
const END_ISOLATE = "\u2069";

let texts = {};
let code = "en";

/** The language in force. */
export const language = () => code;

/** The language asked for last, else the first of the browser's that there are texts in. */
export function preferredLanguage() {
  const asked = [kept.language, ...navigator.languages.map((tag) => tag.toLowerCase().split("-")[0])];
  return asked.map((tag) => (tag === "ku" ? "ckb" : tag)).find((tag) => tag in LANGUAGES) ?? "en";
}

/** Bring in the texts of `wanted` and turn the page the way it is read. */
export async function speak(wanted) {
  const answer = await fetch(`/texts/${wanted}.json`);
  if (!answer.ok) throw new Error(`the texts of ${wanted} did not come: ${answer.status}`);
  texts = await answer.json();
  code = wanted;
  kept.language = wanted;
  document.documentElement.lang = wanted;
  document.documentElement.dir = RIGHT_TO_LEFT.has(wanted) ? "rtl" : "ltr";
  document.title = t("product.title");
}

/** The text of `key`, its placeholders filled; each filling keeps its own direction of writing. */
export function t(key, params = {}) {
  const text = texts[key];
  if (text === undefined) return key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in params ? ISOLATE + params[name] + END_ISOLATE : whole));
}

/** Whether there is a text of `key`. */
export const has = (key) => key in texts;

/** The text of `key` for codes that the service may add to before the console knows them. */
export const named = (group, name) => (has(`${group}.${name}`) ? t(`${group}.${name}`) : String(name));

const MOMENT = /\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)/g;
const LATIN_RUN = /[A-Za-z0-9](?:[\w:+./<~', -]*[A-Za-z0-9])?/g;

/** A text of the service: its moments in local time, its codes, names and dates kept from being turned around. */
export function tidy(text) {
  const local = text.replace(MOMENT, when);
  return RIGHT_TO_LEFT.has(code) ? local.replace(LATIN_RUN, (run) => LEFT_TO_RIGHT + run + END_ISOLATE) : local;
}

/** A date and time of this place, to the minute, sorted as it reads. */
export function when(moment) {
  const at = new Date(moment);
  const two = (number) => String(number).padStart(2, "0");
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}`;
}
