/** The traveller beside each entry that was met, and the officer's word on who that is. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { answered, api, now, type Schemas } from "../api";
import { useFreshId } from "../api/freshId";
import { useMay } from "../app/session";
import { say } from "../parts/announce";
import { type Compared, Comparison } from "../parts/Findings";
import { Choice, Deed, Field, given, Pick } from "../parts/form";
import { Icon } from "../parts/Icon";
import { Loaded } from "../parts/Loaded";
import { Identifier, Name, When } from "../parts/text";
import { named, tidy, useWords } from "../words";
import { type Hit, type HitCase, hits, reasons, refreshed } from "./queries";

export function Hits({ hitCase, movement }: { hitCase: string; movement: string }): ReactElement {
  const query = useQuery(hits(hitCase));
  return <Loaded query={query}>{(found) => <HitList found={found} movement={movement} />}</Loaded>;
}

function HitList({ found, movement }: { found: HitCase; movement: string }): ReactElement {
  const t = useWords();
  return (
    <section className="stack" aria-label={t("secondLine.hits")}>
      <h2>{t("secondLine.hits")}</h2>
      {entriesOf(found.hits).map((hit) => (
        <HitCard key={hit.id} hit={hit} movement={movement} />
      ))}
    </section>
  );
}

/** Each entry once: one word settles every hit of the traveller on it. An open hit goes before a settled one. */
function entriesOf(all: readonly Hit[]): Hit[] {
  const entries = new Map<string, Hit>();
  for (const hit of all) {
    const key = `${hit.list} ${hit.entry_id}`;
    const known = entries.get(key);
    if (!known || (hit.open && !known.open)) entries.set(key, hit);
  }
  return [...entries.values()];
}

function HitCard({ hit, movement }: { hit: Hit; movement: string }): ReactElement {
  const t = useWords();
  const may = useMay();
  const { finding, adjudication, instruction, open } = hit;
  return (
    <article className="card stack hit">
      <p className="finding-head">
        <bdi dir="ltr" className="rule" title={named("rule", hit.rule)}>
          {hit.rule}
        </bdi>
        <Identifier code>{`${hit.list} · ${hit.entry_id}`}</Identifier>
        <span className="quiet">
          {t("secondLine.met")} <When moment={hit.raised_at} />
        </span>
      </p>
      {finding && <p>{tidy(finding.text)}</p>}
      {finding && Array.isArray(finding.params.explanation) && (
        <Comparison params={finding.params as unknown as Compared} />
      )}
      {adjudication && <Said said={adjudication} />}
      {instruction && (
        <p className="instruction">
          <strong>{t("watch.instruction")}</strong> <Name>{instruction}</Name>
        </p>
      )}
      {open && may("adjudicate_hit") && <Adjudicate hit={hit} movement={movement} />}
    </article>
  );
}

function Said({ said }: { said: Schemas["AdjudicationOut"] }): ReactElement {
  return (
    <p className="notice-line">
      <Icon sign={said.outcome === "confirmed" ? "alert" : said.outcome === "cleared" ? "clear" : "notice"} />
      <span>
        <strong>{named("hitOutcome", said.outcome)}</strong>: {said.reason}
        <span className="quiet">
          {" "}
          <Name>{said.officer}</Name>, <When moment={said.decided_at} />
          {said.note && (
            <>
              {" · "}
              <Name>{said.note}</Name>
            </>
          )}
        </span>
      </span>
    </p>
  );
}

const OUTCOMES: readonly Schemas["HitOutcome"][] = ["cleared", "confirmed", "undecided"];
const CLEARED_FOR = 2; // years that a clearance lasts unless the officer says otherwise

function Adjudicate({ hit, movement }: { hit: Hit; movement: string }): ReactElement {
  const t = useWords();
  const queries = useQueryClient();
  const { data: known = [] } = useQuery(reasons);
  const [outcome, setOutcome] = useState<Schemas["HitOutcome"] | null>(null);
  const [remembered, setRemembered] = useState(true);
  const [id, renew] = useFreshId();
  const [clearanceId, renewClearance] = useFreshId();
  const deed = async (form: FormData) => {
    if (!outcome) return;
    const terms = outcome === "cleared" && remembered ? termsOf(form, clearanceId) : null;
    const body = {
      id,
      outcome,
      reason_code: given(form, "reason"),
      note: given(form, "note") || null,
      supersedes: hit.adjudication?.id ?? null,
      clearance: terms,
    };
    const { clearance } = await answered(
      api.POST("/v1/hits/{id}/adjudication", { params: { path: { id: hit.id } }, body }),
    );
    renew();
    renewClearance();
    const number = clearance?.redress_number;
    say(number ? t("secondLine.saidNumber", { number }) : t("secondLine.said"));
    await refreshed(queries, movement);
  };
  const fitting = known.filter((reason) => reason.outcome === outcome);
  return (
    <Deed action={t("secondLine.adjudicate")} deed={deed} className="stack settle">
      <fieldset>
        <legend>{t("secondLine.whoIsIt")}</legend>
        <div className="row">
          {OUTCOMES.map((one) => (
            <Pick
              key={one}
              type="radio"
              name={`outcome-${hit.id}`}
              checked={outcome === one}
              onChange={() => setOutcome(one)}
              label={named("hitOutcome", one)}
            />
          ))}
        </div>
      </fieldset>
      {outcome && (
        <div className="row">
          <Choice
            key={outcome}
            label={t("secondLine.reason")}
            name="reason"
            options={fitting.map(({ code, text }) => [code, text] as const)}
          />
          <Field label={t("secondLine.note")} name="note" maxLength={500} dir="auto" />
        </div>
      )}
      {outcome === "cleared" && (
        <fieldset>
          <Pick
            type="checkbox"
            checked={remembered}
            onChange={() => setRemembered(!remembered)}
            label={t("secondLine.notAgain")}
          />
          {remembered && (
            <div className="row">
              <Field
                label={t("secondLine.until")}
                name="expires"
                type="date"
                required
                dir="ltr"
                defaultValue={inYears(CLEARED_FOR)}
              />
              <Pick type="checkbox" name="number" label={t("secondLine.giveNumber")} />
            </div>
          )}
        </fieldset>
      )}
    </Deed>
  );
}

function termsOf(form: FormData, id: string): Schemas["ClearanceTermsIn"] {
  const expires_at = `${given(form, "expires")}T00:00:00Z`;
  return { id, expires_at, redress_number: form.has("number"), note: given(form, "note") || null };
}

function inYears(years: number): string {
  const day = now();
  day.setFullYear(day.getFullYear() + years);
  return day.toISOString().slice(0, 10);
}
