/** What the dashboards ask the service: figures by their filters, asked again with the tag of what is at hand. */

import { keepPreviousData, type QueryKey, queryOptions } from "@tanstack/react-query";
import { api, type Schemas } from "../api";
import { askedOf, type Filters } from "./filters";

export type Figure = Schemas["Figure"];
export type Statistic = Schemas["StatisticOut"];
export type UsualDay = Schemas["UsualDayOut"];

const ASKED_EVERY = 10_000; // ms; an unchanged figure is a 304 without a body

interface Told<Answer> {
  answer: Answer;
  tag: string;
}

export const figure = (name: Figure, by: readonly string[], filters: Filters, only = {}) => {
  const query = { ...askedOf(filters, name), ...only, by: by.join(",") };
  return polled(["figure", name, query], (header) =>
    api.GET("/v1/statistics/{figure}", { params: { path: { figure: name }, query: query as never, header } }),
  );
};

export const usualDay = ({ crossing_point, direction }: Filters) => {
  const query = { crossing_point: crossing_point || undefined, direction: (direction || undefined) as never };
  return polled(["usual-day", query], (header) => api.GET("/v1/statistics/usual-day", { params: { query, header } }));
};

type Ask<Answer> = (header: { "If-None-Match"?: string }) => Promise<{ data?: Answer; response: Response }>;

function polled<Answer>(queryKey: QueryKey, ask: Ask<Answer>) {
  return queryOptions({
    queryKey,
    queryFn: async ({ client }): Promise<Told<Answer>> => {
      const known = client.getQueryData<Told<Answer>>(queryKey);
      const { data, response } = await ask(known ? { "If-None-Match": known.tag } : {});
      if (known && response.status === 304) return known;
      return { answer: data as Answer, tag: response.headers.get("etag") ?? "" };
    },
    select: ({ answer }) => answer,
    refetchInterval: ASKED_EVERY,
    placeholderData: keepPreviousData,
  });
}
