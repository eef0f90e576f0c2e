/** The centre's picture: what happens now, who comes and goes, how long it takes, what is found, who is inside. */

import "./dashboards.css";
import { Fragment, type ReactElement, useEffect, useState } from "react";
import { Link, Redirect, Route, Switch, useLocation, useSearch, useSearchParams } from "wouter";
import { now } from "../api";
import { Freshness } from "../app/Freshness";
import { Page } from "../parts/Page";
import { When } from "../parts/text";
import { useWords } from "../words";
import { Counted } from "./Counted";
import { FilterForm } from "./FilterForm";
import { FlowMap } from "./FlowMap";
import { Overstayers } from "./Overstayers";
import type { Shown } from "./series";
import { Hours, Posts } from "./Today";

const TICKED_EVERY = 5_000; // ms
const TURNED_EVERY = 15_000; // ms that a picture stands on the big screen

const of = (
  figure: Shown["figure"],
  by: Shown["by"],
  measures: readonly string[],
  look: Shown["look"],
  stacked = false,
): Shown => ({ figure, by, measures, look, stacked });

const HITS = ["confirmed", "cleared", "undecided", "open", "withdrawn"];
const QUANTILES = ["median_seconds", "p90_seconds", "p95_seconds"];
const ALL = ["movements"];

/** The pictures of each area; the big screen shows one after the other. */
const AREAS: Record<string, ReactElement[]> = {
  today: [<Posts key="posts" />, <Hours key="hours" />],
  flows: [
    <FlowMap key="map" />,
    <Counted key="days" title="dash.days" shown={of("movements", ["day", "direction"], ALL, "line")} />,
    <Counted
      key="post"
      title="dash.byPost"
      shown={of("movements", ["crossing_point", "direction"], ALL, "bars", true)}
    />,
    <Counted
      key="outcomes"
      title="dash.outcomes"
      shown={of("outcomes", ["crossing_point"], ["admitted", "referred", "refused", "undecided"], "bars", true)}
    />,
  ],
  people: [
    <Counted key="from" title="dash.nationalities" shown={of("travellers", ["nationality"], ALL, "bars")} />,
    <Counted key="ages" title="dash.ages" shown={of("travellers", ["age_band"], ALL, "columns")} />,
    <Counted key="papers" title="dash.documents" shown={of("documents", ["document_type"], ALL, "bars")} />,
    <Counted key="by" title="dash.transports" shown={of("movements", ["transport"], ALL, "bars")} />,
  ],
  times: [
    <Counted key="stages" title="dash.stages" shown={of("times", ["stage"], QUANTILES, "columns")} />,
    <Counted
      key="waits"
      title="dash.waitsByPost"
      shown={{ ...of("times", ["crossing_point"], QUANTILES, "bars"), only: { stage: "first_line" } }}
    />,
  ],
  findings: [
    <Counted
      key="rules"
      title="dash.rules"
      shown={of("findings", ["rule"], ["standing", "rebutted", "withdrawn"], "bars", true)}
    />,
    <Counted key="hits" title="dash.hits" shown={of("hits", ["list"], HITS, "bars", true)} />,
  ],
  inside: [
    <Counted key="regimes" title="dash.regimes" shown={of("inside", ["regime"], ["inside", "overdue"], "bars")} />,
    <Counted key="days" title="dash.insideDays" shown={of("inside", ["day"], ["inside", "overdue"], "line")} />,
  ],
};

export default function Dashboards(): ReactElement {
  const t = useWords();
  const [params] = useSearchParams();
  const [here] = useLocation();
  if (params.get("screen") === "1") return <BigScreen />;
  const enlarge = new URLSearchParams([...params, ["screen", "1"]]);
  const actions = (
    <Link className="button" href={`${here}?${enlarge}`}>
      {t("dash.bigScreen")}
    </Link>
  );
  return (
    <Page title={t("shell.dashboards")} actions={actions} className="dashboards">
      <Areas />
      <FilterForm live={here.startsWith("/today")} />
      <Switch>
        {Object.entries(AREAS).map(([area, pictures]) => (
          <Route key={area} path={`/${area}`}>
            <div className={`pictures pictures-${area}`}>
              {pictures}
              {area === "inside" && <Overstayers />}
            </div>
          </Route>
        ))}
        <Route>
          <Redirect to={`/today?${params}`} replace />
        </Route>
      </Switch>
    </Page>
  );
}

/** The areas, each with the filters kept: they stand in the address behind it. */
function Areas(): ReactElement {
  const t = useWords();
  const [here] = useLocation();
  const search = useSearch();
  return (
    <nav className="tabs" aria-label={t("shell.dashboards")}>
      {Object.keys(AREAS).map((area) => (
        <Link
          key={area}
          href={search ? `/${area}?${search}` : `/${area}`}
          aria-current={here.startsWith(`/${area}`) ? "page" : undefined}
        >
          {t(`dashArea.${area}`)}
        </Link>
      ))}
    </nav>
  );
}

/** One picture after the other for a wall, without controls; Escape leads back. */
function BigScreen(): ReactElement {
  const t = useWords();
  const pictures = Object.values(AREAS).flat();
  const [, setParams] = useSearchParams();
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const turning = setInterval(() => setTurn((before) => before + 1), TURNED_EVERY);
    return () => clearInterval(turning);
  }, []);
  useEffect(() => {
    const leave = ({ key }: KeyboardEvent) => {
      if (key === "Escape") setParams((params) => [...params].filter(([name]) => name !== "screen"));
    };
    addEventListener("keydown", leave);
    return () => removeEventListener("keydown", leave);
  }, [setParams]);
  return (
    <div className="dashboards big-screen">
      <div className="page-head">
        <h1>{t("shell.dashboards")}</h1>
        <Clock />
      </div>
      <Fragment key={turn}>{pictures[turn % pictures.length]}</Fragment>
      <Freshness />
    </div>
  );
}

/** The time of day: a wall that stands still is seen to. */
function Clock(): ReactElement {
  const [moment, setMoment] = useState(() => now().toISOString());
  useEffect(() => {
    const ticking = setInterval(() => setMoment(now().toISOString()), TICKED_EVERY);
    return () => clearInterval(ticking);
  }, []);
  return <When moment={moment} />;
}
