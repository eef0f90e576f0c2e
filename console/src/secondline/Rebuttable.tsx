/** What the rules found, and what the traveller can show against it. */

import { useQueryClient } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { answered, api } from "../api";
import { useFreshId } from "../api/freshId";
import { useMay } from "../app/session";
import { say } from "../parts/announce";
import { type Finding, Findings } from "../parts/Findings";
import { Button, Choice, Deed, Field, given } from "../parts/form";
import { tidy, useWords } from "../words";
import { type Inspection, refreshed } from "./queries";

const MET: ReadonlySet<string> = new Set(["W1", "W2"]); // shown with the hits, where those still wait

export function Rebuttable({ made, besideHits }: { made: Inspection; besideHits: boolean }): ReactElement {
  const t = useWords();
  const may = useMay();
  const found = made.findings.filter(({ rule }) => !(besideHits && MET.has(rule)));
  return (
    <section className="card stack" aria-label={t("finding.list")}>
      <h2>{t("finding.list")}</h2>
      {!found.length && <p className="empty">{t("secondLine.nothingFound")}</p>}
      {found.map((finding) => (
        <div key={finding.claim} className="stack">
          <Findings findings={[finding]} />
          {may("correct_movement") && finding.status !== "withdrawn" && finding.rebuttable_by.length > 0 && (
            <Rebut id={made.id} finding={finding} />
          )}
        </div>
      ))}
    </section>
  );
}

function Rebut({ id, finding }: { id: string; finding: Finding }): ReactElement {
  const t = useWords();
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const [said, renew] = useFreshId();
  if (!open)
    return (
      <div>
        <Button look="small" onPress={() => setOpen(true)}>
          {t("secondLine.rebut")}
        </Button>
      </div>
    );
  const deed = async (form: FormData) => {
    const body = { id: said, claim: finding.claim, ground: given(form, "ground"), evidence: given(form, "evidence") };
    await answered(api.POST("/v1/inspections/{id}/rebuttals", { params: { path: { id } }, body }));
    renew();
    say(t("secondLine.said"));
    await refreshed(queries, id);
  };
  const grounds = finding.rebuttable_by.map((code, at) => [code, tidy(finding.rebuttal_texts[at] ?? code)] as const);
  return (
    <Deed
      action={t("secondLine.rebutDo")}
      deed={deed}
      className="stack settle"
      others={
        <Button look="plain" onPress={() => setOpen(false)}>
          {t("page.close")}
        </Button>
      }
    >
      <Choice label={t("secondLine.shown")} name="ground" options={grounds} wide />
      <Field label={t("secondLine.evidence")} name="evidence" required maxLength={500} dir="auto" wide autoFocus />
    </Deed>
  );
}
