/** What entries and their terms say, and what they say otherwise. */

import type { ReactElement } from "react";
import type { Schemas } from "../api";
import { Icon, type Sign } from "../parts/Icon";
import { Identifier, Name, When } from "../parts/text";
import { named, useWords } from "../words";
import { type Listed, textsOf } from "./person";
import type { Effect } from "./queries";

const PERSON = [
  "names",
  "dates_of_birth",
  "nationalities",
  "sex",
  "documents",
  "father_names",
  "mother_names",
  "reference",
] as const;
const TERMS = ["owner", "legal_basis", "instruction", "review_on", "expires_on"] as const;
const FREE: ReadonlySet<string> = new Set(["names", "father_names", "mother_names", "owner", "legal_basis"]);
const UNSHOWN: ReadonlySet<string> = new Set(["id", "list", "script"]);

/** All that an entry says of its person, field by field; nothing is shown of what it does not say. */
export function PersonFacts({ said }: { said: Listed }): ReactElement {
  useWords();
  return (
    <dl className="facts">
      {PERSON.map((field) => {
        const texts = textsOf(said[field]);
        return texts.length > 0 && <Fact key={field} field={field} texts={texts} />;
      })}
    </dl>
  );
}

/** Who answers for it, on which ground, until when, and what the officer does. */
export function TermsFacts({ terms }: { terms: Schemas["TermsOut"] }): ReactElement {
  useWords();
  return (
    <dl className="facts">
      {TERMS.map((field) => {
        const texts = textsOf(terms[field]);
        return texts.length > 0 && <Fact key={field} field={field} texts={texts} />;
      })}
    </dl>
  );
}

function Fact({ field, texts }: { field: string; texts: string[] }): ReactElement {
  return (
    <div>
      <dt>{named("said", field)}</dt>
      <dd>
        <Texts field={field} texts={texts} />
      </dd>
    </div>
  );
}

function Texts({ field, texts }: { field: string; texts: string[] }): ReactElement {
  const t = useWords();
  if (!texts.length) return <span className="quiet">{t("said.nothing")}</span>;
  return (
    <ul>
      {texts.map((text) => (
        <li key={text}>
          {FREE.has(field) || field === "instruction" ? <Name>{text}</Name> : <Identifier>{text}</Identifier>}
        </li>
      ))}
    </ul>
  );
}

/** Field by field what is said otherwise: before, after. */
export function Differences({ of }: { of: Record<string, Record<string, unknown>> }): ReactElement | null {
  const t = useWords();
  const rows = Object.entries(of).filter(([field]) => !UNSHOWN.has(field));
  if (!rows.length) return null;
  return (
    <table className="differences">
      <thead>
        <tr>
          <th scope="col">{t("said.field")}</th>
          <th scope="col">{t("said.before")}</th>
          <th scope="col">{t("said.after")}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([field, { before, after }]) => (
          <tr key={field}>
            <th scope="row">{named("said", field)}</th>
            <td>
              <Texts field={field} texts={textsOf(before)} />
            </td>
            <td>
              <Texts field={field} texts={textsOf(after)} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Whom an entry means, in one line. */
export function Whom({ said }: { said: Listed }): ReactElement {
  const { names, dates_of_birth, nationalities, documents } = said;
  const others = [...dates_of_birth, ...nationalities, ...textsOf(documents)].join(" · ");
  return (
    <>
      {names.slice(0, 2).map(({ text }, at) => (
        <span key={text}>
          {at > 0 && " / "}
          <Name>{text}</Name>
        </span>
      ))}
      {others && (
        <span className="quiet">
          <Identifier>{others}</Identifier>
        </span>
      )}
    </>
  );
}

const EFFECTS: Record<Effect, Sign> = { added: "plus", changed: "differs", removed: "cross" };

/** What a file does to an entry: sign and word together. */
export function EffectTag({ effect }: { effect: Effect }): ReactElement {
  useWords();
  return (
    <span className={`tag effect-${effect}`}>
      <Icon sign={EFFECTS[effect]} />
      {named("effect", effect)}
    </span>
  );
}

const STATES: Record<Schemas["ChangeState"], Sign> = { proposed: "clock", approved: "clear", rejected: "refuse" };

/** Where a proposal stands. */
export function StateTag({ state }: { state: Schemas["ChangeState"] }): ReactElement {
  useWords();
  return (
    <span className={`tag state-${state}`}>
      <Icon sign={STATES[state]} />
      {named("state", state)}
    </span>
  );
}

/** Somebody and a moment. */
export function By({ who, at }: { who: string; at: string }): ReactElement {
  return (
    <span>
      <Name>{who}</Name>, <When moment={at} />
    </span>
  );
}
