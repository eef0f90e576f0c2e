/** What travellers may ask for: all that is held on them, that it be corrected, that it be set apart. */

import "./rights.css";
import type { ReactElement } from "react";
import { Redirect, Route, Switch } from "wouter";
import { useMay } from "../app/session";
import { Tabs } from "../parts/Tabs";
import { RequestPage } from "./RequestPage";
import { Requests } from "./Requests";
import { Restrictions } from "./Restrictions";

export default function Rights(): ReactElement {
  const may = useMay();
  return (
    <>
      {may("handle_rights") && (
        <Tabs
          label="shell.rights"
          areas={[
            ["/requests", "rights.requests"],
            ["/restrictions", "rights.restrictions"],
          ]}
        />
      )}
      <Switch>
        <Route path="/requests">
          <Requests />
        </Route>
        <Route path="/requests/:id">{({ id }) => <RequestPage key={id} id={id} />}</Route>
        <Route path="/restrictions">
          <Restrictions />
        </Route>
        <Route>
          <Redirect to="/requests" replace />
        </Route>
      </Switch>
    </>
  );
}
