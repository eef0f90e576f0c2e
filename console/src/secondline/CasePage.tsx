/** One case of second line: who it is, what was found, what speaks for and against it, and what the officer says. */

import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Link } from "wouter";
import { useMay } from "../app/session";
import { Button } from "../parts/form";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { Restricted } from "../parts/Restricted";
import { DocumentName, Identifier, Name, Point, When } from "../parts/text";
import { DirectionTag, VerdictTag } from "../parts/Verdict";
import { useWords } from "../words";
import { Amend } from "./Amend";
import { ClaimBar } from "./ClaimBar";
import { Decide } from "./Decide";
import { Hits } from "./Hits";
import { Journeys } from "./Journeys";
import { Observe } from "./Observe";
import { type Inspection, inspection, queue } from "./queries";
import { Rebuttable } from "./Rebuttable";

export function CasePage({ id }: { id: string }): ReactElement {
  const t = useWords();
  const query = useQuery(inspection(id));
  const actions = (
    <>
      <Button onPress={() => window.print()}>{t("secondLine.print")}</Button>
      <Link href="/" className="button">
        {t("secondLine.toQueue")}
      </Link>
    </>
  );
  return (
    <Page title={t("secondLine.case")} actions={actions} className="case">
      <ClaimBar id={id} />
      <Loaded query={query}>{(made) => <Whole made={made} />}</Loaded>
    </Page>
  );
}

function Whole({ made }: { made: Inspection }): ReactElement {
  const may = useMay();
  const { data: waiting } = useQuery(queue);
  const hitCase = waiting?.find(({ movement_id }) => movement_id === made.id)?.hit_case;
  return (
    <div className="case-columns">
      <div className="stack">
        {hitCase && <Hits hitCase={hitCase} movement={made.id} />}
        <Rebuttable made={made} besideHits={Boolean(hitCase)} />
      </div>
      <div className="stack">
        <Person made={made} />
        {may("decide") && <Decide key={made.decisions.length} made={made} />}
        <Journeys made={made} />
        <Amend id={made.id} />
        {may("observe") && <Observe id={made.id} />}
      </div>
    </div>
  );
}

/** Traveller, document and crossing, as recorded. */
function Person({ made }: { made: Inspection }): ReactElement {
  const t = useWords();
  const { traveller, document } = made;
  const lines: [string, ReactElement | string | null][] = [
    ["born", traveller.date_of_birth],
    ["sex", traveller.sex],
    ["nationality", traveller.nationality],
    ["document", `${document.document_code} ${document.issuing_state} ${document.document_number}`],
    ["expires", document.date_of_expiry],
  ];
  return (
    <section className="card stack" aria-label={t("secondLine.traveller")}>
      {made.restricted && <Restricted>{made.restricted}</Restricted>}
      <div className="row">
        <VerdictTag verdict={made.verdict} />
        <DirectionTag direction={made.direction} />
        <Point code={made.crossing_point} />
        <When moment={made.occurred_at} />
      </div>
      <h2>
        <DocumentName of={traveller} />
        {traveller.native_name && (
          <span className="native">
            <Name>{traveller.native_name}</Name>
          </span>
        )}
      </h2>
      <dl className="facts">
        {lines.map(([name, value]) => (
          <div key={name}>
            <dt>{t(`secondLine.${name}`)}</dt>
            <dd>
              <Identifier>{value ?? "–"}</Identifier>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
