/** The first line: a document comes in, the verdict and its reasons come out, the officer decides. Keys do it all. */

import "./firstline.css";
import { lazy, type ReactElement, Suspense, useEffect, useRef } from "react";
import { guided } from "../app/guide";
import { useMay } from "../app/session";
import { useStore } from "../app/store";
import type { Step } from "../guide/walk";
import { say } from "../parts/announce";
import { Button } from "../parts/form";
import { Icon } from "../parts/Icon";
import { useTitle } from "../parts/Page";
import { ProblemBox } from "../parts/ProblemBox";
import { language, t, useWords, wordsOf } from "../words";
import { Camera } from "./Camera";
import { inDialog, useCapture } from "./capture";
import type { Case, Outcome } from "./case";
import { Decision, type DecisionKey, holdFor, KEYS, REASONS } from "./Decision";
import { DetailsPanel } from "./DetailsPanel";
import { desk } from "./desk";
import { NO_DETAILS } from "./further";
import { type Hold, useHold } from "./hold";
import { OpenCases } from "./OpenCases";
import { ReadingPanel } from "./ReadingPanel";
import { StationBar } from "./StationBar";
import { stand } from "./station";
import { TypedDocument, TypedZone } from "./Typed";
import { VerdictPanel } from "./VerdictPanel";

const Guide = lazy(async () => (await Promise.all([import("../guide/Guide"), wordsOf("guide")]))[0]);

export default function FirstLine(): ReactElement {
  useWords();
  useStore(desk.steps);
  useTitle(t("desk.title"));
  const subject = desk.front;
  const hold = useHold<Outcome>(
    (outcome) => desk.front.decide(outcome, outcome === "refused" ? desk.reason : null),
    () => desk.tell(t("decision.holdOn")),
  );
  useEffect(() => desk.restore(), []);
  useCapture((source) => desk.take(source));
  useKeys(subject, hold);
  useWordsOfVerdict(subject);
  useSaid(subject);
  return (
    <div className="firstline">
      <h1 className="unseen">{t("desk.title")}</h1>
      <div className="top">
        <StationBar locked={desk.cases.some((one) => !one.empty)} />
        <OpenCases />
      </div>
      <Guided subject={subject} />
      <section className="column" aria-label={t("desk.document")}>
        <Paper subject={subject} />
        {!subject.inspection && <Trouble subject={subject} />}
        <DetailsPanel subject={subject} />
      </section>
      <section className="column column-verdict" aria-label={t("desk.verdict")}>
        <div className="part-verdict">
          <VerdictPanel subject={subject} />
        </div>
        <div className="part-decision">
          {subject.inspection && <Trouble subject={subject} />}
          {desk.notice && (
            <p className="notice-line" role="alert">
              <Icon sign="notice" />
              {desk.notice}
            </p>
          )}
          <Decision subject={subject} hold={hold} />
        </div>
      </section>
    </div>
  );
}

/** The guided walk, while it is on. */
function Guided({ subject }: { subject: Case }): ReactElement | null {
  const on = useStore(guided);
  const { inspection, stage } = subject;
  const number = inspection?.document.document_number;
  if (!on) return null;
  return (
    <Suspense>
      <Guide front={number ? { number, decided: stage === "decided" } : null} prepare={prepare} />
    </Suspense>
  );
}

/** Make the desk ready for a document of the walk: where it is shown, and who is said to travel along. */
function prepare({ crossing_point, direction, document }: Step): boolean {
  if (desk.front.stage === "decided") desk.next();
  if (desk.cases.some((one) => !one.empty)) {
    desk.tell(t("desk.finishFirst"));
    return false;
  }
  stand({ crossing_point, direction });
  desk.front.step({ details: { ...NO_DETAILS, accompanying: document.accompanying.join("\n") } });
  return true;
}

