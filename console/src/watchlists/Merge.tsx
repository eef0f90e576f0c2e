/** An entry that lives on under another id. */

import { useQueryClient } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { answered, api } from "../api";
import { say } from "../parts/announce";
import { Deed, Field, given } from "../parts/form";
import { useWords } from "../words";
import { refreshed } from "./queries";

/** Says that an entry that is gone lives on under another id: clearances follow it. */
export function Merge({ name }: { name: string }): ReactElement {
  const t = useWords();
  const queries = useQueryClient();
  const [lapsed, setLapsed] = useState<number | null>(null);
  const deed = async (form: FormData) => {
    const body = { old_id: given(form, "old"), new_id: given(form, "new"), reason: given(form, "reason") };
    const told = await answered(api.POST("/v1/watchlists/{name}/merges", { params: { path: { name } }, body }));
    setLapsed(told.lapsed_clearances);
    say(t("merge.said", { count: told.lapsed_clearances }));
    await refreshed(queries);
  };
  return (
    <details className="card">
      <summary>{t("merge.title")}</summary>
      <p className="quiet">{t("merge.lead")}</p>
      <Deed action={t("merge.do")} deed={deed}>
        <div className="fields">
          <Field label={t("merge.old")} name="old" required maxLength={200} dir="ltr" />
          <Field label={t("merge.new")} name="new" required maxLength={200} dir="ltr" />
          <Field label={t("decide.reason")} name="reason" required minLength={3} maxLength={500} dir="auto" wide />
        </div>
        {lapsed !== null && <p className="notice-line">{t("merge.said", { count: lapsed })}</p>}
      </Deed>
    </details>
  );
}
