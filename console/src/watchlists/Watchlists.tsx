/** The watchlist desk: the lists, the files that come in, what waits for a second person, clearances, figures. */

import "./watchlists.css";
import type { ReactElement } from "react";
import { Redirect, Route, Switch } from "wouter";
import { useMay } from "../app/session";
import { Tabs } from "../parts/Tabs";
import { Clearances } from "./Clearances";
import { WriteEntry } from "./EntryForm";
import { EntryPage } from "./EntryPage";
import { Figures } from "./Figures";
import { FilePage } from "./FilePage";
import { Files } from "./Files";
import { ListPage } from "./ListPage";
import { Lists } from "./Lists";
import { Proposals } from "./Proposals";

export default function Watchlists(): ReactElement {
  const may = useMay();
  return (
    <div className="watchlists">
      <Tabs
        label="shell.watchlists"
        areas={[
          ["/lists", "lists.title"],
          ["/files", "files.title"],
          ["/proposals", "proposals.title"],
          ...(may("clear_hit") ? ([["/clearances", "clearances.title"]] as const) : []),
          ["/figures", "figures.title"],
        ]}
      />
      <Switch>
        <Route path="/lists">
          <Lists />
        </Route>
        <Route path="/lists/:name">{({ name }) => <ListPage key={name} name={name} />}</Route>
        <Route path="/lists/:name/new">{({ name }) => <WriteEntry key={name} list={name} />}</Route>
        <Route path="/lists/:name/entries/:id">
          {({ name, id }) => <EntryPage key={id} list={name} id={decodeURIComponent(id)} />}
        </Route>
        <Route path="/lists/:name/entries/:id/change">
          {({ name, id }) => <WriteEntry key={id} list={name} id={decodeURIComponent(id)} />}
        </Route>
        <Route path="/files">
          <Files />
        </Route>
        <Route path="/files/:name/:id">{({ name, id }) => <FilePage key={id} name={name} id={id} />}</Route>
        <Route path="/proposals">
          <Proposals />
        </Route>
        <Route path="/clearances">
          <Clearances />
        </Route>
        <Route path="/figures/:list?">{({ list }) => <Figures list={list ? decodeURIComponent(list) : null} />}</Route>
        <Route>
          <Redirect to="/lists" replace />
        </Route>
      </Switch>
    </div>
  );
}
