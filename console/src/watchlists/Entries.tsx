/** The entries of a list that is written here: those in force, and those that wait to be. */

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Link } from "wouter";
import { Button } from "../parts/form";
import { Loaded } from "../parts/Loaded";
import { type Column, Table } from "../parts/Table";
import { Identifier } from "../parts/text";
import { named, useWords } from "../words";
import { listed } from "./person";
import { type Change, entries, proposals } from "./queries";
import { Whom } from "./Said";

export function Entries({ name }: { name: string }): ReactElement {
  const t = useWords();
  const query = useInfiniteQuery(entries(name));
  const { data: waiting = [] } = useQuery(proposals);
  const open = waiting.filter(({ list, entry_id }) => list === name && entry_id !== "");
  const approved = query.data?.pages.flat() ?? [];
  const fresh = open.filter(({ action }) => action === "create");
  const columns: Column<Change>[] = [
    { head: t("figures.entry"), names: true, cell: ({ entry_id }) => <EntryLink list={name} id={entry_id} /> },
    { head: t("entries.whom"), look: "name", cell: ({ entry }) => <WhomOf entry={entry} /> },
    { head: t("said.owner"), cell: ({ terms }) => terms.owner },
    { head: t("said.expires_on"), cell: ({ terms }) => <Identifier>{terms.expires_on}</Identifier> },
    { head: t("said.review_on"), cell: ({ terms }) => <Identifier>{terms.review_on}</Identifier> },
    {
      head: t("lists.stateHead"),
      cell: (one) =>
        named(
          "entryState",
          stateOf(
            one,
            open.some(({ entry_id }) => entry_id === one.entry_id),
          ),
        ),
    },
  ];
  return (
    <section className="stack">
      <h2>{t("entries.title")}</h2>
      <Loaded query={query}>
        {() => (
          <Table
            label={t("entries.title")}
            empty={t("entries.none")}
            rows={[...fresh, ...approved]}
            rowKey={({ id }) => id}
            columns={columns}
          />
        )}
      </Loaded>
      {query.hasNextPage && <Button onPress={() => query.fetchNextPage()}>{t("entries.more")}</Button>}
    </section>
  );
}

function stateOf({ state, action }: Change, waits: boolean): string {
  if (state === "proposed") return "new";
  if (waits) return "changing";
  return action === "withdraw" ? "withdrawn" : "inForce";
}

/** An entry by its id. */
export function EntryLink({ list, id }: { list: string; id: string }): ReactElement {
  return (
    <Link href={`/lists/${list}/entries/${encodeURIComponent(id)}`}>
      <Identifier code>{id}</Identifier>
    </Link>
  );
}

function WhomOf({ entry }: { entry: Change["entry"] }): ReactElement | null {
  const said = listed(entry);
  return said && <Whom said={said} />;
}
