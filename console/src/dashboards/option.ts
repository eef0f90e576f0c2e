/** What ECharts is told. Everything that goes from left to right turns with the page. */

import type { EChartsCoreOption } from "echarts/core";

export interface Line {
  name: string;
  values: (number | null)[];
  /** The token of its colour. */
  colour: string;
  kind: "bar" | "line";
  stack?: string;
  /** Dashed and quiet: what it is compared with. */
  quiet?: boolean;
  /** The ground of a band: drawn by nothing, and the band above it by an area alone. */
  band?: "below" | "within";
}

export interface Plan {
  categories: string[];
  lines: Line[];
  /** Whether the categories stand below one another. */
  lying?: boolean;
  said: (value: number) => string;
}

export interface Ink {
  turned: boolean;
  patterned: boolean;
  size: number;
  /** On a wall, where nobody points: values stand at the bars. */
  large: boolean;
  family: string;
  of: (token: string) => string;
}

/** The tokens in force at the root of the page. */
export function inkOf(root: HTMLElement): Ink {
  const style = getComputedStyle(root);
  const of = (token: string) => style.getPropertyValue(`--${token}`).trim();
  const large = new URLSearchParams(location.search).get("screen") === "1";
  return {
    turned: root.dir === "rtl",
    patterned: root.dataset.theme === "contrast",
    size: large ? 22 : 12.5,
    large,
    family: of("sans"),
    of,
  };
}

export function optionOf(plan: Plan, ink: Ink, heard: string): EChartsCoreOption {
  const { categories, lying } = plan;
  const text = { color: ink.of("ink"), fontFamily: ink.family, fontSize: ink.size };
  const across = { inverse: ink.turned, axisLabel: text };
  const label = lying ? { ...text, width: 15 * ink.size, overflow: "truncate" } : { ...text, hideOverlap: true };
  const named = { type: "category", data: categories, axisTick: { show: false }, axisLabel: label };
  const counts = {
    type: "value",
    minInterval: 1,
    splitLine: { lineStyle: { color: ink.of("line") } },
    axisLabel: { ...text, color: ink.of("ink-quiet"), formatter: plan.said },
  };
  const side = ink.turned ? "right" : "left";
  return {
    animation: false,
    aria: { enabled: true, label: { description: heard }, decal: { show: ink.patterned } },
    textStyle: text,
    grid: { top: several(plan) ? 2.6 * ink.size : 12, bottom: 8, left: 12, right: 12, containLabel: true },
    legend: {
      show: several(plan),
      type: "scroll",
      top: 0,
      [side]: 0,
      align: side,
      textStyle: text,
      data: legendOf(plan, ink.turned),
    },
    tooltip: tooltipOf(plan, ink, text),
    xAxis: lying ? { ...counts, inverse: ink.turned } : { ...named, ...across, axisLabel: label },
    yAxis: lying ? { ...named, inverse: true, position: side } : { ...counts, position: side },
    series: plan.lines.map((line) => ({ ...seriesOf(line, ink), label: labelOf(plan, line, ink) })),
  };
}

/** On a wall the value of a bar stands at its end, where its bars are apart. */
function labelOf({ lying, said }: Plan, { kind, stack, quiet }: Line, ink: Ink): object {
  const show = ink.large && Boolean(lying) && kind === "bar" && !stack && !quiet;
  const formatter = ({ value }: { value: number | null }) => (value ? said(value) : "");
  return { show, formatter, position: ink.turned ? "left" : "right", color: ink.of("ink"), fontSize: 0.8 * ink.size };
}

const several = ({ lines }: Plan): boolean => lines.length > 1;

/** The names in the order in which they are read: a legend always begins at the left. */
function legendOf({ lines }: Plan, turned: boolean): string[] {
  const names = lines.filter(({ band }) => band !== "below").map(({ name }) => name);
  return turned ? names.reverse() : names;
}

function seriesOf({ name, values, colour, kind, stack, quiet, band }: Line, ink: Ink): object {
  const color = ink.of(colour);
  return {
    name,
    type: kind,
    data: values,
    stack,
    symbol: values.length > 1 ? "none" : "circle",
    barMaxWidth: 2 * ink.size,
    itemStyle: { color, opacity: quiet ? 0.6 : 1 },
    lineStyle: { color, width: band ? 0 : 2, type: quiet ? "dashed" : "solid" },
    areaStyle: band === "within" ? { color, opacity: 0.25 } : undefined,
    silent: Boolean(band),
  };
}

interface Pointed {
  dataIndex: number;
}

function tooltipOf({ categories, lines, said }: Plan, ink: Ink, text: object): object {
  const formatter = (pointed: Pointed[]) => {
    const at = pointed[0]?.dataIndex ?? 0;
    const told = lines
      .filter(({ band, values }) => !band && values[at] !== null)
      .map(({ name, values }) => `${name}: ${said(values[at] ?? 0)}`);
    return [categories[at], ...told].join("\n");
  };
  const ground = { backgroundColor: ink.of("surface"), borderColor: ink.of("line-strong"), textStyle: text };
  return { trigger: "axis", renderMode: "richText", axisPointer: { type: "shadow" }, formatter, ...ground };
}
