/** Text with its direction: identifiers and numbers run left to right in Latin digits, names as their script does. */

import type { ReactElement, ReactNode } from "react";
import { usePointName } from "../api/reference";
import { counted, useWords, when } from "../words";

/** An identifier, number, code or date. `code` sets it in the type of the zone. */
export function Identifier({ children, code, title }: { children: ReactNode; code?: boolean; title?: string }) {
  return (
    <bdi dir="ltr" className={code ? "code" : undefined} title={title}>
      {children}
    </bdi>
  );
}

/** A name or free text, in the direction of its own script. */
export const Name = ({ children }: { children: ReactNode }): ReactElement => <bdi>{children}</bdi>;

/** A name as documents give it: primary identifier, secondary identifier. */
export function DocumentName({ of }: { of: { primary_identifier: string; secondary_identifier: string } }) {
  return <Identifier>{[of.primary_identifier, of.secondary_identifier].filter(Boolean).join(", ")}</Identifier>;
}

/** A moment of this place, to the minute: Gregorian, Latin digits. */
export const When = ({ moment }: { moment: string }): ReactElement => (
  <time dateTime={moment}>
    <Identifier>{when(moment)}</Identifier>
  </time>
);

/** A count in Latin digits. */
export const Count = ({ of }: { of: number }): ReactElement => <Identifier>{counted(of)}</Identifier>;

/** A key as it is printed on the keyboard. */
export const Key = ({ children }: { children: string }): ReactElement => <kbd dir="ltr">{children}</kbd>;

/** The crossing points that somebody serves, by their codes. */
export function Points({ codes }: { codes: readonly string[] }): ReactNode {
  const t = useWords();
  return codes.includes("*") ? t("points.everywhere") : <Identifier>{codes.join(" ")}</Identifier>;
}

/** A crossing point by its name and code. */
export function Point({ code }: { code: string }): ReactElement {
  const name = usePointName();
  useWords();
  return (
    <span className="point">
      <Name>{name(code)}</Name> <Identifier code>{code}</Identifier>
    </span>
  );
}

/** For those who hear the page. */
export const Unseen = ({ children }: { children: ReactNode }): ReactElement => (
  <span className="unseen">{children}</span>
);
