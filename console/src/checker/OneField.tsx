import { type ReactElement, useState } from "react";
import { checkDigit, valueOfCharacter, weightAt } from "../parts/checkdigits";
import { Field } from "../parts/form";
import { Identifier } from "../parts/text";
import { useWords } from "../words";

/** The check digit of a single field, with how it comes about: all of it in the browser. */
export function OneField(): ReactElement {
  const t = useWords();
  const [text, setText] = useState("");
  const change = (typed: string) => setText(typed.toUpperCase().replace(/[^A-Z0-9<]/g, ""));
  return (
    <section className="card one-field" aria-labelledby="one-field">
      <h2 id="one-field">{t("checker.one")}</h2>
      <Field
        label={t("checker.oneText")}
        help={t("checker.oneHelp")}
        value={text}
        onChange={({ target }) => change(target.value)}
        maxLength={44}
        dir="ltr"
        className="code"
      />
      {text && (
        <>
          <p role="status">
            {t("checker.oneDigit")} <strong className="one-digit">{checkDigit(text)}</strong>
          </p>
          <Working text={text} />
        </>
      )}
    </section>
  );
}

/** Value by weight, place by place, and their sum. */
function Working({ text }: { text: string }): ReactElement {
  const t = useWords();
  const terms = [...text].map((one, at) => ({ at, one, value: valueOfCharacter(one), weight: weightAt(at) }));
  const sum = terms.reduce((total, { value, weight }) => total + value * weight, 0);
  return (
    <div className="working">
      <p className="quiet">{t("checker.working")}</p>
      <ol dir="ltr">
        {terms.map(({ at, one, value, weight }) => (
          <li key={at}>
            <span className="code">{one}</span>
            <span>{`${value} × ${weight}`}</span>
            <span>{value * weight}</span>
          </li>
        ))}
      </ol>
      <p>
        <Identifier>{`${sum} mod 10 = ${sum % 10}`}</Identifier>
      </p>
    </div>
  );
}
