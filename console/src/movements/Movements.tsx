/** The movement log: filters that live in the address, pages that neither skip nor repeat, files to take away. */

import "./movements.css";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type ReactElement, useEffect, useState } from "react";
import { Route, Switch, useSearchParams } from "wouter";
import { answered, api, type Schemas } from "../api";
import { useMay } from "../app/session";
import { say } from "../parts/announce";
import { Dialog } from "../parts/Dialog";
import { Button } from "../parts/form";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { Restricted } from "../parts/Restricted";
import { Table } from "../parts/Table";
import { DocumentName, Identifier, Name, Point, When } from "../parts/text";
import { DirectionTag, Rules, VerdictTag } from "../parts/Verdict";
import { named, useWords } from "../words";
import { FILTERS, FilterForm, type Filters, queryOf } from "./Filters";
import { inspectionOf, Record, Recorded } from "./Record";

type Movement = Schemas["MovementOut"];

const LINES = 50;

export default function Movements(): ReactElement {
  return (
    <Switch>
      <Route path="/:id">{({ id }) => <Record key={id} id={id} />}</Route>
      <Route>
        <Log />
      </Route>
    </Switch>
  );
}

function Log(): ReactElement {
  const t = useWords();
  const may = useMay();
  const [params, setParams] = useSearchParams();
  const filters = Object.fromEntries(FILTERS.map((name) => [name, params.get(name) ?? ""])) as Filters;
  const cursor = params.get("cursor") ?? undefined;
  const [opened, setOpened] = useState<Movement | null>(null);
  const asked = { ...queryOf(filters), cursor, limit: LINES };
  const query = useQuery({
    queryKey: ["movements", asked],
    queryFn: () => answered(api.GET("/v1/movements", { params: { query: asked as never } })),
    placeholderData: keepPreviousData,
  });
  useEffect(() => {
    if (query.data) say(t("log.said", { count: query.data.items.length }));
  }, [query.data, t]);
  const turn = (to?: string) => setParams(addressOf(filters, to));
  return (
    <Page title={t("shell.movements")} actions={may("export_movements") && <Exports filters={filters} />}>
      <FilterForm key={String(params)} filters={filters} chosen={(given) => setParams(addressOf(given))} />
      <Loaded query={query}>
        {({ items, next }) => (
          <div className="log-place" aria-busy={query.isFetching}>
            <Lines items={items} open={setOpened} />
            <nav className="row pager" aria-label={t("log.pages")}>
              {cursor && <Button onPress={() => turn()}>{t("log.newest")}</Button>}
              {next && <Button onPress={() => turn(next)}>{t("log.older")}</Button>}
            </nav>
          </div>
        )}
      </Loaded>
      {opened && <Opened movement={opened} close={() => setOpened(null)} />}
    </Page>
  );
}

/** Only what is given stands in the address. */
function addressOf(filters: Filters, cursor = ""): [string, string][] {
  return Object.entries({ ...filters, cursor }).filter(([, value]) => value);
}

function Exports({ filters }: { filters: Filters }): ReactElement {
  const t = useWords();
  const given = Object.entries(queryOf(filters)).filter(([, value]) => value) as [string, string][];
  return (
    <>
      {["csv", "ndjson"].map((format) => (
        <a
          key={format}
          className="button"
          href={`/v1/movements/export?${new URLSearchParams([...given, ["format", format]])}`}
          download={`movements.${format}`}
        >
          {t("log.export", { format: format.toUpperCase() })}
        </a>
      ))}
    </>
  );
}

function Lines({ items, open }: { items: Movement[]; open: (movement: Movement) => void }): ReactElement {
  const t = useWords();
  return (
    <Table
      label={t("shell.movements")}
      empty={t("log.empty")}
      rows={items}
      rowKey={({ id }) => id}
      columns={[
        { head: t("log.time"), cell: ({ occurred_at }) => <When moment={occurred_at} /> },
        { head: t("log.post"), cell: ({ crossing_point }) => <Point code={crossing_point} /> },
        { head: t("log.direction"), cell: ({ direction }) => <DirectionTag direction={direction} /> },
        { head: t("log.traveller"), look: "name", cell: (one) => <Traveller of={one} /> },
        { head: t("log.nationality"), cell: ({ traveller }) => <Identifier>{traveller.nationality}</Identifier> },
        { head: t("log.document"), cell: ({ document }) => <Identifier code>{document.document_number}</Identifier> },
        { head: t("log.verdict"), cell: ({ verdict }) => <VerdictTag verdict={verdict} /> },
        { head: t("log.findings"), cell: ({ rules }) => <Rules codes={rules} /> },
        {
          head: t("log.decision"),
          cell: ({ decision }) =>
            decision ? named("outcome", decision) : <span className="quiet">{t("log.undecided")}</span>,
        },
        {
          head: "",
          label: t("log.open"),
          cell: (movement) => (
            <Button
              look="plain small"
              aria-label={t("log.openOne", { name: movement.traveller.primary_identifier })}
              onPress={() => open(movement)}
            >
              {t("log.open")}
            </Button>
          ),
        },
      ]}
    />
  );
}

function Traveller({ of: { traveller, restricted } }: { of: Movement }): ReactElement {
  return (
    <>
      <DocumentName of={traveller} />
      {traveller.native_name && (
        <span className="quiet">
          <Name>{traveller.native_name}</Name>
        </span>
      )}
      {restricted && <Restricted />}
    </>
  );
}

function Opened({ movement, close }: { movement: Movement; close: () => void }): ReactElement {
  const { id, crossing_point, occurred_at } = movement;
  const query = useQuery(inspectionOf(id));
  return (
    <Dialog
      wide
      close={close}
      title={
        <>
          <Point code={crossing_point} /> <When moment={occurred_at} />
        </>
      }
    >
      <Loaded query={query}>{(made) => <Recorded made={made} />}</Loaded>
    </Dialog>
  );
}
