/** The trail, searched: by who, what, which record, where and when. The question stands in the address. */

import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { Link, useSearchParams } from "wouter";
import { answered, api, type Problem, type Schemas } from "../api";
import { useOwnPoints } from "../api/reference";
import { say } from "../parts/announce";
import { Button, Choice, Field, given } from "../parts/form";
import { Icon } from "../parts/Icon";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { ProblemBox } from "../parts/ProblemBox";
import { type Column, Table } from "../parts/Table";
import { Identifier, When } from "../parts/text";
import { named, useWords } from "../words";
import { leafHash, readCheckpoint, rootAlong } from "./merkle";

type Event = Schemas["EventOut"];

const FILTERS = ["actor", "actor_kind", "action", "purpose", "subject", "crossing_point", "since", "until"] as const;
const KINDS = ["account", "device", "service"] as const;
const PURPOSES: readonly Schemas["Purpose"][] = [
  "border_control",
  "second_line",
  "protection",
  "watchlist",
  "supervision",
  "redress",
  "statistics",
  "policy",
  "audit",
  "administration",
  "maintenance",
];
const MOMENTS: ReadonlySet<string> = new Set(["since", "until"]);

export function Accesses(): ReactElement {
  const t = useWords();
  const [params, setParams] = useSearchParams();
  const before = params.get("before") ?? "";
  const asked = queryOf(params);
  const query = useQuery({
    queryKey: ["audit", "events", asked],
    queryFn: () => answered(api.GET("/v1/audit/events", { params: { query: asked as never } })),
    placeholderData: keepPreviousData,
  });
  const kept = FILTERS.map((name): [string, string] => [name, params.get(name) ?? ""]).filter(([, value]) => value);
  return (
    <Page title={t("audit.accesses")} lead={t("audit.lead")}>
      <Search key={String(params)} params={params} search={setParams} />
      <Loaded query={query}>
        {({ items, next }) => (
          <>
            <Events events={items} />
            <nav className="row" aria-label={t("audit.pages")}>
              {before && <Button onPress={() => setParams(kept)}>{t("audit.newest")}</Button>}
              {next && (
                <Button onPress={() => setParams([...kept, ["before", String(next)]])}>{t("audit.older")}</Button>
              )}
            </nav>
          </>
        )}
      </Loaded>
    </Page>
  );
}

function queryOf(params: URLSearchParams): Record<string, string> {
  const said = [...FILTERS, "before"].map((name): [string, string] => [name, params.get(name) ?? ""]);
  return Object.fromEntries(
    said
      .filter(([, value]) => value)
      .map(([name, value]) => [name, MOMENTS.has(name) ? new Date(value).toISOString() : value]),
  );
}

interface SearchProps {
  params: URLSearchParams;
  search: (given: [string, string][]) => void;
}

function Search({ params, search }: SearchProps): ReactElement {
  const t = useWords();
  const points = useOwnPoints();
  const everywhere: [string, string][] = [
    ["", t("audit.everywhere")],
    ...points.map(({ code }): [string, string] => [code, code]),
  ];
  return (
    <form
      className="card audit-search"
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        search(FILTERS.map((name): [string, string] => [name, given(form, name)]).filter(([, value]) => value));
      }}
    >
      <Field
        label={t("audit.actor")}
        help={t("audit.actorHelp")}
        name="actor"
        dir="ltr"
        defaultValue={params.get("actor") ?? ""}
      />
      <Choice
        label={t("audit.kindHead")}
        name="actor_kind"
        options={[["", t("audit.anybody")], ...KINDS.map((one) => [one, named("audit.kind", one)] as const)]}
        defaultValue={params.get("actor_kind") ?? ""}
      />
      <Choice
        label={t("audit.purpose")}
        name="purpose"
        options={[["", t("audit.anyPurpose")], ...PURPOSES.map((one) => [one, named("purpose", one)] as const)]}
        defaultValue={params.get("purpose") ?? ""}
      />
      <Field label={t("audit.action")} name="action" dir="ltr" defaultValue={params.get("action") ?? ""} />
      <Field label={t("audit.subject")} name="subject" dir="ltr" defaultValue={params.get("subject") ?? ""} />
      <Choice
        label={t("audit.post")}
        name="crossing_point"
        options={everywhere}
        defaultValue={params.get("crossing_point") ?? ""}
      />
      <Field
        label={t("audit.since")}
        name="since"
        type="datetime-local"
        dir="ltr"
        defaultValue={params.get("since") ?? ""}
      />
      <Field
        label={t("audit.until")}
        name="until"
        type="datetime-local"
        dir="ltr"
        defaultValue={params.get("until") ?? ""}
      />
      <Button type="submit" look="primary">
        {t("audit.search")}
      </Button>
    </form>
  );
}

