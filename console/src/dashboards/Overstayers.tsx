/** Who has stayed longer than allowed. They are named when somebody asks, not before: each look leaves its trace. */

import { useQuery } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { Link } from "wouter";
import { answered, api, type Schemas } from "../api";
import { useMay } from "../app/session";
import { Button } from "../parts/form";
import { Loaded } from "../parts/Loaded";
import { type Column, Table } from "../parts/Table";
import { Count, DocumentName, Identifier, Name, Point, When } from "../parts/text";
import { useWords } from "../words";
import { Picture } from "./Picture";

type Insider = Schemas["InsiderOut"];

const TOLD = 100; // the longest overdue; the service has the others by pages

export function Overstayers(): ReactElement | null {
  const t = useWords();
  const may = useMay();
  const [asked, setAsked] = useState(false);
  if (!may("read_inside")) return null;
  const show = <Button onPress={() => setAsked(true)}>{t("dash.showOverstayers")}</Button>;
  return (
    <Picture
      title={t("dash.overstayers")}
      notes={<p className="quiet">{t("dash.overstayersWhy")}</p>}
      chart={null}
      table={asked ? <Named /> : <div className="row">{show}</div>}
    />
  );
}

function Named(): ReactElement {
  const query = useQuery({
    queryKey: ["overstayers"],
    queryFn: () => answered(api.GET("/v1/inside/overstayers", { params: { query: { limit: TOLD } } })),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  return <Loaded query={query}>{({ items }) => <Listed insiders={items} />}</Loaded>;
}

function Listed({ insiders }: { insiders: Insider[] }): ReactElement {
  const t = useWords();
  const columns: Column<Insider>[] = [
    { head: t("dash.daysOver"), look: "number", cell: ({ days_over }) => <Count of={days_over} /> },
    { head: t("dash.who"), names: true, look: "name", cell: ({ traveller }) => <DocumentName of={traveller} /> },
    { head: t("dash.nationality"), cell: ({ traveller }) => <Identifier code>{traveller.nationality}</Identifier> },
    { head: t("dash.number"), cell: ({ document }) => <Identifier code>{document.document_number}</Identifier> },
    { head: t("dash.crossing_point"), cell: ({ crossing_point }) => <Point code={crossing_point} /> },
    { head: t("dash.entered"), look: "tight", cell: ({ entered_at }) => <When moment={entered_at} /> },
    { head: t("dash.allowedUntil"), look: "tight", cell: ({ until }) => <Identifier>{until}</Identifier> },
    {
      head: t("dash.contact"),
      cell: ({ contact }) => <Name>{contact.phone ?? contact.address ?? contact.sponsor ?? "–"}</Name>,
    },
    {
      head: "",
      label: t("dash.record"),
      cell: ({ movement_id }) => <Link href={`~/movements/${movement_id}`}>{t("dash.record")}</Link>,
    },
  ];
  return (
    <Table
      label={t("dash.overstayers")}
      columns={columns}
      rows={insiders}
      rowKey={({ movement_id }) => movement_id}
      empty={t("dash.nobodyOver")}
    />
  );
}
