/** What the page of travellers' rights asks the service, and what is asked again after something was done. */

import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { answered, api, type Schemas } from "../api";

export type RightsRequest = Schemas["RequestOut"];
export type Restriction = Schemas["RestrictionOut"];

export const requests = (waiting: boolean) =>
  queryOptions({
    queryKey: ["rights", "requests", { waiting }],
    queryFn: () => answered(api.GET("/v1/rights/requests", { params: { query: { waiting } } })),
  });

export const request = (id: string) =>
  queryOptions({
    queryKey: ["rights", "request", id],
    queryFn: () => answered(api.GET("/v1/rights/requests/{id}", { params: { path: { id } } })),
  });

export const restrictions = (standing: boolean) =>
  queryOptions({
    queryKey: ["rights", "restrictions", { standing }],
    queryFn: () => answered(api.GET("/v1/rights/restrictions", { params: { query: { standing } } })),
  });

export const refreshed = (queries: QueryClient) => queries.invalidateQueries({ queryKey: ["rights"] });
