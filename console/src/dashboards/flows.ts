/** Flows between states and crossing points, placed on the map. Pure. */

import { geoCentroid, geoMercator, geoPath } from "d3-geo";
import type { Feature } from "geojson";
import { numberOf } from "../parts/states";
import type { Statistic } from "./figures";

export interface Place {
  longitude: number;
  latitude: number;
}

export interface Flow {
  state: string;
  post: string;
  direction: string;
  count: number;
  /** The same of the period compared with. */
  before: number | null;
}

const MOST = 40; // flows that a map takes before its lines hide one another
const FRAMED = 12; // of these the strongest lie within the map; lines of others may lead out of it

/** The strongest flows of a figure by nationality, crossing point and direction. */
export function flowsOf({ rows }: Statistic): Flow[] {
  return rows
    .map(({ key: [state = "", post = "", direction = ""], values, compared }) => ({
      state,
      post,
      direction,
      count: values.movements ?? 0,
      before: compared?.movements ?? null,
    }))
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => b.count - a.count);
}

export interface Mapped {
  land: string[];
  lines: { path: string; width: number; flow: Flow }[];
  posts: { code: string; x: number; y: number }[];
  states: { state: string; x: number; y: number }[];
}

/** What is drawn: the part of the world that the strongest flows and the posts lie in, `width` by `height`. */
export function mapped(
  flows: readonly Flow[],
  posts: ReadonlyMap<string, Place>,
  world: readonly Feature[],
  [width, height]: readonly [number, number],
): Mapped {
  const centres = new Map(world.map((land) => [String(land.id), geoCentroid(land)]));
  const centreOf = (state: string) => centres.get(numberOf(state) ?? "");
  const drawn = flows.filter(({ state, post }) => centreOf(state) && posts.has(post)).slice(0, MOST);
  const postOf = (code: string): [number, number] => {
    const { longitude = 0, latitude = 0 } = posts.get(code) ?? {};
    return [longitude, latitude];
  };
  const ends = [
    ...[...posts.keys()].map(postOf),
    ...drawn.slice(0, FRAMED).map(({ state }) => centreOf(state) ?? [0, 0]),
  ];
  const projection = geoMercator()
    .fitExtent(
      [
        [40, 30],
        [width - 40, height - 30],
      ],
      { type: "MultiPoint", coordinates: ends },
    )
    .clipExtent([
      [-width / 2, 0],
      [1.5 * width, height],
    ]); // a place wider than the box shows more
  const path = geoPath(projection);
  const at = (end: [number, number]): [number, number] => projection(end) ?? [0, 0];
  const most = Math.max(1, ...drawn.map(({ count }) => count));
  const placed = (end: [number, number]) => ({ x: at(end)[0], y: at(end)[1] });
  return {
    land: world.map((land) => path(land) ?? "").filter(Boolean),
    lines: drawn.map((flow) => ({
      flow,
      path: bowed(at(centreOf(flow.state) ?? [0, 0]), at(postOf(flow.post)), flow.direction === "exit"),
      width: 1 + 8 * Math.sqrt(flow.count / most),
    })),
    posts: [...new Set(drawn.map(({ post }) => post))].map((code) => ({ code, ...placed(postOf(code)) })),
    states: [...new Set(drawn.map(({ state }) => state))].map((state) => ({
      state,
      ...placed((centreOf(state) ?? [0, 0]) as [number, number]),
    })),
  };
}

/** A line from one place to another, bowed to one side for each direction, so that neither hides the other. */
function bowed([x0, y0]: [number, number], [x1, y1]: [number, number], back: boolean): string {
  const bow = back ? -0.12 : 0.12;
  const [x, y] = [(x0 + x1) / 2 - bow * (y1 - y0), (y0 + y1) / 2 + bow * (x1 - x0)];
  return `M${x0.toFixed(1)} ${y0.toFixed(1)}Q${x.toFixed(1)} ${y.toFixed(1)} ${x1.toFixed(1)} ${y1.toFixed(1)}`;
}
