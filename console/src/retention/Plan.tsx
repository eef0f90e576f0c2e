/** The period and the law of each class, and what a run would erase: now, or on a day to come. It erases nothing. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { useSearchParams } from "wouter";
import { answered, api, type Schemas } from "../api";
import { Button, Field, given } from "../parts/form";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { type Column, Table } from "../parts/Table";
import { Count, Identifier, Name, When } from "../parts/text";
import { named, useWords } from "../words";

type ClassPlan = Schemas["ClassPlanOut"];

export function Plan(): ReactElement {
  const t = useWords();
  const [params] = useSearchParams();
  const on = params.get("on") ?? "";
  const query = useQuery({
    queryKey: ["retention", "plan", on],
    queryFn: () => answered(api.GET("/v1/retention/plan", { params: { query: on ? { on } : {} } })),
    placeholderData: keepPreviousData,
  });
  return (
    <Page title={t("retention.plan")} lead={t("retention.planLead")}>
      <AsOf on={on} />
      <Loaded query={query}>
        {({ policy, as_of, notice_days, classes }) => (
          <>
            <p>
              {t("retention.policy")} <Identifier code>{policy}</Identifier> · {t("retention.asOf")}{" "}
              <When moment={as_of} /> · {t("retention.notice")} <Count of={notice_days} />
            </p>
            <Classes classes={classes} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function AsOf({ on }: { on: string }): ReactElement {
  const t = useWords();
  const [, setParams] = useSearchParams();
  return (
    <form
      key={on}
      className="row"
      onSubmit={(event) => {
        event.preventDefault();
        const day = given(new FormData(event.currentTarget), "on");
        setParams(day ? [["on", day]] : []);
      }}
    >
      <Field label={t("retention.on")} name="on" type="date" dir="ltr" defaultValue={on} />
      <Button type="submit">{t("retention.dryRun")}</Button>
    </form>
  );
}

function Classes({ classes }: { classes: ClassPlan[] }): ReactElement {
  const t = useWords();
  const columns: Column<ClassPlan>[] = [
    { head: t("retention.class"), cell: (one) => <Class of={one} />, names: true, look: "name" },
    { head: t("retention.days"), cell: ({ days }) => <Count of={days} />, look: "number" },
    { head: t("retention.records"), cell: ({ records }) => <Count of={records} />, look: "number" },
    { head: t("retention.oldest"), cell: ({ oldest }) => oldest && <When moment={oldest} /> },
    { head: t("retention.going"), cell: ({ going }) => <Count of={going} />, look: "number" },
    { head: t("retention.waiting"), cell: ({ waiting }) => <Count of={waiting} />, look: "number" },
    { head: t("retention.kept"), cell: ({ months }) => <Kept of={months} /> },
  ];
  return (
    <Table
      label={t("retention.plan")}
      columns={columns}
      rows={classes}
      rowKey={({ data_class }) => data_class}
      empty={t("retention.none")}
    />
  );
}

function Class({ of: { data_class, citation } }: { of: ClassPlan }): ReactElement {
  return (
    <>
      {named("retention.of", data_class)}
      <span className="quiet">
        <Name>{citation}</Name>
      </span>
    </>
  );
}

/** What has had its time and stays all the same, by reason, over all months. */
function Kept({ of: months }: { of: ClassPlan["months"] }): ReactElement {
  const sums = new Map<string, number>();
  for (const { kept } of months)
    for (const [reason, count] of Object.entries(kept)) sums.set(reason, (sums.get(reason) ?? 0) + count);
  return (
    <span className="retention-kept">
      {[...sums].map(([reason, count]) => (
        <span key={reason}>
          {named("retention.because", reason)} <Count of={count} />
        </span>
      ))}
    </span>
  );
}
