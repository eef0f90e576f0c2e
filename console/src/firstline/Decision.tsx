/** The officer's part: admit, refer or refuse with a coded reason; afterwards the next traveller. */

import { type ReactElement, useEffect, useRef } from "react";
import { useMay } from "../app/session";
import { Button } from "../parts/form";
import { Icon } from "../parts/Icon";
import { Identifier, Key, When } from "../parts/text";
import { OUTCOME_SIGNS } from "../parts/Verdict";
import { named, useWords } from "../words";
import type { Case, Inspection, Outcome } from "./case";
import { desk } from "./desk";
import type { Hold } from "./hold";

/** Reasons of a refusal, by the letters of the standard form (Regulation (EU) 2016/399, Annex V part B). */
export const REASONS = [..."ABCDEFGHI"];
/** Keys and what they decide. */
export const KEYS = { F8: "admitted", F9: "referred", F10: "refused" } as const satisfies Record<string, Outcome>;
export type DecisionKey = keyof typeof KEYS;

const AS_EXPECTED = 350; // ms to hold for what the verdict suggests
const OTHERWISE = 900; // ms to hold for anything else

/** What the verdict suggests; nothing when a decision is being changed. */
function expectedOf(inspection: Inspection, revising: boolean): Outcome | null {
  if (revising) return null;
  return inspection.verdict === "CLEAR" && !inspection.second_line ? "admitted" : "referred";
}

/** How long a decision must be held to count, in ms. */
export function holdFor(outcome: Outcome, { inspection, revising }: Case): number {
  return inspection && expectedOf(inspection, revising) === outcome ? AS_EXPECTED : OTHERWISE;
}

/** What can be done with the traveller now. */
export function Decision({ subject, hold }: { subject: Case; hold: Hold<Outcome> }): ReactElement {
  const t = useWords();
  const may = useMay();
  const { stage, revising } = subject;
  if (desk.reason !== undefined) return <Reasons subject={subject} hold={hold} reason={desk.reason} />;
  if (stage === "decided" && !revising) return <Decided subject={subject} />;
  if (may("decide") && (subject.undecided || revising)) return <Choices subject={subject} hold={hold} />;
  return <p className="decision-idle">{t(stage === "judged" ? "decision.notYours" : "decision.later")}</p>;
}

function Choices({ subject, hold }: { subject: Case; hold: Hold<Outcome> }): ReactElement | null {
  const t = useWords();
  const { inspection, revising, deciding } = subject;
  if (!inspection) return null;
  const expected = expectedOf(inspection, revising);
  return (
    <fieldset className="decision" aria-label={t("decision.label")}>
      <div className="decision-buttons">
        {(Object.entries(KEYS) as [DecisionKey, Outcome][]).map(([key, outcome]) => (
          <HoldButton
            key={key}
            hold={hold}
            outcome={outcome}
            ms={holdFor(outcome, subject)}
            className={outcome === expected ? "expected" : ""}
            isDisabled={deciding}
            atOnce={outcome === "refused"}
            shortcut={key}
          />
        ))}
      </div>
      {revising && (
        <Button look="plain" onPress={() => subject.step({ revising: false })}>
          {t("decision.keep")}
        </Button>
      )}
    </fieldset>
  );
}

interface HoldButtonProps {
  hold: Hold<Outcome>;
  outcome: Outcome;
  ms: number;
  className: string;
  isDisabled: boolean;
  /** Whether pressing it records nothing yet. */
  atOnce: boolean;
  shortcut: string;
}

/** A button to hold down. Who cannot hold (a screen reader presses for an instant) presses. */
function HoldButton({ hold, outcome, ms, className, isDisabled, atOnce, shortcut }: HoldButtonProps): ReactElement {
  const t = useWords();
  const held = hold.held === outcome;
  return (
    <Button
      className={`decide decide-${outcome} ${className} ${held ? "held" : ""} ${ms > AS_EXPECTED ? "long" : ""}`}
      isDisabled={isDisabled}
      shortcut={shortcut}
      aria-keyshortcuts={shortcut}
      onPressStart={({ pointerType }) => atOnce || pointerType === "virtual" || hold.begin(outcome, ms)}
      onPressEnd={() => atOnce || hold.end()}
      onPress={({ pointerType }) => {
        if (atOnce) desk.choose(null);
        else if (pointerType === "virtual") desk.front.decide(outcome);
      }}
    >
      <Icon sign={OUTCOME_SIGNS[outcome]} />
      <span>{t(`decision.${outcome}`)}</span>
    </Button>
  );
}

interface ReasonsProps {
  subject: Case;
  hold: Hold<Outcome>;
  reason: string | null;
}

function Reasons({ subject, hold, reason }: ReasonsProps): ReactElement {
  const t = useWords();
  const confirm = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (reason) confirm.current?.focus();
  }, [reason]);
  return (
    <fieldset className="reasons">
      <legend>{t("decision.why")}</legend>
      <div className="reason-list">
        {REASONS.map((code, at) => (
          <label key={code} className="reason">
            <input
              type="radio"
              name="reason"
              value={code}
              checked={reason === code}
              // biome-ignore lint/a11y/noAutofocus: the officer has just asked to refuse
              autoFocus={at === 0}
              onChange={() => desk.choose(code)}
            />
            <Key>{code}</Key>
            <span>{t(`reason.${code}`)}</span>
          </label>
        ))}
      </div>
      <div className="row">
        <Button
          ref={confirm}
          look="danger"
          className={`confirm decide-refused long ${hold.held === "refused" ? "held" : ""}`}
          shortcut="Enter"
          isDisabled={!reason || subject.deciding}
          onPressStart={({ pointerType }) => pointerType === "virtual" || hold.begin("refused", OTHERWISE)}
          onPressEnd={() => hold.end()}
          onPress={({ pointerType }) => pointerType === "virtual" && subject.decide("refused", reason)}
        >
          {reason ? t("decision.refuseFor", { code: reason }) : t("decision.refuseChoose")}
        </Button>
        <Button look="plain" shortcut="Esc" onPress={() => desk.choose(undefined)}>
          {t("decision.back")}
        </Button>
      </div>
    </fieldset>
  );
}

function Decided({ subject }: { subject: Case }): ReactElement | null {
  const t = useWords();
  const next = useRef<HTMLButtonElement>(null);
  const last = subject.decisions.at(-1);
  useEffect(() => {
    if (last?.id) next.current?.focus();
  }, [last?.id]);
  if (!last) return null;
  return (
    <div className="decision">
      <p className={`stamp stamp-${last.outcome}`}>
        <Icon sign={OUTCOME_SIGNS[last.outcome]} />
        <strong>
          {named("outcome", last.outcome)} {last.reason_code && <Identifier>{last.reason_code}</Identifier>}
        </strong>
        <span className="quiet">
          <bdi>{last.officer}</bdi>, <When moment={last.decided_at} />
        </span>
      </p>
      <div className="row">
        <Button ref={next} className="next" look="primary" shortcut="Enter" onPress={() => desk.next()}>
          {t("decision.next")}
        </Button>
        <Button look="plain" onPress={() => subject.step({ revising: true })}>
          {t("decision.change")}
        </Button>
      </div>
    </div>
  );
}
