/** The word that nothing here is real, on every page of a demonstration. */

import { h, icon } from "./dom.js";
import { t } from "./texts.js";

export const demoBanner = () => h("div", { class: "demo", role: "note" }, icon("notice"), t("shell.demo"));
