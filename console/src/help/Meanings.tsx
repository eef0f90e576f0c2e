import { useQuery } from "@tanstack/react-query";
import { type ReactElement, useEffect, useRef } from "react";
import type { Schemas } from "../api";
import { meanings } from "../api/reference";
import { useMay } from "../app/session";
import { Loaded } from "../parts/Loaded";
import { Identifier } from "../parts/text";
import { named, tidy, useWords } from "../words";

type Meaning = Schemas["MeaningOut"];

const FAMILIES = [..."WEDMP"];

/** Every kind of finding in the service's own words, by family; the one that was asked for comes into view. */
export function Meanings({ wanted }: { wanted: string | undefined }): ReactElement {
  const t = useWords();
  const may = useMay();
  const query = useQuery(meanings());
  const shown = FAMILIES.filter((family) => family !== "P" || may("read_protection"));
  return (
    <Loaded query={query}>
      {(all) => (
        <>
          <p className="quiet">{t("help.findingsLead")}</p>
          {shown.map((family) => (
            <section key={family}>
              <h3>{t(`help.family.${family}`)}</h3>
              {all
                .filter(({ rule }) => rule.startsWith(family))
                .map((meaning) => (
                  <MeaningItem key={meaning.rule} meaning={meaning} wanted={meaning.rule === wanted} />
                ))}
            </section>
          ))}
          {!may("read_protection") && (
            <section>
              <h3>{t("help.family.P")}</h3>
              <p>{t("help.cue")}</p>
            </section>
          )}
        </>
      )}
    </Loaded>
  );
}

function MeaningItem({ meaning, wanted }: { meaning: Meaning; wanted: boolean }): ReactElement {
  const t = useWords();
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!wanted) return;
    place.current?.scrollIntoView({ block: "start" });
    place.current?.focus({ preventScroll: true });
  }, [wanted]);
  const { rule, title, severity, text, rebuttals } = meaning;
  return (
    <article
      ref={place}
      tabIndex={-1}
      className={wanted ? "meaning wanted" : "meaning"}
      aria-labelledby={`meaning-${rule}`}
    >
      <h4 id={`meaning-${rule}`}>
        <Identifier code>{rule}</Identifier> {title}
        <span className="severity">{named("severity", severity)}</span>
      </h4>
      <p>{tidy(text)}</p>
      {rebuttals.length > 0 && (
        <>
          <p className="rebut-label">{t("finding.rebut")}</p>
          <ul>
            {rebuttals.map((one) => (
              <li key={one}>{tidy(one)}</li>
            ))}
          </ul>
        </>
      )}
    </article>
  );
}
