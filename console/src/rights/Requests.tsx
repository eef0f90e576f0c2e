/** What travellers asked for, the longest waiting first, and a new request taken down. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { Link, useLocation, useSearchParams } from "wouter";
import { answered, api, now, type Schemas } from "../api";
import { useFreshId } from "../api/freshId";
import { useMay } from "../app/session";
import { say } from "../parts/announce";
import { Button, Choice, Deed, Field, given, Pick } from "../parts/form";
import { Icon } from "../parts/Icon";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { type Column, Table } from "../parts/Table";
import { Count, Identifier, Name, Point, When } from "../parts/text";
import { named, useWords } from "../words";
import { type RightsRequest, refreshed, requests } from "./queries";

const DAY = 86_400_000; // ms
const LATE = 25; // days: the law gives a month
const KINDS = ["access", "rectification", "restriction"] as const;
const RECIPIENTS = ["traveller", "representative", "authority"] as const;

export function Requests(): ReactElement {
  const t = useWords();
  const may = useMay();
  const [params, setParams] = useSearchParams();
  const waiting = params.get("show") !== "all";
  const [taking, setTaking] = useState(params.has("movement"));
  const query = useQuery(requests(waiting));
  const columns: Column<RightsRequest>[] = [
    { head: t("rights.received"), cell: (one) => <Received of={one} />, look: "tight" },
    { head: t("rights.kindHead"), cell: ({ kind }) => named("rights.kind", kind), names: true },
    { head: t("rights.recipient"), cell: ({ recipient }) => named("rights.for", recipient) },
    { head: t("rights.post"), cell: ({ crossing_point }) => <Point code={crossing_point} /> },
    { head: t("rights.receivedBy"), cell: ({ received_by }) => <Name>{received_by}</Name> },
    { head: t("rights.answerHead"), cell: (one) => <Answered of={one} /> },
    { head: "", label: t("rights.open"), cell: ({ id }) => <Open id={id} /> },
  ];
  return (
    <Page
      title={t("rights.requests")}
      lead={t("rights.lead")}
      actions={may("handle_rights") && <Button onPress={() => setTaking(!taking)}>{t("rights.new")}</Button>}
    >
      {taking && <New movement={params.get("movement") ?? ""} />}
      <Pick
        type="checkbox"
        checked={!waiting}
        onChange={() => setParams(waiting ? [["show", "all"]] : [])}
        label={t("rights.withAnswered")}
      />
      <Loaded query={query}>
        {(found) => (
          <Table
            label={t("rights.requests")}
            columns={columns}
            rows={found}
            rowKey={({ id }) => id}
            empty={t("rights.nobodyWaits")}
          />
        )}
      </Loaded>
    </Page>
  );
}

/** When it came, and for how many days it has waited. */
function Received({ of: { received_at, answered_at } }: { of: RightsRequest }): ReactElement {
  const t = useWords();
  const days = Math.floor((now().getTime() - Date.parse(received_at)) / DAY);
  if (answered_at) return <When moment={received_at} />;
  return (
    <span className={days < LATE ? "with-icon" : "with-icon rights-late"}>
      <Icon sign="clock" />
      <When moment={received_at} /> · {t("rights.days")} <Count of={days} />
    </span>
  );
}

function Answered({ of: { answered_at, answer } }: { of: RightsRequest }): ReactElement {
  const t = useWords();
  if (!answered_at) return <span className="quiet">{t("rights.notYet")}</span>;
  return (
    <span>
      {answer === "disclosed" ? t("rights.disclosed") : <Name>{answer}</Name>}{" "}
      <span className="quiet">
        <When moment={answered_at} />
      </span>
    </span>
  );
}

function Open({ id }: { id: string }): ReactElement {
  const t = useWords();
  return (
    <Link href={`/requests/${id}`} className="button small">
      {t("rights.open")}
    </Link>
  );
}

function New({ movement }: { movement: string }): ReactElement {
  const t = useWords();
  const queries = useQueryClient();
  const [, go] = useLocation();
  const [id] = useFreshId();
  const deed = async (form: FormData) => {
    const body = {
      id,
      kind: given(form, "kind") as Schemas["RequestIn"]["kind"],
      movement_id: given(form, "movement"),
      recipient: given(form, "recipient") as (typeof RECIPIENTS)[number],
      identity_shown: given(form, "identity"),
    };
    await answered(api.POST("/v1/rights/requests", { body }));
    say(t("rights.said"));
    await refreshed(queries);
    go(`/requests/${id}`);
  };
  return (
    <section className="card" aria-label={t("rights.new")}>
      <Deed action={t("rights.take")} deed={deed}>
        <div className="rights-fields">
          <Choice
            label={t("rights.kindHead")}
            name="kind"
            options={KINDS.map((one) => [one, named("rights.kind", one)] as const)}
          />
          <Choice
            label={t("rights.recipient")}
            name="recipient"
            options={RECIPIENTS.map((one) => [one, named("rights.for", one)] as const)}
          />
        </div>
        <Field
          label={t("rights.movement")}
          help={t("rights.movementHelp")}
          name="movement"
          required
          pattern="[0-9a-fA-F\-]{36}"
          dir="ltr"
          defaultValue={movement}
          wide
        />
        <Field
          label={t("rights.identity")}
          help={t("rights.identityHelp")}
          name="identity"
          required
          maxLength={500}
          dir="auto"
          wide
        />
        <p className="quiet">
          <Identifier>·</Identifier> {t("rights.holdsMeanwhile")}
        </p>
      </Deed>
    </section>
  );
}
