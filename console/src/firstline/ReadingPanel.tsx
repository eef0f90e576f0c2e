/** The document at the desk: how it comes in, what was read of it, what an officer must look at. */

import { type ReactElement, useEffect, useRef } from "react";
import { digitsOf } from "../parts/checkdigits";
import { Button } from "../parts/form";
import { Icon } from "../parts/Icon";
import { Identifier } from "../parts/text";
import { named, useWords } from "../words";
import type { Case, Reading } from "./case";
import { desk } from "./desk";
import { Intake, OtherWays } from "./Intake";
import { Strip, ZoneLines } from "./Zone";

/** The document of a case in any stage. */
export function ReadingPanel({ subject }: { subject: Case }): ReactElement {
  const t = useWords();
  if (subject.stage === "reading")
    return (
      <div className="intake busy" role="status">
        <Icon sign="document" />
        <p>{t("reading.busy")}</p>
      </div>
    );
  if (subject.reading) return subject.reading.lines ? <ReadZone subject={subject} /> : <NoZone subject={subject} />;
  if (subject.stage === "waiting") return <Intake />;
  return <p className="quiet by-hand">{t(subject.inspection ? "reading.elsewhere" : "desk.waitForAnswer")}</p>;
}

function NoZone({ subject }: { subject: Case }): ReactElement {
  const t = useWords();
  return (
    <div className="reading">
      {subject.reading && <Obstacles reading={subject.reading} />}
      {subject.stage === "read" && (
        <>
          <p className="quiet">{t("reading.noZoneHelp")}</p>
          <OtherWays />
        </>
      )}
    </div>
  );
}

function ReadZone({ subject }: { subject: Case }): ReactElement | null {
  const { reading, known, stage } = subject;
  const open = stage === "read";
  if (!reading || !known) return null;
  return (
    <div className="reading">
      <Strip reading={reading} />
      <ZoneLines subject={subject} entered={() => goOn(subject)} />
      {open && <Obstacles reading={known} />}
      <Repairs reading={reading} />
      {open && <Actions subject={subject} />}
      <div className={subject.isChecked ? "" : "stale"}>
        {known.fields && <Fields reading={known} fields={known.fields} />}
      </div>
      <Digits subject={subject} known={known} />
    </div>
  );
}

const needsCheck = (subject: Case): boolean => subject.corrected && !subject.isChecked;
const isSure = (subject: Case): boolean => Boolean(subject.known?.accepted && subject.isChecked);

function goOn(subject: Case): void {
  if (subject.stage !== "read") return;
  if (needsCheck(subject)) subject.check();
  else subject.inspect();
}

function wayOn(subject: Case): string {
  if (needsCheck(subject)) return "reading.check";
  if (isSure(subject)) return "reading.inspect";
  return subject.corrected ? "reading.asItStands" : "reading.confirm";
}

/** What Enter does next, and what else can be done. */
function Actions({ subject }: { subject: Case }): ReactElement {
  const t = useWords();
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (document.activeElement === document.body) button.current?.focus();
  }, []);
  return (
    <div className="row reading-actions">
      <Button ref={button} look="primary" shortcut="Enter" onPress={() => goOn(subject)}>
        {t(wayOn(subject))}
      </Button>
      <Button look="plain" shortcut="Esc" onPress={() => desk.escape()}>
        {t("reading.discard")}
      </Button>
      {subject.detailsOpen && isSure(subject) && <span className="quiet">{t("reading.waitsForDetails")}</span>}
    </div>
  );
}

function Obstacles({ reading }: { reading: Reading }): ReactElement | null {
  const t = useWords();
  const words = reading.obstacles.map(({ code, field, params }) =>
    t(`obstacle.${code}`, { ...(params as Record<string, string>), field: field ? named("field", field) : "" }),
  );
  if (!words.length) return null;
  return (
    <div className="obstacles">
      <Icon sign="alert" />
      <ul aria-label={t("reading.obstacles")}>
        {[...new Set(words)].map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </div>
  );
}

/** Each repaired character in words. */
function Repairs({ reading }: { reading: Reading }): ReactElement | null {
  const t = useWords();
  if (!reading.repairs.length) return null;
  return (
    <ul className="repairs" aria-label={t("reading.repairs")}>
      {reading.repairs.map(({ line, position, raw, repaired, reason }) => (
        <li key={`${line}:${position}`}>
          <bdi dir="ltr" className="glyph repaired">
            {repaired}
          </bdi>
          {t("reading.repair", { line, position, raw: raw || "–", repaired })}{" "}
          <span className="quiet">{named("repair", reason)}</span>
        </li>
      ))}
    </ul>
  );
}

function Fields({ reading, fields }: { reading: Reading; fields: NonNullable<Reading["fields"]> }): ReactElement {
  const t = useWords();
  const name = [fields.primary_identifier, fields.secondary_identifier].filter(Boolean).join(", ");
  const pair = (label: string, value: string, more = "") => (
    <div className={`pair ${more}`}>
      <dt>{t(`field.${label}`)}</dt>
      <dd>
        <Identifier>{value || "–"}</Identifier>
      </dd>
    </div>
  );
  return (
    <dl className="fields">
      {pair("name", name, "pair-name")}
      {pair("document_number", fields.document_number, "pair-number")}
      {pair("nationality", fields.nationality)}
      {pair("date_of_birth", fields.date_of_birth)}
      {pair("sex", fields.sex)}
      {pair("issuing_state", fields.issuing_state)}
      {pair("date_of_expiry", fields.date_of_expiry)}
      <div className="pair pair-how quiet">
        <dt className="unseen">{t("reading.how")}</dt>
        <dd>
          <Identifier>{[reading.format, fields.document_code].filter(Boolean).join(" · ")}</Identifier>
          {reading.crop_png && ` · ${t("reading.took", { ms: Math.round(reading.elapsed_ms) })}`}
        </dd>
      </div>
      {fields.name_truncated && <div className="pair pair-wide quiet">{t("reading.truncated")}</div>}
    </dl>
  );
}

/** The check digits as the lines stand now; where their layout is none that is checked here, as the service saw them. */
function Digits({ subject, known }: { subject: Case; known: Reading }): ReactElement | null {
  const t = useWords();
  const live = digitsOf(subject.lines);
  const digits = live.length && !subject.isChecked ? live : known.check_digits;
  if (!digits.length) return null;
  return (
    <ul className="digits" aria-label={t("reading.digits")}>
      {digits.map(({ field, valid, printed, computed }) => (
        <DigitMark key={field} field={field} valid={valid} printed={printed} computed={computed} />
      ))}
    </ul>
  );
}

/** A check digit: whether it holds, and what it should be. */
export function DigitMark(digit: { field: string; valid: boolean; printed: string; computed: string }): ReactElement {
  const t = useWords();
  const { field, valid, printed, computed } = digit;
  return (
    <li className={valid ? "digit" : "digit failed"}>
      <Icon sign={valid ? "check" : "cross"} />
      {named("field", field)}
      {!valid && <span className="quiet">{t("reading.digit", { printed: printed || "–", computed })}</span>}
    </li>
  );
}
