/** Records of other posts that are open to the officer for a while, and who was told: kept over a reload. */

import { now, type Schemas } from "../api";
import { kept } from "./kept";
import { Store, useStore } from "./store";

export type Glass = Pick<Schemas["GlassOut"], "id" | "movement_id" | "until">;

const open = new Store<readonly Glass[]>([]);

/** The records that are open now. */
export const useGlasses = (): readonly Glass[] => useStore(open);

/** How one of them was opened, if it is. */
export const useGlass = (movement: string): Glass | undefined =>
  useGlasses().find(({ movement_id }) => movement_id === movement);

/** Takes up what was open before the page was loaded. */
export function resumeGlasses(): void {
  for (const one of (kept.glasses ?? []) as Glass[]) hold(one);
}

/** Holds a record open until its time is over. */
export function hold(glass: Glass): void {
  const left = Date.parse(glass.until) - now().getTime();
  if (left <= 0) return;
  keep([...open.value.filter(({ id }) => id !== glass.id), glass]);
  setTimeout(() => keep(open.value.filter(({ id }) => id !== glass.id)), left);
}

function keep(glasses: readonly Glass[]): void {
  open.value = glasses;
  kept.glasses = glasses.length ? glasses : null;
}
