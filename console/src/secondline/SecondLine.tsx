/** Second line: the queue of cases, and one case with all that is known of it. */

import "./secondline.css";
import type { ReactElement } from "react";
import { Route, Switch } from "wouter";
import { CasePage } from "./CasePage";
import { Queue } from "./Queue";

export default function SecondLine(): ReactElement {
  return (
    <Switch>
      <Route path="/">
        <Queue />
      </Route>
      <Route path="/:id">{({ id }) => <CasePage key={id} id={id} />}</Route>
    </Switch>
  );
}
