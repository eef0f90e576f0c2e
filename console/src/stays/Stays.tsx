/** The stay calculator: days used and left, from stays that are typed in. Nobody's record is looked at. */

import "./stays.css";
import { type ReactElement, useState } from "react";
import { answered, api, dayAtPosts, type Schemas } from "../api";
import { say } from "../parts/announce";
import { Button, Deed, Field, given } from "../parts/form";
import { Page } from "../parts/Page";
import { Identifier } from "../parts/text";
import { useWords } from "../words";

type Answer = Schemas["AllowanceOut"];
type Span = "stay" | "permit";

export default function Stays(): ReactElement {
  const t = useWords();
  const [found, setFound] = useState<Answer | null>(null);
  const count = async (form: FormData) => {
    setFound(null);
    const body = questionOf(form);
    const answer = await answered(api.POST("/v1/stays/calculate", { body }));
    setFound(answer);
    say(t("stays.said", { used: answer.days_used, left: answer.days_left }));
  };
  return (
    <Page title={t("stays.title")} lead={t("stays.lead")}>
      <Deed className="stay-form" action={t("stays.count")} deed={count}>
        <Spans kind="stay" title={t("stays.stays")} first={3} />
        <Spans kind="permit" title={t("stays.permits")} help={t("stays.permitsHelp")} first={0} />
        <fieldset>
          <legend>{t("stays.question")}</legend>
          <div className="row">
            <Field label={t("stays.day")} name="day" type="date" required defaultValue={dayAtPosts()} dir="ltr" />
            <Field label={t("stays.days")} name="days" type="number" min={1} max={3660} dir="ltr" />
            <Field label={t("stays.window")} name="window_days" type="number" min={1} max={3660} dir="ltr" />
          </div>
          <p className="quiet">{t("stays.limitHelp")}</p>
        </fieldset>
      </Deed>
      {found && <Found answer={found} />}
    </Page>
  );
}

/** Rows of a first and a last day each, with a button for one more. */
function Spans({
  kind,
  title,
  help,
  first,
}: {
  kind: Span;
  title: string;
  help?: string;
  first: number;
}): ReactElement {
  const t = useWords();
  const [rows, setRows] = useState(first);
  return (
    <fieldset>
      <legend>{title}</legend>
      {help && <p className="quiet">{help}</p>}
      <div className="stack">
        {Array.from({ length: rows }, (_, row) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows are only ever added at the end
          <fieldset key={row} className="row" aria-label={t("stays.row", { number: row + 1 })}>
            <Field label={t("stays.first")} name={`${kind}-first`} type="date" dir="ltr" autoFocus={row >= first} />
            <Field label={t("stays.last")} name={`${kind}-last`} type="date" dir="ltr" />
          </fieldset>
        ))}
      </div>
      <Button look="plain" onPress={() => setRows(rows + 1)}>
        {t("stays.add")}
      </Button>
    </fieldset>
  );
}

function questionOf(form: FormData): Schemas["StayQuestionIn"] {
  const limit = { days: Number(given(form, "days")), window_days: Number(given(form, "window_days")) };
  const stated = Object.fromEntries(Object.entries(limit).filter(([, value]) => value));
  return { day: given(form, "day"), stays: spansOf(form, "stay"), permits: spansOf(form, "permit"), ...stated };
}

function spansOf(form: FormData, kind: Span): Schemas["StayIn"][] {
  const lasts = form.getAll(`${kind}-last`);
  return form
    .getAll(`${kind}-first`)
    .map((first, row) => ({ first: String(first), last: String(lasts[row]) || null }))
    .filter(({ first }) => first);
}

function Found({ answer }: { answer: Answer }): ReactElement {
  const t = useWords();
  const pairs: [string, string | number | null][] = [
    ["stays.used", answer.days_used],
    ["stays.left", answer.days_left],
    ["stays.latestExit", answer.latest_exit],
    ["stays.earliestReentry", answer.earliest_reentry],
    ["stays.allowed", `${answer.days_allowed} / ${answer.window_days}`],
    ["stays.windowStart", answer.window_start],
  ];
  return (
    <section className="card stay-answer" aria-label={t("stays.answer")}>
      {answer.exempt && <p>{t("stays.exempt")}</p>}
      <dl className="stay-figures">
        {pairs.map(([name, value]) => (
          <div key={name}>
            <dt>{t(name)}</dt>
            <dd>
              <Identifier>{value ?? "–"}</Identifier>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
