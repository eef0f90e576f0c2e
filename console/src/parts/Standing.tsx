/** What stands until somebody ends it, and why: who placed it, who ended it, and the form by which that is done. */

import type { ReactElement, ReactNode } from "react";
import { useWords } from "../words";
import { Button, Deed, Field, given } from "./form";
import { Name, When } from "./text";

/** Who did something, and when. */
export function By({ who, at }: { who: string; at: string }): ReactElement {
  return (
    <span>
      <Name>{who}</Name>, <When moment={at} />
    </span>
  );
}

interface Endable {
  ended_by?: string | null;
  ended_at?: string | null;
  end_reason?: string | null;
}

/** Who ended it and why; `children` while it stands. */
export function Ended({ of, children }: { of: Endable; children: ReactNode }): ReactElement {
  if (!of.ended_by || !of.ended_at) return <>{children}</>;
  return (
    <span className="stacked">
      <By who={of.ended_by} at={of.ended_at} />
      <span className="quiet">
        <Name>{of.end_reason}</Name>
      </span>
    </span>
  );
}

interface EndingProps {
  /** What the form and its button are called. */
  action: string;
  /** What is asked for. */
  why: string;
  lead?: string;
  look?: "danger";
  end: (reason: string) => Promise<void>;
  close: () => void;
}

/** Ends it, with why. */
export function Ending({ action, why, lead, look, end, close }: EndingProps): ReactElement {
  const t = useWords();
  return (
    <section className="card stack" aria-label={action}>
      {lead && <p>{lead}</p>}
      <Deed
        action={action}
        look={look}
        deed={(form) => end(given(form, "reason"))}
        others={
          <Button look="plain" onPress={close}>
            {t("page.close")}
          </Button>
        }
      >
        <Field label={why} name="reason" required maxLength={500} dir="auto" wide autoFocus />
      </Deed>
    </section>
  );
}
