/** Whether the protection desk hands over what it holds on the person of a request; nobody else learns of it. */

import { type ReactElement, useState } from "react";
import { answered, api, type Schemas } from "../api";
import { say } from "../parts/announce";
import { Area, Choice, Deed, given } from "../parts/form";
import { useWords } from "../words";

export function ProtectionWord({ request: id }: { request: string }): ReactElement {
  const t = useWords();
  const [told, setTold] = useState<Schemas["ProtectedOut"] | null>(null);
  const deed = async (form: FormData) => {
    const body = { disclose: given(form, "disclose") === "yes", reason: given(form, "reason") };
    setTold(await answered(api.POST("/v1/rights/requests/{id}/protection", { params: { path: { id } }, body })));
    say(t("rights.said"));
  };
  return (
    <section className="card stack" aria-label={t("rights.protection")}>
      <h2>{t("rights.protection")}</h2>
      <p className="quiet">{t("rights.protectionLead")}</p>
      <Deed action={t("rights.decide")} deed={deed}>
        <Choice
          label={t("rights.protectionHead")}
          name="disclose"
          options={[
            ["no", t("rights.withhold")],
            ["yes", t("rights.disclose")],
          ]}
        />
        <Area label={t("rights.why")} name="reason" rows={2} required maxLength={500} dir="auto" wide />
      </Deed>
      {told &&
        (told.records.length ? (
          <pre dir="ltr">{JSON.stringify(told.records, null, 2)}</pre>
        ) : (
          <p>{t("rights.nothingHanded")}</p>
        ))}
    </section>
  );
}
