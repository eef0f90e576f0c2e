/** What became of the hits: by list, and by entry of one list, those most often cleared first. */

import { useQuery } from "@tanstack/react-query";
import type { ReactElement, ReactNode } from "react";
import { Link } from "wouter";
import { answered, api, type Schemas } from "../api";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { type Column, Table } from "../parts/Table";
import { Count, Identifier } from "../parts/text";
import { t, useWords } from "../words";
import { figures } from "./queries";
import { shareOf } from "./share";

type Figure = Schemas["FiguresOut"];

const COUNTS = ["hits", "confirmed", "cleared", "undecided", "waiting", "withdrawn"] as const;

/** The figures of every list, or of the entries of one. */
export function Figures({ list }: { list: string | null }): ReactElement {
  const t = useWords();
  return (
    <Page title={t("figures.title")} lead={t(list ? "figures.leadEntries" : "figures.lead")} className="figures">
      {list ? <EntryFigures list={list} /> : <ListFigures />}
    </Page>
  );
}

function ListFigures(): ReactElement {
  const t = useWords();
  const query = useQuery(figures);
  return (
    <Loaded query={query}>
      {(counted) => (
        <FigureTable
          figures={counted}
          head={t("lists.name")}
          name={({ list }) => (
            <Link href={`/figures/${encodeURIComponent(list)}`}>
              <Identifier>{list}</Identifier>
            </Link>
          )}
        />
      )}
    </Loaded>
  );
}

function EntryFigures({ list }: { list: string }): ReactElement {
  const t = useWords();
  const query = useQuery({
    queryKey: ["watchlists", "figures", list],
    queryFn: () => answered(api.GET("/v1/watchlists/{name}/figures", { params: { path: { name: list } } })),
  });
  return (
    <>
      <p className="row">
        <Identifier code>{list}</Identifier> <Link href="/figures">{t("figures.all")}</Link>
      </p>
      <Loaded query={query}>
        {(counted) => (
          <FigureTable
            figures={counted}
            head={t("figures.entry")}
            name={({ entry_id }) => <Identifier code>{entry_id}</Identifier>}
          />
        )}
      </Loaded>
    </>
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
        { head: t("lists.true"), look: "number", cell: (one) => <Identifier>{shareOf(one, "confirmed")}</Identifier> },
        { head: t("lists.false"), look: "number", cell: (one) => <Identifier>{shareOf(one, "cleared")}</Identifier> },
        {
          head: t("figures.median"),
          look: "number",
          cell: ({ median_seconds }) => <Identifier>{span(median_seconds)}</Identifier>,
        },
      ]}
    />
  );
}

/** Hours and minutes. */
function span(seconds: number | null): string {
  if (seconds === null) return "–";
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}
