/** One entry of a list that is written here: what it says, what waits, and its whole history. */

import { useQuery } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { Link } from "wouter";
import { answered, api } from "../api";
import { useMay } from "../app/session";
import { Button } from "../parts/form";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { Identifier, Name } from "../parts/text";
import { named, useWords } from "../words";
import { Decide } from "./Decide";
import { Preview } from "./Preview";
import { listed } from "./person";
import { entry, type Revision } from "./queries";
import { Revisions } from "./Revisions";
import { By, Differences, PersonFacts, TermsFacts } from "./Said";
import { Withdraw } from "./Terms";

export function EntryPage({ list, id }: { list: string; id: string }): ReactElement {
  const t = useWords();
  const query = useQuery(entry(list, id));
  return (
    <Page
      title={t("entries.of", { id })}
      lead={
        <Link href={`/lists/${list}`} className="back">
          <Identifier>{list}</Identifier>
        </Link>
      }
    >
      <Loaded query={query}>{(revisions) => <Whole list={list} id={id} revisions={revisions} />}</Loaded>
    </Page>
  );
}

/** What is in force after these revisions; null where nothing is. */
export function inForce(revisions: readonly Revision[]): Revision | null {
  const last = revisions.filter(({ state }) => state === "approved").at(-1);
  return last && last.action !== "withdraw" ? last : null;
}

function Whole({ list, id, revisions }: { list: string; id: string; revisions: Revision[] }): ReactElement {
  const t = useWords();
  const standing = inForce(revisions);
  const open = revisions.find(({ state }) => state === "proposed");
  return (
    <div className="file-columns">
      <div className="stack">
        {open && <Open open={open} />}
        {standing ? <Standing of={standing} /> : <p className="card">{t("entries.notInForce")}</p>}
        <section className="card stack" aria-label={t("entries.history")}>
          <h2>{t("entries.history")}</h2>
          <Revisions revisions={revisions} label={t("entries.history")} />
        </section>
      </div>
      <div className="stack">
        {open ? <DecideEntry open={open} /> : <Acts list={list} id={id} stands={standing !== null} />}
      </div>
    </div>
  );
}

function Standing({ of }: { of: Revision }): ReactElement {
  const t = useWords();
  const said = listed(of.entry);
  return (
    <section className="card stack" aria-label={t("entries.inForce")}>
      <h2>{t("entries.inForce")}</h2>
      {said && <PersonFacts said={said} />}
      <TermsFacts terms={of.terms} />
    </section>
  );
}

function Open({ open }: { open: Revision }): ReactElement {
  const t = useWords();
  const may = useMay();
  const said = listed(open.entry);
  return (
    <section className="card stack" aria-label={t("proposals.waits")}>
      <h2>{t("proposals.waits")}</h2>
      <p className="row">
        <strong>{named("action", open.action)}</strong>
        <By who={open.proposed_by} at={open.proposed_at} />
      </p>
      <p>
        <Name>{open.reason}</Name>
      </p>
      {open.action === "create" && said ? (
        <>
          <PersonFacts said={said} />
          <TermsFacts terms={open.terms} />
        </>
      ) : (
        <Differences of={open.differences} />
      )}
      {said && may("edit_list") && <Preview list={open.list} id={open.entry_id} said={() => said} />}
    </section>
  );
}

function DecideEntry({ open: { list: name, entry_id, revision, proposed_by } }: { open: Revision }): ReactElement {
  const path = { name, entry_id, revision };
  return (
    <Decide
      proposedBy={proposed_by}
      decide={(body) =>
        answered(api.POST("/v1/watchlists/{name}/entries/{entry_id}/{revision}/decision", { params: { path }, body }))
      }
    />
  );
}

function Acts({
  list: name,
  id: entry_id,
  stands,
}: {
  list: string;
  id: string;
  stands: boolean;
}): ReactElement | null {
  const t = useWords();
  const may = useMay();
  const [withdrawing, setWithdrawing] = useState(false);
  if (!may("edit_list")) return null;
  const params = { path: { name, entry_id } };
  return (
    <section className="card stack" aria-label={t("entries.act")}>
      <div className="row">
        <Link href={`/lists/${name}/entries/${encodeURIComponent(entry_id)}/change`} className="button primary">
          {t(stands ? "entries.change" : "entries.again")}
        </Link>
        {stands && <Button onPress={() => setWithdrawing(!withdrawing)}>{t("entries.withdraw")}</Button>}
      </div>
      {withdrawing && (
        <Withdraw
          propose={(body) =>
            answered(api.POST("/v1/watchlists/{name}/entries/{entry_id}/withdrawal", { params, body }))
          }
          done={() => setWithdrawing(false)}
        />
      )}
    </section>
  );
}
