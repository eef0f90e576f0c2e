/** The traveller's crossings along a line: this one among those before and after it, whichever document was shown. */

import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Link } from "wouter";
import type { Schemas } from "../api";
import { Loaded } from "../parts/Loaded";
import { type Moment, Timeline } from "../parts/Timeline";
import { Identifier, Point } from "../parts/text";
import { DirectionTag } from "../parts/Verdict";
import { named, useWords } from "../words";
import { type Inspection, journeys } from "./queries";

type Journey = Schemas["JourneyOut"];

export function Journeys({ made }: { made: Inspection }): ReactElement {
  const t = useWords();
  const query = useQuery(journeys(made.id));
  return (
    <section className="card stack" aria-label={t("secondLine.journeys")}>
      <h2>{t("secondLine.journeys")}</h2>
      <Loaded query={query}>
        {({ movements, documents }) => (
          <>
            <p className="quiet">
              {t("secondLine.documents")}{" "}
              {documents.map((key) => (
                <Identifier key={key} code>
                  {`${key.replace(":", " ")} `}
                </Identifier>
              ))}
            </p>
            <Timeline label={t("secondLine.journeys")} moments={momentsOf(made, movements)} />
          </>
        )}
      </Loaded>
    </section>
  );
}

function momentsOf(made: Inspection, movements: Journey[]): Moment[] {
  const own: Journey = { ...made, clock: "certain", source: "live", decision: made.decisions.at(-1)?.outcome ?? null };
  return [...movements, own]
    .toSorted((a, b) => Date.parse(b.occurred_at) - Date.parse(a.occurred_at))
    .map((journey) => ({
      id: journey.id,
      at: journey.occurred_at,
      sign: journey.direction,
      what: <Crossed journey={journey} isThis={journey.id === made.id} />,
    }));
}

function Crossed({ journey, isThis }: { journey: Journey; isThis: boolean }): ReactElement {
  const t = useWords();
  const { direction, crossing_point, document, decision, clock, source } = journey;
  return (
    <span className={isThis ? "journey journey-this" : "journey"}>
      <DirectionTag direction={direction} /> <Point code={crossing_point} />{" "}
      <Identifier code>{`${document.issuing_state} ${document.document_number}`}</Identifier>
      {!isThis && <Link href={`~/movements/${journey.id}`}>{t("secondLine.record")}</Link>}
      <span className="quiet">
        {isThis && ` ${t("secondLine.thisOne")}`}
        {decision && ` ${named("outcome", decision)}`}
        {clock === "uncertain" && ` · ${t("secondLine.uncertain")}`}
        {source !== "live" && ` · ${named("secondLine.source", source)}`}
      </span>
    </span>
  );
}
