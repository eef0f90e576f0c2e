/** What stands out in who looked at whom: each notice is reviewed once, and by nobody whom it is about. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { useSearchParams } from "wouter";
import { answered, api, type Schemas } from "../api";
import { useMay } from "../app/session";
import { say } from "../parts/announce";
import { Button, Choice, Deed, Field, given } from "../parts/form";
import { Icon } from "../parts/Icon";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { type Column, Table } from "../parts/Table";
import { Identifier, Name, When } from "../parts/text";
import { named, useWords } from "../words";

type Notice = Schemas["NoticeOut"];
type Outcome = Schemas["ReviewOutcome"];

const NOTICES = ["notices"];
const LOOK_EVERY = 15_000; // ms: glass that was broken is to be seen at once
const KINDS: readonly Schemas["NoticeKind"][] = [
  "break_glass",
  "volume",
  "hour",
  "own_name",
  "searches",
  "watched",
  "crowd",
];
const OUTCOMES: readonly Outcome[] = ["justified", "unjustified", "false_alarm"];

export function Notices(): ReactElement {
  const t = useWords();
  const may = useMay();
  const [params] = useSearchParams();
  const kind = KINDS.find((one) => one === params.get("kind"));
  const open = params.get("show") !== "all";
  const asked = { open, ...(kind && { kind }) };
  const [reviewed, setReviewed] = useState<Notice | null>(null);
  const query = useQuery({
    queryKey: [...NOTICES, asked],
    queryFn: () => answered(api.GET("/v1/notices", { params: { query: asked } })),
    refetchInterval: LOOK_EVERY,
  });
  const columns: Column<Notice>[] = [
    { head: t("supervision.at"), cell: ({ raised_at }) => <When moment={raised_at} />, look: "tight" },
    { head: t("supervision.what"), cell: ({ kind }) => named("supervision.notice", kind), names: true },
    { head: t("supervision.officer"), cell: ({ officer_name }) => <Name>{officer_name}</Name> },
    { head: t("supervision.posts"), cell: (one) => <Identifier>{one.crossing_points.join(" ")}</Identifier> },
    { head: t("supervision.details"), cell: ({ details }) => <Details of={details} /> },
    { head: t("supervision.reviewBy"), cell: (one) => <Due of={one} />, look: "tight" },
    { head: t("supervision.review"), cell: (one) => <Review of={one} begin={may("review_notices") && setReviewed} /> },
  ];
  return (
    <Page title={t("supervision.notices")} lead={t("supervision.noticesLead")}>
      <Which kind={kind ?? ""} open={open} />
      {reviewed && <Say key={reviewed.id} notice={reviewed} done={() => setReviewed(null)} />}
      <Loaded query={query}>
        {(notices) => (
          <Table
            label={t("supervision.notices")}
            columns={columns}
            rows={notices}
            rowKey={({ id }) => id}
            empty={t("supervision.noNotice")}
          />
        )}
      </Loaded>
    </Page>
  );
}

/** Which notices are shown; it stands in the address. */
function Which({ kind, open }: { kind: string; open: boolean }): ReactElement {
  const t = useWords();
  const [, setParams] = useSearchParams();
  const kinds: [string, string][] = [
    ["", t("supervision.everyKind")],
    ...KINDS.map((one): [string, string] => [one, named("supervision.notice", one)]),
  ];
  const shown: [string, string][] = [
    ["open", t("supervision.waiting")],
    ["all", t("supervision.all")],
  ];
  const turned = (to: { kind: string; show: string }) => setParams(Object.entries(to).filter(([, value]) => value));
  return (
    <div className="row">
      <Choice
        label={t("supervision.what")}
        options={kinds}
        value={kind}
        onChange={({ target }) => turned({ kind: target.value, show: open ? "" : "all" })}
      />
      <Choice
        label={t("supervision.shown")}
        options={shown}
        value={open ? "open" : "all"}
        onChange={({ target }) => turned({ kind, show: target.value === "all" ? "all" : "" })}
      />
    </div>
  );
}

function Due({ of: { review_by, overdue } }: { of: Notice }): ReactElement {
  const t = useWords();
  if (!overdue) return <When moment={review_by} />;
  return (
    <span className="with-icon overdue">
      <Icon sign="clock" />
      {t("supervision.overdue")} <When moment={review_by} />
    </span>
  );
}

function Details({ of: details }: { of: Notice["details"] }): ReactElement {
  return (
    <ul className="notice-details">
      {Object.entries(details)
        .filter(([name, value]) => value !== null && name !== "broken_glass")
        .map(([name, value]) => (
          <li key={name}>
            <span className="quiet">{named("supervision.detail", name)}</span> <Told name={name} value={value} />
          </li>
        ))}
    </ul>
  );
}

function Told({ name, value }: { name: string; value: unknown }): ReactElement {
  if (name === "reason_code") return <>{named("glass.reason", String(value))}</>;
  if (name === "reason") return <Name>{String(value)}</Name>;
  return (
    <Identifier code={name === "subject" || name === "movement"}>
      {typeof value === "string" ? value : JSON.stringify(value)}
    </Identifier>
  );
}

function Review({ of: notice, begin }: { of: Notice; begin: false | ((notice: Notice) => void) }): ReactElement | null {
  const t = useWords();
  const { outcome, reviewed_by_name, reviewed_at, note } = notice;
  if (outcome)
    return (
      <span>
        <strong>{named("supervision.outcome", outcome)}</strong>
        <span className="quiet">
          {" "}
          <Name>{reviewed_by_name}</Name>, {reviewed_at && <When moment={reviewed_at} />} · <Name>{note}</Name>
        </span>
      </span>
    );
  if (!begin) return <span className="quiet">{t("supervision.open")}</span>;
  return (
    <Button look="small" onPress={() => begin(notice)}>
      {t("supervision.review")}
    </Button>
  );
}

function Say({ notice, done }: { notice: Notice; done: () => void }): ReactElement {
  const t = useWords();
  const queries = useQueryClient();
  const deed = async (form: FormData) => {
    const body = { outcome: given(form, "outcome") as Outcome, note: given(form, "note") };
    await answered(api.POST("/v1/notices/{id}/review", { params: { path: { id: notice.id } }, body }));
    say(t("supervision.said"));
    await queries.invalidateQueries({ queryKey: NOTICES });
    done();
  };
  return (
    <section className="card stack" aria-label={t("supervision.review")}>
      <h2>
        {named("supervision.notice", notice.kind)} · <Name>{notice.officer_name}</Name>
      </h2>
      <Deed
        action={t("supervision.decide")}
        deed={deed}
        others={
          <Button look="plain" onPress={done}>
            {t("page.close")}
          </Button>
        }
      >
        <Choice
          label={t("supervision.cameTo")}
          name="outcome"
          options={OUTCOMES.map((one) => [one, named("supervision.outcome", one)] as const)}
        />
        <Field label={t("supervision.why")} name="note" required minLength={3} maxLength={500} dir="auto" wide />
      </Deed>
    </section>
  );
}
