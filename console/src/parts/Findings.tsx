/** Findings with their reasons: what was found, how it compares with a list's entry, what would settle it. */

import type { ReactElement } from "react";
import type { Schemas } from "../api";
import { askForHelp } from "../app/help";
import { named, tidy, useWords } from "../words";
import { Button } from "./form";
import { Icon, type Sign } from "./Icon";
import { Identifier, Name } from "./text";

export type Finding = Schemas["FindingOut"];

const ORDER: Schemas["Severity"][] = ["alert", "irregular", "notice", "protection"];
const SIGNS: Record<string, Sign> = { alert: "alert", irregular: "irregular", notice: "notice", protection: "second" };

/** The list of findings, the gravest first. */
export function Findings({ findings }: { findings: readonly Finding[] }): ReactElement | null {
  const t = useWords();
  if (!findings.length) return null;
  const sorted = findings.toSorted((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
  return (
    <ol className="findings" aria-label={t("finding.list")}>
      {sorted.map((finding) => (
        <FindingItem key={finding.claim} finding={finding} />
      ))}
    </ol>
  );
}

function FindingItem({ finding }: { finding: Finding }): ReactElement {
  const t = useWords();
  const { severity, rule, text, rebuttal_texts, stale_posts, status, params } = finding;
  return (
    <li className={`finding finding-${severity}`}>
      <Icon sign={SIGNS[severity] ?? "notice"} />
      <div className="finding-body">
        <p className="finding-head">
          <Button look="plain small" className="rule-link" onPress={() => askForHelp({ rule })}>
            <span className="unseen">{t("finding.meaning")}</span>
            <bdi dir="ltr" className="rule">
              {rule}
            </bdi>
          </Button>
          <span className="severity">{named("severity", severity)}</span>
          {status === "withdrawn" && <span className="severity">{t("finding.withdrawn")}</span>}
        </p>
        <p className="finding-text">{tidy(text)}</p>
        {Array.isArray(params.explanation) && <Comparison params={params as unknown as Compared} />}
        {typeof params.instruction === "string" && params.instruction && (
          <p className="instruction">
            <strong>{t("watch.instruction")}</strong> <Name>{params.instruction}</Name>
          </p>
        )}
        {stale_posts.length > 0 && <StalePosts codes={stale_posts} />}
        {rebuttal_texts.length > 0 && (
          <div className="rebut">
            <span className="rebut-label">{t("finding.rebut")}</span>
            <ul>
              {rebuttal_texts.map((one) => (
                <li key={one}>{tidy(one)}</li>
              ))}
            </ul>
          </div>
        )}
      </div>
    </li>
  );
}

function StalePosts({ codes }: { codes: string[] }): ReactElement {
  const t = useWords();
  return (
    <p className="quiet">
      {t("finding.stale")}{" "}
      {codes.map((code) => (
        <Identifier key={code} code>
          {code}{" "}
        </Identifier>
      ))}
    </p>
  );
}

/** How one field of a traveller compares with an entry's. */
export interface Evidence {
  field: string;
  subject_value: string | null;
  entry_value: string | null;
  outcome: string;
}

export interface Compared {
  explanation: Evidence[];
  list: string;
  entry_id: string;
}

const SPEAKS: Record<string, "for" | "against" | "nothing"> = {
  equal: "for",
  alike: "for",
  partial: "for",
  missing: "nothing",
  different: "against",
  contradicting: "against",
};
const MARKS: Record<"for" | "against" | "nothing", Sign> = { for: "equal", against: "differs", nothing: "notice" };

/** Field by field: what the traveller shows, what the list says, and which way that speaks. */
export function Comparison({ params: { explanation, list, entry_id } }: { params: Compared }): ReactElement {
  const t = useWords();
  return (
    <table className="evidence">
      <caption>
        {t("watch.entry")} <Identifier code>{`${list} · ${entry_id}`}</Identifier>
      </caption>
      <thead>
        <tr>
          <th scope="col">{t("watch.fieldHead")}</th>
          <th scope="col">{t("watch.traveller")}</th>
          <th scope="col">{t("watch.listed")}</th>
          <th scope="col">{t("watch.says")}</th>
        </tr>
      </thead>
      <tbody>
        {explanation.map((evidence) => (
          <EvidenceRow key={evidence.field} evidence={evidence} />
        ))}
      </tbody>
    </table>
  );
}

function EvidenceRow({ evidence }: { evidence: Evidence }): ReactElement {
  useWords();
  const way = SPEAKS[evidence.outcome] ?? "nothing";
  return (
    <tr className={`speaks-${way}`}>
      <th scope="row">{named("watch.field", evidence.field)}</th>
      <Shown value={evidence.subject_value} />
      <Shown value={evidence.entry_value} />
      <td className="outcome">
        <Icon sign={MARKS[way]} />
        {named("watch.outcome", evidence.outcome)}
      </td>
    </tr>
  );
}

function Shown({ value }: { value: string | null }): ReactElement {
  const t = useWords();
  return <td>{value ? <Name>{value}</Name> : <span className="quiet">{t("watch.unknown")}</span>}</td>;
}