function Paper({ subject }: { subject: Case }): ReactElement {
  if (desk.typing === "zone") return <TypedZone />;
  if (desk.typing === "document") return <TypedDocument />;
  const waits = subject.stage === "waiting" || (subject.stage === "read" && !subject.reading?.lines);
  return (
    <div className="paper">
      {desk.filming && (
        <Camera
          take={(images) => desk.take({ images })}
          ready={waits && desk.hindrance === null}
          failed={subject.stage === "read"}
          stop={() => desk.film(false)}
        />
      )}
      {!(desk.filming && waits && !subject.reading) && <ReadingPanel subject={subject} />}
    </div>
  );
}

function Trouble({ subject }: { subject: Case }): ReactElement | null {
  useWords();
  const { problem } = subject;
  if (!problem) return null;
  return (
    <ProblemBox problem={problem}>
      {problem.unsettled && <Button onPress={() => subject.again()}>{t("problem.again")}</Button>}
    </ProblemBox>
  );
}

/** The desk's keys. A key that is held repeats itself; only its first press counts. */
function useKeys(subject: Case, hold: Hold<Outcome>): void {
  const may = useMay();
  const mayDecide = may("decide") && (subject.undecided || subject.revising) && !subject.deciding;
  const latest = useRef({ hold, mayDecide });
  latest.current = { hold, mayDecide };
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || inDialog()) return;
      if (press(event, latest.current)) event.preventDefault();
    };
    const released = (event: KeyboardEvent) => {
      if (event.key in KEYS) latest.current.hold.end();
    };
    document.addEventListener("keydown", pressed);
    document.addEventListener("keyup", released);
    return () => {
      document.removeEventListener("keydown", pressed);
      document.removeEventListener("keyup", released);
    };
  }, []);
}

const OPERATED = "button, a, select, textarea, summary, input, label";

/** What a key does; whether it did something. */
function press(event: KeyboardEvent, { hold, mayDecide }: { hold: Hold<Outcome>; mayDecide: boolean }): boolean {
  const letter = event.key.toUpperCase();
  if (event.key in KEYS) {
    if (mayDecide && !event.repeat) decide(KEYS[event.key as DecisionKey], hold);
  } else if (event.repeat) return false;
  else if (event.key === "F2") openDetails();
  else if (event.key === "F4") desk.film(!desk.filming);
  else if (event.key === "F6") desk.aside(event.shiftKey ? -1 : 1);
  else if (event.key === "F7") desk.accompany();
  else if (event.key === "Escape") desk.escape();
  else if (desk.reason !== undefined && REASONS.includes(letter)) desk.choose(letter);
  else if (event.key === "Enter" && !(event.target as Element).closest(OPERATED)) return desk.enter();
  else return false;
  return true;
}

function decide(outcome: Outcome, hold: Hold<Outcome>): void {
  if (outcome === "refused") desk.choose(null);
  else hold.begin(outcome, holdFor(outcome, desk.front));
}

function openDetails(): void {
  const { front } = desk;
  front.step({ detailsOpen: !front.detailsOpen });
  if (front.detailsOpen) requestAnimationFrame(() => document.getElementById("native_name")?.focus());
}

/** The service words the findings: in another language they are asked for anew. */
function useWordsOfVerdict(subject: Case): void {
  const spoken = language();
  const before = useRef(spoken);
  useEffect(() => {
    if (before.current !== spoken) for (const one of desk.cases) one.recall();
    before.current = spoken;
    void subject;
  }, [spoken, subject]);
}

/** Says aloud what happened. */
function useSaid(subject: Case): void {
  const { stage, inspection } = subject;
  const verdict = inspection?.verdict;
  const count = inspection?.findings.length ?? 0;
  useEffect(() => {
    if (stage === "judged" && verdict) say(t(`verdict.said.${verdict}`, { count }), { atOnce: true });
    else if (stage === "read") say(t("reading.said"));
    else if (stage === "waiting") say(t("desk.ready"));
  }, [stage, verdict, count]);
}
