/** All that is held on one person, as a file to be handed over, in the language of who gets it. */

import { useQueryClient } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { answered, api } from "../api";
import { say } from "../parts/announce";
import { Choice, Deed, given } from "../parts/form";
import { Icon } from "../parts/Icon";
import { LANGUAGES, language, useWords } from "../words";
import { refreshed } from "./queries";

export function Handover({ request }: { request: string }): ReactElement {
  const t = useWords();
  const queries = useQueryClient();
  const [made, setMade] = useState<{ href: string; name: string } | null>(null);
  const deed = async (form: FormData) => {
    const format = given(form, "format") as "pdf" | "json";
    const params = { path: { id: request }, query: { format } };
    const headers = { "Accept-Language": given(form, "language") };
    const file = await answered(
      api.POST("/v1/rights/requests/{id}/export", { params, headers, parseAs: "blob" }) as Promise<{
        data?: Blob;
        response: Response;
      }>,
    );
    setMade({ href: URL.createObjectURL(file), name: `held-${request}.${format}` });
    say(t("rights.made"));
    await refreshed(queries);
  };
  return (
    <section className="card stack" aria-label={t("rights.handover")}>
      <h2>{t("rights.handover")}</h2>
      <p className="quiet">{t("rights.handoverLead")}</p>
      <Deed action={t("rights.makeFile")} deed={deed}>
        <div className="rights-fields">
          <Choice
            label={t("rights.language")}
            name="language"
            options={Object.entries(LANGUAGES)}
            defaultValue={language()}
          />
          <Choice
            label={t("rights.format")}
            name="format"
            options={[
              ["pdf", t("rights.pdf")],
              ["json", t("rights.json")],
            ]}
          />
        </div>
      </Deed>
      {made && (
        <p className="with-icon" role="status">
          <Icon sign="check" />
          <a href={made.href} download={made.name}>
            {t("rights.download")}
          </a>
        </p>
      )}
    </section>
  );
}
