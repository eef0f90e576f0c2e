/** Today so far beside the same weekday of the weeks before: by hour, and by post and direction. */

import { useQuery } from "@tanstack/react-query";
import { type ReactElement, type ReactNode, useMemo } from "react";
import { useSearchParams } from "wouter";
import { useCrossingPoints, usePointName } from "../api/reference";
import { useMay } from "../app/session";
import { Loaded } from "../parts/Loaded";
import { type Column, Table } from "../parts/Table";
import { Count, Identifier, Point, When } from "../parts/text";
import { DirectionTag } from "../parts/Verdict";
import { counted, language, named, t, useWords } from "../words";
import { Chart } from "./Chart";
import { ToLog } from "./Counted";
import { Exports } from "./Exports";
import { type UsualDay, usualDay } from "./figures";
import { filtersOf, logOf } from "./filters";
import type { Plan } from "./option";
import { Picture } from "./Picture";

type Hour = UsualDay["hours"][number];
type Post = UsualDay["posts"][number];
type Usual = Hour["usual"];

const BY = ["crossing_point", "direction"] as const;
const MOST = 14; // posts and directions that the picture takes; the table has all

const useUsualDay = () => useQuery(usualDay(filtersOf(useSearchParams()[0])));
const hourOf = (hour: number) => `${String(hour).padStart(2, "0")}:00`;

/** What this day has had by hour, on the band of what is usual. */
export function Hours(): ReactElement {
  const t = useWords();
  const query = useUsualDay();
  return <Loaded query={query}>{(day) => <HoursOf day={day} title={t("dash.hours")} />}</Loaded>;
}

function HoursOf({ day, title }: { day: UsualDay; title: string }): ReactElement {
  const spoken = language();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the plan speaks the language
  const plan = useMemo(() => hoursPlan(day), [day, spoken]);
  const columns: Column<Hour>[] = [
    { head: t("dash.hour"), names: true, cell: ({ hour }) => <Identifier>{hourOf(hour)}</Identifier> },
    { head: t("dash.thisDay"), look: "number", cell: ({ movements }) => <Amount of={movements} /> },
    { head: t("dash.usual"), look: "number", cell: ({ usual }) => <Amount of={usual.median} /> },
    { head: t("dash.usualBand"), look: "number", cell: ({ usual }) => <Band of={usual} /> },
  ];
  return (
    <Picture
      title={title}
      notes={<AsOf day={day} />}
      chart={<Chart label={title} plan={plan} />}
      table={
        <Table
          label={t("dash.table", { name: title })}
          columns={columns}
          rows={day.hours}
          rowKey={({ hour }) => hour}
          empty={t("dash.nothing")}
        />
      }
    />
  );
}

function hoursPlan({ hours }: UsualDay): Plan {
  const band = hours.map(({ usual: { low, high } }) => (low === null || high === null ? null : high - low));
  const quiet = { colour: "line-strong", kind: "line" as const, stack: "band" };
  return {
    categories: hours.map(({ hour }) => hourOf(hour)),
    said: counted,
    lines: [
      { ...quiet, name: "", values: hours.map(({ usual }) => usual.low), band: "below" },
      { ...quiet, name: t("dash.usualBand"), values: band, band: "within" },
      { name: t("dash.thisDay"), values: hours.map(({ movements }) => movements), colour: "notice", kind: "bar" },
      {
        name: t("dash.usual"),
        values: hours.map(({ usual }) => usual.median),
        colour: "ink-quiet",
        kind: "line",
        quiet: true,
      },
    ],
  };
}

/** Each post and direction beside what is usual by this hour, and until when the post was heard. */
export function Posts(): ReactElement {
  const t = useWords();
  const query = useUsualDay();
  return <Loaded query={query}>{(day) => <PostsOf day={day} title={t("dash.posts")} />}</Loaded>;
}

