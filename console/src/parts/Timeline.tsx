import type { ReactElement, ReactNode } from "react";
import { Icon, type Sign } from "./Icon";
import { When } from "./text";

export interface Moment {
  id: string;
  at: string;
  sign: Sign;
  what: ReactNode;
}

/** What happened, in order, along a line: newest first unless the moments come otherwise. */
export function Timeline({ label, moments }: { label: string; moments: readonly Moment[] }): ReactElement {
  return (
    <ol className="timeline" aria-label={label}>
      {moments.map(({ id, at, sign, what }) => (
        <li key={id}>
          <Icon sign={sign} />
          <When moment={at} />
          <div>{what}</div>
        </li>
      ))}
    </ol>
  );
}
