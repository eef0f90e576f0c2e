/** Travellers who are not the ones that an entry means: for whom, until when, whether it still stands and why not. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactElement, type SubmitEvent, useState } from "react";
import { useSearchParams } from "wouter";
import { answered, api, now } from "../api";
import { say } from "../parts/announce";
import { Button, Deed, Field, given } from "../parts/form";
import { Icon } from "../parts/Icon";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { type Column, Table } from "../parts/Table";
import { DocumentName, Identifier, Name, When } from "../parts/text";
import { named, useWords } from "../words";
import type { Clearance } from "./queries";
import { By, Differences } from "./Said";

const FILTERS = ["list", "entry_id", "redress_number", "document"] as const;
const SOON = 30 * 86_400_000; // ms before its end from which a clearance is marked

export function Clearances(): ReactElement {
  const t = useWords();
  const [params, setParams] = useSearchParams();
  const asked = Object.fromEntries(FILTERS.map((name) => [name, params.get(name) || undefined]));
  const query = useQuery({
    queryKey: ["watchlists", "clearances", asked],
    queryFn: () => answered(api.GET("/v1/clearances", { params: { query: asked } })),
  });
  const search = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const filled = FILTERS.map((name) => [name, given(form, name)] as const).filter(([, value]) => value);
    setParams(Object.fromEntries(filled));
  };
  return (
    <Page title={t("clearances.title")} lead={t("clearances.lead")}>
      <search aria-label={t("clearances.filters")}>
        <form className="filters" onSubmit={search}>
          {FILTERS.map((name) => (
            <Field key={name} label={t(`clearances.${name}`)} name={name} defaultValue={asked[name]} dir="ltr" />
          ))}
          <Button type="submit">{t("clearances.search")}</Button>
        </form>
      </search>
      <Loaded query={query}>{(found) => <Given found={found} />}</Loaded>
    </Page>
  );
}

function Given({ found }: { found: Clearance[] }): ReactElement {
  const t = useWords();
  const [ending, setEnding] = useState<Clearance | null>(null);
  const columns: Column<Clearance>[] = [
    { head: t("watch.traveller"), names: true, look: "name", cell: (one) => <Traveller of={one} /> },
    { head: t("figures.entry"), cell: (one) => <Identifier code>{`${one.list} · ${one.entry_id}`}</Identifier> },
    { head: t("clearances.reason"), cell: (one) => <Reason of={one} /> },
    { head: t("clearances.given"), cell: (one) => <By who={one.cleared_by} at={one.cleared_at} /> },
    { head: t("clearances.until"), cell: (one) => <When moment={one.expires_at} /> },
    { head: t("lists.stateHead"), cell: (one) => <Stands of={one} /> },
    {
      head: "",
      label: t("clearances.end"),
      cell: (one) =>
        one.stands && (
          <Button look="small" onPress={() => setEnding(one)}>
            {t("clearances.end")}
          </Button>
        ),
    },
  ];
  return (
    <>
      {ending && <End of={ending} done={() => setEnding(null)} />}
      <Table
        label={t("clearances.title")}
        empty={t("clearances.none")}
        rows={found}
        rowKey={({ id }) => id}
        columns={columns}
      />
    </>
  );
}

function Traveller({ of: { traveller, document_key, redress_number } }: { of: Clearance }): ReactElement {
  return (
    <>
      <DocumentName of={traveller} />
      <span className="quiet">
        <Identifier>{[traveller.date_of_birth, document_key, redress_number].filter(Boolean).join(" · ")}</Identifier>
      </span>
    </>
  );
}

function Reason({ of: { reason, note } }: { of: Clearance }): ReactElement {
  return (
    <>
      {reason}
      {note && (
        <span className="quiet">
          {" · "}
          <Name>{note}</Name>
        </span>
      )}
    </>
  );
}

function stateOf({ stands, ending, expires_at }: Clearance): "stands" | "soon" | "expired" | "lapsed" | "revoked" {
  if (ending) return ending.cause === "lapsed" ? "lapsed" : "revoked";
  if (!stands) return "expired";
  return Date.parse(expires_at) - now().getTime() < SOON ? "soon" : "stands";
}

function Stands({ of }: { of: Clearance }): ReactElement {
  useWords();
  const state = stateOf(of);
  return (
    <>
      <span className={`tag state-${state === "stands" ? "approved" : state === "soon" ? "proposed" : "rejected"}`}>
        <Icon sign={state === "stands" ? "clear" : state === "soon" ? "clock" : "refuse"} />
        {named("clearanceState", state)}
      </span>
      {of.ending && (
        <details>
          <summary>
            <By who={of.ending.ended_by} at={of.ending.ended_at} />
          </summary>
          <p>
            <Name>{of.ending.reason}</Name>
          </p>
          <Differences of={of.ending.changes} />
        </details>
      )}
    </>
  );
}

function End({ of, done }: { of: Clearance; done: () => void }): ReactElement {
  const t = useWords();
  const queries = useQueryClient();
  const deed = async (form: FormData) => {
    const body = { reason: given(form, "reason") };
    await answered(api.POST("/v1/clearances/{id}/revocation", { params: { path: { id: of.id } }, body }));
    say(t("clearances.ended"));
    await queries.invalidateQueries({ queryKey: ["watchlists", "clearances"] });
    done();
  };
  return (
    <section className="card stack" aria-label={t("clearances.end")}>
      <p>
        <strong>{t("clearances.sure")}</strong> <DocumentName of={of.traveller} />{" "}
        <Identifier code>{`${of.list} · ${of.entry_id}`}</Identifier>
      </p>
      <Deed
        action={t("clearances.end")}
        look="danger"
        deed={deed}
        others={
          <Button look="plain" onPress={done}>
            {t("page.close")}
          </Button>
        }
      >
        <Field label={t("decide.reason")} name="reason" required minLength={3} maxLength={500} dir="auto" />
      </Deed>
    </section>
  );
}
