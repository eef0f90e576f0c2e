/** Documents whose data are contested and not used meanwhile: set apart, and let go again, each with why. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { Link, useSearchParams } from "wouter";
import { answered, api, type Schemas } from "../api";
import { useFreshId } from "../api/freshId";
import { useMay } from "../app/session";
import { say } from "../parts/announce";
import { Button, Choice, Deed, Field, given, Pick } from "../parts/form";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { By, Ended, Ending } from "../parts/Standing";
import { type Column, Table } from "../parts/Table";
import { Identifier, Name, Point } from "../parts/text";
import { named, useWords } from "../words";
import { type Restriction, refreshed, restrictions } from "./queries";

const GROUNDS: readonly Schemas["Ground"][] = ["accuracy_contested", "unlawful", "needed_for_claims", "objection"];

export function Restrictions(): ReactElement {
  const t = useWords();
  const [params, setParams] = useSearchParams();
  const standing = params.get("show") !== "all";
  const query = useQuery(restrictions(standing));
  return (
    <Page title={t("rights.restrictions")} lead={t("rights.restrictionsLead")}>
      <Pick
        type="checkbox"
        checked={!standing}
        onChange={() => setParams(standing ? [["show", "all"]] : [])}
        label={t("rights.withEnded")}
      />
      <Loaded query={query}>{(found) => <RestrictionTable restrictions={found} />}</Loaded>
    </Page>
  );
}

export function RestrictionTable({ restrictions: rows }: { restrictions: Restriction[] }): ReactElement {
  const t = useWords();
  const may = useMay();
  const [ending, setEnding] = useState<string | null>(null);
  const columns: Column<Restriction>[] = [
    { head: t("rights.groundHead"), cell: (one) => <Ground of={one} />, names: true },
    { head: t("rights.placed"), cell: ({ placed_by, placed_at }) => <By who={placed_by} at={placed_at} /> },
    { head: t("rights.post"), cell: ({ crossing_point }) => <Point code={crossing_point} /> },
    {
      head: t("rights.ended"),
      cell: (one) => (
        <Ended of={one}>
          {may("handle_rights") ? (
            <Button look="small" onPress={() => setEnding(one.id)}>
              {t("rights.end")}
            </Button>
          ) : (
            t("rights.stands")
          )}
        </Ended>
      ),
    },
  ];
  return (
    <>
      {ending && <End key={ending} id={ending} done={() => setEnding(null)} />}
      <Table
        label={t("rights.restrictions")}
        columns={columns}
        rows={rows}
        rowKey={({ id }) => id}
        empty={t("rights.noRestriction")}
      />
    </>
  );
}

function Ground({ of: { ground, reason, movement_id } }: { of: Restriction }): ReactElement {
  return (
    <span className="stacked">
      {named("rights.ground", ground)}
      <span className="quiet">
        <Name>{reason}</Name> ·{" "}
        <Link href={`~/movements/${movement_id}`}>
          <Identifier code>{`${movement_id.slice(0, 8)}…`}</Identifier>
        </Link>
      </span>
    </span>
  );
}

function End({ id, done }: { id: string; done: () => void }): ReactElement {
  const t = useWords();
  const queries = useQueryClient();
  const end = async (reason: string) => {
    await answered(api.POST("/v1/rights/restrictions/{id}/end", { params: { path: { id } }, body: { reason } }));
    say(t("rights.said"));
    done();
    await refreshed(queries);
  };
  return <Ending action={t("rights.end")} why={t("rights.why")} end={end} close={done} />;
}

/** Sets the document of a movement apart. */
export function Place({ movement }: { movement: string }): ReactElement {
  const t = useWords();
  const queries = useQueryClient();
  const [id, renew] = useFreshId();
  const deed = async (form: FormData) => {
    const ground = given(form, "ground") as Schemas["Ground"];
    const body = { id, movement_id: movement, ground, reason: given(form, "reason") };
    await answered(api.POST("/v1/rights/restrictions", { body }));
    renew();
    say(t("rights.said"));
    await refreshed(queries);
  };
  return (
    <section className="card stack" aria-label={t("rights.restrict")}>
      <h2>{t("rights.restrict")}</h2>
      <p className="quiet">{t("rights.restrictionsLead")}</p>
      <Deed action={t("rights.restrictDo")} deed={deed}>
        <Choice
          label={t("rights.groundHead")}
          name="ground"
          options={GROUNDS.map((one) => [one, named("rights.ground", one)] as const)}
        />
        <Field label={t("rights.why")} name="reason" required maxLength={500} dir="auto" wide />
      </Deed>
    </section>
  );
}
