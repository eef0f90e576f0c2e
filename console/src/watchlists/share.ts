/** What became of hits, as shares. */

import type { Schemas } from "../api";

type Counts = Pick<Schemas["FiguresOut"], "confirmed" | "cleared" | "undecided">;

/** How many of the hits that somebody spoke on were so. */
export function shareOf(counts: Counts, part: "confirmed" | "cleared"): string {
  const spoken = counts.confirmed + counts.cleared + counts.undecided;
  return spoken ? `${Math.round((100 * counts[part]) / spoken)} %` : "–";
}
