/** The protection desk: who may need help, what was done about it, and the partners who give it. */

import "./protection.css";
import type { ReactElement } from "react";
import { Route, Switch } from "wouter";
import { CasePage } from "./CasePage";
import { Cases } from "./Cases";
import { Partners } from "./Partners";

export default function Protection(): ReactElement {
  return (
    <Switch>
      <Route path="/">
        <Cases />
      </Route>
      <Route path="/partners">
        <Partners />
      </Route>
      <Route path="/:id">{({ id }) => <CasePage key={id} id={id} />}</Route>
    </Switch>
  );
}
