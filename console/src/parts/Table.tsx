import type { Key, ReactElement, ReactNode } from "react";

export interface Column<Row> {
  /** The words at its head; empty for a column of buttons, which then needs `label`. */
  head: string;
  label?: string;
  cell: (row: Row) => ReactNode;
  /** Whether its cells name their row. */
  names?: boolean;
  /** How its cells look: `number` stands at the end, `name` may be long, `tight` never breaks. */
  look?: "number" | "name" | "tight";
}

interface Props<Row> {
  label: string;
  columns: Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => Key;
  /** What is said where there is no row. */
  empty: string;
}

/** A table with a name, which scrolls within its frame, by keyboard as well. */
export function Table<Row>({ label, columns, rows, rowKey, empty }: Props<Row>): ReactElement {
  if (!rows.length) return <p className="empty">{empty}</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="table-frame" tabIndex={0} aria-label={label}>
      <table className="table">
        <thead>
          <tr>
            {columns.map(({ head, label, look }) => (
              <th key={`${head} ${label}`} scope="col" className={look}>
                {head || <span className="unseen">{label}</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map(({ head, label, cell, names, look }) =>
                names ? (
                  <th key={`${head} ${label}`} scope="row" className={look}>
                    {cell(row)}
                  </th>
                ) : (
                  <td key={`${head} ${label}`} className={look}>
                    {cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
