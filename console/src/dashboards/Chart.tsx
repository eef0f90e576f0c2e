/** A picture drawn by ECharts in the colours of the theme, the way the page is read. It says its label to who hears it. */

import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { type EChartsType, init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { type ReactElement, useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import { t, useWords } from "../words";
import { type Ink, inkOf, optionOf, type Plan } from "./option";

use([BarChart, LineChart, AriaComponent, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

interface Props {
  label: string;
  plan: Plan;
}

export function Chart({ label, plan }: Props): ReactElement {
  const t = useWords();
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(null);
  const ink = useInk();
  useEffect(() => {
    if (!place.current) return;
    const made = init(place.current, null, { renderer: "canvas" });
    const sized = new ResizeObserver(() => made.resize());
    chart.current = made;
    sized.observe(place.current);
    return () => {
      sized.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, []);
  const heard = [t("dash.heard", { name: label }), mostOf(plan)].filter(Boolean).join(" ");
  useEffect(() => {
    chart.current?.setOption(optionOf(plan, ink, heard), { notMerge: true });
  }, [plan, ink, heard]);
  return <div ref={place} className="chart" role="img" aria-label={heard} />;
}

/** The largest value of the first line that is drawn, in words. */
function mostOf({ categories, lines, said }: Plan): string {
  const [first] = lines.filter(({ band }) => !band);
  const values = (first?.values ?? []).map((value) => value ?? 0);
  const most = Math.max(0, ...values);
  if (!first || most === 0) return "";
  return t("dash.heardMost", { name: first.name, of: categories[values.indexOf(most)] ?? "", value: said(most) });
}

/** The tokens in force; they change with the theme, the direction and the size of the type. */
function useInk(): Ink {
  const look = useSyncExternalStore(watched, () => {
    const { dataset, dir } = document.documentElement;
    return `${dataset.theme} ${dir} ${location.search.includes("screen=1")}`;
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the look decides what the style sheet says
  return useMemo(() => inkOf(document.documentElement), [look]);
}

function watched(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributeFilter: ["data-theme", "dir"] });
  return () => observer.disconnect();
}
