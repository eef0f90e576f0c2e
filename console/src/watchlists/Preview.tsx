/** What an entry would do: how its names are compared, which travellers it would stop, which entries are like it. */

import { useMutation } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { answered, api, type Problem, type Schemas } from "../api";
import { Comparison } from "../parts/Findings";
import { Button } from "../parts/form";
import { Icon, type Sign } from "../parts/Icon";
import { ProblemBox } from "../parts/ProblemBox";
import { Identifier, Name } from "../parts/text";
import { named, useWords } from "../words";
import { formOf, type Listed, type PersonIn, personOf } from "./person";
import type { Preview as Previewed } from "./queries";

type Hit = Schemas["HitOut"];

interface Props {
  list: string;
  id: string;
  /** What the entry says at the moment of asking. */
  said: () => Listed | PersonIn;
}

export function Preview({ list: name, id: entry_id, said }: Props): ReactElement {
  const t = useWords();
  const look = useMutation<Previewed, Problem>({
    mutationFn: () =>
      answered(
        api.POST("/v1/watchlists/{name}/entries/{entry_id}/preview", {
          params: { path: { name, entry_id } },
          body: personOf(formOf(said() as Listed)),
        }),
      ),
  });
  return (
    <div className="stack preview">
      <div className="row">
        <Button onPress={() => look.mutate()} isDisabled={look.isPending}>
          <Icon sign="person" />
          {t("preview.do")}
        </Button>
      </div>
      {look.error && <ProblemBox problem={look.error} />}
      {look.data && <Result of={look.data} />}
    </div>
  );
}

function Result({ of: { lacking, names, tried, alike, strong_from } }: { of: Previewed }): ReactElement {
  const t = useWords();
  return (
    <section className="stack" aria-label={t("preview.title")} aria-live="polite">
      <h3>{t("preview.title")}</h3>
      {lacking && (
        <p className="doubtful" lang="en">
          <Icon sign="alert" /> <Identifier>{lacking}</Identifier>
        </p>
      )}
      <ul className="name-forms">
        {names.map(({ text, words, skeletons }) => (
          <li key={text}>
            <Name>{text}</Name>{" "}
            <Identifier code>{words.map((word, at) => `${word} [${skeletons[at]}]`).join(" ")}</Identifier>
          </li>
        ))}
      </ul>
      <table className="differences">
        <thead>
          <tr>
            <th scope="col">{t("preview.traveller")}</th>
            <th scope="col">{t("preview.meets")}</th>
            <th scope="col">{t("preview.score")}</th>
          </tr>
        </thead>
        <tbody>
          {tried.map(({ trial, hit }) => (
            <tr key={trial}>
              <th scope="row">{named("trial", trial)}</th>
              <td>
                <Meets hit={hit} />
              </td>
              <td>
                <Identifier>{hit ? hit.score.toFixed(2) : "–"}</Identifier>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="quiet">{t("preview.threshold", { score: strong_from.toFixed(2) })}</p>
      <Alike hits={alike} />
    </section>
  );
}

const MEETS: Record<string, Sign> = { document: "refer", strong: "refer", weak: "notice" };

function Meets({ hit }: { hit: Hit | null }): ReactElement {
  const t = useWords();
  if (!hit)
    return (
      <span className="with-icon">
        <Icon sign="check" />
        {t("preview.nothing")}
      </span>
    );
  return (
    <span className="with-icon">
      <Icon sign={MEETS[hit.kind] ?? "notice"} />
      {named("meets", hit.kind)}
    </span>
  );
}

function Alike({ hits }: { hits: readonly Hit[] }): ReactElement {
  const t = useWords();
  if (!hits.length) return <p className="quiet">{t("preview.noneAlike")}</p>;
  return (
    <details className="alike" open>
      <summary>
        {t("preview.alike")} <Identifier>{hits.length}</Identifier>
      </summary>
      {hits.map(({ list, entry_id, explanation }) => (
        <Comparison key={`${list} ${entry_id}`} params={{ list, entry_id, explanation: [...explanation] }} />
      ))}
    </details>
  );
}
