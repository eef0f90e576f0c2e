/** One list file: what it would add, change and strike, what was left out of it and why, and the second person's word. */

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Link, useSearchParams } from "wouter";
import { answered, api } from "../api";
import { Button, Choice, Pick } from "../parts/form";
import { Icon } from "../parts/Icon";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { type Column, Table } from "../parts/Table";
import { Count, Identifier, Name } from "../parts/text";
import { named, useWords } from "../words";
import { Decide } from "./Decide";
import { listed } from "./person";
import { draft, draftChanges, type Effect, type EntryChange, type WholeDraft } from "./queries";
import { By, Differences, EffectTag, StateTag, Whom } from "./Said";

const EFFECTS: readonly Effect[] = ["added", "changed", "removed"];
const SHOWN = 200; // records left out that are listed

export function FilePage({ name, id }: { name: string; id: string }): ReactElement {
  const t = useWords();
  const query = useQuery(draft(name, id));
  return (
    <Page
      title={t("files.of", { name })}
      lead={
        <Link href="/files" className="back">
          {t("files.title")}
        </Link>
      }
    >
      <Loaded query={query}>
        {(file) => (
          <div className="file-columns">
            <div className="stack">
              <Counts file={file} />
              {file.state === "proposed" && <Changes file={file} />}
              <LeftOut file={file} />
            </div>
            {file.state === "proposed" ? <Activate file={file} /> : <Decided file={file} />}
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function Counts({ file }: { file: WholeDraft }): ReactElement {
  const t = useWords();
  const counts = { ...file, skipped: file.left_out };
  return (
    <section className="card stack" aria-label={t("files.changes")}>
      <p className="row">
        <StateTag state={file.state} />
        <span>
          {file.base_version ? t("files.against", { version: file.base_version }) : t("files.first")} ·{" "}
          {named("format", file.format)} ·{" "}
          <Identifier code title={file.digest}>
            {file.digest.slice(0, 16)}
          </Identifier>
        </span>
      </p>
      <dl className="counts">
        {(["added", "changed", "removed", "unchanged", "skipped", "entries"] as const).map((count) => (
          <div key={count} className={`count-${count}`}>
            <dt>{named("count", count)}</dt>
            <dd>
              <Count of={counts[count]} />
            </dd>
          </div>
        ))}
      </dl>
      {file.doubtful && (
        <p className="doubtful">
          <Icon sign="alert" /> {t("files.doubtful")}
        </p>
      )}
      <p className="quiet">
        {t("files.handedIn")} <By who={file.proposed_by} at={file.proposed_at} />
      </p>
    </section>
  );
}

function Activate({ file }: { file: WholeDraft }): ReactElement {
  const t = useWords();
  const path = { name: file.list, draft_id: file.id };
  return (
    <Decide
      proposedBy={file.proposed_by}
      decide={(said, form) =>
        answered(
          api.POST("/v1/watchlists/{name}/drafts/{draft_id}/decision", {
            params: { path },
            body: { ...said, confirmed: form.has("confirmed") },
          }),
        )
      }
    >
      {file.doubtful && <Pick type="checkbox" name="confirmed" required label={t("files.confirm")} />}
    </Decide>
  );
}

function Decided({ file }: { file: WholeDraft }): ReactElement {
  const t = useWords();
  return (
    <section className="card stack" aria-label={t("proposals.decided")}>
      <p className="row">
        <StateTag state={file.state} />
        {file.version !== null && (
          <Link href={`/lists/${file.list}`}>{t("files.became", { version: file.version })}</Link>
        )}
      </p>
      {file.decided_by && file.decided_at && (
        <p>
          <By who={file.decided_by} at={file.decided_at} />: <Name>{file.decision_reason}</Name>
        </p>
      )}
    </section>
  );
}

function Changes({ file }: { file: WholeDraft }): ReactElement {
  const t = useWords();
  const [params, setParams] = useSearchParams();
  const asked = params.get("effect") as Effect | null;
  const effect = asked && EFFECTS.includes(asked) ? asked : null;
  const query = useInfiniteQuery(draftChanges(file.list, file.id, effect));
  const columns: Column<EntryChange>[] = [
    { head: t("figures.entry"), names: true, cell: ({ entry_id }) => <Identifier code>{entry_id}</Identifier> },
    { head: t("files.effect"), cell: (one) => <EffectTag effect={one.effect} /> },
    { head: t("entries.whom"), look: "name", cell: (one) => <Changed change={one} /> },
  ];
  return (
    <section className="stack">
      <div className="page-head">
        <h2>{t("files.entries")}</h2>
        <Choice
          label={t("files.effect")}
          value={effect ?? ""}
          onChange={({ target }) => setParams(target.value ? { effect: target.value } : {}, { replace: true })}
          options={[["", t("files.all")], ...EFFECTS.map((one) => [one, named("effect", one)] as const)]}
        />
      </div>
      <Loaded query={query}>
        {({ pages }) => (
          <Table
            label={t("files.entries")}
            empty={t("files.noChanges")}
            rows={pages.flat()}
            rowKey={({ entry_id }) => entry_id}
            columns={columns}
          />
        )}
      </Loaded>
      {query.hasNextPage && (
        <Button onPress={() => query.fetchNextPage()} isDisabled={query.isFetchingNextPage}>
          {t("entries.more")}
        </Button>
      )}
    </section>
  );
}

function Changed({ change }: { change: EntryChange }): ReactElement {
  const said = listed(change.entry);
  return (
    <>
      {said && <Whom said={said} />}
      {change.effect === "changed" && <Differences of={change.differences} />}
    </>
  );
}

function LeftOut({ file: { skipped, left_out } }: { file: WholeDraft }): ReactElement | null {
  const t = useWords();
  if (!left_out) return null;
  return (
    <section className="stack">
      <h2>{t("files.leftOut")}</h2>
      <Table
        label={t("files.leftOut")}
        empty=""
        rows={skipped.slice(0, SHOWN)}
        rowKey={({ reference, reason }) => `${reference} ${reason}`}
        columns={[
          { head: t("files.record"), names: true, cell: ({ reference }) => <Identifier code>{reference}</Identifier> },
          {
            head: t("files.why"),
            cell: ({ reason }) => (
              <span lang="en">
                <Identifier>{reason}</Identifier>
              </span>
            ),
          },
        ]}
      />
      {left_out > SHOWN && <p className="quiet">{t("files.further", { count: left_out - SHOWN })}</p>}
    </section>
  );
}
