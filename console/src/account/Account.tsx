/** One's own account: the passkeys, the sessions, the password. */

import "./account.css";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { answered, api, type Problem, type Schemas } from "../api";
import { PasskeyName, ReplacePassword } from "../app/SignIn";
import { addPasskey, useOfficer, waysIn } from "../app/session";
import { say } from "../parts/announce";
import { Button, Deed, given } from "../parts/form";
import { Icon } from "../parts/Icon";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { ProblemBox } from "../parts/ProblemBox";
import { Table } from "../parts/Table";
import { Identifier, Name, When } from "../parts/text";
import { named, useWords } from "../words";
import { Appearance } from "./Appearance";

const PASSKEYS = ["account", "passkeys"];
const SESSIONS = ["account", "sessions"];

export default function Account(): ReactElement {
  const t = useWords();
  const { provided } = useOfficer();
  const [replaced, setReplaced] = useState(0);
  const done = () => {
    say(t("account.done"));
    setReplaced(replaced + 1);
  };
  return (
    <Page title={t("account.title")} className="account">
      <section>
        <Appearance />
      </section>
      <Passkeys />
      <Sessions />
      {!provided && (
        <section>
          <h2>{t("account.password")}</h2>
          <ReplacePassword key={replaced} done={done} />
        </section>
      )}
    </Page>
  );
}

function Passkeys(): ReactElement {
  const t = useWords();
  const queries = useQueryClient();
  const query = useQuery({ queryKey: PASSKEYS, queryFn: () => answered(api.GET("/v1/account/passkeys")) });
  const [added, setAdded] = useState(0);
  const remove = useMutation<unknown, Problem, string>({
    mutationFn: (passkey_id) =>
      answered(api.DELETE("/v1/account/passkeys/{passkey_id}", { params: { path: { passkey_id } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: PASSKEYS }),
  });
  const add = async (form: FormData) => {
    await addPasskey(given(form, "passkey-name"));
    await queries.invalidateQueries({ queryKey: PASSKEYS });
    setAdded(added + 1);
    say(t("account.done"));
  };
  return (
    <section>
      <h2>{t("account.passkeys")}</h2>
      <p className="quiet">{t("account.passkeysWhy")}</p>
      {remove.error && <ProblemBox problem={remove.error} />}
      <Loaded query={query}>{(keys) => <PasskeyTable keys={keys} remove={remove.mutate} />}</Loaded>
      {waysIn().passkeys ? (
        <Deed key={added} action={t("passkey.register")} deed={add}>
          <PasskeyName />
        </Deed>
      ) : (
        <p className="notice-line">
          <Icon sign="notice" />
          {t("account.noPasskeys")}
        </p>
      )}
    </section>
  );
}

function PasskeyTable({ keys, remove }: { keys: Schemas["PasskeyOut"][]; remove: (id: string) => void }): ReactElement {
  const t = useWords();
  return (
    <Table
      label={t("account.passkeys")}
      empty={t("account.none")}
      rows={keys}
      rowKey={({ id }) => id}
      columns={[
        { head: t("passkey.name"), names: true, cell: ({ name }) => <Name>{name}</Name> },
        { head: t("account.since"), cell: ({ created_at }) => <When moment={created_at} /> },
        {
          head: t("account.lastUsed"),
          cell: ({ last_used_at }) => (last_used_at ? <When moment={last_used_at} /> : "–"),
        },
        {
          head: "",
          label: t("account.remove"),
          cell: ({ id }) => (
            <Button look="small" onPress={() => remove(id)}>
              {t("account.remove")}
            </Button>
          ),
        },
      ]}
    />
  );
}

function Sessions(): ReactElement {
  const t = useWords();
  const queries = useQueryClient();
  const query = useQuery({ queryKey: SESSIONS, queryFn: () => answered(api.GET("/v1/account/sessions")) });
  const end = useMutation<unknown, Problem, string | null>({
    mutationFn: (session_id) =>
      session_id === null
        ? answered(api.DELETE("/v1/account/sessions"))
        : answered(api.DELETE("/v1/account/sessions/{session_id}", { params: { path: { session_id } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: SESSIONS }),
  });
  return (
    <section>
      <h2>{t("account.sessions")}</h2>
      {end.error && <ProblemBox problem={end.error} />}
      <Loaded query={query}>{(sessions) => <SessionTable sessions={sessions} end={end.mutate} />}</Loaded>
      <Button onPress={() => end.mutate(null)}>{t("account.endOthers")}</Button>
    </section>
  );
}

function SessionTable({
  sessions,
  end,
}: {
  sessions: Schemas["SessionOut"][];
  end: (id: string) => void;
}): ReactElement {
  const t = useWords();
  return (
    <Table
      label={t("account.sessions")}
      empty={t("account.none")}
      rows={sessions}
      rowKey={({ id }) => id}
      columns={[
        { head: t("account.from"), names: true, cell: ({ client }) => <Identifier>{client}</Identifier> },
        {
          head: t("account.by"),
          cell: ({ factors }) => factors.map((factor) => named("factor", factor)).join(" · "),
        },
        { head: t("account.lastUsed"), cell: ({ last_seen_at }) => <When moment={last_seen_at} /> },
        { head: t("account.until"), cell: ({ expires_at }) => <When moment={expires_at} /> },
        {
          head: "",
          label: t("account.end"),
          cell: ({ id, current }) =>
            current ? (
              t("account.thisOne")
            ) : (
              <Button look="small" onPress={() => end(id)}>
                {t("account.end")}
              </Button>
            ),
        },
      ]}
    />
  );
}
