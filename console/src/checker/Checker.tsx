/** The checker of zones: typed, pasted or swiped in, looked through, and forgotten. Nobody's record is looked at. */

import "./checker.css";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type ReactElement, useEffect, useState } from "react";
import { answered, api, Problem, type Schemas } from "../api";
import { Button } from "../parts/form";
import { Page } from "../parts/Page";
import { ProblemBox } from "../parts/ProblemBox";
import { useWords } from "../words";
import { Against } from "./Against";
import { Fields } from "./Fields";
import { Lines } from "./Lines";
import { OneField } from "./OneField";

export type Check = Schemas["ZoneCheckOut"];

const PAUSE = 250; // ms without a key after which the text is looked through
const LONGEST = 400;

export default function Checker(): ReactElement {
  const t = useWords();
  const [text, setText] = useState("");
  const { data, error } = useCheck(text);
  const found = text.trim() ? data : undefined;
  return (
    <Page title={t("checker.title")} lead={t("checker.lead")} className="checker">
      <div className="checker-columns">
        <div className="stack">
          <ZoneText text={text} change={setText} />
          {error instanceof Problem && <ProblemBox problem={error} />}
          {found && <Lines check={found} />}
          {found && <Against check={found} mend={setText} />}
        </div>
        <div className="stack">
          {found && found.fields.length > 0 && <Fields check={found} />}
          <OneField />
        </div>
      </div>
    </Page>
  );
}

/** What the service says of the text once it has not changed for a moment; kept no longer than the page is open. */
function useCheck(text: string) {
  const settled = useSettled(text.trim());
  return useQuery({
    queryKey: ["zone-check", settled],
    queryFn: () => answered(api.POST("/v1/mrz/check", { body: { mrz: settled } })),
    enabled: settled !== "",
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
}

function useSettled(value: string): string {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => settle(value), PAUSE);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

function ZoneText({ text, change }: { text: string; change: (text: string) => void }): ReactElement {
  const t = useWords();
  return (
    <div className="labelled wide">
      <label htmlFor="checked-zone">{t("checker.zone")}</label>
      <textarea
        id="checked-zone"
        className="zone-area"
        rows={3}
        dir="ltr"
        spellCheck="false"
        autoComplete="off"
        autoCapitalize="characters"
        maxLength={LONGEST}
        aria-describedby="checked-zone-help"
        // biome-ignore lint/a11y/noAutofocus: a reader that types, and an officer, begin here
        autoFocus
        value={text}
        onChange={({ target }) => change(target.value.toUpperCase())}
      />
      <div className="row">
        <p className="quiet help" id="checked-zone-help">
          {t("checker.zoneHelp")}
        </p>
        {text && (
          <Button look="small" onPress={() => change("")}>
            {t("checker.clear")}
          </Button>
        )}
      </div>
    </div>
  );
}
