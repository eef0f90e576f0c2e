/** The guided walk: what to do, the document to show, and what the officer sees then and why. In demonstrations only. */

import "./guide.css";
import { type ReactElement, useCallback, useEffect, useRef, useState } from "react";
import { Problem } from "../api";
import { useStore } from "../app/store";
import { Button } from "../parts/form";
import { Icon } from "../parts/Icon";
import { ProblemBox } from "../parts/ProblemBox";
import { t, useWords } from "../words";
import { begin, end, goOn, type Step, swipe, walk } from "./walk";

interface Props {
  /** The number of the document in front and how far its case is; null while there is none. */
  front: { number: string; decided: boolean } | null;
  /** Makes the desk ready for a document; whether it could. */
  prepare: (step: Step) => boolean;
}

export default function Guide({ front, prepare }: Props): ReactElement {
  useWords();
  const begun = useStore(walk);
  const [problem, setProblem] = useState<Problem | null>(null);
  const start = useCallback(() => {
    setProblem(null);
    begin().catch((refusal) => {
      if (!(refusal instanceof Problem)) throw refusal;
      setProblem(refusal);
    });
  }, []);
  useEffect(() => {
    if (!walk.value) start();
  }, [start]);
  const step = begun?.steps[begun.at];
  return (
    <section className="guide" aria-label={t("guide.title")}>
      <Icon sign="notice" />
      <div className="guide-words" role="status">
        {problem && <ProblemBox problem={problem} />}
        {begun && !step && <p>{t("guide.over")}</p>}
        {begun && step && <Words step={step} at={begun.at} of={begun.steps.length} front={front} />}
        {!begun && !problem && <p>{t("guide.begins")}</p>}
      </div>
      <div className="guide-buttons">
        {step && <Next step={step} front={front} prepare={prepare} />}
        {!step && (begun || problem) && <Again start={start} />}
        <Button look="plain" onPress={end}>
          {t("guide.end")}
        </Button>
      </div>
    </section>
  );
}

const isShown = (step: Step, front: Props["front"]): boolean => front?.number === step.document.document_number;

function Words({ step, at, of, front }: { step: Step; at: number; of: number; front: Props["front"] }): ReactElement {
  const shown = isShown(step, front);
  return (
    <>
      <p>
        <strong>
          {t("guide.step", { number: at + 1, of })} {t(`guide.name.${step.name}`)}
        </strong>
      </p>
      <p>{t(shown ? `guide.see.${step.name}` : `guide.do.${step.name}`)}</p>
      {shown && <p className="guide-then">{front?.decided ? t("guide.decided") : t(`guide.then.${step.name}`)}</p>}
    </>
  );
}

/** Show the document, or go on once it was decided on. Takes the focus, so that Enter goes the whole way. */
function Next({ step, front, prepare }: Props & { step: Step }): ReactElement | null {
  const button = useRef<HTMLButtonElement>(null);
  const shown = isShown(step, front);
  const waits = shown && !front?.decided;
  useEffect(() => {
    if (!waits) button.current?.focus();
  }, [waits]);
  if (waits) return null;
  const show = () => {
    if (prepare(step)) swipe(step.document.mrz);
  };
  return (
    <Button ref={button} look="primary" onPress={shown ? goOn : show}>
      {t(shown ? "guide.next" : "guide.swipe")}
    </Button>
  );
}

function Again({ start }: { start: () => void }): ReactElement {
  return (
    <Button look="primary" onPress={start}>
      {t("guide.again")}
    </Button>
  );
}
