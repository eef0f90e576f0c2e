import type { ReactElement } from "react";
import type { Schemas } from "../api";
import { named, t, useWords } from "../words";
import { Icon, type Sign } from "./Icon";
import { Identifier, When } from "./text";

type Verdict = Schemas["Verdict"];
type Outcome = Schemas["Outcome"];

export const VERDICT_SIGNS: Record<Verdict, Sign> = { CLEAR: "clear", REFER: "refer" };
export const OUTCOME_SIGNS: Record<Outcome, Sign> = { admitted: "clear", referred: "second", refused: "refuse" };

/** A verdict in a table: sign, word and colour together. */
export function VerdictTag({ verdict }: { verdict: Verdict }): ReactElement {
  useWords();
  return (
    <span className={`tag tag-${verdict}`}>
      <Icon sign={VERDICT_SIGNS[verdict]} />
      {named("verdict", verdict)}
    </span>
  );
}

/** Which way a traveller went. */
export function DirectionTag({ direction }: { direction: Schemas["Direction"] }): ReactElement {
  useWords();
  return (
    <span className="with-icon">
      <Icon sign={direction} />
      {named("direction", direction)}
    </span>
  );
}

/** The codes of rules, each with its name as a hint. */
export function Rules({ codes }: { codes: readonly string[] }): ReactElement {
  useWords();
  return (
    <span className="rules">
      {codes.map((code) => (
        <bdi key={code} dir="ltr" className="rule" title={named("rule", code)}>
          {code}
        </bdi>
      ))}
    </span>
  );
}

/** What officers decided, first to last. */
export function Decisions({ decisions }: { decisions: readonly Schemas["DecisionOut"][] }): ReactElement | null {
  useWords();
  if (!decisions.length) return null;
  return (
    <ol className="decisions" aria-label={t("decision.label")}>
      {decisions.map(({ id, outcome, reason_code, officer, decided_at }) => (
        <li key={id}>
          <strong>{named("outcome", outcome)}</strong>{" "}
          {reason_code && (
            <>
              <Identifier>{reason_code}</Identifier> {named("reason", reason_code)}{" "}
            </>
          )}
          <span className="quiet">
            <bdi>{officer}</bdi>, <When moment={decided_at} />
          </span>
        </li>
      ))}
    </ol>
  );
}
