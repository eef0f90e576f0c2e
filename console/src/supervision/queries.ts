/** What the supervisor's desk asks the service. */

import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { answered, api, type Schemas } from "../api";

export type PolicyChange = Schemas["PolicyChangeOut"];

export const policies = queryOptions({
  queryKey: ["policies"],
  queryFn: () => answered(api.GET("/v1/policies")),
});

export const policyText = (version: string) =>
  queryOptions({
    queryKey: ["policies", "text", version],
    queryFn: () => answered(api.GET("/v1/policies/texts/{version}", { params: { path: { version } } })),
    staleTime: Number.POSITIVE_INFINITY, // a version's text never changes
  });

/** Asks again for what a proposal or its activation changes. */
export const refreshed = (queries: QueryClient) => queries.invalidateQueries({ queryKey: ["policies"] });
