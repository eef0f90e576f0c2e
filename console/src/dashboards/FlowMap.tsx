/** Where travellers are from, by which post they cross, and which way: lines on a map without tiles, and a table. */

import { useQuery } from "@tanstack/react-query";
import type { FeatureCollection } from "geojson";
import { type ReactElement, useMemo } from "react";
import { feature } from "topojson-client";
import type { Topology } from "topojson-specification";
import { useSearchParams } from "wouter";
import { useCrossingPoints, usePointName } from "../api/reference";
import { useMay } from "../app/session";
import { Loaded } from "../parts/Loaded";
import { stateName } from "../parts/states";
import { type Column, Table } from "../parts/Table";
import { Count, Name, Point } from "../parts/text";
import { DirectionTag } from "../parts/Verdict";
import { counted, named, useWords } from "../words";
import { Left, ToLog } from "./Counted";
import { Exports } from "./Exports";
import { figure, type Statistic } from "./figures";
import { type Filters, filtersOf, logOf } from "./filters";
import { type Flow, flowsOf, mapped } from "./flows";
import { Picture } from "./Picture";

const SIZE = [640, 320] as const;
const BY = ["nationality", "crossing_point", "direction"] as const;
const TOLD = 200; // rows that its table takes; an export has all

/** The outlines of states come when somebody looks at a map. */
async function worldOf(): Promise<FeatureCollection> {
  const world = (await import("world-atlas/countries-110m.json")).default as unknown as Topology;
  return feature(world, world.objects.countries as never) as unknown as FeatureCollection;
}

export function FlowMap(): ReactElement {
  const t = useWords();
  const may = useMay();
  const [params] = useSearchParams();
  const filters = filtersOf(params);
  const query = useQuery(figure("travellers", BY, filters));
  const name = t("dash.flows");
  const given = { figure: "travellers", by: BY } as const;
  const actions = may("export_statistics") && <Exports name={name} shown={given} filters={filters} />;
  return (
    <Loaded query={query}>
      {(told) => (
        <Picture
          title={name}
          notes={<p className="quiet">{t("dash.flowsWhy")}</p>}
          actions={actions}
          chart={told.rows.length ? <World told={told} name={name} /> : null}
          table={<Flows told={told} name={name} filters={filters} />}
        />
      )}
    </Loaded>
  );
}

interface FlowsProps {
  told: Statistic;
  name: string;
}

function World({ told, name }: FlowsProps): ReactElement {
  const t = useWords();
  const pointName = usePointName();
  const points = useCrossingPoints();
  const { data: world } = useQuery({ queryKey: ["world"], queryFn: worldOf, staleTime: Number.POSITIVE_INFINITY });
  const places = useMemo(() => new Map(points.map((point) => [point.code, point])), [points]);
  const drawn = useMemo(() => mapped(flowsOf(told), places, world?.features ?? [], SIZE), [told, places, world]);
  return (
    <div>
      <svg className="map" viewBox={`0 0 ${SIZE[0]} ${SIZE[1]}`} role="img" aria-label={t("dash.heard", { name })}>
        {drawn.land.map((outline) => (
          <path key={outline} className="map-land" d={outline} />
        ))}
        {drawn.lines.map(({ flow, path, width }) => (
          <path
            key={flow.state + flow.post + flow.direction}
            className={`map-flow map-${flow.direction}`}
            d={path}
            strokeWidth={width}
          >
            <title>{`${stateName(flow.state)} · ${pointName(flow.post)} · ${named("direction", flow.direction)}: ${counted(flow.count)}`}</title>
          </path>
        ))}
        {drawn.posts.map(({ code, x, y }) => (
          <circle key={code} className="map-post" cx={x} cy={y} r={3}>
            <title>{pointName(code)}</title>
          </circle>
        ))}
        {drawn.states.map(({ state, x, y }) => (
          <text key={state} className="map-name" x={x} y={y} textAnchor="middle">
            {stateName(state)}
          </text>
        ))}
      </svg>
      <p className="map-key quiet" aria-hidden="true">
        {["entry", "exit"].map((direction) => (
          <span key={direction} className="with-icon">
            <svg viewBox="0 0 32 10" aria-hidden="true">
              <path className={`map-flow map-${direction}`} d="M0 5h32" strokeWidth={4} />
            </svg>{" "}
            {named("direction", direction)}
          </span>
        ))}
      </p>
    </div>
  );
}

function Flows({ told, name, filters }: FlowsProps & { filters: Filters }): ReactElement {
  const t = useWords();
  const may = useMay();
  const flows = flowsOf(told);
  const log = ({ state, post, direction }: Flow) => logOf(filters, BY, [state, post, direction]);
  const columns: Column<Flow>[] = [
    { head: t("dash.nationality"), names: true, cell: ({ state }) => <Name>{stateName(state)}</Name> },
    { head: t("dash.crossing_point"), cell: ({ post }) => <Point code={post} /> },
    { head: t("dash.direction"), cell: ({ direction }) => <DirectionTag direction={direction as "entry" | "exit"} /> },
    { head: named("measure", "movements"), look: "number", cell: ({ count }) => <Count of={count} /> },
  ];
  if (told.against) {
    const head = t("dash.compared", { name: named("measure", "movements") });
    columns.push({ head, look: "number", cell: ({ before }) => (before === null ? "–" : <Count of={before} />) });
  }
  if (may("read_movements"))
    columns.push({ head: "", label: t("dash.toLog"), cell: (flow) => <ToLog address={log(flow)} /> });
  return (
    <div className="picture-table">
      <Table
        label={t("dash.table", { name })}
        columns={columns}
        rows={flows.slice(0, TOLD)}
        rowKey={({ state, post, direction }) => state + post + direction}
        empty={t("dash.nothing")}
      />
      <Left shown={TOLD} of={flows.length} />
      {told.withheld > 0 && <p className="quiet">{t("dash.withheldWhy", { count: told.smallest_cell })}</p>}
    </div>
  );
}
