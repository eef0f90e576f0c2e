import { type ReactElement, useState } from "react";
import type { Theme } from "../app/kept";
import { THEMES, theme, wear } from "../app/theme";
import { Choice } from "../parts/form";
import { useWords } from "../words";

/** The choice of theme, which changes the page at once and holds at this workstation. */
export function Appearance(): ReactElement {
  const t = useWords();
  const [worn, setWorn] = useState(theme);
  const choose = (wanted: Theme) => {
    wear(wanted);
    setWorn(wanted);
  };
  return (
    <Choice
      id="theme"
      label={t("theme.choose")}
      value={worn}
      options={THEMES.map((name) => [name, t(`theme.${name}`)] as const)}
      onChange={({ target }) => choose(target.value as Theme)}
    />
  );
}
