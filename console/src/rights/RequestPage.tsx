/** One request: what is asked, what can be done about it, and all that was done, step by step. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactElement, ReactNode } from "react";
import { Link } from "wouter";
import { answered, api, type Schemas } from "../api";
import { useMay } from "../app/session";
import { say } from "../parts/announce";
import { Area, Deed, given } from "../parts/form";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { Timeline } from "../parts/Timeline";
import { Identifier, Name, Point, When } from "../parts/text";
import { named, useWords } from "../words";
import { Handover } from "./Handover";
import { ProtectionWord } from "./ProtectionWord";
import { refreshed, request } from "./queries";
import { Place, RestrictionTable } from "./Restrictions";

type Traced = Schemas["RequestTrailOut"];
type Step = Schemas["RequestStepOut"];

export function RequestPage({ id }: { id: string }): ReactElement {
  const t = useWords();
  const query = useQuery(request(id));
  return (
    <Page
      title={query.data ? named("rights.kind", query.data.kind) : t("rights.request")}
      lead={<Identifier code>{id}</Identifier>}
      actions={
        <Link href="/requests" className="button">
          {t("rights.toRequests")}
        </Link>
      }
    >
      <Loaded query={query}>{(traced) => <Whole traced={traced} />}</Loaded>
    </Page>
  );
}

function Whole({ traced }: { traced: Traced }): ReactElement {
  const t = useWords();
  const may = useMay();
  const { id, kind, movement_id, answered_at, restrictions } = traced;
  const handles = may("handle_rights");
  return (
    <div className="rights-columns">
      <div className="stack">
        <Facts of={traced} />
        {kind === "access" && handles && <Handover request={id} />}
        {kind === "access" && may("rule_on_disclosure") && <ProtectionWord request={id} />}
        {kind === "rectification" && handles && <Correct request={id} movement={movement_id} />}
        {kind === "restriction" && handles && !restrictions.some(({ ended_at }) => !ended_at) && (
          <Place movement={movement_id} />
        )}
        {kind !== "access" && handles && !answered_at && <Answer request={id} />}
      </div>
      <div className="stack">
        <section className="card stack" aria-label={t("rights.trail")}>
          <h2>{t("rights.trail")}</h2>
          <Timeline label={t("rights.trail")} moments={traced.steps.map(momentOf)} />
        </section>
        {restrictions.length > 0 && (
          <section className="card stack" aria-label={t("rights.restrictions")}>
            <h2>{t("rights.restrictions")}</h2>
            <RestrictionTable restrictions={restrictions} />
          </section>
        )}
      </div>
    </div>
  );
}

function Facts({
  of: { movement_id, crossing_point, recipient, identity_shown, answer, answered_at },
}: {
  of: Traced;
}) {
  const t = useWords();
  const facts: [string, ReactNode][] = [
    [t("rights.recipient"), named("rights.for", recipient)],
    [t("rights.identity"), <Name key="identity">{identity_shown}</Name>],
    [t("rights.post"), <Point key="post" code={crossing_point} />],
    [
      t("rights.movement"),
      <Link key="movement" href={`~/movements/${movement_id}`}>
        <Identifier code>{movement_id}</Identifier>
      </Link>,
    ],
  ];
  if (answered_at)
    facts.push([
      t("rights.answerHead"),
      <span key="answer">
        {answer === "disclosed" ? t("rights.disclosed") : <Name>{answer}</Name>} <When moment={answered_at} />
      </span>,
    ]);
  return (
    <section className="card" aria-label={t("rights.request")}>
      <dl className="rights-facts">
        {facts.map(([name, value]) => (
          <FactLine key={name} name={name} value={value} />
        ))}
      </dl>
    </section>
  );
}

function FactLine({ name, value }: { name: string; value: ReactNode }): ReactElement {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

/** Where the record is corrected, for this request: the trail then says for which. */
function Correct({ request: id, movement }: { request: string; movement: string }): ReactElement {
  const t = useWords();
  return (
    <section className="card stack" aria-label={t("rights.correct")}>
      <h2>{t("rights.correct")}</h2>
      <p className="quiet">{t("rights.correctLead")}</p>
      <div className="row">
        <Link href={`~/second-line/${movement}?request=${id}`} className="button primary">
          {t("rights.correctDo")}
        </Link>
      </div>
    </section>
  );
}

function Answer({ request: id }: { request: string }): ReactElement {
  const t = useWords();
  const queries = useQueryClient();
  const deed = async (form: FormData) => {
    const body = { answer: given(form, "answer") };
    await answered(api.POST("/v1/rights/requests/{id}/answer", { params: { path: { id } }, body }));
    say(t("rights.said"));
    await refreshed(queries);
  };
  return (
    <section className="card stack" aria-label={t("rights.answer")}>
      <h2>{t("rights.answer")}</h2>
      <Deed action={t("rights.answerDo")} deed={deed}>
        <Area
          label={t("rights.answerHead")}
          help={t("rights.answerHelp")}
          name="answer"
          rows={3}
          required
          maxLength={500}
          dir="auto"
          wide
        />
      </Deed>
    </section>
  );
}

function momentOf(step: Step, place: number) {
  const { details } = step;
  const ground = typeof details.ground === "string" ? details.ground : null;
  return {
    id: `${step.at} ${place}`,
    at: step.at,
    sign: "check" as const,
    what: (
      <span>
        <strong>{named("rights.step", step.action)}</strong>
        {ground && <> · {named("rights.ground", ground)}</>}
        <span className="quiet">
          {" "}
          <Name>{step.officer}</Name>
        </span>
      </span>
    ),
  };
}
