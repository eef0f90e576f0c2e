/** The filters of every picture; they stand in the address. */

import { useQuery } from "@tanstack/react-query";
import type { ReactElement, SubmitEvent } from "react";
import { useSearchParams } from "wouter";
import { meanings, useOwnPoints, usePointName } from "../api/reference";
import { Button, Choice, Field, given } from "../parts/form";
import { stateName, states } from "../parts/states";
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
            <Field {...field("nationality")} {...CODE} pattern="[A-Za-z]{1,3}" list="filter-states" />
            <Field {...field("rule")} {...CODE} pattern="[A-Za-z][0-9]{1,2}" list="filter-rules" />
            <Known />
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

const CODE = { maxLength: 3, className: "capitals", dir: "ltr" } as const;

/** What the codes stand for, to choose from while typing: the browser looks at code and name. */
function Known(): ReactElement {
  const { data: rules = [] } = useQuery(meanings());
  return (
    <>
      <datalist id="filter-states">
        {states().map((state) => (
          <option key={state} value={state} label={stateName(state)} />
        ))}
      </datalist>
      <datalist id="filter-rules">
        {rules.map(({ rule, title }) => (
          <option key={rule} value={rule} label={title} />
        ))}
      </datalist>
    </>
  );
}

const capital = (name: string, value: string): string =>
  name === "nationality" || name === "rule" ? value.toUpperCase() : value;
