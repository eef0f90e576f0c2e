/** One list: whether it is screened against, its terms and who decided on them, its versions, its entries. */

import { useQuery } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { Link } from "wouter";
import { answered, api, type Schemas } from "../api";
import { useMay } from "../app/session";
import { Button } from "../parts/form";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { type Column, Table } from "../parts/Table";
import { Count, Identifier, When } from "../parts/text";
import { named, useWords } from "../words";
import { Decide } from "./Decide";
import { Entries } from "./Entries";
import { ListState, Since } from "./Lists";
import { Merge } from "./Merge";
import { Purpose } from "./Purpose";
import { type Change, history, type KnownList, lists, proposals, rescreenings } from "./queries";
import { Revisions } from "./Revisions";
import { TermsFacts } from "./Said";
import { ProposeTerms, Withdraw } from "./Terms";

export function ListPage({ name }: { name: string }): ReactElement {
  const t = useWords();
  const query = useQuery(lists);
  const list = query.data?.find((one) => one.name === name);
  return (
    <Page
      title={name}
      lead={
        <Link href="/lists" className="back">
          {t("lists.title")}
        </Link>
      }
      actions={list && <Actions list={list} />}
    >
      <Loaded query={query}>
        {() => (list ? <Whole list={list} /> : <p className="empty">{t("lists.unknown")}</p>)}
      </Loaded>
    </Page>
  );
}

function Actions({ list: { name, national } }: { list: KnownList }): ReactElement | null {
  const t = useWords();
  const may = useMay();
  if (national)
    return may("edit_list") ? (
      <Link href={`/lists/${name}/new`} className="button primary">
        {t("entries.write")}
      </Link>
    ) : null;
  return may("import_list") ? (
    <Link href={`/files?hand-in=${name}`} className="button primary">
      {t("files.handIn")}
    </Link>
  ) : null;
}

function Whole({ list }: { list: KnownList }): ReactElement {
  const t = useWords();
  const may = useMay();
  return (
    <>
      <section className="card stack" aria-label={t("lists.stateHead")}>
        <p className="row">
          <ListState list={list} />
          {list.imported_at && (
            <span>
              {t("lists.version")} <Count of={list.version} /> · {t("lists.entries")} <Count of={list.entries} /> ·{" "}
              <Since moment={list.imported_at} />
            </span>
          )}
          {list.digest && (
            <Identifier code title={list.digest}>
              {list.digest.slice(0, 16)}
            </Identifier>
          )}
          <Link href={`/figures/${list.name}`}>{t("figures.title")}</Link>
        </p>
        {list.terms ? <TermsFacts terms={list.terms} /> : <p>{t("lists.noTerms")}</p>}
      </section>
      <TermsProposals list={list} />
      <Purpose name={list.name} />
      {list.national && <Entries name={list.name} />}
      <History name={list.name} />
      <Rescreenings name={list.name} />
      {!list.national && list.version > 0 && may("edit_list") && <Merge name={list.name} />}
    </>
  );
}

/** What waits for this list's terms, or how to propose others, or to take it out of screening. */
function TermsProposals({ list }: { list: KnownList }): ReactElement | null {
  const t = useWords();
  const may = useMay();
  const { data: waiting = [] } = useQuery(proposals);
  const [doing, setDoing] = useState<"terms" | "withdrawal" | null>(null);
  const open = waiting.find(({ list: name, entry_id }) => name === list.name && entry_id === "");
  if (open) return <TermsProposal open={open} />;
  if (!may("edit_list")) return null;
  return (
    <section className="stack" aria-label={t("terms.title")}>
      <div className="row">
        <Button onPress={() => setDoing(doing === "terms" ? null : "terms")}>
          {t(list.terms ? "terms.change" : "terms.propose")}
        </Button>
        {list.terms && list.active && (
          <Button onPress={() => setDoing(doing === "withdrawal" ? null : "withdrawal")}>{t("terms.withdraw")}</Button>
        )}
      </div>
      {doing === "terms" && (
        <div className="card">
          <ProposeTerms name={list.name} terms={list.terms} done={() => setDoing(null)} />
        </div>
      )}
      {doing === "withdrawal" && (
        <div className="card stack">
          <p>{t("terms.withdrawLead")}</p>
          <Withdraw
            propose={(body) =>
              answered(api.POST("/v1/watchlists/{name}/withdrawal", { params: { path: { name: list.name } }, body }))
            }
            done={() => setDoing(null)}
          />
        </div>
      )}
    </section>
  );
}

function TermsProposal({ open }: { open: Change }): ReactElement {
  const t = useWords();
  const { list: name, revision } = open;
  const path = { name, revision };
  return (
    <section className="stack" aria-label={t("proposals.waits")}>
      <div className="card stack">
        <h2>{t("proposals.waits")}</h2>
        <p>
          <strong>{named("action", open.action)}</strong>: {open.reason}
        </p>
        <TermsFacts terms={open.terms} />
      </div>
      <Decide
        proposedBy={open.proposed_by}
        decide={(body) =>
          answered(api.POST("/v1/watchlists/{name}/terms/{revision}/decision", { params: { path }, body }))
        }
      />
    </section>
  );
}

function History({ name }: { name: string }): ReactElement | null {
  const t = useWords();
  const { data } = useQuery(history(name));
  if (!data) return null;
  const columns: Column<Schemas["VersionOut"]>[] = [
    { head: t("lists.version"), look: "number", names: true, cell: ({ version }) => <Count of={version} /> },
    { head: t("lists.imported"), cell: ({ imported_at }) => <When moment={imported_at} /> },
    { head: t("lists.by"), cell: ({ imported_by }) => <bdi>{imported_by}</bdi> },
    ...(["entries", "added", "changed", "removed", "skipped"] as const).map(
      (count): Column<Schemas["VersionOut"]> => ({
        head: named("count", count),
        look: "number",
        cell: ({ counts }) => <Count of={counts[count] ?? 0} />,
      }),
    ),
    {
      head: t("lists.digest"),
      cell: ({ digest }) => (
        <Identifier code title={digest}>
          {digest.slice(0, 16)}
        </Identifier>
      ),
    },
  ];
  return (
    <section className="stack">
      <h2>{t("lists.versions")}</h2>
      <Table
        label={t("lists.versions")}
        empty={t("lists.noVersions")}
        rows={data.versions}
        rowKey={({ version }) => version}
        columns={columns}
      />
      {data.revisions.length > 0 && (
        <details className="card">
          <summary>{t("terms.history")}</summary>
          <Revisions revisions={data.revisions} label={t("terms.history")} />
        </details>
      )}
    </section>
  );
}

/** How far what changed has been run against what was recorded before. */
function Rescreenings({ name }: { name: string }): ReactElement | null {
  const t = useWords();
  const { data = [] } = useQuery(rescreenings);
  const latest = data.find(({ list }) => list === name);
  if (!latest) return null;
  const { version, phase, examined, total, raised, withdrawn } = latest;
  return (
    <p className="card">
      {t("lists.lookedBack", { version })} <strong>{named("phase", phase)}</strong> · {t("lists.examined")}{" "}
      <Identifier>{total === null ? examined : `${examined} / ${total}`}</Identifier> · {t("lists.raised")}{" "}
      <Count of={raised} /> · {t("figures.withdrawn")} <Count of={withdrawn} />
    </p>
  );
}
