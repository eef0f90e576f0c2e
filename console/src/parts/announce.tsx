/** Telling those who cannot see the page what has changed. */

import type { ReactElement } from "react";
import { Store, useStore } from "../app/store";

const said = { polite: new Store(""), assertive: new Store("") };

/** Speak `text`; `atOnce` interrupts what is being spoken. */
export function say(text: string, { atOnce = false } = {}): void {
  const region = atOnce ? said.assertive : said.polite;
  region.value = "";
  requestAnimationFrame(() => (region.value = text)); // a change of text is what gets spoken
}

/** The regions that are spoken; once in the page. */
export function Announcements(): ReactElement {
  return (
    <>
      <div className="unseen" role="status" aria-live="polite">
        {useStore(said.polite)}
      </div>
      <div className="unseen" role="alert" aria-live="assertive">
        {useStore(said.assertive)}
      </div>
    </>
  );
}
