/** Rules on trial: how often each would have found something. They tell nobody at the desks. */

import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { answered, api, type Schemas } from "../api";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { type Column, Table } from "../parts/Table";
import { Count, Identifier, Point } from "../parts/text";
import { named, useWords } from "../words";

type Trial = Schemas["TrialOut"];

export function Trials(): ReactElement {
  const t = useWords();
  const query = useQuery({
    queryKey: ["policies", "trials"],
    queryFn: () => answered(api.GET("/v1/policies/trials")),
  });
  const columns: Column<Trial>[] = [
    { head: t("supervision.rule"), cell: ({ rule }) => `${rule} ${named("rule", rule)}`, names: true },
    { head: t("supervision.post"), cell: ({ crossing_point }) => <Point code={crossing_point} /> },
    { head: t("supervision.version"), cell: ({ policy_version }) => <Identifier code>{policy_version}</Identifier> },
    { head: t("supervision.findings"), cell: ({ findings }) => <Count of={findings} />, look: "number" },
    { head: t("supervision.movements"), cell: ({ movements }) => <Count of={movements} />, look: "number" },
  ];
  return (
    <Page title={t("supervision.trials")} lead={t("supervision.trialsLead")}>
      <Loaded query={query}>
        {(trials) => (
          <Table
            label={t("supervision.trials")}
            columns={columns}
            rows={trials}
            rowKey={({ rule, policy_version, crossing_point }) => `${rule} ${policy_version} ${crossing_point}`}
            empty={t("supervision.noTrial")}
          />
        )}
      </Loaded>
    </Page>
  );
}
