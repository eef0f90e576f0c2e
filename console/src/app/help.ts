/** Whether help lies over the page, and what it was asked for. Its sources come when somebody asks. */

import { useEffect } from "react";
import { Store } from "./store";

export interface HelpAsked {
  /** The rule whose meaning is looked for. */
  rule?: string;
}

export const helpAsked = new Store<HelpAsked | null>(null);

/** Open help, at the meaning of a rule's findings where one is named. */
export function askForHelp(asked: HelpAsked = {}): void {
  helpAsked.value = asked;
}

const TYPED_IN = "input, textarea, select, [contenteditable]";

/** F1 anywhere, and ? where nobody is typing, open help; never over another dialog. */
export function useHelpKey(): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const asks = event.key === "F1" || (event.key === "?" && !(event.target as Element).closest?.(TYPED_IN));
      if (!asks || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      if (!event.repeat && !document.querySelector(".veil")) askForHelp();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, []);
}
