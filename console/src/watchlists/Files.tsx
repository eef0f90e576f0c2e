/** List files: handed in by one person, shown with what they change, put into force by another. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { Link, useLocation, useSearchParams } from "wouter";
import { answered, patientApi } from "../api";
import { useFreshId } from "../api/freshId";
import { useMay } from "../app/session";
import { say } from "../parts/announce";
import { Area, Button, Choice, Deed, Field, given } from "../parts/form";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { type Column, Table } from "../parts/Table";
import { Count, Identifier } from "../parts/text";
import { named, useWords } from "../words";
import { type Draft, drafts, lists, refreshed } from "./queries";
import { By, StateTag } from "./Said";
import { ListNameField } from "./Terms";

const FORMATS = [
  "un_xml",
  "ftm",
  "ftm_delta",
  "targets_simple",
  "ofac_csv",
  "ofac_advanced",
  "eu_csv",
  "interpol_json",
  "csv_mapping",
] as const;
const MAPPED = "csv_mapping";

export function Files(): ReactElement {
  const t = useWords();
  const may = useMay();
  const query = useQuery(drafts);
  const [params, setParams] = useSearchParams();
  const handingIn = params.has("hand-in");
  return (
    <Page
      title={t("files.title")}
      lead={t("files.lead")}
      actions={
        may("import_list") && (
          <Button onPress={() => setParams(handingIn ? {} : { "hand-in": "" })}>{t("files.handIn")}</Button>
        )
      }
    >
      {handingIn && may("import_list") && <HandIn name={params.get("hand-in") ?? ""} />}
      <Loaded query={query}>{(found) => <DraftTable found={found} />}</Loaded>
    </Page>
  );
}

function DraftTable({ found }: { found: Draft[] }): ReactElement {
  const t = useWords();
  const counts = (["added", "changed", "removed"] as const).map(
    (count): Column<Draft> => ({
      head: named("count", count),
      look: "number",
      cell: (one) => <Count of={one[count]} />,
    }),
  );
  const columns: Column<Draft>[] = [
    {
      head: t("lists.name"),
      names: true,
      cell: ({ list, id }) => (
        <Link href={`/files/${list}/${id}`}>
          <Identifier>{list}</Identifier>
        </Link>
      ),
    },
    { head: t("lists.stateHead"), cell: ({ state }) => <StateTag state={state} /> },
    ...counts,
    { head: named("count", "skipped"), look: "number", cell: ({ left_out }) => <Count of={left_out} /> },
    { head: t("files.handedIn"), cell: (one) => <By who={one.proposed_by} at={one.proposed_at} /> },
    {
      head: t("proposals.decided"),
      cell: ({ decided_by, decided_at }) => decided_by && decided_at && <By who={decided_by} at={decided_at} />,
    },
    { head: t("lists.version"), look: "number", cell: ({ version }) => version !== null && <Count of={version} /> },
  ];
  return (
    <Table label={t("files.title")} empty={t("files.none")} rows={found} rowKey={({ id }) => id} columns={columns} />
  );
}

const NEW = "";

function HandIn({ name }: { name: string }): ReactElement {
  const t = useWords();
  const [, go] = useLocation();
  const queries = useQueryClient();
  const { data: known = [] } = useQuery(lists);
  const filed = known.filter(({ national }) => !national);
  const [id, renew] = useFreshId();
  const [list, setList] = useState(name);
  const [asked, setAsked] = useState<string | null>(null);
  const format = asked ?? filed.find((one) => one.name === list)?.format ?? FORMATS[0];
  const deed = async (form: FormData) => {
    const to = list === NEW ? given(form, "name") : list;
    const made = await sent(to, id, format, given(form, "mapping"), form.get("file") as File);
    say(t("files.said"));
    await refreshed(queries);
    go(`/files/${to}/${made.id}`);
  };
  return (
    <section className="card stack hand-in" aria-label={t("files.handIn")}>
      <h2>{t("files.handIn")}</h2>
      <Deed action={t("files.compare")} deed={deed}>
        <div className="fields">
          <Choice
            label={t("lists.name")}
            value={list}
            onChange={({ target }) => setList(target.value)}
            options={[[NEW, t("files.newList")], ...filed.map((one) => [one.name, `\u2066${one.name}\u2069`] as const)]}
          />
          {list === NEW && <ListNameField />}
          <Choice
            label={t("lists.format")}
            value={format}
            onChange={({ target }) => setAsked(target.value)}
            options={FORMATS.map((code) => [code, named("format", code)] as const)}
          />
          <Field label={t("files.file")} name="file" type="file" required onChange={renew} />
          {format === MAPPED && (
            <Area
              label={t("files.mapping")}
              help={t("files.mappingHelp")}
              name="mapping"
              rows={4}
              maxLength={20_000}
              required
              dir="ltr"
              wide
            />
          )}
        </div>
      </Deed>
    </section>
  );
}

/** The file goes as it is; the service reads all of it before it answers. */
function sent(name: string, draft_id: string, format: string, mapping: string, file: File) {
  return answered(
    patientApi.PUT("/v1/watchlists/{name}/drafts/{draft_id}", {
      params: { path: { name, draft_id }, query: { format, mapping: mapping || null } },
      body: "",
      bodySerializer: () => file,
      headers: { "Content-Type": "application/octet-stream" },
    }),
  );
}
