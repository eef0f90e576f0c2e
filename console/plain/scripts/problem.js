/** A refusal, shown where it happened. */

import { h, icon, ltr } from "./dom.js";
import { has, t } from "./texts.js";

/** The kind of refusal in the officer's language, and what the service said of this one. */
export function problemBox(problem, ...actions) {
  const key = `problem.${problem.kind}`;
  const title = has(key) ? t(key) : problem.title || t("problem.failed");
  return h(
    "div",
    { class: "trouble", role: "alert" },
    icon("alert"),
    h(
      "div",
      {},
      h("strong", {}, title),
      problem.detail && h("p", {}, ltr(problem.detail, { lang: "en" })),
      problem.errors?.length > 0 &&
        h(
          "ul",
          {},
          problem.errors.map(({ location, message }) => h("li", {}, ltr(`${location}: ${message}`, { lang: "en" }))),
        ),
      actions.length > 0 && h("div", { class: "row" }, actions),
    ),
  );
}
