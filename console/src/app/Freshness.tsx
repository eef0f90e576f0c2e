/** How far what is shown can be relied on: the link to the service, the age of the lists, the posts not heard from. */

import { useQuery } from "@tanstack/react-query";
import { type ReactElement, useEffect, useState } from "react";
import { answered, api, now, onReach } from "../api";
import { useCrossingPoints } from "../api/reference";
import { Icon, type Sign } from "../parts/Icon";
import { t, useWords, when } from "../words";

const ASKED_EVERY = 30_000; // ms
const SILENT_AFTER = 60 * 60_000; // ms without word of a post after which it is named
const OLD_AFTER = 7 * 24 * 60 * 60_000; // ms after which lists are marked as old

/** The line at the foot of every page. */
export function Freshness(): ReactElement {
  const t = useWords();
  return (
    <section className="freshness" aria-label={t("freshness.label")}>
      <Link />
      <Lists />
      <Posts />
    </section>
  );
}

interface SaidProps {
  sign: Sign;
  words: string;
  /** What stands behind it, for who points there. */
  more?: string;
  trouble?: boolean;
}

function Said({ sign, words, more, trouble = false }: SaidProps): ReactElement {
  return (
    <span className={trouble ? "with-icon troubled" : "with-icon"} title={more}>
      <Icon sign={sign} />
      {words}
    </span>
  );
}

function Link(): ReactElement {
  useWords();
  const reached = useReached();
  return (
    <span role="status">
      <Said
        sign={reached ? "link" : "unlinked"}
        words={t(reached ? "freshness.reached" : "freshness.unreached")}
        trouble={!reached}
      />
    </span>
  );
}

/** Whether the last request reached the service. */
function useReached(): boolean {
  const [reached, setReached] = useState(true);
  useEffect(() => onReach(setReached), []);
  return reached;
}

function Lists(): ReactElement {
  useWords();
  const { data } = useQuery({
    queryKey: ["freshness"],
    queryFn: () => answered(api.GET("/v1/crossing-points/freshness")),
    refetchInterval: ASKED_EVERY,
  });
  if (!data) return <Said sign="list" words={t("freshness.unknown")} trouble />;
  if (!data.lists.length) return <Said sign="list" words={t("freshness.none")} trouble />;
  const oldest = data.lists.map(({ imported_at }) => imported_at).sort()[0] ?? "";
  const age = now().getTime() - Date.parse(oldest);
  const words = `${t("freshness.lists", { version: data.index_version.slice(0, 8) })} · ${t("freshness.age", { age: lasting(age) })}`;
  const more = data.lists
    .map(({ name, version, imported_at }) => `${name} ${version}: ${when(imported_at)}`)
    .join("\n");
  return <Said sign="list" words={words} more={more} trouble={age > OLD_AFTER} />;
}

function Posts(): ReactElement {
  useWords();
  const points = useCrossingPoints();
  const silent = points.filter(
    ({ heard_until }) => heard_until && now().getTime() - Date.parse(heard_until) > SILENT_AFTER,
  );
  const more = silent.map(({ code, heard_until }) => `${code}: ${when(heard_until ?? "")}`).join("\n");
  if (!silent.length) return <Said sign="clock" words={t("freshness.posts")} />;
  return <Said sign="clock" words={t("freshness.unheard", { count: silent.length })} more={more} trouble />;
}

/** A length of time in its largest unit. */
function lasting(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  if (minutes < 120) return t("freshness.minutes", { count: minutes });
  if (minutes < 48 * 60) return t("freshness.hours", { count: Math.round(minutes / 60) });
  return t("freshness.days", { count: Math.round(minutes / (24 * 60)) });
}
