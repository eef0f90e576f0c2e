/** What a movement should have said, or that one is missing; and what was said of it so far. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { Link, useSearchParams } from "wouter";
import { answered, api, type Schemas } from "../api";
import { useFreshId } from "../api/freshId";
import { useOwnPoints } from "../api/reference";
import { useMay } from "../app/session";
import { say } from "../parts/announce";
import { Button, Choice, Deed, Field, given, Pick } from "../parts/form";
import { Icon } from "../parts/Icon";
import { Loaded } from "../parts/Loaded";
import { Identifier, Name, When } from "../parts/text";
import { named, useWords } from "../words";
import { history, refreshed } from "./queries";

type History = Schemas["HistoryOut"];
type Counts = Schemas["CountsOut"];
type Form = "correct" | "missed";

export function Amend({ id }: { id: string }): ReactElement {
  const t = useWords();
  const may = useMay();
  const query = useQuery(history(id));
  const [form, setForm] = useState<Form | null>(null);
  const queries = useQueryClient();
  const done = async () => {
    setForm(null);
    say(t("secondLine.said"));
    await refreshed(queries, id);
  };
  return (
    <section className="card stack" aria-label={t("secondLine.amend")}>
      <h2>{t("secondLine.amend")}</h2>
      <ForRequest />
      <Loaded query={query}>
        {(said) => (
          <>
            <SaidSoFar said={said} />
            {may("correct_movement") && !form && (
              <div className="row">
                <Button look="small" onPress={() => setForm("correct")} isDisabled={!said.counts}>
                  {t("secondLine.correct")}
                </Button>
                <Button look="small" onPress={() => setForm("missed")}>
                  {t("secondLine.missed")}
                </Button>
              </div>
            )}
            {form === "correct" && said.counts && <Correct id={id} counts={said.counts} done={done} />}
            {form === "missed" && <Missed id={id} done={done} />}
            {form && (
              <div>
                <Button look="plain small" onPress={() => setForm(null)}>
                  {t("page.close")}
                </Button>
              </div>
            )}
          </>
        )}
      </Loaded>
    </section>
  );
}

/** That what is said here is said for a traveller's request, and where that one stands. */
function ForRequest(): ReactElement | null {
  const t = useWords();
  const request = useSearchParams()[0].get("request");
  if (!request) return null;
  return (
    <p className="with-icon">
      <Icon sign="notice" />
      {t("secondLine.forRequest")}{" "}
      <Link href={`~/rights/requests/${request}`}>
        <Identifier code>{`${request.slice(0, 8)}…`}</Identifier>
      </Link>
    </p>
  );
}

function SaidSoFar({ said: { corrections, rebuttals } }: { said: History }): ReactElement {
  const t = useWords();
  if (!corrections.length && !rebuttals.length) return <p className="quiet">{t("secondLine.nothingSaid")}</p>;
  return (
    <ul className="said-so-far">
      {corrections.map((one) => (
        <li key={one.id}>
          <strong>{named("secondLine.kind", one.kind)}</strong>{" "}
          {Object.entries(one.changes).map(([field, value]) => (
            <span key={field}>
              {named("secondLine.field", field)} → <Identifier>{String(value ?? "–")}</Identifier>{" "}
            </span>
          ))}
          <Why of={one} />
        </li>
      ))}
      {rebuttals.map((one) => (
        <li key={one.id}>
          <strong>
            <Identifier>{one.rule}</Identifier> {one.text || t("secondLine.takenBack")}
          </strong>{" "}
          <Why of={one} />
        </li>
      ))}
    </ul>
  );
}

function Why({
  of,
}: {
  of: { evidence: string; reason?: string; officer: string; recorded_at: string };
}): ReactElement {
  return (
    <span className="quiet">
      <Name>{[of.reason, of.evidence].filter(Boolean).join(" · ")}</Name> — <Name>{of.officer}</Name>,{" "}
      <When moment={of.recorded_at} />
    </span>
  );
}

/** What can be corrected here, and how each is shown in its field. */
const FIELDS: readonly [name: string, value: (counts: Counts) => string][] = [
  ["primary_identifier", ({ traveller }) => traveller.primary_identifier],
  ["secondary_identifier", ({ traveller }) => traveller.secondary_identifier],
  ["native_name", ({ traveller }) => traveller.native_name ?? ""],
  ["date_of_birth", ({ traveller }) => traveller.date_of_birth],
  ["nationality", ({ traveller }) => traveller.nationality],
  ["issuing_state", ({ document }) => document.issuing_state],
  ["document_number", ({ document }) => document.document_number],
  ["date_of_expiry", ({ document }) => document.date_of_expiry ?? ""],
  ["admitted_until", ({ admitted_until }) => admitted_until ?? ""],
];
const OWN_DIRECTION = new Set(["native_name"]);

