import type { ReactElement, SubmitEvent } from "react";
import { useOwnPoints, usePointName } from "../api/reference";
import { Button, Choice, Field } from "../parts/form";
import { named, useWords } from "../words";

export const FILTERS = [
  "from",
  "to",
  "crossing_point",
  "direction",
  "verdict",
  "rule",
  "nationality",
  "document_number",
] as const;
export type Filters = Record<(typeof FILTERS)[number], string>;

const RULES = "W1 W2 W3 E1 E2 E3 E4 E5 D1 D2 D3 D4 D5 D6 D7 M1 M2 M3 M4 M5 M6 M7 M8 M9".split(" ");
const CAPITALS: ReadonlySet<string> = new Set(["nationality", "document_number"]);

/** The filters as the service wants them: moments with their zone, nothing that is empty. */
export function queryOf({ from, to, ...same }: Filters): Record<string, string | undefined> {
  const moments = { from: from && new Date(from).toISOString(), to: to && new Date(to).toISOString() };
  return Object.fromEntries(Object.entries({ ...same, ...moments }).map(([name, value]) => [name, value || undefined]));
}

/** The filters of the log; `chosen` gets them when the officer asks for them. */
export function FilterForm({
  filters,
  chosen,
}: {
  filters: Filters;
  chosen: (filters: Filters) => void;
}): ReactElement {
  const t = useWords();
  const points = useOwnPoints();
  const pointName = usePointName();
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const given = FILTERS.map((name) => [name, String(form.get(name) ?? "").trim()] as const);
    chosen(
      Object.fromEntries(
        given.map(([name, value]) => [name, CAPITALS.has(name) ? value.toUpperCase() : value]),
      ) as Filters,
    );
  };
  const common = (name: keyof Filters) => ({
    id: `f-${name}`,
    name,
    label: t(`log.${name}`),
    defaultValue: filters[name],
  });
  const any = ["", t("log.any")] as const;
  const coded = (group: string, codes: string[]) => codes.map((code) => [code, named(group, code)] as const);
  return (
    <search aria-label={t("log.filters")}>
      <form className="filters" onSubmit={submit}>
        <Field {...common("from")} type="datetime-local" dir="ltr" />
        <Field {...common("to")} type="datetime-local" dir="ltr" />
        <Choice
          {...common("crossing_point")}
          key={points.length}
          options={[any, ...points.map(({ code }) => [code, `${pointName(code)} (\u2066${code}\u2069)`] as const)]}
        />
        <Choice {...common("direction")} options={[any, ...coded("direction", ["entry", "exit"])]} />
        <Choice {...common("verdict")} options={[any, ...coded("verdict", ["CLEAR", "REFER"])]} />
        <Choice
          {...common("rule")}
          options={[any, ...RULES.map((rule) => [rule, `\u2066${rule}\u2069 ${named("rule", rule)}`] as const)]}
        />
        <Field
          {...common("nationality")}
          maxLength={3}
          pattern="[A-Za-z]{1,3}"
          className="capitals"
          title={t("log.nationalityHelp")}
          dir="ltr"
        />
        <Field {...common("document_number")} maxLength={30} pattern="[A-Za-z0-9<\-]+" className="capitals" dir="ltr" />
        <div className="row filter-buttons">
          <Button type="submit" look="primary">
            {t("log.apply")}
          </Button>
          {Object.values(filters).some(Boolean) && (
            <Button
              look="plain"
              onPress={() => chosen(Object.fromEntries(FILTERS.map((name) => [name, ""])) as Filters)}
            >
              {t("log.all")}
            </Button>
          )}
        </div>
      </form>
    </search>
  );
}
