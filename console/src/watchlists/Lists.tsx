/** The lists: which version is screened against, how old it is, who answers for it, and what became of its hits. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { Link, useLocation } from "wouter";
import { answered, api, now, type Problem, type Schemas } from "../api";
import { useMay } from "../app/session";
import { say } from "../parts/announce";
import { Button } from "../parts/form";
import { Icon } from "../parts/Icon";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { ProblemBox } from "../parts/ProblemBox";
import { type Column, Table } from "../parts/Table";
import { Count, Identifier, Name, When } from "../parts/text";
import { named, useWords } from "../words";
import { figures, type KnownList, lists, refreshed, type Source, sources } from "./queries";
import { shareOf } from "./share";
import { ProposeTerms } from "./Terms";

export function Lists(): ReactElement {
  const t = useWords();
  const may = useMay();
  const [, go] = useLocation();
  const [beginning, setBeginning] = useState(false);
  const query = useQuery(lists);
  return (
    <Page
      title={t("lists.title")}
      lead={t("lists.lead")}
      actions={
        <>
          {may("edit_list") && <Button onPress={() => setBeginning(!beginning)}>{t("lists.begin")}</Button>}
          {may("import_list") && (
            <Link href="/files?hand-in" className="button">
              {t("files.handIn")}
            </Link>
          )}
        </>
      }
    >
      {beginning && (
        <section className="card stack" aria-label={t("lists.begin")}>
          <h2>{t("lists.begin")}</h2>
          <p className="quiet">{t("lists.beginLead")}</p>
          <ProposeTerms done={(name) => go(`/lists/${name}`)} />
        </section>
      )}
      <Loaded query={query}>{(known) => <ListTable known={known} />}</Loaded>
      <Sources />
    </Page>
  );
}

function ListTable({ known }: { known: KnownList[] }): ReactElement {
  const t = useWords();
  const { data: counted } = useQuery(figures);
  const figuresOf = (name: string) => counted?.find(({ list }) => list === name);
  const columns: Column<KnownList>[] = [
    { head: t("lists.name"), names: true, look: "name", cell: (list) => <ListName list={list} /> },
    { head: t("lists.stateHead"), cell: (list) => <ListState list={list} /> },
    { head: t("lists.version"), look: "number", cell: ({ version }) => version > 0 && <Count of={version} /> },
    { head: t("lists.entries"), look: "number", cell: ({ entries }) => <Count of={entries} /> },
    { head: t("lists.imported"), cell: ({ imported_at }) => imported_at && <Since moment={imported_at} /> },
    { head: t("said.owner"), cell: ({ terms }) => (terms ? <Name>{terms.owner}</Name> : t("lists.nobody")) },
    { head: t("lists.hits"), look: "number", cell: ({ name }) => <Count of={figuresOf(name)?.hits ?? 0} /> },
    { head: t("lists.true"), look: "number", cell: ({ name }) => <Share of={figuresOf(name)} part="confirmed" /> },
    { head: t("lists.false"), look: "number", cell: ({ name }) => <Share of={figuresOf(name)} part="cleared" /> },
  ];
  return (
    <Table
      label={t("lists.title")}
      empty={t("lists.empty")}
      rows={known}
      rowKey={({ name }) => name}
      columns={columns}
    />
  );
}

function ListName({ list: { name, format, national } }: { list: KnownList }): ReactElement {
  const t = useWords();
  return (
    <>
      <Link href={`/lists/${name}`}>
        <Identifier>{name}</Identifier>
      </Link>
      <span className="quiet">{national ? t("lists.written") : <Identifier>{format}</Identifier>}</span>
    </>
  );
}

/** Whether a list is screened against, by sign and word. */
export function ListState({ list: { active, version } }: { list: KnownList }): ReactElement {
  useWords();
  const state = !active ? "waits" : version ? "inForce" : "empty";
  return (
    <span className={`tag state-${state === "inForce" ? "approved" : "proposed"}`}>
      <Icon sign={state === "inForce" ? "clear" : "clock"} />
      {named("listState", state)}
    </span>
  );
}

