/** One case: what was seen, told or found; whom the traveller is handed on to; whether a refusal is barred. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Link } from "wouter";
import { answered, api, type Schemas } from "../api";
import { useFreshId } from "../api/freshId";
import { useMay } from "../app/session";
import { say } from "../parts/announce";
import { Findings } from "../parts/Findings";
import { Choice, Deed, given } from "../parts/form";
import { Icon } from "../parts/Icon";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { DocumentName, Identifier, Name, Point, When } from "../parts/text";
import { DirectionTag } from "../parts/Verdict";
import { named, useWords } from "../words";
import { type Case, caseOf, refreshed } from "./queries";
import { Referrals } from "./Referrals";

export function CasePage({ id }: { id: string }): ReactElement {
  const t = useWords();
  const query = useQuery(caseOf(id));
  const back = (
    <Link href="/" className="button">
      {t("protection.toCases")}
    </Link>
  );
  return (
    <Page title={t("protection.case")} actions={back} className="protection-case">
      <Loaded query={query}>{(found) => <Whole found={found} />}</Loaded>
    </Page>
  );
}

function Whole({ found }: { found: Case }): ReactElement {
  const t = useWords();
  return (
    <div className="protection-columns">
      <div className="stack">
        <Person found={found} />
        <section className="card stack" aria-label={t("finding.list")}>
          <h2>{t("finding.list")}</h2>
          {found.findings.length ? (
            <Findings findings={found.findings} />
          ) : (
            <p className="quiet">{t("protection.nothingFound")}</p>
          )}
        </section>
        <History found={found} />
      </div>
      <div className="stack">
        <Bar found={found} />
        <Referrals found={found} />
      </div>
    </div>
  );
}

function Person({ found }: { found: Case }): ReactElement {
  const t = useWords();
  const { traveller, document, direction, crossing_point, occurred_at, decision } = found;
  return (
    <section className="card stack" aria-label={t("protection.person")}>
      <div className="row">
        <DirectionTag direction={direction} />
        <Point code={crossing_point} />
        <When moment={occurred_at} />
        {decision && <strong>{named("outcome", decision)}</strong>}
      </div>
      <h2>
        <DocumentName of={traveller} />
        {traveller.native_name && (
          <>
            {" "}
            <Name>{traveller.native_name}</Name>
          </>
        )}
      </h2>
      <p>
        <Identifier code>
          {`${traveller.date_of_birth} · ${traveller.sex} · ${traveller.nationality} · ${document.document_code} ${document.issuing_state} ${document.document_number}`}
        </Identifier>
      </p>
    </section>
  );
}

const REASONS: readonly Schemas["ReleaseReason"][] = [
  "authority_decided",
  "handed_over",
  "wish_withdrawn",
  "recorded_in_error",
];

/** Whether the traveller may be refused, and the end of that. */
function Bar({ found }: { found: Case }): ReactElement | null {
  const t = useWords();
  const may = useMay();
  const queries = useQueryClient();
  const [id, renew] = useFreshId();
  if (!found.barred) return null;
  const deed = async (form: FormData) => {
    const body = { id, reason: given(form, "reason") as Schemas["ReleaseReason"] };
    const params = { path: { movement_id: found.movement_id } };
    await answered(api.POST("/v1/protection/cases/{movement_id}/release", { params, body }));
    renew();
    say(t("protection.said"));
    await refreshed(queries);
  };
  return (
    <section className="card stack" aria-label={t("protection.barred")}>
      <h2 className="barred with-icon">
        <Icon sign="refuse" />
        {t("protection.barred")}
      </h2>
      <p>{t("protection.barredWhy")}</p>
      {may("protect") && (
        <Deed action={t("protection.endBar")} look="danger" deed={deed}>
          <Choice
            label={t("protection.reason")}
            name="reason"
            options={REASONS.map((code) => [code, named("protection.release", code)] as const)}
          />
        </Deed>
      )}
    </section>
  );
}

/** What was seen or told, and which releases were given. */
function History({ found: { history } }: { found: Case }): ReactElement {
  const t = useWords();
  return (
    <section className="card stack" aria-label={t("protection.history")}>
      <h2>{t("protection.history")}</h2>
      {!history.length && <p className="quiet">{t("protection.nothingSaid")}</p>}
      <ul className="known">
        {history.map(({ id, signs, reason, officer, at }) => (
          <li key={id}>
            <strong>
              {reason
                ? named("protection.release", reason)
                : signs.map((sign) => named("protection.sign", sign)).join(" · ")}
            </strong>{" "}
            <span className="quiet">
              <Name>{officer}</Name>, <When moment={at} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
