/** One movement by its address, as recorded; one of another post behind the reason that it takes to open it. */

import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Link } from "wouter";
import { answered, api, type Problem, type Schemas } from "../api";
import { type Glass, useGlass } from "../app/glass";
import { useMay } from "../app/session";
import { Findings } from "../parts/Findings";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { Restricted } from "../parts/Restricted";
import { DocumentName, Identifier, Name, Point, When } from "../parts/text";
import { Decisions, DirectionTag, VerdictTag } from "../parts/Verdict";
import { useWords } from "../words";
import { BreakGlass } from "./BreakGlass";

type Inspection = Schemas["InspectionOut"];

export function Record({ id }: { id: string }): ReactElement {
  const t = useWords();
  const glass = useGlass(id);
  const toLog = (
    <Link href="/" className="button">
      {t("log.toLog")}
    </Link>
  );
  return (
    <Page title={t("log.record")} lead={<Identifier code>{id}</Identifier>} actions={toLog}>
      {glass ? <ThroughGlass key={glass.id} glass={glass} /> : <Own id={id} />}
    </Page>
  );
}

/** What `GET /v1/inspections/{id}` tells. */
export const inspectionOf = (id: string) => ({
  queryKey: ["inspection", id],
  queryFn: () => answered(api.GET("/v1/inspections/{id}", { params: { path: { id } } })),
});

function Own({ id }: { id: string }): ReactElement {
  const may = useMay();
  const query = useQuery<Inspection, Problem>(inspectionOf(id));
  if (query.error?.kind === "other-post" && may("break_glass")) return <BreakGlass movement={id} />;
  return <Loaded query={query}>{(made) => <Shown made={made} />}</Loaded>;
}

function ThroughGlass({ glass: { id } }: { glass: Glass }): ReactElement {
  const query = useQuery({
    queryKey: ["broken-glass", id],
    queryFn: () => answered(api.GET("/v1/broken-glass/{id}", { params: { path: { id } } })),
    gcTime: 0, // once its time is over nothing of it stays here
  });
  return <Loaded query={query}>{(made) => <Shown made={made} />}</Loaded>;
}

function Shown({ made }: { made: Inspection }): ReactElement {
  return (
    <section className="card stack">
      <p className="row">
        <Point code={made.crossing_point} /> <When moment={made.occurred_at} />
      </p>
      <Recorded made={made} />
    </section>
  );
}

/** Verdict, traveller, document, findings and decisions of a movement. */
export function Recorded({ made }: { made: Inspection }): ReactElement {
  const t = useWords();
  const { verdict, direction, traveller, document, findings, decisions, restricted } = made;
  return (
    <div className="stack">
      {restricted && <Restricted>{restricted}</Restricted>}
      <p className="row">
        <VerdictTag verdict={verdict} />
        <DirectionTag direction={direction} />
        <strong>
          <DocumentName of={traveller} />
        </strong>
        {traveller.native_name && <Name>{traveller.native_name}</Name>}
        <Identifier>{`${traveller.nationality} · ${traveller.date_of_birth}`}</Identifier>
        <Identifier
          code
        >{`${document.document_code} ${document.issuing_state} ${document.document_number}`}</Identifier>
      </p>
      {findings.length ? <Findings findings={findings} /> : <p>{t("log.nothingFound")}</p>}
      <Decisions decisions={decisions} />
    </div>
  );
}
