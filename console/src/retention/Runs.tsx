/** What was announced to go, and what went: each with the proof that stands in the audit trail. */

import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Link } from "wouter";
import { answered, api, type Schemas } from "../api";
import { useMay } from "../app/session";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { type Column, Table } from "../parts/Table";
import { Count, Identifier, When } from "../parts/text";
import { named, useWords } from "../words";

type Erasure = Schemas["ErasureOut"];
type Notice = Schemas["ErasureNoticeOut"];

export function Runs(): ReactElement {
  const t = useWords();
  const may = useMay();
  const erasures = useQuery({
    queryKey: ["retention", "erasures"],
    queryFn: () => answered(api.GET("/v1/retention/erasures")),
  });
  const notices = useQuery({
    queryKey: ["retention", "notices"],
    queryFn: () => answered(api.GET("/v1/retention/notices")),
  });
  return (
    <Page title={t("retention.runs")} lead={t("retention.runsLead")}>
      <h2>{t("retention.announced")}</h2>
      <Loaded query={notices}>{(rows) => <Notices rows={rows} />}</Loaded>
      <h2>{t("retention.erased")}</h2>
      {may("read_audit") && (
        <p>
          <Link href="~/audit/accesses?action=erase">{t("retention.toTrail")}</Link>
        </p>
      )}
      <Loaded query={erasures}>{(rows) => <Erasures rows={rows} />}</Loaded>
    </Page>
  );
}

function Notices({ rows }: { rows: Notice[] }): ReactElement {
  const t = useWords();
  const columns: Column<Notice>[] = [
    { head: t("retention.class"), cell: ({ data_class }) => named("retention.of", data_class), names: true },
    { head: t("retention.month"), cell: ({ month }) => <Identifier>{month.slice(0, 7)}</Identifier> },
    { head: t("retention.records"), cell: ({ records }) => <Count of={records} />, look: "number" },
    { head: t("retention.announcedAt"), cell: ({ announced_at }) => <When moment={announced_at} /> },
    { head: t("retention.from"), cell: ({ erase_from }) => <When moment={erase_from} /> },
    { head: t("retention.policy"), cell: ({ policy_version }) => <Identifier code>{policy_version}</Identifier> },
  ];
  return (
    <Table
      label={t("retention.announced")}
      columns={columns}
      rows={rows}
      rowKey={({ data_class, month }) => `${data_class} ${month}`}
      empty={t("retention.nothingAnnounced")}
    />
  );
}

function Erasures({ rows }: { rows: Erasure[] }): ReactElement {
  const t = useWords();
  const columns: Column<Erasure>[] = [
    { head: t("retention.erasedAt"), cell: ({ erased_at }) => <When moment={erased_at} />, look: "tight" },
    { head: t("retention.class"), cell: ({ data_class }) => named("retention.of", data_class), names: true },
    { head: t("retention.month"), cell: ({ month }) => <Identifier>{month.slice(0, 7)}</Identifier> },
    { head: t("retention.wentHead"), cell: (one) => <Went of={one} /> },
    { head: t("retention.policy"), cell: ({ policy_version }) => <Identifier code>{policy_version}</Identifier> },
    {
      head: t("retention.digest"),
      cell: ({ digest }) => (
        <span className="retention-digest">
          <Identifier code>{digest}</Identifier>
        </span>
      ),
    },
  ];
  return (
    <Table
      label={t("retention.erased")}
      columns={columns}
      rows={rows}
      rowKey={({ id }) => id}
      empty={t("retention.nothingErased")}
    />
  );
}

function Went({ of: { erased, keys } }: { of: Erasure }): ReactElement {
  const t = useWords();
  return (
    <span className="retention-kept">
      {Object.entries(erased).map(([table, count]) => (
        <Identifier key={table}>{`${table} ${count}`}</Identifier>
      ))}
      {keys.length > 0 && (
        <span>
          {t("retention.keys")} <Count of={keys.length} />
        </span>
      )}
    </span>
  );
}
