/** The supervisor's desk: what the rules go by, and what stands out in who looked at whom. */

import "./supervision.css";
import type { ReactElement } from "react";
import { Redirect, Route, Switch } from "wouter";
import { Tabs } from "../parts/Tabs";
import { Notices } from "./Notices";
import { Policies } from "./Policies";
import { PolicyPage } from "./PolicyPage";
import { Trials } from "./Trials";

export default function Supervision(): ReactElement {
  return (
    <>
      <Tabs
        label="shell.supervision"
        areas={[
          ["/notices", "supervision.notices"],
          ["/policies", "supervision.policies"],
          ["/trials", "supervision.trials"],
        ]}
      />
      <Switch>
        <Route path="/notices">
          <Notices />
        </Route>
        <Route path="/policies">
          <Policies />
        </Route>
        <Route path="/policies/:version">{({ version }) => <PolicyPage key={version} version={version} />}</Route>
        <Route path="/trials">
          <Trials />
        </Route>
        <Route>
          <Redirect to="/notices" replace />
        </Route>
      </Switch>
    </>
  );
}
