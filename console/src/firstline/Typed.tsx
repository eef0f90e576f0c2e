/** By hand: the lines of a zone that no machine reads, or the fields of a document without one. */

import { type KeyboardEvent, type ReactElement, type SubmitEvent, useState } from "react";
import type { Schemas } from "../api";
import { digitsOf } from "../parts/checkdigits";
import { Button, Choice, Field } from "../parts/form";
import { useWords } from "../words";
import { desk } from "./desk";
import { DigitMark } from "./ReadingPanel";

/** A field for the lines, whose check digits are counted while they are typed. */
export function TypedZone(): ReactElement {
  const t = useWords();
  const [text, setText] = useState(desk.zoneText);
  const lines = text
    .trim()
    .split("\n")
    .map((line) => line.trim());
  const change = (typed: string) => {
    desk.zoneText = typed.toUpperCase().replace(/[^A-Z0-9<\n]/g, "");
    setText(desk.zoneText);
  };
  const keydown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const whole = lines.length > 1 && !event.shiftKey;
    if (event.key !== "Enter" || !(whole || event.ctrlKey)) return;
    event.preventDefault();
    event.currentTarget.form?.requestSubmit();
  };
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    desk.take({ text: text.trim() });
  };
  return (
    <form className="by-hand stack" onSubmit={submit}>
      <label htmlFor="zone">{t("typed.zone")}</label>
      <textarea
        id="zone"
        className="zone-area"
        rows={3}
        dir="ltr"
        data-zone=""
        spellCheck="false"
        autoComplete="off"
        autoCapitalize="characters"
        required
        maxLength={400}
        // biome-ignore lint/a11y/noAutofocus: the officer has just asked to type here
        autoFocus
        value={text}
        onChange={({ target }) => change(target.value)}
        onKeyDown={keydown}
      />
      <p className="quiet">{t("typed.lengths", { lengths: lines.map(({ length }) => length).join(" · ") })}</p>
      <ul className="digits" aria-label={t("reading.digits")}>
        {digitsOf(lines).map((digit) => (
          <DigitMark key={digit.field} {...digit} />
        ))}
      </ul>
      <p className="quiet">{t("typed.zoneHelp")}</p>
      <Buttons action={t("reading.check")} />
    </form>
  );
}

const STATE = { maxLength: 3, pattern: "[A-Za-z]{1,3}", autoCapitalize: "characters" };
const DATE = {
  maxLength: 10,
  pattern: "(\\d{4}|[Xx]{4})(-(\\d{2}|[Xx]{2})(-(\\d{2}|[Xx]{2}))?)?",
  placeholder: "1974-08-12",
};
const FIELDS: Record<string, React.ComponentProps<"input">> = {
  primary_identifier: { required: true, maxLength: 200 },
  secondary_identifier: { maxLength: 200 },
  document_code: { required: true, maxLength: 2, pattern: "[A-Za-z][A-Za-z<]?", defaultValue: "P" },
  document_number: { required: true, maxLength: 30, pattern: "[A-Za-z0-9<\\-]+" },
  issuing_state: { required: true, ...STATE },
  nationality: { required: true, ...STATE },
  date_of_birth: { required: true, ...DATE },
  date_of_expiry: DATE,
};

/** A form for a document without a zone that a machine could read. */
export function TypedDocument(): ReactElement {
  const t = useWords();
  const known = (desk.front.typed ?? {}) as Record<string, string>;
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const entries = [...new FormData(event.currentTarget)].map(
      ([name, value]) => [name, String(value).trim()] as const,
    );
    const given = entries.filter(([, value]) => value).map(([name, value]) => [name, value.toUpperCase()] as const);
    desk.takeTyped(Object.fromEntries(given) as unknown as Schemas["DocumentIn"]);
  };
  return (
    <form className="by-hand stack" onSubmit={submit}>
      <p className="quiet">{t("typed.documentHelp")}</p>
      <div className="details-grid">
        {Object.entries(FIELDS).map(([name, attributes], at) => (
          <Field
            key={name}
            id={`typed-${name}`}
            name={name}
            label={t(`field.${name}`)}
            dir="ltr"
            className="capitals"
            autoFocus={at === 0}
            {...attributes}
            defaultValue={known[name] ?? attributes.defaultValue}
          />
        ))}
        <Choice
          id="typed-sex"
          name="sex"
          label={t("field.sex")}
          defaultValue={known.sex}
          options={["X", "F", "M"].map((sex) => [sex, t(`sex.${sex}`)] as const)}
        />
      </div>
      <Buttons action={t("reading.inspect")} />
    </form>
  );
}

function Buttons({ action }: { action: string }): ReactElement {
  const t = useWords();
  return (
    <div className="row">
      <Button type="submit" look="primary" shortcut="Enter">
        {action}
      </Button>
      <Button look="plain" shortcut="Esc" onPress={() => desk.escape()}>
        {t("typed.back")}
      </Button>
    </div>
  );
}
