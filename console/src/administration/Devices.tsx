/** Keys of cameras, workstations and monitors: issued, replaced, revoked. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { answered, api, now, type Problem, type Schemas } from "../api";
import { say } from "../parts/announce";
import { Button, Choice, Deed, Field, given } from "../parts/form";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { ProblemBox } from "../parts/ProblemBox";
import { type Column, Table } from "../parts/Table";
import { Name, Points, When } from "../parts/text";
import { named, useWords } from "../words";
import { PostPicks } from "./Accounts";
import { Once, type Secret } from "./Once";

type Key = Schemas["DeviceKeyOut"];

const KEYS = ["device-keys"];
const KINDS: readonly Schemas["DeviceKind"][] = ["camera", "workstation", "monitor"];

export function Devices(): ReactElement {
  const t = useWords();
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<Secret | null>(null);
  const query = useQuery({ queryKey: KEYS, queryFn: () => answered(api.GET("/v1/device-keys")) });
  const issued = (made: Secret) => {
    setAdding(false);
    setSecret(made);
  };
  return (
    <Page
      title={t("administration.devices")}
      lead={t("administration.devicesLead")}
      actions={<Button onPress={() => setAdding(!adding)}>{t("administration.newKey")}</Button>}
    >
      {secret && <Once {...secret} done={() => setSecret(null)} />}
      {adding && <New done={issued} />}
      <Loaded query={query}>{(keys) => <List keys={keys} tell={setSecret} />}</Loaded>
    </Page>
  );
}

type Act = "replace" | "revoke";

function List({ keys, tell }: { keys: Key[]; tell: (secret: Secret) => void }): ReactElement {
  const t = useWords();
  const queries = useQueryClient();
  const act = useMutation<Secret | null, Problem, [Key, Act]>({
    mutationFn: ([key, what]) => acted(key, what),
    onSuccess: async (secret) => {
      if (secret) tell(secret);
      say(t("administration.done"));
      await queries.invalidateQueries({ queryKey: KEYS });
    },
  });
  const columns: Column<Key>[] = [
    { head: t("administration.device"), cell: ({ name }) => <Name>{name}</Name>, names: true, look: "name" },
    { head: t("administration.kindHead"), cell: ({ kind }) => named("administration.kind", kind) },
    { head: t("administration.posts"), cell: ({ posts }) => <Points codes={posts} /> },
    { head: t("administration.state"), cell: (key) => <State of={key} /> },
    {
      head: "",
      label: t("administration.act"),
      cell: (key) =>
        isGood(key) && (
          <span className="row">
            {(["replace", "revoke"] as const).map((what) => (
              <Button key={what} look="plain small" isDisabled={act.isPending} onPress={() => act.mutate([key, what])}>
                {named("administration.do", what)}
              </Button>
            ))}
          </span>
        ),
    },
  ];
  return (
    <>
      {act.error && <ProblemBox problem={act.error} />}
      <Table
        label={t("administration.devices")}
        columns={columns}
        rows={keys}
        rowKey={({ id }) => id}
        empty={t("administration.noKeys")}
      />
    </>
  );
}

async function acted({ id, name }: Key, what: Act): Promise<Secret | null> {
  const params = { path: { key_id: id } };
  if (what === "revoke") {
    await answered(api.DELETE("/v1/device-keys/{key_id}", { params }));
    return null;
  }
  const made = await answered(api.POST("/v1/device-keys/{key_id}/replacement", { params, body: { overlap_days: 7 } }));
  return { whose: name, secret: made.key };
}

const isGood = ({ revoked_at, expires_at }: Key): boolean =>
  !revoked_at && (!expires_at || Date.parse(expires_at) > now().getTime());

function State({ of: key }: { of: Key }): ReactElement {
  const t = useWords();
  if (key.revoked_at)
    return (
      <span className="quiet">
        {t("administration.revoked")} <When moment={key.revoked_at} />
      </span>
    );
  return (
    <span className={isGood(key) ? undefined : "quiet"}>
      {key.expires_at && (
        <>
          {t("administration.goodUntil")} <When moment={key.expires_at} />
        </>
      )}
      {!key.first_used_at && <span className="quiet"> · {t("administration.neverUsed")}</span>}
    </span>
  );
}

function New({ done }: { done: (secret: Secret) => void }): ReactElement {
  const t = useWords();
  const queries = useQueryClient();
  const deed = async (form: FormData) => {
    const body = {
      name: given(form, "name"),
      kind: given(form, "kind") as Schemas["DeviceKind"],
      posts: form.getAll("post").map(String),
      certificate_sha256: given(form, "certificate").toLowerCase() || null,
    };
    const made = await answered(api.POST("/v1/device-keys", { body }));
    await queries.invalidateQueries({ queryKey: KEYS });
    done({ whose: made.name, secret: made.key });
  };
  return (
    <section className="card" aria-label={t("administration.newKey")}>
      <Deed action={t("administration.issue")} deed={deed}>
        <div className="administration-fields">
          <Field label={t("administration.device")} name="name" required dir="auto" autoFocus />
          <Choice
            label={t("administration.kindHead")}
            name="kind"
            options={KINDS.map((kind) => [kind, named("administration.kind", kind)] as const)}
          />
          <Field
            label={t("administration.certificate")}
            help={t("administration.certificateHelp")}
            name="certificate"
            dir="ltr"
            pattern="[0-9A-Fa-f]{64}"
          />
        </div>
        <PostPicks />
      </Deed>
    </section>
  );
}
