/** The terms of a list: who answers for it, on which ground, what the officer is to do; proposed here, approved by another. */

import { useQueryClient } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { answered, api, now, type Schemas } from "../api";
import { useFreshId } from "../api/freshId";
import { say } from "../parts/announce";
import { Area, Deed, Field, given, Pick } from "../parts/form";
import { useWords } from "../words";
import { refreshed } from "./queries";

type Terms = Schemas["TermsOut"];

const DAY = 86_400_000; // ms
const REVIEWED_AFTER = 182; // days, unless somebody says otherwise
const EXPIRES_AFTER = 365;

/** A day so many days from now, as a field of a date wants it. */
export const dayIn = (days: number): string => new Date(now().getTime() + days * DAY).toISOString().slice(0, 10);

/** The fields of terms. `expires` says that they must end, as an entry's do. */
export function TermsFields({ terms, expires }: { terms: Terms | null; expires: boolean }): ReactElement {
  const t = useWords();
  return (
    <div className="fields">
      <Field
        label={t("said.owner")}
        name="owner"
        defaultValue={terms?.owner}
        required
        minLength={3}
        maxLength={200}
        dir="auto"
      />
      <Field
        label={t("said.legal_basis")}
        name="legal_basis"
        defaultValue={terms?.legal_basis}
        required
        minLength={3}
        maxLength={500}
        dir="auto"
      />
      <Field
        label={t("said.review_on")}
        name="review_on"
        type="date"
        dir="ltr"
        min={dayIn(1)}
        defaultValue={terms?.review_on ?? dayIn(REVIEWED_AFTER)}
        required
      />
      <Field
        label={t("said.expires_on")}
        help={t("terms.expiresHelp")}
        name="expires_on"
        type="date"
        dir="ltr"
        min={dayIn(1)}
        defaultValue={terms?.expires_on ?? (expires ? dayIn(EXPIRES_AFTER) : undefined)}
        required={expires}
      />
      <Area
        label={t("said.instruction")}
        help={t("terms.instructionHelp")}
        name="instruction"
        defaultValue={terms?.instruction}
        rows={2}
        required
        minLength={3}
        maxLength={500}
        dir="auto"
        wide
      />
    </div>
  );
}

/** What the fields of terms say. */
export const termsOf = (form: FormData) => ({
  owner: given(form, "owner"),
  legal_basis: given(form, "legal_basis"),
  instruction: given(form, "instruction"),
  review_on: given(form, "review_on"),
});

interface Props {
  /** The list; without it a new one begins, whose entries are written here. */
  name?: string;
  terms?: Terms | null;
  done: (name: string) => void;
}

export function ProposeTerms({ name, terms = null, done }: Props): ReactElement {
  const t = useWords();
  const queries = useQueryClient();
  const [id] = useFreshId();
  const deed = async (form: FormData) => {
    const list = name ?? given(form, "name");
    const body = {
      id,
      ...termsOf(form),
      expires_on: given(form, "expires_on") || null,
      minimum_identifiers: form.has("minimum"),
      reason: given(form, "reason"),
    };
    await answered(api.PUT("/v1/watchlists/{name}/terms", { params: { path: { name: list } }, body }));
    say(t("proposals.said"));
    await refreshed(queries);
    done(list);
  };
  return (
    <Deed action={t("proposals.propose")} deed={deed}>
      {!name && <ListNameField />}
      <TermsFields terms={terms} expires={false} />
      <Pick type="checkbox" name="minimum" defaultChecked={terms?.minimum_identifiers} label={t("terms.minimum")} />
      <Field label={t("decide.reason")} name="reason" required minLength={3} maxLength={500} dir="auto" />
    </Deed>
  );
}

/** The name of a list that is new here. */
export function ListNameField(): ReactElement {
  const t = useWords();
  return (
    <Field
      label={t("lists.name")}
      help={t("lists.nameHelp")}
      name="name"
      required
      pattern="[a-z0-9][a-z0-9\-]{0,63}"
      maxLength={64}
      dir="ltr"
    />
  );
}

interface WithdrawProps {
  propose: (body: Schemas["WithdrawalIn"]) => Promise<unknown>;
  done: () => void;
}

/** Proposes to take a list or an entry out of screening. */
export function Withdraw({ propose, done }: WithdrawProps): ReactElement {
  const t = useWords();
  const queries = useQueryClient();
  const [id] = useFreshId();
  const deed = async (form: FormData) => {
    await propose({ id, reason: given(form, "reason") });
    say(t("proposals.said"));
    await refreshed(queries);
    done();
  };
  return (
    <Deed action={t("terms.withdrawDo")} look="danger" deed={deed}>
      <Field label={t("decide.reason")} name="reason" required minLength={3} maxLength={500} dir="auto" />
    </Deed>
  );
}
