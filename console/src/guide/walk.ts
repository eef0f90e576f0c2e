/** The walk that was begun: made-up travellers of its own, one document after the other. */

import { answered, api, type Schemas } from "../api";
import { guided } from "../app/guide";
import { Store } from "../app/store";

type Stop = Schemas["StopOut"];

/** One document to show, and where the desk stands then. `name` finds its texts. */
export interface Step extends Omit<Stop, "documents"> {
  name: string;
  document: Stop["documents"][number];
}

interface Walk {
  steps: readonly Step[];
  /** The step in hand; past the last one the walk is over. */
  at: number;
}

export const walk = new Store<Walk | null>(null);

/** Begin with new travellers. Throws a Problem. */
export async function begin(): Promise<void> {
  walk.value = null;
  const { stops } = await answered(api.POST("/v1/demo/walks"));
  walk.value = { steps: stops.flatMap(stepsOf), at: 0 };
}

/** On to the next document. */
export function goOn(): void {
  if (walk.value) walk.value = { ...walk.value, at: walk.value.at + 1 };
}

/** Leave the walk. */
export function end(): void {
  walk.value = null;
  guided.value = false;
}

function stepsOf({ documents, ...stop }: Stop): Step[] {
  return documents.map((document, at) => ({
    ...stop,
    document,
    name: at < documents.length - 1 ? "adult" : stop.story,
  }));
}

/** Press the keys that a reader presses: each line at once, then Enter. */
export function swipe(zone: string): void {
  for (const key of [...zone, "\n"])
    document.body.dispatchEvent(
      new KeyboardEvent("keydown", { key: key === "\n" ? "Enter" : key, bubbles: true, cancelable: true }),
    );
}
