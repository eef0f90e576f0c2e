import type { ReactElement } from "react";
import { Icon } from "../parts/Icon";
import { Identifier } from "../parts/text";
import { named, useWords } from "../words";
import type { Check } from "./Checker";

/** The lines as they stand, what fails and what may be mistyped marked; and in a word what they are. */
export function Lines({ check }: { check: Check }): ReactElement {
  const t = useWords();
  const marks = marksOf(check);
  const sound = check.valid && !check.obstacles.length;
  return (
    <section className="checked-lines" aria-label={t("checker.result")}>
      <p className={sound ? "checked-word sound" : "checked-word"} role="status">
        <Icon sign={sound ? "check" : "alert"} />
        <strong>{t(sound ? "checker.sound" : "checker.unsound")}</strong>
        {check.format && (
          <span>
            <Identifier>{check.format}</Identifier> · {named("format", check.format)}
          </span>
        )}
      </p>
      <ol dir="ltr">
        {check.lines.map((line, row) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
          <li key={row}>
            <span className="unseen">{line}</span>
            <span aria-hidden="true" className="places">
              {[...line].map((character, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: so is a character
                <span key={at} className={marks.get(`${row + 1}:${at + 1}`)} title={String(at + 1)}>
                  {character}
                </span>
              ))}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

type Mark = "failed" | "suspect";

/** Places, as line:position from 1, with how they are marked. */
function marksOf(check: Check): Map<string, Mark> {
  const marks = new Map<string, Mark>();
  for (const { valid, place } of check.check_digits) if (!valid) marks.set(`${place.line}:${place.first}`, "failed");
  for (const { line, position } of check.faults) if (position) marks.set(`${line}:${position}`, "failed");
  for (const { line, position, printed } of check.suggestions)
    for (let at = 0; at < Math.max(1, printed.length); at++) marks.set(`${line}:${position + at}`, "suspect");
  return marks;
}
