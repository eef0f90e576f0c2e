/** A figure as a file. To whom it is given stays in the trail, and the officer is told so before. */

import { type ReactElement, useState } from "react";
import { Dialog } from "../parts/Dialog";
import { Button, Field } from "../parts/form";
import { useWords } from "../words";
import { askedOf, type Filters } from "./filters";
import type { Shown } from "./series";

const FORMATS = ["csv", "xlsx", "parquet"] as const;

interface Props {
  name: string;
  shown: Pick<Shown, "figure" | "only"> & { by: readonly string[] };
  filters: Filters;
}

export function Exports(props: Props): ReactElement {
  const t = useWords();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button look="small" aria-label={t("dash.exportOf", { name: props.name })} onPress={() => setOpen(true)}>
        {t("dash.export")}
      </Button>
      {open && <GiveOut {...props} close={() => setOpen(false)} />}
    </>
  );
}

function GiveOut({ name, shown: { figure, by, only }, filters, close }: Props & { close: () => void }): ReactElement {
  const t = useWords();
  const [recipient, setRecipient] = useState("");
  const named = recipient.trim().length > 1;
  const address = (format: string) => {
    const asked = { ...askedOf(filters, figure), ...only, by: by.join(","), recipient: recipient.trim(), format };
    return `/v1/statistics/${figure}/export?${new URLSearchParams(asked)}`;
  };
  return (
    <Dialog title={t("dash.exportOf", { name })} close={close}>
      <div className="stack">
        <p>{t("dash.exportWhy")}</p>
        <Field
          label={t("dash.recipient")}
          value={recipient}
          onChange={({ target }) => setRecipient(target.value)}
          maxLength={200}
          dir="auto"
          autoFocus
        />
        <div className="row">
          {FORMATS.map((format) =>
            named ? (
              <a key={format} className="button" href={address(format)} download>
                {t("dash.exportAs", { format: format.toUpperCase() })}
              </a>
            ) : (
              <Button key={format} isDisabled>
                {t("dash.exportAs", { format: format.toUpperCase() })}
              </Button>
            ),
          )}
        </div>
      </div>
    </Dialog>
  );
}