function Events({ events }: { events: Event[] }): ReactElement {
  const t = useWords();
  const columns: Column<Event>[] = [
    { head: t("audit.at"), cell: ({ at }) => <When moment={at} />, look: "tight" },
    { head: t("audit.actor"), cell: (event) => <Who of={event} /> },
    { head: t("audit.action"), cell: ({ action }) => <Identifier code>{action}</Identifier>, names: true },
    { head: t("audit.purpose"), cell: ({ purpose }) => purpose && named("purpose", purpose) },
    { head: t("audit.post"), cell: ({ crossing_point }) => <Identifier code>{crossing_point}</Identifier> },
    { head: t("audit.subject"), cell: (event) => <Record of={event} /> },
    { head: "", label: t("audit.prove"), cell: (event) => <Prove key={event.id} event={event} /> },
  ];
  return (
    <Table
      label={t("audit.accesses")}
      columns={columns}
      rows={events}
      rowKey={({ id }) => id}
      empty={t("audit.nothing")}
    />
  );
}

/** By name where there is one; a press asks for all that this one did. */
function Who({ of: { actor, actor_kind, actor_name } }: { of: Event }): ReactElement {
  return (
    <span className="audit-id">
      <span className="quiet">{named("audit.kind", actor_kind)}</span>
      {actor !== actor_kind && (
        <Link href={`/accesses?actor=${actor}`} title={actor}>
          <Identifier code>{actor_name ?? actor}</Identifier>
        </Link>
      )}
    </span>
  );
}

function Record({ of: { subject, details } }: { of: Event }): ReactElement {
  const said = Object.entries(details);
  return (
    <span className="audit-id">
      {subject && (
        <Link href={`/accesses?${new URLSearchParams({ subject })}`}>
          <Identifier code>{subject}</Identifier>
        </Link>
      )}
      {said.length > 0 && (
        <span className="quiet">
          <Identifier>{said.map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join(", ")}</Identifier>
        </span>
      )}
    </span>
  );
}

type Found = "proven" | "unproven" | "unsealed";

/** Whether the event stands under the signed checkpoint of its chain; counted here, from its own text. */
function Prove({ event }: { event: Event }): ReactElement {
  const t = useWords();
  const [shown, setShown] = useState<Found | null>(null);
  const prove = useMutation<Found, Problem>({
    mutationFn: () => proven(event.id),
    onSuccess: (found) => {
      setShown(found);
      say(t(`audit.${found}`));
    },
  });
  if (shown)
    return (
      <span className={`with-icon audit-${shown}`}>
        <Icon sign={shown === "proven" ? "clear" : shown === "unproven" ? "alert" : "clock"} />
        {t(`audit.${shown}`)}
      </span>
    );
  return (
    <>
      <Button look="plain small" isDisabled={prove.isPending} onPress={() => prove.mutate()}>
        {t("audit.prove")}
      </Button>
      {prove.error && <ProblemBox problem={prove.error} />}
    </>
  );
}

async function proven(event: number): Promise<Found> {
  const { checkpoints } = await answered(api.GET("/v1/audit/checkpoints"));
  const whole = await answered(api.GET("/v1/audit/proofs/inclusion", { params: { query: { event } } }));
  const sealed = checkpoints.map(readCheckpoint).find((one) => one?.chain.endsWith(whole.chain));
  if (!sealed || sealed.size <= whole.leaf) return "unsealed";
  const query = { event, size: sealed.size };
  const { leaf, hashes, event: text } = await answered(api.GET("/v1/audit/proofs/inclusion", { params: { query } }));
  const root = await rootAlong(hashes, await leafHash(text), leaf, sealed.size);
  return root === sealed.root ? "proven" : "unproven";
}
