import { type ChangeEvent, type ReactElement, useState } from "react";
import { t, useWords } from "../words";
import { against, type DayKind, sent, tidied, WRITTEN } from "./days";

type Props = { kind: DayKind; min?: string; max?: string } & Omit<
  React.ComponentProps<"input">,
  "type" | "min" | "max"
>;

/**
 * The field of a day or of a moment of this place. A browser's own shows the order of its own language; this one is
 * ISO 8601 everywhere, and says in the officer's language what does not fit.
 */
export function DayInput({ kind, min, max, name, onChange, defaultValue, ...input }: Props): ReactElement {
  useWords();
  const first = tidied(String(defaultValue ?? ""));
  const [typed, setTyped] = useState(first);
  const isMoment = kind === "datetime-local";
  const change = (event: ChangeEvent<HTMLInputElement>) => {
    const { target } = event;
    const clean = tidied(target.value);
    if (clean !== target.value) target.value = clean;
    const fault = against(kind, clean, { min, max });
    target.setCustomValidity(fault ? t(fault[0], { day: fault[1] }) : "");
    setTyped(clean);
    onChange?.(event);
  };
  return (
    <>
      <input
        {...input}
        {...(input.value === undefined ? { defaultValue: first } : {})}
        name={isMoment ? undefined : name}
        className={isMoment ? "moment-typed" : "day-typed"}
        inputMode="numeric"
        dir="ltr"
        maxLength={WRITTEN[kind].length}
        placeholder={WRITTEN[kind]}
        title={t("day.shape", { day: WRITTEN[kind] })}
        onChange={change}
      />
      {isMoment && <input type="hidden" name={name} value={sent(typed)} />}
    </>
  );
}
