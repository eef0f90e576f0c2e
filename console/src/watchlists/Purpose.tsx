/** What the entries of a list are beyond somebody who is sought: documents reported lost, or bans of entry. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { answered, api, type Schemas } from "../api";
import { useMay } from "../app/session";
import { say } from "../parts/announce";
import { Choice, Deed, given } from "../parts/form";
import { Loaded } from "../parts/Loaded";
import { named, useWords } from "../words";
import { purposes, refreshed } from "./queries";

const KINDS = ["lost_or_stolen", "entry_ban"] as const satisfies Schemas["ListingKind"][];

export function Purpose({ name }: { name: string }): ReactElement {
  const t = useWords();
  const may = useMay();
  const query = useQuery(purposes);
  return (
    <section className="card stack" aria-label={t("listPurpose.title")}>
      <h2>{t("listPurpose.title")}</h2>
      <p className="quiet">{t("listPurpose.lead")}</p>
      <Loaded query={query}>
        {({ [name]: kind }) =>
          may("approve_list") ? <SetPurpose key={kind} name={name} kind={kind} /> : <p>{wordsOf(kind)}</p>
        }
      </Loaded>
    </section>
  );
}

function SetPurpose({ name, kind }: { name: string; kind: Schemas["ListingKind"] | undefined }): ReactElement {
  const t = useWords();
  const queries = useQueryClient();
  const deed = async (form: FormData) => {
    const purpose = (given(form, "purpose") || null) as Schemas["ListingKind"] | null;
    await answered(api.PUT("/v1/watchlists/{name}/purpose", { params: { path: { name } }, body: { purpose } }));
    say(t("listPurpose.said"));
    await refreshed(queries);
  };
  const options = [["", wordsOf(undefined)] as const, ...KINDS.map((one) => [one, wordsOf(one)] as const)];
  return (
    <Deed action={t("listPurpose.set")} deed={deed}>
      <Choice label={t("listPurpose.title")} name="purpose" defaultValue={kind ?? ""} options={options} />
    </Deed>
  );
}

const wordsOf = (kind: Schemas["ListingKind"] | undefined): string => named("listPurpose", kind ?? "none");