const MINUTE = 60_000;

/** A moment, and how long ago that is. */
export function Since({ moment }: { moment: string }): ReactElement {
  const t = useWords();
  const minutes = Math.max(0, Math.floor((now().getTime() - Date.parse(moment)) / MINUTE));
  const age =
    minutes < 120
      ? t("freshness.minutes", { count: minutes })
      : minutes < 2880
        ? t("freshness.hours", { count: Math.floor(minutes / 60) })
        : t("freshness.days", { count: Math.floor(minutes / 1440) });
  return (
    <>
      <When moment={moment} /> <span className="quiet">{t("freshness.age", { age })}</span>
    </>
  );
}

function Share({ of, part }: { of: Schemas["FiguresOut"] | undefined; part: "confirmed" | "cleared" }): ReactElement {
  return <Identifier>{of ? shareOf(of, part) : "–"}</Identifier>;
}

/** The lists that are fetched by themselves: how often, what came of the last attempt, what waits for a person. */
function Sources(): ReactElement | null {
  const t = useWords();
  const { data } = useQuery(sources);
  if (!data) return null;
  const columns: Column<Source>[] = [
    { head: t("lists.name"), names: true, cell: ({ list }) => <Identifier>{list}</Identifier> },
    { head: t("sources.location"), cell: ({ location }) => <Identifier code>{location}</Identifier> },
    { head: t("sources.every"), cell: ({ every_minutes }) => t("freshness.minutes", { count: every_minutes }) },
    { head: t("sources.tried"), cell: ({ last_tried_at }) => last_tried_at && <Since moment={last_tried_at} /> },
    {
      head: t("sources.changed"),
      cell: ({ last_changed_at }) => last_changed_at && <Since moment={last_changed_at} />,
    },
    { head: t("sources.answer"), cell: (source) => <Answer source={source} /> },
    { head: "", label: t("sources.act"), cell: (source) => <SourceActs source={source} /> },
  ];
  return (
    <section className="stack">
      <h2>{t("sources.title")}</h2>
      <Table
        label={t("sources.title")}
        empty={t("sources.none")}
        rows={data}
        rowKey={({ list }) => list}
        columns={columns}
      />
    </section>
  );
}

function Answer({ source: { state, last_error, waiting } }: { source: Source }): ReactElement {
  useWords();
  const told = last_error ?? waiting;
  return (
    <span className={last_error ? "source-failed" : undefined}>
      <Icon sign={last_error ? "alert" : waiting ? "clock" : "check"} /> {named("sourceState", state)}
      {told && (
        <span className="quiet" lang="en">
          {" "}
          <Identifier>{told}</Identifier>
        </span>
      )}
    </span>
  );
}

function SourceActs({ source: { list, waiting } }: { source: Source }): ReactElement | null {
  const t = useWords();
  const may = useMay();
  const queries = useQueryClient();
  const params = { path: { name: list } };
  const act = useMutation<unknown, Problem, "attempt" | "confirmation">({
    mutationFn: (what) =>
      what === "attempt"
        ? answered(api.POST("/v1/watchlists/sources/{name}/attempt", { params }))
        : answered(api.POST("/v1/watchlists/sources/{name}/confirmation", { params })),
    onSuccess: () => say(t("sources.done")),
    onSettled: () => refreshed(queries),
  });
  if (!may("import_list")) return null;
  return (
    <div className="row">
      <Button look="small" isDisabled={act.isPending} onPress={() => act.mutate("attempt")}>
        {t("sources.fetch")}
      </Button>
      {waiting && (
        <Button look="small" isDisabled={act.isPending} onPress={() => act.mutate("confirmation")}>
          {t("sources.confirm")}
        </Button>
      )}
      {act.error && <ProblemBox problem={act.error} />}
    </div>
  );
}
