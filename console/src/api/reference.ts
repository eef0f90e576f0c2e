/** What the whole console looks up: crossing points by their names, and what findings mean. */

import { queryOptions, useQuery } from "@tanstack/react-query";
import { useOfficer } from "../app/session";
import { language } from "../words";
import { answered, api, type Schemas } from ".";

export type CrossingPoint = Schemas["CrossingPointOut"];

export const crossingPoints = queryOptions({
  queryKey: ["crossing-points"],
  queryFn: () => answered(api.GET("/v1/crossing-points")),
  select: (points) => points.toSorted((a, b) => a.code.localeCompare(b.code)),
  staleTime: 60_000,
});

/** Every crossing point, by code; none while they are on their way. */
export const useCrossingPoints = (): CrossingPoint[] => useQuery(crossingPoints).data ?? [];

/** The crossing points that the officer serves. */
export function useOwnPoints(): CrossingPoint[] {
  const { posts } = useOfficer();
  const points = useCrossingPoints();
  return posts.includes("*") ? points : points.filter(({ code }) => posts.includes(code));
}

/** Names a crossing point in the officer's language, else by its code. */
export function usePointName(): (code: string) => string {
  const points = useCrossingPoints();
  return (code) => {
    const names: Record<string, string> = points.find((point) => point.code === code)?.names ?? {};
    return names[language()] ?? names.en ?? code;
  };
}

/** Every kind of finding in the officer's language. */
export const meanings = () =>
  queryOptions({
    queryKey: ["meanings", language()],
    queryFn: () => answered(api.GET("/v1/rules")),
    staleTime: Number.POSITIVE_INFINITY,
  });
