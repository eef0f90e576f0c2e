/** How much work officers have, for who plans their shifts: in no order of merit. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { answered, api, type Schemas } from "../api";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { type Asked, Period, useAsked } from "../parts/Period";
import { type Column, Table } from "../parts/Table";
import { Count, Identifier, Name, Point } from "../parts/text";
import { useWords } from "../words";

type Line = Schemas["LoadLineOut"];

const DAYS = 7;
const DAY = 86_400_000; // ms

export function Load(): ReactElement {
  const t = useWords();
  const asked = useAsked(DAYS);
  const query = useQuery({
    queryKey: ["officers", "load", asked],
    queryFn: () => answered(api.GET("/v1/officers/load", { params: { query: queryOf(asked) } })),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY, // officers' numbers change with each answer
  });
  const count = (head: string, name: "inspections" | "decisions" | "referred" | "refused"): Column<Line> => ({
    head,
    cell: (line) => <Count of={line[name]} />,
    look: "number",
  });
  const columns: Column<Line>[] = [
    { head: t("supervision.post"), cell: ({ crossing_point }) => <Point code={crossing_point} /> },
    { head: t("supervision.officer"), cell: (line) => <Officer of={line} />, names: true, look: "name" },
    count(t("load.inspections"), "inspections"),
    count(t("load.decisions"), "decisions"),
    count(t("load.referred"), "referred"),
    count(t("load.refused"), "refused"),
    { head: t("load.handling"), cell: (line) => <Took seconds={line.handling_seconds} />, look: "number" },
    { head: t("load.secondLine"), cell: (line) => <Took seconds={line.second_line_seconds} />, look: "number" },
  ];
  return (
    <Page title={t("supervision.load")} lead={t("load.lead")}>
      <Period asked={asked} />
      <Loaded query={query}>
        {({ lines }) => (
          <>
            {lines.some(({ number }) => number !== null) && <p className="quiet">{t("load.numbers")}</p>}
            <Table
              label={t("supervision.load")}
              columns={columns}
              rows={lines}
              rowKey={({ crossing_point, officer, number }) => `${crossing_point} ${officer ?? number}`}
              empty={t("load.nobody")}
            />
          </>
        )}
      </Loaded>
    </Page>
  );
}

/** Days of this place as moments: the last one counts to its end. */
function queryOf({ from, to, post }: Asked) {
  const until = new Date(new Date(`${to}T00:00`).getTime() + DAY);
  return {
    from: new Date(`${from}T00:00`).toISOString(),
    to: until.toISOString(),
    ...(post && { crossing_point: post }),
  };
}

function Officer({ of: { officer, number } }: { of: Line }): ReactElement {
  const t = useWords();
  return <Name>{officer ?? t("load.officer", { number: number ?? 0 })}</Name>;
}

const MINUTE = 60;

function Took({ seconds }: { seconds: number | null }): ReactElement {
  const t = useWords();
  if (seconds === null) return <span className="quiet">{t("load.tooFew")}</span>;
  const [minutes, rest] = [Math.floor(seconds / MINUTE), Math.round(seconds % MINUTE)];
  return <Identifier>{`${minutes}:${String(rest).padStart(2, "0")}`}</Identifier>;
}
