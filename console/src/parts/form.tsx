/** What forms are made of. Labels stand above their fields; a field is as wide as its form lets it be. */

import { type ReactElement, type ReactNode, type Ref, type SubmitEvent, useId, useState } from "react";
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from "react-aria-components";
import { Problem } from "../api/problem";
import { DayInput } from "./DayInput";
import type { DayKind } from "./days";
import { ProblemBox } from "./ProblemBox";
import { Key } from "./text";

interface ButtonProps extends Omit<AriaButtonProps, "children" | "className"> {
  children: ReactNode;
  /** How it looks: `primary` once a page; `danger` for what cannot be taken back; `plain` without a frame. */
  look?: "primary" | "danger" | "plain" | "wide" | "small" | `${"primary" | "plain"} wide` | "plain small";
  /** The key that does the same; printed on the button. */
  shortcut?: string;
  className?: string;
  ref?: Ref<HTMLButtonElement>;
}

/** A button; with `shortcut` it shows the key that does the same, which the page itself listens to. */
export function Button({ children, look, shortcut, className, ...more }: ButtonProps): ReactElement {
  return (
    <AriaButton {...more} className={["button", look, className].filter(Boolean).join(" ")}>
      {children}
      {shortcut && <Key>{shortcut}</Key>}
    </AriaButton>
  );
}

type FieldProps = { label: string; help?: ReactNode; wide?: boolean } & React.ComponentProps<"input">;

/** A labelled input. `dir="ltr"` for identifiers, `dir="auto"` for names; days and moments are ISO 8601 everywhere. */
export function Field({ label, help, wide, id, ...input }: FieldProps): ReactElement {
  const own = useId();
  const shared = {
    id: id ?? own,
    autoComplete: "off",
    spellCheck: "false",
    "aria-describedby": help ? `${id ?? own}-help` : undefined,
  } as const;
  return (
    <Labelled label={label} id={id ?? own} help={help} wide={wide}>
      {input.type === "date" || input.type === "datetime-local" ? (
        <DayInput {...shared} {...dayProps(input)} />
      ) : (
        <input {...shared} {...input} />
      )}
    </Labelled>
  );
}

/** What a field of a day is given: `type` says whether it is a day or a moment. */
function dayProps({ type, min, max, ...input }: React.ComponentProps<"input">) {
  return { ...input, kind: type as DayKind, min: String(min ?? ""), max: String(max ?? "") };
}

type AreaProps = { label: string; help?: ReactNode; wide?: boolean } & React.ComponentProps<"textarea">;

/** A labelled field of several lines. */
export function Area({ label, help, wide, id, ...area }: AreaProps): ReactElement {
  const own = useId();
  return (
    <Labelled label={label} id={id ?? own} help={help} wide={wide}>
      <textarea id={id ?? own} spellCheck="false" aria-describedby={help ? `${id ?? own}-help` : undefined} {...area} />
    </Labelled>
  );
}

type ChoiceProps = {
  label: string;
  /** Values with their words, in order. */
  options: readonly (readonly [value: string, words: string])[];
  help?: ReactNode;
  wide?: boolean;
} & React.ComponentProps<"select">;

/** A labelled choice of one. The browser's own control: it works with every keyboard and screen reader. */
export function Choice({ label, options, help, wide, id, ...select }: ChoiceProps): ReactElement {
  const own = useId();
  return (
    <Labelled label={label} id={id ?? own} help={help} wide={wide}>
      <select id={id ?? own} {...select}>
        {options.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </Labelled>
  );
}

/** One of several to be chosen, or to be ticked: `type` is radio or checkbox. */
export function Pick({ label, ...input }: { label: ReactNode } & React.ComponentProps<"input">): ReactElement {
  return (
    <label className="pick">
      <input {...input} />
      {label}
    </label>
  );
}

interface LabelledProps {
  label: string;
  id: string;
  help?: ReactNode;
  wide?: boolean | undefined;
  children: ReactNode;
}

function Labelled({ label, id, help, wide, children }: LabelledProps): ReactElement {
  return (
    <div className={wide ? "labelled wide" : "labelled"}>
      <label htmlFor={id}>{label}</label>
      {children}
      {help && (
        <p className="quiet help" id={`${id}-help`}>
          {help}
        </p>
      )}
    </div>
  );
}

interface DeedProps {
  /** What submitting does; what it throws as a Problem is told in the form. */
  deed: (given: FormData) => Promise<unknown>;
  /** The words on the button. */
  action: string;
  look?: ButtonProps["look"];
  children?: ReactNode;
  /** Further buttons. */
  others?: ReactNode;
  className?: string;
}

/** A form that does one thing: its button waits meanwhile, and a refusal is told where it happened. */
export function Deed({
  deed,
  action,
  look = "primary",
  children,
  others,
  className = "stack",
}: DeedProps): ReactElement {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    setBusy(true);
    setProblem(null);
    try {
      await deed(new FormData(form));
    } catch (refusal) {
      if (!(refusal instanceof Problem)) throw refusal;
      setProblem(refusal);
      form.querySelector<HTMLInputElement>("input[type=password]")?.focus();
    } finally {
      for (const secret of form.querySelectorAll<HTMLInputElement>("input[type=password]")) secret.value = "";
      setBusy(false);
    }
  };
  return (
    <form className={className} onSubmit={submit}>
      {children}
      {problem && <ProblemBox problem={problem} />}
      <div className="row">
        <Button type="submit" look={look} isDisabled={busy}>
          {action}
        </Button>
        {others}
      </div>
    </form>
  );
}

/** The text of a field of a form, trimmed; empty where there is none. */
export function given(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value.trim() : "";
}
