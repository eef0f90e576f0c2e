/** Administration: who may sign in, which machines may ask, how far each post was heard. No traveller is shown here. */

import "./administration.css";
import type { ReactElement } from "react";
import { Redirect, Route, Switch } from "wouter";
import { useMay } from "../app/session";
import { Tabs } from "../parts/Tabs";
import { Accounts } from "./Accounts";
import { Devices } from "./Devices";
import { Posts } from "./Posts";

export default function Administration(): ReactElement {
  const may = useMay();
  return (
    <Switch>
      <Route path="/accounts">
        <Areas />
        <Accounts />
      </Route>
      <Route path="/devices">
        <Areas />
        <Devices />
      </Route>
      <Route path="/posts">
        <Areas />
        <Posts />
      </Route>
      <Route>
        <Redirect to={may("manage_accounts") ? "/accounts" : "/devices"} replace />
      </Route>
    </Switch>
  );
}

function Areas(): ReactElement {
  return (
    <Tabs
      label="shell.administration"
      areas={[
        ["/accounts", "administration.accounts"],
        ["/devices", "administration.devices"],
        ["/posts", "administration.posts"],
      ]}
    />
  );
}
