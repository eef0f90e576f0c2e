/** What became of the hits: by list, and by entry of one list, those most often cleared first. */

import { useQuery } from "@tanstack/react-query";
import type { ReactElement, ReactNode } from "react";
import { Link } from "wouter";
import { answered, api, type Schemas } from "../api";
import { Loaded } from "../parts/Loaded";
import { type Column, Table } from "../parts/Table";
import { Count, Identifier } from "../parts/text";
import { t, useWords } from "../words";

type Figure = Schemas["FiguresOut"];

const COUNTS = ["hits", "confirmed", "cleared", "undecided", "waiting", "withdrawn"] as const;

/** The figures of every list. */
export function ListFigures(): ReactElement {
  const t = useWords();
  const query = useQuery({
    queryKey: ["watchlists", "figures"],
    queryFn: () => answered(api.GET("/v1/watchlists/figures")),
  });
  return (
    <Section lead={t("figures.lead")}>
      <Loaded query={query}>
        {(figures) => (
          <FigureTable
            figures={figures}
            head={t("lists.name")}
            name={({ list }) => (
              <Link href={`/figures/${encodeURIComponent(list)}`}>
                <Identifier>{list}</Identifier>
              </Link>
            )}
          />
        )}
      </Loaded>
    </Section>
  );
}

/** The figures of the entries of one list. */
export function EntryFigures({ list }: { list: string }): ReactElement {
  const t = useWords();
  const query = useQuery({
    queryKey: ["watchlists", "figures", list],
    queryFn: () => answered(api.GET("/v1/watchlists/{name}/figures", { params: { path: { name: list } } })),
  });
  return (
    <Section lead={t("figures.leadEntries")}>
      <p className="row">
        <Identifier code>{list}</Identifier> <Link href="/">{t("figures.all")}</Link>
      </p>
      <Loaded query={query}>
        {(figures) => (
          <FigureTable
            figures={figures}
            head={t("figures.entry")}
            name={({ entry_id }) => <Identifier code>{entry_id}</Identifier>}
          />
        )}
      </Loaded>
    </Section>
  );
}

function Section({ lead, children }: { lead: string; children: ReactNode }): ReactElement {
  const t = useWords();
  return (
    <section className="figures stack" aria-labelledby="figures-head">
      <h2 id="figures-head">{t("figures.title")}</h2>
      <p className="quiet">{lead}</p>
      {children}
    </section>
  );
}

interface TableProps {
  figures: Figure[];
  head: string;
  name: (figure: Figure) => ReactNode;
}

function FigureTable({ figures, head, name }: TableProps): ReactElement {
  useWords();
  const counts = COUNTS.map(
    (count): Column<Figure> => ({
      head: t(`figures.${count}`),
      look: "number",
      cell: (figure) => <Count of={figure[count]} />,
    }),
  );
  return (
    <Table
      label={t("figures.title")}
      empty={t("figures.none")}
      rows={figures}
      rowKey={({ list, entry_id }) => `${list} ${entry_id}`}
      columns={[
        { head, names: true, cell: name },
        ...counts,
        { head: t("figures.share"), look: "number", cell: (figure) => <Identifier>{share(figure)}</Identifier> },
        {
          head: t("figures.median"),
          look: "number",
          cell: ({ median_seconds }) => <Identifier>{span(median_seconds)}</Identifier>,
        },
      ]}
    />
  );
}

/** How many of those that somebody spoke on turned out to be a namesake. */
function share({ confirmed, cleared, undecided }: Figure): string {
  const spoken = confirmed + cleared + undecided;
  return spoken ? `${Math.round((100 * cleared) / spoken)} %` : "–";
}

/** Hours and minutes. */
function span(seconds: number | null): string {
  if (seconds === null) return "–";
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}
