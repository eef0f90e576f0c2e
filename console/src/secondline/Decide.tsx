/** The officer's decision, which replaces the one that sent the traveller here. */

import { useQueryClient } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { answered, api, type Schemas } from "../api";
import { useFreshId } from "../api/freshId";
import { say } from "../parts/announce";
import { Choice, Deed, Pick } from "../parts/form";
import { Decisions } from "../parts/Verdict";
import { named, useWords } from "../words";
import { type Inspection, refreshed } from "./queries";

const OUTCOMES = ["admitted", "refused"] as const;
const REASONS = [..."ABCDEFGHI"];

export function Decide({ made }: { made: Inspection }): ReactElement {
  const t = useWords();
  const queries = useQueryClient();
  const [outcome, setOutcome] = useState<Schemas["Outcome"] | null>(null);
  const [id] = useFreshId();
  const last = made.decisions.at(-1);
  const deed = async (form: FormData) => {
    if (!outcome) return;
    const reason_code = outcome === "refused" ? String(form.get("reason")) : null;
    const body = { id, outcome, reason_code, supersedes: last?.id ?? null };
    await answered(api.POST("/v1/inspections/{id}/decision", { params: { path: { id: made.id } }, body }));
    say(t("secondLine.said"));
    await refreshed(queries, made.id);
  };
  return (
    <section className="card stack" aria-label={t("decision.label")}>
      <h2>{t("decision.label")}</h2>
      <Decisions decisions={made.decisions} />
      {(!last || last.outcome === "referred") && (
        <Deed action={t("secondLine.decideDo")} deed={deed}>
          <div className="row">
            {OUTCOMES.map((one) => (
              <Pick
                key={one}
                type="radio"
                name="outcome"
                required
                checked={outcome === one}
                onChange={() => setOutcome(one)}
                label={named("secondLine.decide", one)}
              />
            ))}
          </div>
          {outcome === "refused" && (
            <Choice
              label={t("secondLine.reason")}
              name="reason"
              wide
              options={REASONS.map((code) => [code, `${code} – ${named("reason", code)}`] as const)}
            />
          )}
        </Deed>
      )}
    </section>
  );
}
