/** The policy in force, and every one that was ever proposed: by whom, why, and what another person said. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { Link } from "wouter";
import { answered, api } from "../api";
import { useFreshId } from "../api/freshId";
import { useMay } from "../app/session";
import { say } from "../parts/announce";
import { Area, Button, Deed, Field, given } from "../parts/form";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { type Column, Table } from "../parts/Table";
import { Identifier, Name, When } from "../parts/text";
import { named, useWords } from "../words";
import { type PolicyChange, policies, policyText, refreshed } from "./queries";

export function Policies(): ReactElement {
  const t = useWords();
  const may = useMay();
  const query = useQuery(policies);
  const [proposing, setProposing] = useState(false);
  return (
    <Page
      title={t("supervision.policies")}
      lead={t("supervision.policiesLead")}
      actions={
        may("propose_policy") && <Button onPress={() => setProposing(!proposing)}>{t("supervision.propose")}</Button>
      }
    >
      <Loaded query={query}>
        {({ in_force, in_force_from, changes }) => (
          <>
            <p className="card">
              {t("supervision.inForce")}{" "}
              <Link href={`/policies/${in_force}`}>
                <Identifier code>{in_force}</Identifier>
              </Link>
              {in_force_from && (
                <span className="quiet">
                  {" "}
                  {t("supervision.since")} <When moment={in_force_from} />
                </span>
              )}
            </p>
            {proposing && <Propose version={in_force} done={() => setProposing(false)} />}
            <Changes changes={changes} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Changes({ changes }: { changes: PolicyChange[] }): ReactElement {
  const t = useWords();
  const columns: Column<PolicyChange>[] = [
    { head: t("supervision.version"), cell: ({ version }) => <Version of={version} />, names: true },
    { head: t("supervision.why"), cell: ({ reason }) => <Name>{reason}</Name> },
    { head: t("supervision.proposed"), cell: (one) => <Said by={one.proposed_by} at={one.proposed_at} /> },
    { head: t("supervision.stateHead"), cell: ({ state }) => named("supervision.state", state) },
    {
      head: t("supervision.decided"),
      cell: ({ decided_by, decided_at }) => decided_by && decided_at && <Said by={decided_by} at={decided_at} />,
    },
    { head: t("supervision.from"), cell: ({ in_force_from }) => in_force_from && <When moment={in_force_from} /> },
  ];
  return (
    <Table
      label={t("supervision.policies")}
      columns={columns}
      rows={changes.toReversed()}
      rowKey={({ id }) => id}
      empty={t("supervision.none")}
    />
  );
}

function Version({ of: version }: { of: string }): ReactElement {
  return (
    <Link href={`/policies/${version}`}>
      <Identifier code>{version}</Identifier>
    </Link>
  );
}

function Said({ by, at }: { by: string; at: string }): ReactElement {
  return (
    <span>
      <Name>{by}</Name>, <When moment={at} />
    </span>
  );
}

/** A change begins with the text in force. */
function Propose({ version, done }: { version: string; done: () => void }): ReactElement {
  const t = useWords();
  const queries = useQueryClient();
  const query = useQuery(policyText(version));
  const [id] = useFreshId();
  const deed = async (form: FormData) => {
    const body = { id, text: String(form.get("text")), reason: given(form, "reason") };
    await answered(api.POST("/v1/policies/changes", { body }));
    say(t("supervision.said"));
    await refreshed(queries);
    done();
  };
  return (
    <section className="card" aria-label={t("supervision.propose")}>
      <Loaded query={query}>
        {({ text }) => (
          <Deed action={t("supervision.proposeDo")} deed={deed}>
            <Area label={t("supervision.text")} name="text" rows={18} dir="ltr" defaultValue={text} required wide />
            <Field label={t("supervision.why")} name="reason" required minLength={3} maxLength={500} dir="auto" wide />
          </Deed>
        )}
      </Loaded>
    </section>
  );
}