function PostsOf({ day, title }: { day: UsualDay; title: string }): ReactElement {
  const may = useMay();
  const filters = { ...filtersOf(useSearchParams()[0]), from: day.day, to: day.day };
  const point = usePointName();
  const spoken = language();
  // biome-ignore lint/correctness/useExhaustiveDependencies: names of posts come with the language
  const plan = useMemo(() => postsPlan(day, point), [day, spoken]);
  const columns: Column<Post>[] = [
    { head: t("dash.crossing_point"), names: true, cell: ({ crossing_point }) => <Point code={crossing_point} /> },
    { head: t("dash.direction"), cell: ({ direction }) => <DirectionTag direction={direction} /> },
    { head: t("dash.soFar"), look: "number", cell: ({ movements }) => <Amount of={movements} /> },
    { head: t("dash.toLastHour"), look: "number", cell: ({ to_last_hour }) => <Amount of={to_last_hour} /> },
    { head: t("dash.usual"), look: "number", cell: ({ usual }) => <Amount of={usual.median} /> },
    { head: t("dash.usualBand"), look: "number", cell: ({ usual }) => <Band of={usual} /> },
    { head: t("dash.beside"), cell: (post) => <Beside post={post} /> },
    { head: t("dash.heardUntil"), cell: ({ crossing_point }) => <HeardUntil code={crossing_point} /> },
  ];
  if (may("read_movements"))
    columns.push({
      head: "",
      label: t("dash.toLog"),
      cell: (post) => <ToLog address={logOf(filters, BY, [post.crossing_point, post.direction])} />,
    });
  const given = { figure: "movements", by: BY } as const;
  return (
    <Picture
      title={title}
      actions={may("export_statistics") && <Exports name={title} shown={given} filters={filters} />}
      notes={
        <>
          <Sums posts={day.posts} />
          <AsOf day={day} />
        </>
      }
      chart={day.posts.length ? <Chart label={title} plan={plan} /> : null}
      table={
        <Table
          label={t("dash.table", { name: title })}
          columns={columns}
          rows={day.posts}
          rowKey={({ crossing_point, direction }) => crossing_point + direction}
          empty={t("dash.nothing")}
        />
      }
    />
  );
}

/** What a glance is for: how many have come and gone today. */
function Sums({ posts }: { posts: Post[] }): ReactElement {
  const t = useWords();
  const of = (direction: string) => {
    const those = posts.filter((post) => post.direction === direction);
    return those.some(({ movements }) => movements === null)
      ? null
      : those.reduce((sum, post) => sum + (post.movements ?? 0), 0);
  };
  return (
    <dl className="sums">
      {(["entry", "exit"] as const).map((direction) => (
        <div key={direction}>
          <dt>
            <DirectionTag direction={direction} /> · {t("dash.soFar")}
          </dt>
          <dd>
            <Amount of={of(direction)} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function postsPlan(day: UsualDay, point: (code: string) => string): Plan {
  const most = ({ to_last_hour, usual }: Post) => Math.max(to_last_hour ?? 0, usual.median ?? 0);
  const posts = day.posts.toSorted((a, b) => most(b) - most(a)).slice(0, MOST);
  return {
    categories: posts.map(
      ({ crossing_point, direction }) => `${point(crossing_point)} · ${named("direction", direction)}`,
    ),
    lying: true,
    said: counted,
    lines: [
      { name: t("dash.toLastHour"), values: posts.map((post) => post.to_last_hour), colour: "notice", kind: "bar" },
      {
        name: t("dash.usual"),
        values: posts.map(({ usual }) => usual.median),
        colour: "line-strong",
        kind: "bar",
        quiet: true,
      },
    ],
  };
}

function AsOf({ day: { until, weeks } }: { day: UsualDay }): ReactElement {
  const t = useWords();
  return (
    <p className="quiet">
      {t("dash.usualWhy", { weeks })} {t("dash.until")} <When moment={until} />
    </p>
  );
}

/** A number, a dash where there is none or it is withheld. */
const Amount = ({ of }: { of: number | null }): ReactElement => (of === null ? <>–</> : <Count of={Math.round(of)} />);

function Band({ of: { low, high } }: { of: Usual }): ReactElement {
  const whole = (number: number) => counted(Math.round(number));
  return (
    <span className="tight">
      <Identifier>{low === null || high === null ? "–" : `${whole(low)} – ${whole(high)}`}</Identifier>
    </span>
  );
}

/** In words what the picture shows: more, fewer or as many as is usual. */
function Beside({ post: { to_last_hour, usual } }: { post: Post }): ReactElement {
  const t = useWords();
  if (to_last_hour === null || usual.low === null || usual.high === null) return <>–</>;
  if (to_last_hour > usual.high) return <strong className="unusual">{t("dash.more")}</strong>;
  if (to_last_hour < usual.low) return <strong className="unusual">{t("dash.fewer")}</strong>;
  return <>{t("dash.asUsual")}</>;
}

function HeardUntil({ code }: { code: string }): ReactNode {
  const t = useWords();
  const heard = useCrossingPoints().find((point) => point.code === code)?.heard_until;
  return heard ? <When moment={heard} /> : t("dash.direct");
}
