/** A picture with its name, the table of the same figures beside it, and what was left out of it. */

import type { ReactElement, ReactNode } from "react";

interface Props {
  title: string;
  /** What must be known to read it. */
  notes?: ReactNode;
  actions?: ReactNode;
  chart: ReactElement | null;
  table: ReactElement;
}

export function Picture({ title, notes, actions, chart, table }: Props): ReactElement {
  return (
    <section className="card picture" aria-label={title}>
      <div className="page-head">
        <h2>{title}</h2>
        {actions && <div className="row">{actions}</div>}
      </div>
      {notes}
      <div className={chart ? "picture-halves" : "picture-whole"}>
        {chart}
        {table}
      </div>
    </section>
  );
}
