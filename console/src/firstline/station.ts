/** Where this desk stands and which way its travellers go: chosen once, remembered until the tab is closed. */

import { useEffect } from "react";
import { useOwnPoints } from "../api/reference";
import { kept } from "../app/kept";
import { Store, useStore } from "../app/store";

export interface Station {
  crossing_point: string | null;
  direction: "entry" | "exit" | null;
}

const chosen = new Store<Station>(kept.station ?? { crossing_point: null, direction: null });

/** The station as it is chosen now. */
export const station = (): Station => chosen.value;

/** Whether both post and direction are chosen. */
export const isChosen = ({ crossing_point, direction }: Station): boolean => Boolean(crossing_point && direction);

/** Choose a part of it. */
export function stand(part: Partial<Station>): void {
  kept.station = { ...chosen.value, ...part };
  chosen.value = kept.station;
}

/** The station; a post that the officer does not serve does not count, and an only one needs no choice. */
export function useStation(): Station {
  const here = useStore(chosen);
  const own = useOwnPoints();
  const known = own.find(({ code }) => code === here.crossing_point)?.code;
  const fitting = known ?? (own.length === 1 ? own[0]?.code : null) ?? null;
  useEffect(() => {
    if (own.length && fitting !== here.crossing_point) stand({ crossing_point: fitting });
  }, [own.length, fitting, here.crossing_point]);
  return here;
}
