/** The supervisor's desk: what stands out in who looked at whom, how much work there is, and what the rules go by. */

import "./supervision.css";
import type { ReactElement } from "react";
import { Redirect, Route, Switch } from "wouter";
import { Tabs } from "../parts/Tabs";
import { Load } from "./Load";
import { Notices } from "./Notices";
import { Policies } from "./Policies";
import { PolicyPage } from "./PolicyPage";
import { Quality } from "./Quality";
import { Trials } from "./Trials";

export default function Supervision(): ReactElement {
  return (
    <>
      <Tabs
        label="shell.supervision"
        areas={[
          ["/notices", "supervision.notices"],
          ["/load", "supervision.load"],
          ["/quality", "supervision.quality"],
          ["/policies", "supervision.policies"],
          ["/trials", "supervision.trials"],
          ["~/retention", "shell.retention"],
        ]}
      />
      <Switch>
        <Route path="/notices">
          <Notices />
        </Route>
        <Route path="/load">
          <Load />
        </Route>
        <Route path="/quality">
          <Quality />
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
