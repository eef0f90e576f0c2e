/** The signed checkpoints, to be kept elsewhere; and whether the trail still begins with what one kept earlier sealed. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { answered, api, Problem, type Schemas } from "../api";
import { Area, Button, Deed, given } from "../parts/form";
import { Icon } from "../parts/Icon";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { type Column, Table } from "../parts/Table";
import { Count, Identifier, When } from "../parts/text";
import { useWords } from "../words";
import { type Checkpoint, readCheckpoint, rootsAlong } from "./merkle";
import { isSigned } from "./signature";

export function Proofs(): ReactElement {
  const t = useWords();
  const query = useQuery({
    queryKey: ["audit", "checkpoints"],
    queryFn: () => answered(api.GET("/v1/audit/checkpoints")),
    refetchInterval: 30_000,
  });
  return (
    <Page title={t("audit.proofs")} lead={t("audit.proofsLead")}>
      <Loaded query={query}>{(sealed) => <Sealed sealed={sealed} />}</Loaded>
      <Compare />
    </Page>
  );
}

function Sealed({ sealed }: { sealed: Schemas["CheckpointsOut"] }): ReactElement {
  const t = useWords();
  const rows = sealed.checkpoints.map(readCheckpoint).filter((one): one is Checkpoint => one !== null);
  const columns: Column<Checkpoint>[] = [
    { head: t("audit.chain"), cell: ({ chain }) => <Identifier code>{chain}</Identifier>, names: true },
    { head: t("audit.events"), cell: ({ size }) => <Count of={size} />, look: "number" },
    { head: t("audit.sealed"), cell: (one) => <When moment={one.sealed} /> },
    { head: t("audit.root"), cell: ({ root }) => <Identifier code>{root.slice(0, 16)}…</Identifier> },
    { head: t("audit.signature"), cell: (one) => <Signature holds={signed.data?.[rows.indexOf(one)]} /> },
  ];
  const whole = sealed.checkpoints.join("\n");
  const file = new Blob([whole], { type: "text/plain" });
  const signed = useQuery({
    queryKey: ["audit", "signed", whole],
    queryFn: () => Promise.all(sealed.checkpoints.map((note) => isSigned(note, sealed.key))),
  });
  return (
    <>
      <p>
        {t("audit.key")} <Identifier code>{sealed.key}</Identifier>
      </p>
      <Table
        label={t("audit.proofs")}
        columns={columns}
        rows={rows}
        rowKey={({ chain }) => chain}
        empty={t("audit.nothing")}
      />
      <div className="row">
        <a className="button" href={URL.createObjectURL(file)} download="checkpoints.txt">
          {t("audit.take")}
        </a>
        <Button onPress={() => window.print()}>{t("audit.print")}</Button>
      </div>
      <section className="witness" aria-label={t("audit.witness")}>
        <p>{t("audit.witnessLead")}</p>
        <pre dir="ltr">{whole}</pre>
        <p>
          {t("audit.key")} <Identifier code>{sealed.key}</Identifier>
        </p>
        <p className="witness-line">{t("audit.witnessLine")}</p>
      </section>
    </>
  );
}

function Signature({ holds }: { holds: boolean | null | undefined }): ReactElement | null {
  const t = useWords();
  if (holds === undefined) return null;
  if (holds === null) return <span className="quiet">{t("audit.unchecked")}</span>;
  return (
    <span className={`with-icon audit-${holds ? "proven" : "unproven"}`}>
      <Icon sign={holds ? "clear" : "alert"} />
      {t(holds ? "audit.signed" : "audit.notSigned")}
    </span>
  );
}

/** Holds a checkpoint that was kept elsewhere against the trail of today. */
function Compare(): ReactElement {
  const t = useWords();
  const [same, setSame] = useState<boolean | null>(null);
  const compare = useMutation<boolean, Problem, string>({ mutationFn: stillBegins });
  const deed = async (form: FormData) => {
    setSame(null);
    setSame(await compare.mutateAsync(given(form, "note")));
  };
  return (
    <section className="card stack" aria-label={t("audit.compare")}>
      <h2>{t("audit.compare")}</h2>
      <p className="quiet">{t("audit.compareLead")}</p>
      <Deed action={t("audit.compareDo")} deed={deed}>
        <Area label={t("audit.note")} name="note" rows={6} required dir="ltr" wide />
      </Deed>
      {same !== null && (
        <p className={`with-icon audit-${same ? "proven" : "unproven"}`} role="status">
          <Icon sign={same ? "clear" : "alert"} />
          {t(same ? "audit.same" : "audit.altered")}
        </p>
      )}
    </section>
  );
}

async function stillBegins(note: string): Promise<boolean> {
  const kept = readCheckpoint(note);
  if (!kept) throw new Problem({ type: "not-a-checkpoint" });
  const { checkpoints } = await answered(api.GET("/v1/audit/checkpoints"));
  const today = checkpoints.map(readCheckpoint).find((one) => one?.chain === kept.chain);
  if (!today || today.size < kept.size) return false; // a trail only grows
  const query = { chain: kept.chain, old: kept.size, new: today.size };
  const { hashes } = await answered(api.GET("/v1/audit/proofs/consistency", { params: { query } }));
  const roots = await rootsAlong(hashes, kept.size, kept.root, today.size);
  return roots !== null && roots[0] === kept.root && roots[1] === today.root;
}
