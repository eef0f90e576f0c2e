/** What waits for a second person, and what somebody has to look at again. */

import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Link } from "wouter";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { type Column, Table } from "../parts/Table";
import { Count, Identifier, Name } from "../parts/text";
import { named, useWords } from "../words";
import { EntryLink } from "./Entries";
import { listed } from "./person";
import { type Change, drafts, proposals, reviews } from "./queries";
import { By, Whom } from "./Said";

export function Proposals(): ReactElement {
  const t = useWords();
  const query = useQuery(proposals);
  return (
    <Page title={t("proposals.title")} lead={t("proposals.lead")}>
      <WaitingFiles />
      <Loaded query={query}>
        {(waiting) => (
          <Table
            label={t("proposals.title")}
            empty={t("proposals.none")}
            rows={waiting}
            rowKey={({ id }) => id}
            columns={columnsOf(t, t("proposals.made"), (one) => <By who={one.proposed_by} at={one.proposed_at} />)}
          />
        )}
      </Loaded>
      <Reviews />
    </Page>
  );
}

/** The columns of proposals and of what is in force alike; the last differs. */
function columnsOf(t: ReturnType<typeof useWords>, head: string, last: Column<Change>["cell"]): Column<Change>[] {
  return [
    {
      head: t("lists.name"),
      names: true,
      cell: ({ list, entry_id }) => (
        <>
          <Link href={`/lists/${list}`}>
            <Identifier>{list}</Identifier>
          </Link>
          {entry_id && " · "}
          {entry_id && <EntryLink list={list} id={entry_id} />}
        </>
      ),
    },
    { head: t("proposals.what"), cell: ({ action }) => named("action", action) },
    {
      head: t("entries.whom"),
      look: "name",
      cell: ({ entry, list }) => {
        const said = listed(entry);
        return said ? <Whom said={said} /> : <Identifier>{list}</Identifier>;
      },
    },
    { head: t("decide.reason"), cell: ({ reason }) => <Name>{reason}</Name> },
    { head, cell: last },
  ];
}

function WaitingFiles(): ReactElement | null {
  const t = useWords();
  const { data = [] } = useQuery(drafts);
  const waiting = data.filter(({ state }) => state === "proposed");
  if (!waiting.length) return null;
  return (
    <ul className="waiting-files card">
      {waiting.map(({ id, list, added, changed, removed, proposed_by, proposed_at }) => (
        <li key={id}>
          <Link href={`/files/${list}/${id}`}>{t("files.of", { name: list })}</Link> {named("effect", "added")}{" "}
          <Count of={added} /> · {named("effect", "changed")} <Count of={changed} /> · {named("effect", "removed")}{" "}
          <Count of={removed} />{" "}
          <span className="quiet">
            <By who={proposed_by} at={proposed_at} />
          </span>
        </li>
      ))}
    </ul>
  );
}

/** What is overdue for a look, the lists that nobody answers for, and those not in force. */
function Reviews(): ReactElement {
  const t = useWords();
  const query = useQuery(reviews);
  return (
    <section className="stack">
      <h2>{t("reviews.title")}</h2>
      <Loaded query={query}>
        {({ due, lists_without_terms, lists_not_in_force }) => (
          <>
            <Table
              label={t("reviews.title")}
              empty={t("reviews.none")}
              rows={due}
              rowKey={({ id }) => id}
              columns={columnsOf(t, t("said.review_on"), ({ terms }) => <Identifier>{terms.review_on}</Identifier>)}
            />
            <Named label={t("reviews.noTerms")} lists={lists_without_terms} />
            <Named label={t("reviews.notInForce")} lists={lists_not_in_force} />
          </>
        )}
      </Loaded>
    </section>
  );
}

function Named({ label, lists }: { label: string; lists: string[] }): ReactElement | null {
  if (!lists.length) return null;
  return (
    <p className="row">
      <strong>{label}</strong>
      {lists.map((name) => (
        <Link key={name} href={`/lists/${name}`}>
          <Identifier>{name}</Identifier>
        </Link>
      ))}
    </p>
  );
}
