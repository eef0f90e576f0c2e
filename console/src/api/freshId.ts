import { useState } from "react";
import { now } from ".";
import { uuid7 } from "./uuid";

/**
 * An id for something that is about to be said, and how to take the next one.
 *
 * It stays the same until what it was for is known to be recorded: after a lost answer the very same is said again,
 * and nothing is recorded twice.
 */
export function useFreshId(): [id: string, renew: () => void] {
  const [id, setId] = useState(made);
  return [id, () => setId(made())];
}

const made = () => uuid7(now().getTime());
