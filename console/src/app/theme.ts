/** Light, dark, high contrast, or as the workstation is set. The page's `data-theme` says which; styles/tokens.css knows them. */

import { kept, type Theme } from "./kept";

export const THEMES: readonly Theme[] = ["system", "light", "dark", "contrast"];
const DARK = matchMedia("(prefers-color-scheme: dark)");
const CONTRAST = matchMedia("(prefers-contrast: more)");

/** The theme chosen last. */
export const theme = (): Theme => kept.theme ?? "system";

/** Show the page in `wanted` from now on. */
export function wear(wanted: Theme): void {
  kept.theme = wanted;
  show();
}

/** Show the theme chosen last, and follow the workstation where that is what was chosen. */
export function beginWithTheme(): void {
  show();
  for (const setting of [DARK, CONTRAST]) setting.addEventListener("change", show);
}

function show(): void {
  const ofWorkstation = CONTRAST.matches ? "contrast" : DARK.matches ? "dark" : "light";
  document.documentElement.dataset.theme = theme() === "system" ? ofWorkstation : theme();
}
