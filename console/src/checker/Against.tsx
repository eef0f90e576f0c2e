import type { ReactElement } from "react";
import { Button } from "../parts/form";
import { named, t, useWords } from "../words";
import type { Check } from "./Checker";

type Fault = Check["faults"][number];
type Obstacle = Check["obstacles"][number];
type Suggestion = Check["suggestions"][number];

/** What stands against the zone and where, and which slips of typing would explain it. */
export function Against({ check, mend }: { check: Check; mend: (text: string) => void }): ReactElement | null {
  useWords();
  const { lines, faults, obstacles, suggestions } = check;
  if (!faults.length && !obstacles.length && !suggestions.length) return null;
  return (
    <section className="against">
      <h2>{t("checker.against")}</h2>
      <ul>
        {faults.map((fault) => (
          <li key={`${fault.code}:${fault.line}:${fault.position}`}>{worded(fault)}</li>
        ))}
        {obstacles.map((obstacle) => (
          <li key={`${obstacle.code}:${obstacle.field}`}>{wordedObstacle(check, obstacle)}</li>
        ))}
      </ul>
      {suggestions.length > 0 && (
        <>
          <h3>{t("checker.suggestions")}</h3>
          <p className="quiet">{t("checker.suggestionsHelp")}</p>
          <ul>
            {suggestions.map((one) => (
              <li key={`${one.change}:${one.line}:${one.position}:${one.proposed}`} className="row">
                <span>{wordedSuggestion(one)}</span>
                <Button look="small" onPress={() => mend(mended(lines, one))}>
                  {t("checker.try")}
                </Button>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function worded({ code, line, position, found, wanted, character }: Fault): string {
  return t(`fault.${code}`, { line, position, found, wanted, character });
}

/** An obstacle with the place of its field: of a failed digit its own, else where the field is printed. */
function wordedObstacle({ check_digits, fields }: Check, { code, field, params }: Obstacle): string {
  const words = t(`obstacle.${code}`, {
    ...(params as Record<string, string>),
    field: field ? named("field", field) : "",
  });
  const among = code === "check_digit_failed" ? check_digits : fields;
  const place = among.find((one) => one.field === field)?.place;
  return place ? `${words} ${t("checker.at", { line: place.line, position: place.first })}` : words;
}

function wordedSuggestion({ change, line, position, printed, proposed, holds }: Suggestion): string {
  const count = Math.max(printed.length, proposed.length);
  const words = t(`change.${change}`, { line, position, printed, proposed, count });
  const fields = holds.map((field) => named("field", field)).join(" · ");
  return fields ? `${words} ${t("checker.holds", { fields })}` : words;
}

/** The lines with a suggestion followed. */
function mended(lines: readonly string[], { line, position, printed, proposed }: Suggestion): string {
  const at = position - 1;
  return lines
    .map((text, row) => (row === line - 1 ? text.slice(0, at) + proposed + text.slice(at + printed.length) : text))
    .join("\n");
}
