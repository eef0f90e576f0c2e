/** What second line asks the service, and what must be asked again after something was said. */

import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { answered, api, type Schemas } from "../api";

export type WaitingCase = Schemas["WaitingCaseOut"];
export type HitCase = Schemas["HitCaseOut"];
export type Hit = Schemas["RaisedHitOut"];
export type Inspection = Schemas["InspectionOut"];

const LOOK_EVERY = 10_000; // ms between looks at the queue

const at = (id: string) => ({ params: { path: { id } } });
const of = (movement_id: string) => ({ params: { path: { movement_id } } });

export const queue = queryOptions({
  queryKey: ["second-line"],
  queryFn: () => answered(api.GET("/v1/second-line")),
  refetchInterval: LOOK_EVERY,
});

export const inspection = (id: string) =>
  queryOptions({
    queryKey: ["case", id, "inspection"],
    queryFn: () => answered(api.GET("/v1/inspections/{id}", at(id))),
  });

export const history = (id: string) =>
  queryOptions({
    queryKey: ["case", id, "history"],
    queryFn: () => answered(api.GET("/v1/inspections/{id}/corrections", at(id))),
  });

export const journeys = (id: string) =>
  queryOptions({
    queryKey: ["case", id, "journeys"],
    queryFn: () => answered(api.GET("/v1/second-line/{movement_id}/journeys", of(id))),
  });

export const hits = (hitCase: string) =>
  queryOptions({
    queryKey: ["hits", hitCase],
    queryFn: () => answered(api.GET("/v1/hits/cases/{id}", at(hitCase))),
  });

export const reasons = queryOptions({
  queryKey: ["hit-reasons"],
  queryFn: () => answered(api.GET("/v1/hits/reasons")),
  staleTime: 3_600_000,
});

/** Takes a case, or says that one is still at it. */
export const claim = (id: string, take_over = false) =>
  answered(api.PUT("/v1/second-line/{movement_id}/claim", { ...of(id), body: { take_over } }));

/** Gives a case back. */
export const giveBack = (id: string) => answered(api.DELETE("/v1/second-line/{movement_id}/claim", of(id)));

/** Asks again for all that may have changed because something was said of a case. */
export function refreshed(queries: QueryClient, id: string): Promise<unknown> {
  return Promise.all(
    [["case", id], ["hits"], ["second-line"]].map((queryKey) => queries.invalidateQueries({ queryKey })),
  );
}
