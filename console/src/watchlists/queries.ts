/** What the watchlist desk asks the service, and what must be asked again after something changed. */

import { infiniteQueryOptions, type QueryClient, queryOptions } from "@tanstack/react-query";
import { answered, api, type Schemas } from "../api";

export type KnownList = Schemas["KnownListOut"];
export type Draft = Schemas["DraftOut"];
export type WholeDraft = Schemas["WholeDraftOut"];
export type EntryChange = Schemas["EntryChangeOut"];
export type Effect = Schemas["Effect"];
export type Change = Schemas["ChangeOut"];
export type Revision = Schemas["RevisionOut"];
export type Source = Schemas["SourceOut"];
export type Clearance = Schemas["ClearanceOut"];
export type Preview = Schemas["PreviewOut"];

export const PAGE = 50; // entries that are asked for at a time
const LOOK_EVERY = 30_000; // ms between looks at what changes by itself

const of = (name: string) => ({ params: { path: { name } } });

export const lists = queryOptions({
  queryKey: ["watchlists", "all"],
  queryFn: () => answered(api.GET("/v1/watchlists/all")),
});

export const figures = queryOptions({
  queryKey: ["watchlists", "figures"],
  queryFn: () => answered(api.GET("/v1/watchlists/figures")),
});

export const sources = queryOptions({
  queryKey: ["watchlists", "sources"],
  queryFn: () => answered(api.GET("/v1/watchlists/sources")),
  refetchInterval: LOOK_EVERY,
});

export const rescreenings = queryOptions({
  queryKey: ["watchlists", "rescreenings"],
  queryFn: () => answered(api.GET("/v1/watchlists/rescreenings")),
  refetchInterval: LOOK_EVERY,
});

/** The lists whose entries are documents reported lost or stolen, or bans of entry. */
export const purposes = queryOptions({
  queryKey: ["watchlists", "purposes"],
  queryFn: () => answered(api.GET("/v1/watchlists/purposes")),
});

export const proposals = queryOptions({
  queryKey: ["watchlists", "proposals"],
  queryFn: () => answered(api.GET("/v1/watchlists/proposals")),
});

export const reviews = queryOptions({
  queryKey: ["watchlists", "reviews"],
  queryFn: () => answered(api.GET("/v1/watchlists/reviews")),
});

export const drafts = queryOptions({
  queryKey: ["watchlists", "drafts"],
  queryFn: () => answered(api.GET("/v1/watchlists/drafts")),
});

export const draft = (name: string, draft_id: string) =>
  queryOptions({
    queryKey: ["watchlists", "drafts", draft_id],
    queryFn: () =>
      answered(api.GET("/v1/watchlists/{name}/drafts/{draft_id}", { params: { path: { name, draft_id } } })),
  });

export const draftChanges = (name: string, draft_id: string, effect: Effect | null) =>
  infiniteQueryOptions({
    queryKey: ["watchlists", "drafts", draft_id, "changes", effect],
    queryFn: ({ pageParam }) =>
      answered(
        api.GET("/v1/watchlists/{name}/drafts/{draft_id}/changes", {
          params: { path: { name, draft_id }, query: { effect, after: pageParam, limit: PAGE } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => (page.length === PAGE ? page.at(-1)?.entry_id : undefined),
  });

/** What was ever decided about a list, and its versions. */
export const history = (name: string) =>
  queryOptions({
    queryKey: ["watchlists", "history", name],
    queryFn: () => answered(api.GET("/v1/watchlists/{name}/history", of(name))),
  });

export const entries = (name: string) =>
  infiniteQueryOptions({
    queryKey: ["watchlists", "entries", name],
    queryFn: ({ pageParam }) =>
      answered(
        api.GET("/v1/watchlists/{name}/entries", {
          params: { path: { name }, query: { after: pageParam, limit: PAGE } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => (page.length === PAGE ? page.at(-1)?.entry_id : undefined),
  });

export const entry = (name: string, entry_id: string) =>
  queryOptions({
    queryKey: ["watchlists", "entry", name, entry_id],
    queryFn: () =>
      answered(api.GET("/v1/watchlists/{name}/entries/{entry_id}", { params: { path: { name, entry_id } } })),
  });

/** Asks again for everything of the lists: a decision shows in many places. */
export const refreshed = (queries: QueryClient): Promise<unknown> =>
  queries.invalidateQueries({ queryKey: ["watchlists"] });
