/** The one way to a record of another post: with a reason, for a quarter of an hour, and with supervisors told. */

import type { ReactElement } from "react";
import { answered, api, type Schemas } from "../api";
import { useFreshId } from "../api/freshId";
import { hold } from "../app/glass";
import { say } from "../parts/announce";
import { Area, Choice, Deed, given } from "../parts/form";
import { Icon } from "../parts/Icon";
import { named, useWords } from "../words";

const REASONS: readonly Schemas["GlassReason"][] = [
  "traveller_present",
  "danger_to_life",
  "missing_person",
  "court_order",
  "post_out_of_reach",
];

export function BreakGlass({ movement }: { movement: string }): ReactElement {
  const t = useWords();
  const [id, renew] = useFreshId();
  const deed = async (form: FormData) => {
    const reason_code = given(form, "reason_code") as Schemas["GlassReason"];
    const body = { id, movement_id: movement, reason_code, reason: given(form, "reason") };
    hold(await answered(api.POST("/v1/broken-glass", { body })));
    renew();
    say(t("glass.opened"));
  };
  return (
    <section className="card stack glass" aria-label={t("glass.title")}>
      <h2 className="with-icon">
        <Icon sign="alert" />
        {t("glass.title")}
      </h2>
      <p>{t("glass.warning")}</p>
      <ul>
        <li>{t("glass.alarms")}</li>
        <li>{t("glass.lasts")}</li>
        <li>{t("glass.stays")}</li>
      </ul>
      <Deed action={t("glass.do")} look="danger" deed={deed} className="stack settle">
        <Choice
          label={t("glass.why")}
          name="reason_code"
          options={REASONS.map((code) => [code, named("glass.reason", code)] as const)}
        />
        <Area
          label={t("glass.words")}
          help={t("glass.wordsHelp")}
          name="reason"
          rows={3}
          required
          minLength={10}
          maxLength={500}
          dir="auto"
          wide
        />
      </Deed>
    </section>
  );
}
