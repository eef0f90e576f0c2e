/** The auditor's desk: who looked at what and why, and whether the trail that says so was left as it was. */

import "./audit.css";
import type { ReactElement } from "react";
import { Redirect, Route, Switch } from "wouter";
import { Tabs } from "../parts/Tabs";
import { Accesses } from "./Accesses";
import { Proofs } from "./Proofs";

export default function Audit(): ReactElement {
  return (
    <>
      <Tabs
        label="shell.audit"
        areas={[
          ["/accesses", "audit.accesses"],
          ["/proofs", "audit.proofs"],
          ["~/retention", "shell.retention"],
        ]}
      />
      <Switch>
        <Route path="/accesses">
          <Accesses />
        </Route>
        <Route path="/proofs">
          <Proofs />
        </Route>
        <Route>
          <Redirect to="/accesses" replace />
        </Route>
      </Switch>
    </>
  );
}
