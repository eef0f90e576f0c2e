/** The lists in force, what travellers are screened against: in which version, since when, and what became of hits. */

import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Route, Switch } from "wouter";
import { answered, api, type Schemas } from "../api";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { Table } from "../parts/Table";
import { Count, Identifier, Name, When } from "../parts/text";
import { useWords } from "../words";
import { EntryFigures, ListFigures } from "./Figures";

export default function Watchlists(): ReactElement {
  const t = useWords();
  const query = useQuery({ queryKey: ["watchlists"], queryFn: () => answered(api.GET("/v1/watchlists")) });
  return (
    <Page title={t("lists.title")} lead={t("lists.lead")}>
      <Loaded query={query}>{(lists) => <InForce lists={lists} />}</Loaded>
      <Switch>
        <Route path="/figures/:list">{({ list }) => <EntryFigures list={decodeURIComponent(list)} />}</Route>
        <Route>
          <ListFigures />
        </Route>
      </Switch>
    </Page>
  );
}

function InForce({ lists }: { lists: Schemas["ListOut"][] }): ReactElement {
  const t = useWords();
  return (
    <Table
      label={t("lists.title")}
      empty={t("lists.empty")}
      rows={lists}
      rowKey={({ name }) => name}
      columns={[
        { head: t("lists.name"), names: true, cell: ({ name }) => <Identifier>{name}</Identifier> },
        { head: t("lists.format"), cell: ({ format }) => <Identifier code>{format}</Identifier> },
        { head: t("lists.version"), look: "number", cell: ({ version }) => <Count of={version} /> },
        { head: t("lists.entries"), look: "number", cell: ({ entries }) => <Count of={entries} /> },
        { head: t("lists.imported"), cell: ({ imported_at }) => <When moment={imported_at} /> },
        { head: t("lists.by"), cell: ({ imported_by }) => <Name>{imported_by}</Name> },
        {
          head: t("lists.digest"),
          cell: ({ digest }) => (
            <Identifier code title={digest}>
              {digest.slice(0, 16)}
            </Identifier>
          ),
        },
      ]}
    />
  );
}
