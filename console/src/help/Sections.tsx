import type { ReactElement } from "react";
import { t, useWords } from "../words";

const WARNINGS = [
  "no_zone",
  "check_digit_failed",
  "doubtful_character",
  "illegal_character",
  "name_doubtful",
  "state_unknown",
  "date_impossible",
  "length_doubtful",
  "layout_unknown",
  "frames_disagree",
] as const;

/** What a reading warns of, and what to do about each. */
export function Warnings(): ReactElement {
  useWords();
  return (
    <>
      <p className="quiet">{t("help.readingLead")}</p>
      <dl className="help-warnings">
        {WARNINGS.map((code) => (
          <div key={code}>
            <dt>{t(`help.warning.${code}`)}</dt>
            <dd>{t(`help.todo.${code}`)}</dd>
          </div>
        ))}
        <div>
          <dt>{t("help.warning.repaired")}</dt>
          <dd>{t("help.todo.repaired")}</dd>
        </div>
      </dl>
    </>
  );
}

/** What to do, one thing after the other. */
export function Steps({ of, count }: { of: "link" | "paper"; count: number }): ReactElement {
  useWords();
  const lead = of === "link" ? t("help.linkLead") : t("help.paperLead");
  return (
    <>
      <p className="quiet">{lead}</p>
      <ol className="help-steps">
        {Array.from({ length: count }, (_, at) => at + 1).map((step) => (
          <li key={step}>{of === "link" ? t(`help.link.${step}`) : t(`help.paper.${step}`)}</li>
        ))}
      </ol>
    </>
  );
}
