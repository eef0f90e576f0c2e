/** Whom the traveller is handed on to, and what became of it. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { answered, api, type Schemas } from "../api";
import { useFreshId } from "../api/freshId";
import { useMay } from "../app/session";
import { say } from "../parts/announce";
import { Choice, Deed, given, Pick } from "../parts/form";
import { Loaded } from "../parts/Loaded";
import { Name, When } from "../parts/text";
import { named, useWords } from "../words";
import { type Case, type Need, nameOf, type Partner, partners, type Referral, refreshed } from "./queries";

type Status = Schemas["ReferralStatus"];
type Reason = Schemas["StepReason"];

/** Where a referral may go from where it stands, and why; the service has the last word on it. */
const AFTER: Partial<Record<Status, readonly Status[]>> = {
  open: ["accepted", "declined", "withdrawn"],
  accepted: ["closed", "withdrawn"],
};
const BECAUSE: Partial<Record<Status, readonly Reason[]>> = {
  declined: ["no_capacity", "not_competent"],
  closed: ["help_given", "help_refused", "not_reached"],
  withdrawn: ["help_refused", "recorded_in_error"],
};

export function Referrals({ found }: { found: Case }): ReactElement {
  const t = useWords();
  const may = useMay();
  const query = useQuery(partners(found.crossing_point));
  return (
    <section className="card stack" aria-label={t("protection.referrals")}>
      <h2>{t("protection.referrals")}</h2>
      <Loaded query={query}>
        {(known) => (
          <>
            {!found.referrals.length && <p className="quiet">{t("protection.noReferral")}</p>}
            {found.referrals.map((referral) => (
              <Stage key={referral.id} referral={referral} known={known} />
            ))}
            {may("protect") && <Refer key={found.referrals.length} found={found} known={known} />}
          </>
        )}
      </Loaded>
    </section>
  );
}

function Stage({ referral, known }: { referral: Referral; known: Partner[] }): ReactElement {
  const t = useWords();
  const may = useMay();
  const partner = known.find(({ code }) => code === referral.partner);
  return (
    <article className="referral stack">
      <p>
        <strong>{partner ? nameOf(partner) : referral.partner}</strong>{" "}
        <span className="tag tag-status">{named("protection.status", referral.status)}</span>
      </p>
      {partner && (
        <p className="quiet">
          {t("protection.contact")} <Name>{partner.contact}</Name>
        </p>
      )}
      <p>{referral.needs.map((need) => named("protection.need", need)).join(" · ")}</p>
      <ul className="known">
        <li className="quiet">
          {named("protection.status", "open")} <Name>{referral.officer}</Name>, <When moment={referral.at} />
        </li>
        {referral.steps.map(({ id, status, reason, officer, at }) => (
          <li key={id} className="quiet">
            {named("protection.status", status)} {reason && `(${named("protection.because", reason)}) `}
            <Name>{officer}</Name>, <When moment={at} />
          </li>
        ))}
      </ul>
      {may("protect") && AFTER[referral.status] && <Step key={referral.status} referral={referral} />}
    </article>
  );
}

function Step({ referral }: { referral: Referral }): ReactElement {
  const t = useWords();
  const queries = useQueryClient();
  const following = AFTER[referral.status] ?? [];
  const [status, setStatus] = useState<Status>(following[0] ?? "closed");
  const [id] = useFreshId();
  const because = BECAUSE[status];
  const deed = async (form: FormData) => {
    const body = { id, status, reason: because ? (given(form, "reason") as Reason) : null };
    await answered(api.POST("/v1/protection/referrals/{id}/steps", { params: { path: { id: referral.id } }, body }));
    say(t("protection.said"));
    await refreshed(queries);
  };
  return (
    <Deed action={t("protection.step")} look="small" deed={deed} className="row">
      <Choice
        label={t("protection.became")}
        name="status"
        value={status}
        onChange={({ target }) => setStatus(target.value as Status)}
        options={following.map((one) => [one, named("protection.status", one)] as const)}
      />
      {because && (
        <Choice
          key={status}
          label={t("protection.reason")}
          name="reason"
          options={because.map((one) => [one, named("protection.because", one)] as const)}
        />
      )}
    </Deed>
  );
}

function Refer({ found, known }: { found: Case; known: Partner[] }): ReactElement | null {
  const t = useWords();
  const queries = useQueryClient();
  const active = known.filter((partner) => partner.active);
  const [code, setCode] = useState(active[0]?.code ?? "");
  const [id] = useFreshId();
  if (!active.length) return <p className="quiet">{t("protection.noPartner")}</p>;
  const helps = active.find((partner) => partner.code === code)?.needs ?? [];
  const deed = async (form: FormData) => {
    const needs = form.getAll("need") as Need[];
    if (!needs.length) return;
    const params = { path: { movement_id: found.movement_id } };
    await answered(
      api.POST("/v1/protection/cases/{movement_id}/referrals", { params, body: { id, partner: code, needs } }),
    );
    say(t("protection.said"));
    await refreshed(queries);
  };
  return (
    <Deed action={t("protection.refer")} deed={deed}>
      <Choice
        label={t("protection.partner")}
        name="partner"
        value={code}
        onChange={({ target }) => setCode(target.value)}
        options={active.map((partner) => [partner.code, nameOf(partner)] as const)}
      />
      <fieldset>
        <legend>{t("protection.for")}</legend>
        <div className="needs">
          {helps.map((need) => (
            <Pick key={need} type="checkbox" name="need" value={need} label={named("protection.need", need)} />
          ))}
        </div>
      </fieldset>
    </Deed>
  );
}
