/** What was seen or told that may call for protection, passed on sealed: nobody at this desk can read it back. */

import { type ReactElement, useState } from "react";
import { answered, api, type Schemas } from "../api";
import { useFreshId } from "../api/freshId";
import { say } from "../parts/announce";
import { Button, Deed, Pick } from "../parts/form";
import { Icon } from "../parts/Icon";
import { named, useWords } from "../words";

type Sign = Schemas["Observation"];

const SIGNS: readonly Sign[] = [
  "asylum_wish",
  "fear_of_return",
  "fear",
  "control",
  "document_held",
  "scripted_answers",
  "injuries",
  "medical",
  "disability",
];

export function Observe({ id }: { id: string }): ReactElement {
  const t = useWords();
  const [open, setOpen] = useState(false);
  const [stands, setStands] = useState(false);
  const [said, renew] = useFreshId();
  const deed = async (form: FormData) => {
    const signs = form.getAll("sign") as Sign[];
    if (!signs.length) return;
    const answer = await answered(
      api.POST("/v1/inspections/{id}/observations", { params: { path: { id } }, body: { id: said, signs } }),
    );
    renew();
    setOpen(false);
    setStands(answer.refusal_stands);
    say(t("secondLine.passedOn"));
  };
  return (
    <section className="card stack no-print" aria-label={t("secondLine.observe")}>
      <h2>{t("secondLine.observe")}</h2>
      <p className="quiet">{t("secondLine.observeLead")}</p>
      {stands && (
        <p className="notice-line">
          <Icon sign="notice" />
          {t("secondLine.refusalStands")}
        </p>
      )}
      {open ? (
        <Deed
          action={t("secondLine.passOn")}
          deed={deed}
          others={
            <Button look="plain" onPress={() => setOpen(false)}>
              {t("page.close")}
            </Button>
          }
        >
          <div className="signs">
            {SIGNS.map((sign) => (
              <Pick key={sign} type="checkbox" name="sign" value={sign} label={named("secondLine.sign", sign)} />
            ))}
          </div>
        </Deed>
      ) : (
        <div>
          <Button look="small" onPress={() => setOpen(true)}>
            {t("secondLine.observeOpen")}
          </Button>
        </div>
      )}
    </section>
  );
}
