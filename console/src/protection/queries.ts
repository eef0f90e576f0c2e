/** What the protection desk asks the service. */

import { infiniteQueryOptions, type QueryClient, queryOptions } from "@tanstack/react-query";
import { answered, api, type Schemas } from "../api";
import { language } from "../words";

export type Case = Schemas["ProtectionCaseOut"];
export type Referral = Schemas["ReferralOut"];
export type Partner = Schemas["PartnerOut"];
export type Need = Schemas["Need"];

const LOOK_EVERY = 15_000; // ms between looks for new cases

export const cases = infiniteQueryOptions({
  queryKey: ["protection", "cases"],
  queryFn: ({ pageParam }) =>
    answered(api.GET("/v1/protection/cases", { params: { query: pageParam ? { cursor: pageParam } : {} } })),
  initialPageParam: "",
  getNextPageParam: ({ next }) => next,
  refetchInterval: LOOK_EVERY,
});

export const caseOf = (movement_id: string) =>
  queryOptions({
    queryKey: ["protection", "case", movement_id],
    queryFn: () => answered(api.GET("/v1/protection/cases/{movement_id}", { params: { path: { movement_id } } })),
  });

/** The directory, or who takes referrals from a crossing point. */
export const partners = (crossing_point?: string) =>
  queryOptions({
    queryKey: ["protection", "partners", crossing_point ?? ""],
    queryFn: () =>
      answered(api.GET("/v1/protection/partners", { params: { query: crossing_point ? { crossing_point } : {} } })),
  });

/** A partner's name in the officer's language. */
export const nameOf = ({ code, names }: Partner): string => names[language()] ?? names.en ?? code;

/** Asks again for all of the desk. */
export const refreshed = (queries: QueryClient) => queries.invalidateQueries({ queryKey: ["protection"] });
