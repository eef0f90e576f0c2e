/** What a second person says of a proposal; who made it can only take it back. */

import { useQueryClient } from "@tanstack/react-query";
import { type ReactElement, type ReactNode, useState } from "react";
import { useMay, useOfficer } from "../app/session";
import { say } from "../parts/announce";
import { Deed, Field, given, Pick } from "../parts/form";
import { Icon } from "../parts/Icon";
import { useWords } from "../words";
import { refreshed } from "./queries";

export interface Said {
  approve: boolean;
  reason: string;
}

interface Props {
  /** The account that made the proposal. */
  proposedBy: string;
  decide: (said: Said, form: FormData) => Promise<unknown>;
  /** What else approval must be told. */
  children?: ReactNode;
}

export function Decide({ proposedBy, decide, children }: Props): ReactElement | null {
  const t = useWords();
  const may = useMay();
  const { username } = useOfficer();
  const queries = useQueryClient();
  const [approve, setApprove] = useState<boolean | null>(null);
  if (!may("approve_list")) return null;
  const own = proposedBy === username;
  const deed = async (form: FormData) => {
    const verdict = own ? false : approve;
    if (verdict === null) return;
    await decide({ approve: verdict, reason: given(form, "reason") }, form);
    say(t("decide.said"));
    await refreshed(queries);
  };
  return (
    <section className="card stack decide" aria-label={t("decide.title")}>
      <h2>{t("decide.title")}</h2>
      {own && (
        <p className="notice-line">
          <Icon sign="person" />
          {t("decide.own")}
        </p>
      )}
      <Deed action={t(own ? "decide.takeBack" : "decide.do")} look={own ? "danger" : "primary"} deed={deed}>
        {!own && <Verdict approve={approve} choose={setApprove} />}
        {approve && children}
        <Field label={t("decide.reason")} name="reason" required minLength={3} maxLength={500} dir="auto" />
      </Deed>
    </section>
  );
}

function Verdict({ approve, choose }: { approve: boolean | null; choose: (approve: boolean) => void }): ReactElement {
  const t = useWords();
  const pick = (value: boolean, words: string) => (
    <Pick
      type="radio"
      name="approve"
      required
      checked={approve === value}
      onChange={() => choose(value)}
      label={words}
    />
  );
  return (
    <div className="row">
      {pick(true, t("decide.approve"))}
      {pick(false, t("decide.reject"))}
    </div>
  );
}
