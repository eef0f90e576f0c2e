/** Administration: who may sign in, which machines may ask, how far each post was heard. No traveller is shown here. */

import "./administration.css";
import type { ReactElement } from "react";
import { Link, Redirect, Route, Switch } from "wouter";
import { useMay } from "../app/session";
import { Tabs } from "../parts/Tabs";
import { useWords } from "../words";
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

/** The areas of this desk, and where else an administrator's rules live. */
function Areas(): ReactElement {
  const t = useWords();
  const may = useMay();
  return (
    <>
      <Tabs
        label="shell.administration"
        areas={[
          ["/accounts", "administration.accounts"],
          ["/devices", "administration.devices"],
          ["/posts", "administration.posts"],
        ]}
      />
      <p className="quiet row">
        {t("administration.elsewhere")}
        {may("read_policies") && <Link href="~/supervision/policies">{t("administration.policies")}</Link>}
        {may("read_retention") && <Link href="~/retention">{t("shell.retention")}</Link>}
        {may("read_partners") && <Link href="~/protection/partners">{t("administration.partners")}</Link>}
      </p>
    </>
  );
}
