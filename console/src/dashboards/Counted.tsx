/** One figure by one dimension or two: drawn, told in a table, followed into the log, given out. */

import { useQuery } from "@tanstack/react-query";
import { type ReactElement, useMemo } from "react";
import { Link, useSearchParams } from "wouter";
import { usePointName } from "../api/reference";
import { useMay } from "../app/session";
import { Loaded } from "../parts/Loaded";
import { type Column, Table } from "../parts/Table";
import { counted, language, named, t, useWords } from "../words";
import { Chart } from "./Chart";
import { Exports } from "./Exports";
import { figure, type Statistic } from "./figures";
import { type Filters, filtersOf, listed, logOf, unheeded } from "./filters";
import type { Plan } from "./option";
import { Picture } from "./Picture";
import { keySaid, valueSaid } from "./said";
import { drawnOf, type Series, type Shown, sorted } from "./series";

type Row = Statistic["rows"][number];

const TOLD = 500; // rows that a table takes; an export has all

const COLOURS: Record<string, string> = {
  cleared: "clear-fill",
  referred: "refer-fill",
  admitted: "clear-fill",
  refused: "refuse-fill",
  confirmed: "refuse-fill",
  rebutted: "refer-fill",
  overdue: "refer-fill",
  undecided: "ink-quiet",
  withdrawn: "line-strong",
  exit: "refer-fill",
  p90_seconds: "refer-fill",
  p95_seconds: "refuse-fill",
};

export function Counted({ title, shown }: { title: string; shown: Shown }): ReactElement {
  const t = useWords();
  const may = useMay();
  const [params] = useSearchParams();
  const filters = filtersOf(params);
  const query = useQuery(figure(shown.figure, shown.by, filters, shown.only));
  const left = unheeded(filters, shown.figure).map((name) => t(`dash.${name}`));
  const name = t(title);
  const notes = left.length > 0 && <p className="quiet">{t("dash.unheeded", { names: left.join(", ") })}</p>;
  const actions = may("export_statistics") && <Exports name={name} shown={shown} filters={filters} />;
  return (
    <Loaded query={query}>
      {(told) => (
        <Picture
          title={name}
          notes={notes}
          actions={actions}
          chart={told.rows.length ? <Drawn name={name} told={told} shown={shown} /> : null}
          table={<Told name={name} told={told} shown={shown} filters={filters} />}
        />
      )}
    </Loaded>
  );
}

function Drawn({ name, told, shown }: { name: string; told: Statistic; shown: Shown }): ReactElement {
  const point = usePointName();
  const spoken = language();
  // biome-ignore lint/correctness/useExhaustiveDependencies: names of posts come with the language
  const plan = useMemo(() => planOf(told, shown, point), [told, shown, spoken]);
  return <Chart label={name} plan={plan} />;
}

function planOf(told: Statistic, shown: Shown, point: (code: string) => string): Plan {
  const { categories, series } = drawnOf(told, shown);
  const nameOf = ({ name, compared }: Series) => {
    const said = shown.by[1] ? keySaid(shown.by[1], name, point) : named("measure", name);
    return compared ? t("dash.compared", { name: said }) : said;
  };
  return {
    categories: categories.map((key) => keySaid(shown.by[0], key, point)),
    lying: shown.look === "bars",
    said: (value) => valueSaid(shown.measures[0] ?? "", value),
    lines: series.map((one) => ({
      name: nameOf(one),
      values: one.values,
      colour: COLOURS[one.name] ?? "notice",
      kind: shown.look === "line" ? ("line" as const) : ("bar" as const),
      stack: shown.stacked ? String(one.compared) : undefined,
      quiet: one.compared,
    })),
  };
}

interface ToldProps {
  name: string;
  told: Statistic;
  shown: Shown;
  filters: Filters;
}

/** Every row, and all together; what is withheld is said to be. */
function Told({ name, told, shown, filters }: ToldProps): ReactElement {
  const t = useWords();
  const may = useMay();
  const point = usePointName();
  const keys: Column<Row>[] = told.dimensions.map((dimension, at) => ({
    head: t(`dash.${dimension}`),
    names: at === 0,
    cell: ({ key }) => (key.length ? keySaid(dimension, key[at] ?? "", point) : at === 0 ? t("dash.all") : ""),
  }));
  const values = told.measures.flatMap((measure) => valueColumns(measure, told.against !== null));
  const log = (row: Row) => logOf(filters, told.dimensions, row.key);
  const columns = [...keys, ...values];
  if (may("read_movements") && listed(told.dimensions))
    columns.push({ head: "", label: t("dash.toLog"), cell: (row) => <ToLog address={log(row)} /> });
  const summed = shown.by[0] !== "stage"; // waits of one stage and another make no wait of anybody
  const all = sorted(told, shown);
  const rows = all.length ? [...all.slice(0, TOLD), ...(summed ? [told.total] : [])] : [];
  return (
    <div className="picture-table">
      <Table
        label={t("dash.table", { name })}
        columns={columns}
        rows={rows}
        rowKey={({ key }) => key.join()}
        empty={t("dash.nothing")}
      />
      <Left shown={TOLD} of={all.length} />
      {told.withheld > 0 && <p className="quiet">{t("dash.withheldWhy", { count: told.smallest_cell })}</p>}
    </div>
  );
}

/** That a long table shows its first rows alone. */
export function Left({ shown, of }: { shown: number; of: number }): ReactElement | null {
  const t = useWords();
  return of > shown ? <p className="quiet">{t("dash.left", { shown, of: counted(of) })}</p> : null;
}

function valueColumns(measure: string, against: boolean): Column<Row>[] {
  const head = named("measure", measure);
  const own: Column<Row> = {
    head,
    look: "number",
    cell: ({ values, withheld }) => cellOf(measure, values[measure], withheld.includes(measure)),
  };
  const before: Column<Row> = {
    head: t("dash.compared", { name: head }),
    look: "number",
    cell: ({ compared, withheld }) => cellOf(measure, compared?.[measure], withheld.includes(measure)),
  };
  return against ? [own, before] : [own];
}

function cellOf(measure: string, value: number | null | undefined, withheld: boolean): string {
  if (value === null || value === undefined) return withheld ? t("dash.withheld") : "–";
  return valueSaid(measure, value);
}

export function ToLog({ address }: { address: string | null }): ReactElement | null {
  const t = useWords();
  if (!address) return null;
  return <Link href={`~${address}`}>{t("dash.toLog")}</Link>;
}
