/** The supervisor's desk: what the rules go by, and what stands out in who looked at whom. */

import "./supervision.css";
import type { ReactElement } from "react";
import { Redirect, Route, Switch } from "wouter";
import { Tabs } from "../parts/Tabs";
import { Policies } from "./Policies";
import { PolicyPage } from "./PolicyPage";
import { Trials } from "./Trials";

export default function Supervision(): ReactElement {
  return (
    <>
      <Tabs
        label="shell.supervision"
        areas={[
          ["/policies", "supervision.policies"],
          ["/trials", "supervision.trials"],
        ]}
      />
      <Switch>
        <Route path="/policies">
          <Policies />
        </Route>
        <Route path="/policies/:version">{({ version }) => <PolicyPage key={version} version={version} />}</Route>
        <Route path="/trials">
          <Trials />
        </Route>
        <Route>
          <Redirect to="/policies" replace />
        </Route>
      </Switch>
    </>
  );
}
