/** One policy: its text, what it says otherwise than the one in force, what it would have found, and its activation. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { Link } from "wouter";
import { answered, api, now, type Problem, type Schemas } from "../api";
import { useMay, useOfficer } from "../app/session";
import { say } from "../parts/announce";
import { Button, Deed, Field, given, Pick } from "../parts/form";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { ProblemBox } from "../parts/ProblemBox";
import { type Column, Table } from "../parts/Table";
import { Count, Identifier } from "../parts/text";
import { named, useWords } from "../words";
import { type PolicyChange, policies, policyText, refreshed } from "./queries";

type Difference = Schemas["RuleDifferenceOut"];
type Setting = Schemas["SettingOut"];

const DAYS = 30; // of movements that are replayed unless another number is given
const DAY = 86_400_000; // ms

export function PolicyPage({ version }: { version: string }): ReactElement {
  const t = useWords();
  const text = useQuery(policyText(version));
  const { data: known } = useQuery(policies);
  const waiting = known?.changes.find((change) => change.version === version && change.state === "proposed");
  return (
    <Page
      title={t("supervision.policy")}
      lead={<Identifier code>{version}</Identifier>}
      actions={
        <Link href="/policies" className="button">
          {t("supervision.toPolicies")}
        </Link>
      }
    >
      {waiting && <Activate change={waiting} />}
      {known && known.in_force !== version && <WhatIf version={version} />}
      <Loaded query={text}>
        {(policy) => (
          <section className="card" aria-label={t("supervision.text")}>
            <pre className="policy-text" dir="ltr">
              {policy.text}
            </pre>
          </section>
        )}
      </Loaded>
    </Page>
  );
}

/** What a second person says; nobody activates what he or she proposed. */
function Activate({ change }: { change: PolicyChange }): ReactElement | null {
  const t = useWords();
  const may = useMay();
  const { username } = useOfficer();
  const queries = useQueryClient();
  const [approve, setApprove] = useState<boolean | null>(null);
  if (!may("approve_policy")) return null;
  if (change.proposed_by === username) return <p className="card">{t("supervision.second")}</p>;
  const deed = async (form: FormData) => {
    if (approve === null) return;
    const begins = given(form, "from");
    const body = { approve, reason: given(form, "reason"), from: begins ? new Date(begins).toISOString() : null };
    await answered(api.POST("/v1/policies/changes/{id}/decision", { params: { path: { id: change.id } }, body }));
    say(t("supervision.said"));
    await refreshed(queries);
  };
  return (
    <section className="card stack" aria-label={t("supervision.activate")}>
      <h2>{t("supervision.activate")}</h2>
      <Deed action={t("supervision.decide")} deed={deed}>
        <div className="row">
          <Pick
            type="radio"
            name="approve"
            required
            checked={approve === true}
            onChange={() => setApprove(true)}
            label={t("supervision.approve")}
          />
          <Pick
            type="radio"
            name="approve"
            required
            checked={approve === false}
            onChange={() => setApprove(false)}
            label={t("supervision.reject")}
          />
        </div>
        {approve && (
          <Field
            label={t("supervision.from")}
            help={t("supervision.fromHelp")}
            name="from"
            type="datetime-local"
            dir="ltr"
          />
        )}
        <Field label={t("supervision.why")} name="reason" required minLength={3} maxLength={500} dir="auto" wide />
      </Deed>
    </section>
  );
}

function WhatIf({ version }: { version: string }): ReactElement {
  const t = useWords();
  const [days, setDays] = useState(DAYS);
  const compare = useMutation<Schemas["ComparisonOut"], Problem>({
    mutationFn: () => {
      const to = now();
      const from = new Date(to.getTime() - days * DAY);
      const body = { version, from: from.toISOString(), to: to.toISOString() };
      return answered(api.POST("/v1/policies/compare", { body }));
    },
  });
  return (
    <section className="card stack" aria-label={t("supervision.whatIf")}>
      <h2>{t("supervision.whatIf")}</h2>
      <div className="row">
        <Field
          label={t("supervision.days")}
          type="number"
          min={1}
          max={366}
          dir="ltr"
          value={days}
          onChange={({ target }) => setDays(Number(target.value) || DAYS)}
        />
        <Button onPress={() => compare.mutate()} isDisabled={compare.isPending}>
          {compare.isPending ? t("page.busy") : t("supervision.compare")}
        </Button>
      </div>
      {compare.error && <ProblemBox problem={compare.error} />}
      {compare.data && <Differences found={compare.data} />}
    </section>
  );
}

function Differences({ found }: { found: Schemas["ComparisonOut"] }): ReactElement {
  const t = useWords();
  const settings: Column<Setting>[] = [
    { head: t("supervision.setting"), cell: ({ name }) => <Identifier code>{name}</Identifier>, names: true },
    { head: t("supervision.before"), cell: ({ before }) => <Identifier>{JSON.stringify(before)}</Identifier> },
    { head: t("supervision.after"), cell: ({ after }) => <Identifier>{JSON.stringify(after)}</Identifier> },
  ];
  const count = (name: Exclude<keyof Difference, "rule">): Column<Difference> => ({
    head: named("supervision.count", name),
    cell: (row) => <Count of={row[name]} />,
    look: "number",
  });
  const rules: Column<Difference>[] = [
    { head: t("supervision.rule"), cell: ({ rule }) => `${rule} ${named("rule", rule)}`, names: true },
    ...(["before", "after", "only_before", "only_after"] as const).map(count),
  ];
  return (
    <>
      <Table
        label={t("supervision.setting")}
        columns={settings}
        rows={found.settings}
        rowKey={({ name }) => name}
        empty={t("supervision.sameSettings")}
      />
      <Table
        label={t("supervision.rule")}
        columns={rules}
        rows={found.rules ?? []}
        rowKey={({ rule }) => rule}
        empty={t("supervision.sameFindings")}
      />
    </>
  );
}
