/** Writing an entry: a new one, or all that one is to say from now on. Another person puts it into force. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { Link, useLocation } from "wouter";
import { answered, api } from "../api";
import { useFreshId } from "../api/freshId";
import { say } from "../parts/announce";
import { Deed, Field, given } from "../parts/form";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { Identifier } from "../parts/text";
import { useWords } from "../words";
import { inForce } from "./EntryPage";
import { PersonFields } from "./PersonFields";
import { Preview } from "./Preview";
import { formOf, listed, type PersonForm, personOf } from "./person";
import { entry, type Revision, refreshed } from "./queries";
import { TermsFields, termsOf } from "./Terms";

/** Without `id` the entry is new. */
export function WriteEntry({ list, id }: { list: string; id?: string }): ReactElement {
  const t = useWords();
  return (
    <Page
      title={id ? t("entries.changing", { id }) : t("entries.write")}
      lead={
        <Link href={id ? `/lists/${list}/entries/${encodeURIComponent(id)}` : `/lists/${list}`} className="back">
          <Identifier>{id ?? list}</Identifier>
        </Link>
      }
    >
      {id ? <Amend list={list} id={id} /> : <Write list={list} />}
    </Page>
  );
}

function Amend({ list, id }: { list: string; id: string }): ReactElement {
  const query = useQuery({ ...entry(list, id), staleTime: Number.POSITIVE_INFINITY });
  return (
    <Loaded query={query}>
      {(revisions) => <Write list={list} id={id} of={inForce(revisions) ?? revisions.at(-1) ?? null} />}
    </Loaded>
  );
}

function Write({ list, id, of = null }: { list: string; id?: string; of?: Revision | null }): ReactElement {
  const t = useWords();
  const [, go] = useLocation();
  const queries = useQueryClient();
  const [fresh] = useFreshId();
  const [entryId, setEntryId] = useState(id ?? "");
  const [person, setPerson] = useState<PersonForm>(() => formOf(listed(of?.entry ?? null)));
  const deed = async (form: FormData) => {
    const body = {
      id: fresh,
      ...personOf(person),
      ...termsOf(form),
      expires_on: given(form, "expires_on"),
      reason: given(form, "reason"),
    };
    const params = { path: { name: list, entry_id: entryId } };
    await answered(api.PUT("/v1/watchlists/{name}/entries/{entry_id}", { params, body }));
    say(t("proposals.said"));
    await refreshed(queries);
    go(`/lists/${list}/entries/${encodeURIComponent(entryId)}`);
  };
  return (
    <Deed
      action={t("proposals.propose")}
      deed={deed}
      className="stack"
      others={<span className="quiet">{t("proposals.second")}</span>}
    >
      <div className="file-columns entry-form">
        <section className="card stack" aria-label={t("entries.person")}>
          {!id && (
            <Field
              label={t("entries.id")}
              help={t("entries.idHelp")}
              value={entryId}
              onChange={({ target }) => setEntryId(target.value)}
              required
              pattern="[A-Za-z0-9][A-Za-z0-9._\-]{0,79}"
              maxLength={80}
              dir="ltr"
            />
          )}
          <PersonFields person={person} change={setPerson} />
        </section>
        <div className="stack">
          <section className="card stack" aria-label={t("terms.title")}>
            <h2>{t("terms.title")}</h2>
            <TermsFields terms={of?.terms ?? null} expires />
            <Field label={t("decide.reason")} name="reason" required minLength={3} maxLength={500} dir="auto" />
          </section>
          <section className="card">
            <Preview list={list} id={entryId || "new"} said={() => personOf(person)} />
          </section>
        </div>
      </div>
    </Deed>
  );
}
