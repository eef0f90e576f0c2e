/** How often each rule and each list was right, by what officers said of it afterwards. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Link } from "wouter";
import { answered, api, type Schemas } from "../api";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { type Asked, Period, useAsked } from "../parts/Period";
import { type Column, Table } from "../parts/Table";
import { Count, Identifier } from "../parts/text";
import { named, useWords } from "../words";

type Row = Schemas["StatisticRowOut"];

const DAYS = 30;

export function Quality(): ReactElement {
  const t = useWords();
  const asked = useAsked(DAYS);
  const rules = useFigure("findings", "rule", asked);
  const lists = useFigure("hits", "list", asked);
  return (
    <Page title={t("supervision.quality")} lead={t("quality.lead")}>
      <Period asked={asked} />
      <h2>{t("quality.rules")}</h2>
      <Loaded query={rules}>{({ rows }) => <Rules rows={rows} asked={asked} />}</Loaded>
      <h2>{t("quality.lists")}</h2>
      <Loaded query={lists}>{({ rows }) => <Lists rows={rows} />}</Loaded>
    </Page>
  );
}

function useFigure(figure: Schemas["Figure"], by: string, { from, to, post }: Asked) {
  const query = { by, from, to, ...(post && { crossing_point: post }) };
  return useQuery({
    queryKey: ["statistics", figure, query],
    queryFn: () => answered(api.GET("/v1/statistics/{figure}", { params: { path: { figure }, query } })),
    placeholderData: keepPreviousData,
  });
}

function Rules({ rows, asked }: { rows: Row[]; asked: Asked }): ReactElement {
  const t = useWords();
  const columns: Column<Row>[] = [
    {
      head: t("supervision.rule"),
      cell: ({ key: [rule = ""] }) => (
        <Link
          href={`~/movements?${new URLSearchParams({ rule, from: `${asked.from}T00:00`, crossing_point: asked.post })}`}
        >
          {`${rule} ${named("rule", rule)}`}
        </Link>
      ),
      names: true,
      look: "name",
    },
    measure(t("quality.found"), "found"),
    measure(t("quality.standing"), "standing"),
    measure(t("quality.rebutted"), "rebutted"),
    measure(t("quality.withdrawn"), "withdrawn"),
    share(t("quality.falseShare"), "false_share"),
  ];
  return (
    <Table
      label={t("quality.rules")}
      columns={columns}
      rows={rows}
      rowKey={({ key }) => key.join()}
      empty={t("quality.nothing")}
    />
  );
}

function Lists({ rows }: { rows: Row[] }): ReactElement {
  const t = useWords();
  const columns: Column<Row>[] = [
    { head: t("quality.list"), cell: ({ key }) => <Identifier code>{key[0]}</Identifier>, names: true, look: "name" },
    measure(t("quality.hits"), "hits"),
    measure(t("quality.confirmed"), "confirmed"),
    measure(t("quality.cleared"), "cleared"),
    measure(t("quality.open"), "open"),
    share(t("quality.trueShare"), "true_share"),
  ];
  return (
    <Table
      label={t("quality.lists")}
      columns={columns}
      rows={rows}
      rowKey={({ key }) => key.join()}
      empty={t("quality.nothing")}
    />
  );
}

const measure = (head: string, name: string): Column<Row> => ({
  head,
  cell: ({ values }) => <Told value={values[name]} />,
  look: "number",
});

const share = (head: string, name: string): Column<Row> => ({
  head,
  cell: ({ values }) => <Share value={values[name]} />,
  look: "number",
});

function Told({ value }: { value: number | null | undefined }): ReactElement {
  return value == null ? <Identifier>–</Identifier> : <Count of={value} />;
}

/** A share as a number and, beside it, as a length. */
function Share({ value }: { value: number | null | undefined }): ReactElement {
  if (value == null) return <Identifier>–</Identifier>;
  return (
    <span className="share">
      <Identifier>{`${(100 * value).toFixed(value < 0.1 ? 1 : 0)} %`}</Identifier>
      <meter min={0} max={1} value={value} aria-hidden="true" />
    </span>
  );
}
