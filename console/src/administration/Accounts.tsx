/** Officers' accounts: made, given another password, ended. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { answered, api, type Problem, type Schemas } from "../api";
import { useCrossingPoints } from "../api/reference";
import { say } from "../parts/announce";
import { Button, Deed, Field, given, Pick } from "../parts/form";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { ProblemBox } from "../parts/ProblemBox";
import { type Column, Table } from "../parts/Table";
import { Identifier, Name, Points, When } from "../parts/text";
import { named, useWords } from "../words";
import { Once, type Secret } from "./Once";

type Account = Schemas["AccountOut"];
type Act = "password" | "sessions" | "passkeys" | "close";

const ACCOUNTS = ["accounts"];
const ROLES: readonly Schemas["Role"][] = [
  "first_line",
  "second_line",
  "protection",
  "watchlist_manager",
  "analyst",
  "supervisor",
  "auditor",
  "administrator",
];

export function Accounts(): ReactElement {
  const t = useWords();
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<Secret | null>(null);
  const query = useQuery({ queryKey: ACCOUNTS, queryFn: () => answered(api.GET("/v1/accounts")) });
  return (
    <Page
      title={t("administration.accounts")}
      actions={<Button onPress={() => setAdding(!adding)}>{t("administration.newAccount")}</Button>}
    >
      {secret && <Once {...secret} done={() => setSecret(null)} />}
      {adding && (
        <New
          done={(made) => {
            setAdding(false);
            setSecret(made);
          }}
        />
      )}
      <Loaded query={query}>{(accounts) => <List accounts={accounts} tell={setSecret} />}</Loaded>
    </Page>
  );
}

function List({ accounts, tell }: { accounts: Account[]; tell: (secret: Secret) => void }): ReactElement {
  const t = useWords();
  const queries = useQueryClient();
  const [asked, setAsked] = useState<[Account, Act] | null>(null);
  const act = useMutation<Secret | null, Problem, [Account, Act]>({
    mutationFn: ([account, what]) => acted(account.username, what),
    onSuccess: async (secret) => {
      setAsked(null);
      if (secret) tell(secret);
      say(t("administration.done"));
      await queries.invalidateQueries({ queryKey: ACCOUNTS });
    },
  });
  const columns: Column<Account>[] = [
    { head: t("administration.officer"), cell: (one) => <Who of={one} />, names: true, look: "name" },
    { head: t("administration.roles"), cell: ({ roles }) => roles.map((role) => named("role", role)).join(" · ") },
    { head: t("administration.posts"), cell: ({ posts }) => <Points codes={posts} /> },
    { head: t("administration.state"), cell: (one) => <State of={one} /> },
    {
      head: "",
      label: t("administration.act"),
      cell: (one) => one.active && <Acts pick={(what) => setAsked([one, what])} />,
    },
  ];
  return (
    <>
      {act.error && <ProblemBox problem={act.error} />}
      {asked && (
        <div className="card row" role="alert">
          <strong>{named("administration.sure", asked[1])}</strong> <Name>{asked[0].display_name}</Name>
          <Button look="danger" isDisabled={act.isPending} onPress={() => act.mutate(asked)}>
            {named("administration.do", asked[1])}
          </Button>
          <Button look="plain" onPress={() => setAsked(null)}>
            {t("page.close")}
          </Button>
        </div>
      )}
      <Table
        label={t("administration.accounts")}
        columns={columns}
        rows={accounts}
        rowKey={({ id }) => id}
        empty={t("administration.none")}
      />
    </>
  );
}

async function acted(username: string, what: Act): Promise<Secret | null> {
  const params = { path: { username } };
  if (what === "password") {
    const { password } = await answered(api.POST("/v1/accounts/{username}/password", { params }));
    return { whose: username, secret: password };
  }
  if (what === "sessions") await answered(api.DELETE("/v1/accounts/{username}/sessions", { params }));
  else if (what === "passkeys") await answered(api.DELETE("/v1/accounts/{username}/passkeys", { params }));
  else await answered(api.DELETE("/v1/accounts/{username}", { params }));
  return null;
}

function Who({ of: { display_name, username } }: { of: Account }): ReactElement {
  return (
    <>
      <Name>{display_name}</Name>
      <span className="quiet">
        <Identifier code>{username}</Identifier>
      </span>
    </>
  );
}

function State({ of: { active, provided, password_until } }: { of: Account }): ReactElement {
  const t = useWords();
  if (!active) return <span className="quiet">{t("administration.closed")}</span>;
  return (
    <span>
      {t(provided ? "administration.provided" : "administration.open")}
      {password_until && (
        <span className="quiet">
          {" "}
          {t("administration.passwordUntil")} <When moment={password_until} />
        </span>
      )}
    </span>
  );
}

function Acts({ pick }: { pick: (what: Act) => void }): ReactElement {
  return (
    <span className="row">
      {(["password", "sessions", "passkeys", "close"] as const).map((what) => (
        <Button key={what} look="plain small" onPress={() => pick(what)}>
          {named("administration.do", what)}
        </Button>
      ))}
    </span>
  );
}

function New({ done }: { done: (secret: Secret) => void }): ReactElement {
  const t = useWords();
  const queries = useQueryClient();
  const deed = async (form: FormData) => {
    const posts = form.getAll("post").map(String);
    const body = {
      username: given(form, "username"),
      display_name: given(form, "display_name"),
      roles: form.getAll("role") as Schemas["Role"][],
      posts: posts.includes("*") ? ["*"] : posts,
    };
    const made = await answered(api.POST("/v1/accounts", { body: body as Schemas["AccountIn"] }));
    await queries.invalidateQueries({ queryKey: ACCOUNTS });
    done({ whose: made.display_name, secret: made.password });
  };
  return (
    <section className="card" aria-label={t("administration.newAccount")}>
      <Deed action={t("administration.make")} deed={deed}>
        <div className="administration-fields">
          <Field label={t("administration.username")} name="username" required minLength={2} dir="ltr" autoFocus />
          <Field label={t("administration.name")} name="display_name" required dir="auto" />
        </div>
        <fieldset>
          <legend>{t("administration.roles")}</legend>
          <div className="administration-picks">
            {ROLES.map((role) => (
              <Pick key={role} type="checkbox" name="role" value={role} label={named("role", role)} />
            ))}
          </div>
        </fieldset>
        <PostPicks everywhere />
      </Deed>
    </section>
  );
}

/** Which crossing points. */
export function PostPicks({ everywhere = false }: { everywhere?: boolean }): ReactElement {
  const t = useWords();
  const points = useCrossingPoints();
  return (
    <fieldset>
      <legend>{t("administration.posts")}</legend>
      <div className="administration-picks">
        {everywhere && <Pick type="checkbox" name="post" value="*" label={t("points.everywhere")} />}
        {points.map(({ code }) => (
          <Pick key={code} type="checkbox" name="post" value={code} label={<Identifier code>{code}</Identifier>} />
        ))}
      </div>
    </fieldset>
  );
}
