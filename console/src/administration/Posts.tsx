/** The crossing points, and until when each was heard: what the rules take for known of it. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { answered, api } from "../api";
import { type CrossingPoint, crossingPoints } from "../api/reference";
import { useMay } from "../app/session";
import { say } from "../parts/announce";
import { Button, Deed, Field, given } from "../parts/form";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { type Column, Table } from "../parts/Table";
import { Identifier, Point, When } from "../parts/text";
import { named, useWords } from "../words";

export function Posts(): ReactElement {
  const t = useWords();
  const may = useMay();
  const query = useQuery(crossingPoints);
  const [changed, setChanged] = useState<string | null>(null);
  const columns: Column<CrossingPoint>[] = [
    { head: t("administration.post"), cell: ({ code }) => <Point code={code} />, names: true },
    { head: t("administration.kindHead"), cell: ({ kind }) => named("administration.postKind", kind) },
    { head: t("administration.jurisdiction"), cell: ({ jurisdiction }) => <Identifier>{jurisdiction}</Identifier> },
    { head: t("administration.heard"), cell: (point) => <Heard of={point} /> },
  ];
  if (may("manage_posts"))
    columns.push({
      head: "",
      label: t("administration.act"),
      cell: ({ code }) => (
        <Button look="plain small" onPress={() => setChanged(code)}>
          {t("administration.setHeard")}
        </Button>
      ),
    });
  return (
    <Page title={t("administration.posts")} lead={t("administration.postsLead")}>
      {changed && <Watermark key={changed} code={changed} done={() => setChanged(null)} />}
      <Loaded query={query}>
        {(points) => (
          <Table
            label={t("administration.posts")}
            columns={columns}
            rows={points}
            rowKey={({ code }) => code}
            empty={t("administration.none")}
          />
        )}
      </Loaded>
    </Page>
  );
}

function Heard({ of: { heard_until } }: { of: CrossingPoint }): ReactElement {
  const t = useWords();
  return heard_until ? <When moment={heard_until} /> : <span className="quiet">{t("administration.direct")}</span>;
}

function Watermark({ code, done }: { code: string; done: () => void }): ReactElement {
  const t = useWords();
  const queries = useQueryClient();
  const deed = async (form: FormData) => {
    const said = given(form, "heard");
    const body = { heard_until: said ? new Date(said).toISOString() : null };
    await answered(api.PUT("/v1/crossing-points/{code}/watermark", { params: { path: { code } }, body }));
    say(t("administration.done"));
    await queries.invalidateQueries({ queryKey: crossingPoints.queryKey });
    done();
  };
  return (
    <section className="card" aria-label={t("administration.setHeard")}>
      <Deed
        action={t("administration.keep")}
        deed={deed}
        others={
          <Button look="plain" onPress={done}>
            {t("page.close")}
          </Button>
        }
      >
        <Point code={code} />
        <Field
          label={t("administration.heard")}
          help={t("administration.heardHelp")}
          name="heard"
          type="datetime-local"
          dir="ltr"
        />
      </Deed>
    </section>
  );
}
