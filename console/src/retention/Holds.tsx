/** Legal holds: placed at once by one supervisor, ended by another, because it is the end that lets data go. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { Link, useSearchParams } from "wouter";
import { answered, api, type Schemas } from "../api";
import { useFreshId } from "../api/freshId";
import { say } from "../parts/announce";
import { Button, Deed, Field, given, Pick } from "../parts/form";
import { Icon } from "../parts/Icon";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { By, Ended, Ending } from "../parts/Standing";
import { type Column, Table } from "../parts/Table";
import { Identifier, Name, Point } from "../parts/text";
import { useWords } from "../words";

type Hold = Schemas["HoldOut"];

const HOLDS = ["retention", "holds"];

export function Holds(): ReactElement {
  const t = useWords();
  const [params, setParams] = useSearchParams();
  const standing = params.get("show") !== "all";
  const [placing, setPlacing] = useState(false);
  const [ending, setEnding] = useState<string | null>(null);
  const query = useQuery({
    queryKey: [...HOLDS, { standing }],
    queryFn: () => answered(api.GET("/v1/retention/holds", { params: { query: { standing } } })),
  });
  return (
    <Page
      title={t("retention.holds")}
      lead={t("retention.holdsLead")}
      actions={<Button onPress={() => setPlacing(!placing)}>{t("retention.newHold")}</Button>}
    >
      {placing && <Place done={() => setPlacing(false)} />}
      {ending && <End key={ending} id={ending} done={() => setEnding(null)} />}
      <Pick
        type="checkbox"
        checked={!standing}
        onChange={() => setParams(standing ? [["show", "all"]] : [])}
        label={t("retention.withEnded")}
      />
      <Loaded query={query}>{(holds) => <List holds={holds} end={setEnding} />}</Loaded>
    </Page>
  );
}

function List({ holds, end }: { holds: Hold[]; end: (id: string) => void }): ReactElement {
  const t = useWords();
  const columns: Column<Hold>[] = [
    { head: t("retention.reviewOn"), cell: (hold) => <Review of={hold} />, look: "tight" },
    { head: t("retention.what"), cell: (hold) => <What of={hold} />, names: true },
    { head: t("retention.why"), cell: (hold) => <Why of={hold} /> },
    { head: t("retention.placed"), cell: ({ placed_by, placed_at }) => <By who={placed_by} at={placed_at} /> },
    {
      head: t("retention.ended"),
      cell: (hold) => (
        <Ended of={hold}>
          <Button look="small" onPress={() => end(hold.id)}>
            {t("retention.end")}
          </Button>
        </Ended>
      ),
    },
  ];
  return (
    <Table
      label={t("retention.holds")}
      columns={columns}
      rows={holds}
      rowKey={({ id }) => id}
      empty={t("retention.noHold")}
    />
  );
}

function Review({ of: { review_on, ended_at } }: { of: Hold }): ReactElement {
  const past = !ended_at && new Date(review_on) < new Date();
  return (
    <span className={past ? "with-icon retention-due" : undefined}>
      {past && <Icon sign="clock" />}
      <Identifier>{review_on}</Identifier>
    </span>
  );
}

function What({ of: { movement_id, whole_document, crossing_point } }: { of: Hold }): ReactElement {
  const t = useWords();
  return (
    <span className="stacked">
      {t(whole_document ? "retention.document" : "retention.movement")}
      <Link href={`~/movements/${movement_id}`}>
        <Identifier code>{`${movement_id.slice(0, 13)}…`}</Identifier>
      </Link>
      <Point code={crossing_point} />
    </span>
  );
}

function Why({ of: { reason, legal_basis } }: { of: Hold }): ReactElement {
  return (
    <span className="stacked">
      <Name>{reason}</Name>
      <span className="quiet">
        <Name>{legal_basis}</Name>
      </span>
    </span>
  );
}

function Place({ done }: { done: () => void }): ReactElement {
  const t = useWords();
  const queries = useQueryClient();
  const [id] = useFreshId();
  const deed = async (form: FormData) => {
    const body = {
      id,
      movement_id: given(form, "movement"),
      whole_document: form.has("whole"),
      reason: given(form, "reason"),
      legal_basis: given(form, "basis"),
      review_on: given(form, "review"),
    };
    await answered(api.POST("/v1/retention/holds", { body }));
    say(t("retention.said"));
    done();
    await queries.invalidateQueries({ queryKey: HOLDS });
  };
  return (
    <section className="card" aria-label={t("retention.newHold")}>
      <Deed action={t("retention.place")} deed={deed}>
        <div className="retention-fields">
          <Field label={t("retention.movementId")} name="movement" required pattern="[0-9a-fA-F\-]{36}" dir="ltr" />
          <Field
            label={t("retention.reviewOn")}
            help={t("retention.reviewHelp")}
            name="review"
            type="date"
            required
            dir="ltr"
          />
        </div>
        <Pick type="checkbox" name="whole" label={t("retention.whole")} />
        <Field label={t("retention.why")} name="reason" required maxLength={500} dir="auto" wide />
        <Field label={t("retention.basis")} name="basis" required maxLength={500} dir="auto" wide />
      </Deed>
    </section>
  );
}

function End({ id, done }: { id: string; done: () => void }): ReactElement {
  const t = useWords();
  const queries = useQueryClient();
  const end = async (reason: string) => {
    await answered(api.POST("/v1/retention/holds/{id}/end", { params: { path: { id } }, body: { reason } }));
    say(t("retention.said"));
    done();
    await queries.invalidateQueries({ queryKey: HOLDS });
  };
  const words = { action: t("retention.end"), why: t("retention.why"), lead: t("retention.endLead") };
  return <Ending {...words} look="danger" end={end} close={done} />;
}
