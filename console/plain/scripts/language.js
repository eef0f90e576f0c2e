/** The choice of language, which changes the page at once. */

import { h } from "./dom.js";
import { language, LANGUAGES, speak, t } from "./texts.js";

/** `changed` is called when the texts of another language are there. */
export function languageChoice(changed) {
  const choose = async (event) => {
    await speak(event.target.value);
    changed();
    document.getElementById("language")?.focus();
  };
  const options = Object.entries(LANGUAGES).map(([code, name]) =>
    h("option", { value: code, lang: code, selected: code === language() }, name),
  );
  return h("select", { id: "language", "aria-label": t("language.choose"), on: { change: choose } }, options);
}
