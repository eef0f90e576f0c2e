/** Keys and measures in words. */

import { stateName } from "../parts/states";
import { counted, named, t } from "../words";

const ISOLATED = (code: string) => `\u2066${code}\u2069`;

/** What a key of a dimension says; `point` names crossing points. */
export function keySaid(dimension: string, key: string, point: (code: string) => string): string {
  if (dimension === "crossing_point") return point(key);
  if (dimension === "nationality") return stateName(key);
  if (dimension === "rule") return `${ISOLATED(key)} ${named("rule", key)}`;
  if (dimension === "reason") return `${ISOLATED(key)} ${named("reason", key)}`;
  if (dimension === "direction") return named("direction", key);
  if (dimension === "stage") return named("stage", key);
  if (dimension === "regime" && key) return named("regime", key);
  if (dimension === "transport") return named("transport", key);
  if (dimension === "document_type") return named("documentType", key);
  return key === "unknown" || key === "" ? t("dash.unknown") : ISOLATED(key);
}

/** A value of a measure: a count, a share or a length of time. */
export function valueSaid(measure: string, value: number): string {
  if (measure.endsWith("_share")) return ISOLATED(`${(100 * value).toFixed(1)}\u00a0%`);
  if (!measure.endsWith("_seconds")) return counted(value);
  if (value < 120) return t("dash.seconds", { count: value.toFixed(1) });
  return t("dash.minutes", { count: (value / 60).toFixed(1) });
}
