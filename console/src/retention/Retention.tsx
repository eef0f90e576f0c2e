/** What is kept how long, what goes and went, and what is held back from going. */

import "./retention.css";
import type { ReactElement } from "react";
import { Redirect, Route, Switch } from "wouter";
import { useMay } from "../app/session";
import { Tabs } from "../parts/Tabs";
import { Holds } from "./Holds";
import { Plan } from "./Plan";
import { Runs } from "./Runs";

export default function Retention(): ReactElement {
  const may = useMay();
  const areas: [string, string][] = [
    ["/plan", "retention.plan"],
    ["/runs", "retention.runs"],
  ];
  if (may("manage_holds")) areas.push(["/holds", "retention.holds"]);
  return (
    <>
      <Tabs label="shell.retention" areas={areas} />
      <Switch>
        <Route path="/plan">
          <Plan />
        </Route>
        <Route path="/runs">
          <Runs />
        </Route>
        <Route path="/holds">
          <Holds />
        </Route>
        <Route>
          <Redirect to="/plan" replace />
        </Route>
      </Switch>
    </>
  );
}