interface AmendProps {
  id: string;
  done: () => Promise<void>;
}

/** For a traveller's request the purpose is redress, and the trail says for which. */
function usePurpose(): { "Mabar-Purpose"?: Schemas["Purpose"]; "Mabar-Reason"?: string } {
  const request = useSearchParams()[0].get("request");
  return request ? { "Mabar-Purpose": "redress", "Mabar-Reason": encodeURIComponent(`request ${request}`) } : {};
}

function Correct({ id, counts, done }: AmendProps & { counts: Counts }): ReactElement {
  const t = useWords();
  const header = usePurpose();
  const [said] = useFreshId();
  const [isVoid, setVoid] = useState(false);
  const deed = async (form: FormData) => {
    const changed = FIELDS.map(([name, value]) => [name, given(form, name), value(counts)] as const)
      .filter(([, after, before]) => after !== before)
      .map(([name, after]) => [name, after || null]);
    const direction = given(form, "direction");
    if (direction !== counts.direction) changed.push(["direction", direction]);
    const body = {
      id: said,
      kind: isVoid ? ("void" as const) : ("data" as const),
      changes: isVoid ? null : (Object.fromEntries(changed) as Schemas["ChangesIn"]),
      reason: given(form, "reason"),
      evidence: given(form, "evidence"),
    };
    await answered(api.POST("/v1/inspections/{id}/corrections", { params: { path: { id }, header }, body }));
    await done();
  };
  return (
    <Deed action={t("secondLine.correctDo")} deed={deed} className="stack settle">
      <Pick type="checkbox" checked={isVoid} onChange={() => setVoid(!isVoid)} label={t("secondLine.neverWas")} />
      {!isVoid && (
        <div className="fields">
          {FIELDS.map(([name, value]) => (
            <Field
              key={name}
              name={name}
              label={named("secondLine.field", name)}
              defaultValue={value(counts)}
              dir={OWN_DIRECTION.has(name) ? "auto" : "ltr"}
            />
          ))}
          <DirectionChoice value={counts.direction} />
        </div>
      )}
      <Grounds />
    </Deed>
  );
}

function Missed({ id, done }: AmendProps): ReactElement {
  const t = useWords();
  const header = usePurpose();
  const points = useOwnPoints();
  const [movement] = useFreshId();
  const [correction] = useFreshId();
  const deed = async (form: FormData) => {
    const body = {
      id: movement,
      correction_id: correction,
      crossing_point: given(form, "crossing_point"),
      direction: given(form, "direction") as Schemas["Direction"],
      occurred_at: new Date(given(form, "occurred_at")).toISOString(),
      clock: form.has("certain") ? ("certain" as const) : ("uncertain" as const),
      reason: given(form, "reason"),
      evidence: given(form, "evidence"),
    };
    await answered(api.POST("/v1/inspections/{id}/missed", { params: { path: { id }, header }, body }));
    await done();
  };
  return (
    <Deed action={t("secondLine.missedDo")} deed={deed} className="stack settle">
      <div className="fields">
        <Choice
          label={t("secondLine.crossing")}
          name="crossing_point"
          options={points.map(({ code }) => [code, code] as const)}
        />
        <DirectionChoice value="exit" />
        <Field label={t("secondLine.when")} name="occurred_at" type="datetime-local" required dir="ltr" />
        <Pick type="checkbox" name="certain" label={t("secondLine.certain")} />
      </div>
      <Grounds />
    </Deed>
  );
}

function DirectionChoice({ value }: { value: string }): ReactElement {
  const t = useWords();
  const options = (["entry", "exit"] as const).map((one) => [one, named("direction", one)] as const);
  return <Choice label={t("secondLine.direction")} name="direction" options={options} defaultValue={value} />;
}

function Grounds(): ReactElement {
  const t = useWords();
  return (
    <>
      <Field label={t("secondLine.reason")} name="reason" required maxLength={500} dir="auto" wide />
      <Field label={t("secondLine.evidence")} name="evidence" required maxLength={500} dir="auto" wide />
    </>
  );
}
