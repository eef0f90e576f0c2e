/** Holding a key or a button for as long as it takes to mean it. */

import { useEffect, useRef, useState } from "react";

/** What is being held: its name, since it went down. */
export interface Hold<Name extends string> {
  held: Name | null;
  begin(name: Name, ms: number): void;
  /** Let go: too early, if it is still held. */
  end(): void;
}

/** `done` is called with the name of what was held long enough; `early` of what was let go before. */
export function useHold<Name extends string>(done: (name: Name) => void, early: (name: Name) => void): Hold<Name> {
  const [held, setHeld] = useState<Name | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return {
    held,
    begin(name, ms) {
      if (held) return;
      setHeld(name);
      timer.current = setTimeout(() => {
        setHeld(null);
        done(name);
      }, ms);
    },
    end() {
      clearTimeout(timer.current);
      if (held) early(held);
      setHeld(null);
    },
  };
}
