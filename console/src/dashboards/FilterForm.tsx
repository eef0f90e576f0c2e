/** The filters of every picture; they stand in the address. */

import type { ReactElement, SubmitEvent } from "react";
import { useSearchParams } from "wouter";
import { useOwnPoints, usePointName } from "../api/reference";
import { Button, Choice, Field, given } from "../parts/form";
import { named, useWords } from "../words";
import { COMPARED, FILTERS, filtersOf, periodOf } from "./filters";

/** `live`: of today alone, so that there is no period to choose. */
export function FilterForm({ live }: { live: boolean }): ReactElement {
  const t = useWords();
  const [params, setParams] = useSearchParams();
  const filters = filtersOf(params);
  const { first, last } = periodOf(filters);
  const points = useOwnPoints();
  const pointName = usePointName();
  const any = ["", t("dash.any")] as const;
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const said = FILTERS.map((name) => [name, form.has(name) ? given(form, name) : filters[name]] as const);
    setParams(said.filter(([, value]) => value).map(([name, value]) => [name, capital(name, value)]));
  };
  const field = (name: (typeof FILTERS)[number]) => ({ name, label: t(`dash.${name}`), defaultValue: filters[name] });
  return (
    <search aria-label={t("dash.filters")}>
      <form className="dash-filters" onSubmit={submit} key={`${params} ${points.length}`}>
        {!live && (
          <>
            <Field {...field("from")} type="date" dir="ltr" defaultValue={first} max={last} />
            <Field {...field("to")} type="date" dir="ltr" defaultValue={last} />
            <Choice
              {...field("against")}
              options={[
                ["", t("dash.nothingCompared")],
                ...COMPARED.map((one) => [one, named("against", one)] as const),
              ]}
            />
          </>
        )}
        <Choice
          {...field("crossing_point")}
          options={[any, ...points.map(({ code }) => [code, pointName(code)] as const)]}
        />
        <Choice
          {...field("direction")}
          options={[any, ...["entry", "exit"].map((one) => [one, named("direction", one)] as const)]}
        />
        {!live && (
          <>
            <Field {...field("nationality")} maxLength={3} pattern="[A-Za-z]{1,3}" className="capitals" dir="ltr" />
            <Field {...field("rule")} maxLength={3} pattern="[A-Za-z][0-9]{1,2}" className="capitals" dir="ltr" />
          </>
        )}
        <Button type="submit" look="primary">
          {t("dash.apply")}
        </Button>
        {params.size > 0 && (
          <Button look="plain" onPress={() => setParams([])}>
            {t("dash.reset")}
          </Button>
        )}
      </form>
    </search>
  );
}

const capital = (name: string, value: string): string =>
  name === "nationality" || name === "rule" ? value.toUpperCase() : value;
