/**
 * The console's texts: the same keys and placeholders in every language, in the script of the language, each key in
 * one file, none asked for that is missing where it is asked, none that nothing asks for.
 *
 * A key is asked for where it stands in the sources as "group.name". Where it is put together, as in
 * t(`outcome.${code}`) or named("outcome", code), every key of that group counts as asked for.
 */

import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

const WORDS = "src/words";
const LANGUAGES = readdirSync(WORDS, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const OWN_SCRIPT = { en: /[A-Za-z]/, ar: /[\u0600-\u06ff]/, ckb: /[\u0600-\u06ff]/ };
const complaints = [];

const texts = Object.fromEntries(LANGUAGES.map((code) => [code, filesOf(join(WORDS, code))]));
const groups = new Set(Object.values(texts.en).flatMap((file) => Object.keys(file).map(groupOf)));

function filesOf(folder) {
  return Object.fromEntries(
    readdirSync(folder).map((name) => [basename(name, ".json"), JSON.parse(readFileSync(join(folder, name), "utf8"))]),
  );
}

function groupOf(key) {
  return key.slice(0, key.lastIndexOf("."));
}

function placeholders(text) {
  return [...text.matchAll(/\{(\w+)\}/g)]
    .map(([, name]) => name)
    .sort()
    .join();
}

function compareLanguages() {
  for (const code of LANGUAGES) {
    const files = new Set([...Object.keys(texts.en), ...Object.keys(texts[code])]);
    for (const file of files) compareFile(code, file, texts.en[file] ?? {}, texts[code][file] ?? {});
  }
}

function compareFile(code, file, english, translated) {
  for (const key of new Set([...Object.keys(english), ...Object.keys(translated)])) {
    const text = translated[key];
    if (!text?.trim()) complaints.push(`${code}/${file}.json lacks ${key}`);
    else if (!(key in english)) complaints.push(`${code}/${file}.json has ${key}, which English lacks`);
    else if (placeholders(text) !== placeholders(english[key]))
      complaints.push(`${code}/${file}.json: other placeholders than English in ${key}`);
    else if (!OWN_SCRIPT[code].test(text)) complaints.push(`${code}/${file}.json: ${key} is not translated`);
  }
}

function compareFiles() {
  const home = new Map();
  for (const [file, keys] of Object.entries(texts.en))
    for (const key of Object.keys(keys)) {
      if (home.has(key)) complaints.push(`${key} stands in both ${home.get(key)}.json and ${file}.json`);
      home.set(key, file);
    }
}

/** Keys and groups that the sources of a folder ask for. */
function askedIn(folder) {
  const sources = readdirSync(join("src", folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith(".d.ts"))
    .map((name) => readFileSync(join("src", folder, name), "utf8"))
    .join("\n");
  const found = (pattern) => [...sources.matchAll(pattern)].map(([, name]) => name);
  return {
    keys: found(/"([a-z][\w-]*(?:\.[\w-]+)+)"/g).filter((key) => groups.has(groupOf(key)) && !groups.has(key)),
    groups: [...found(/`([a-z][\w-]*(?:\.[\w-]+)*)\.\$\{/g), ...found(/\bnamed\(\s*"([\w.-]+)"/g)],
  };
}

function compareSources() {
  const unasked = new Set(Object.values(texts.en).flatMap(Object.keys));
  const folders = readdirSync("src", { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name } of folders) {
    const near = { ...texts.en.common, ...texts.en[name] };
    const asked = askedIn(name);
    for (const key of asked.keys) if (!(key in near)) complaints.push(`${name}/ asks for ${key}, which it has not`);
    for (const key of Object.keys(near))
      if (asked.keys.includes(key) || asked.groups.includes(groupOf(key))) unasked.delete(key);
  }
  for (const key of unasked) complaints.push(`nothing asks for ${key}`);
}

compareLanguages();
compareFiles();
compareSources();
for (const complaint of complaints) process.stderr.write(`${complaint}\n`);
process.exitCode = complaints.length ? 1 : 0;
