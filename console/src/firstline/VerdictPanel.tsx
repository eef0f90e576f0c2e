/**
 * What the service says of the traveller: two lamps that never change their places, and the reasons. Word, sign and
 * place tell them apart; both are small and of one ground, so that nobody reads them from across the desk.
 */

import { type ReactElement, type Ref, useEffect, useRef } from "react";
import { Findings } from "../parts/Findings";
import { Icon } from "../parts/Icon";
import { DocumentName, Identifier, Key, Name } from "../parts/text";
import { VERDICT_SIGNS } from "../parts/Verdict";
import { useWords } from "../words";
import type { Case, Inspection } from "./case";

const KEYS = [
  ["F8", "decision.admitted"],
  ["F9", "decision.referred"],
  ["F10", "decision.refused"],
  ["F2", "details.title"],
  ["F4", "intake.camera"],
  ["F6", "keys.aside"],
  ["F7", "keys.accompany"],
  ["Enter", "keys.enter"],
  ["Esc", "keys.escape"],
] as const;

/** The verdict of a case; before there is one, both lamps are dark. */
export function VerdictPanel({ subject }: { subject: Case }): ReactElement {
  const { stage, inspection } = subject;
  const lamps = useRef<HTMLFieldSetElement>(null);
  const judged = stage === "judged" && inspection?.id;
  useEffect(() => {
    if (judged) lamps.current?.focus();
  }, [judged]);
  return (
    <div className="verdict">
      <Lamps ref={lamps} verdict={inspection?.verdict ?? null} busy={stage === "inspecting" || stage === "reading"} />
      {inspection ? <Judged inspection={inspection} took={subject.took} /> : <Waiting busy={stage === "inspecting"} />}
    </div>
  );
}

interface LampsProps {
  verdict: Inspection["verdict"] | null;
  busy: boolean;
  ref: Ref<HTMLFieldSetElement>;
}

/** The focus comes here once there is a verdict, to be out of the way of keys; nothing here can be operated. */
function Lamps({ verdict, busy, ref }: LampsProps): ReactElement {
  const t = useWords();
  return (
    <fieldset
      ref={ref}
      className={busy ? "lamps busy" : "lamps"}
      tabIndex={-1}
      aria-label={verdict ? t("desk.verdict") : t("verdict.none")}
    >
      {(["CLEAR", "REFER"] as const).map((name) => (
        <div key={name} className={`lamp lamp-${name} ${verdict === name ? "lit" : ""}`} aria-hidden={verdict !== name}>
          <Icon sign={VERDICT_SIGNS[name]} />
          <strong className="lamp-word">{t(`verdict.${name}`)}</strong>
          {verdict === name && <span className="lamp-text">{t(`verdict.text.${name}`)}</span>}
        </div>
      ))}
    </fieldset>
  );
}

function Waiting({ busy }: { busy: boolean }): ReactElement {
  const t = useWords();
  if (busy)
    return (
      <p className="verdict-waiting" role="status">
        {t("verdict.inspecting")}
      </p>
    );
  return (
    <>
      <p className="verdict-waiting">{t("verdict.none")}</p>
      <dl className="keys" aria-label={t("keys.label")}>
        {KEYS.map(([name, does]) => (
          <div key={name}>
            <dt>
              <Key>{name}</Key>
            </dt>
            <dd>{t(does)}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function Judged({ inspection, took }: { inspection: Inspection; took: number | null }): ReactElement {
  const t = useWords();
  const { findings, second_line, seq, index_version, policy_version } = inspection;
  return (
    <>
      {second_line && (
        <p className="second-line">
          <Icon sign="second" />
          <strong>{t("verdict.secondLine")}</strong>
        </p>
      )}
      <WhoCrosses inspection={inspection} />
      <Findings findings={findings} />
      {findings.length === 0 && !second_line && (
        <p className="nothing-found">
          <Icon sign="check" />
          {t("finding.none")}
        </p>
      )}
      <p className="recorded quiet">
        {t("verdict.recorded", { seq })} ·{" "}
        {t("verdict.versions", { lists: index_version.slice(0, 12), policy: policy_version })}
        {took !== null && <> · {t("verdict.took", { ms: Math.round(took) })}</>}
      </p>
    </>
  );
}

/** The traveller of a recorded movement in one line. */
function WhoCrosses({ inspection: { traveller, document, direction } }: { inspection: Inspection }): ReactElement {
  return (
    <p className="who-crosses">
      <Icon sign={direction} />
      <strong>
        <DocumentName of={traveller} />
      </strong>
      {traveller.native_name && <Name>{traveller.native_name}</Name>}
      <Identifier>{`${traveller.nationality} · ${traveller.date_of_birth}`}</Identifier>
      <Identifier code>{`${document.document_code} ${document.issuing_state} ${document.document_number}`}</Identifier>
    </p>
  );
}
