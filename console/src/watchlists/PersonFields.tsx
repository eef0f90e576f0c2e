/** The fields that say whom an entry means; what can be said more than once has a row each. */

import type { ReactElement, ReactNode } from "react";
import { Button, Choice, Field, Pick } from "../parts/form";
import { Icon } from "../parts/Icon";
import { named, useWords } from "../words";
import { BLANK_DOCUMENT, BLANK_NAME, type PersonForm } from "./person";

const NAME_KINDS = ["primary", "alias", "weak alias"] as const;

interface Props {
  person: PersonForm;
  change: (person: PersonForm) => void;
}

export function PersonFields({ person, change }: Props): ReactElement {
  const t = useWords();
  const put = (said: Partial<PersonForm>) => change({ ...person, ...said });
  const isPerson = person.kind === "person";
  return (
    <>
      <Kinds person={person} put={put} />
      {isPerson && <Names person={person} put={put} />}
      {isPerson && (
        <Texts
          field="dates_of_birth"
          help={t("entries.birthHelp")}
          rows={person.dates_of_birth}
          put={(dates_of_birth) => put({ dates_of_birth })}
          dir="ltr"
        />
      )}
      {isPerson && (
        <div className="fields">
          <Field
            label={t("said.nationalities")}
            help={t("entries.statesHelp")}
            value={person.nationalities}
            onChange={({ target }) => put({ nationalities: target.value })}
            pattern="[A-Za-z]{1,3}([\s,]+[A-Za-z]{1,3})*"
            className="capitals"
            dir="ltr"
          />
          <Choice
            label={t("said.sex")}
            value={person.sex}
            onChange={({ target }) => put({ sex: target.value as PersonForm["sex"] })}
            options={(["", "F", "M"] as const).map((code) => [code, named("sex", code || "unknown")])}
          />
        </div>
      )}
      <Documents person={person} put={put} />
      {isPerson && (
        <div className="parents">
          <Texts field="father_names" rows={person.father_names} put={(father_names) => put({ father_names })} />
          <Texts field="mother_names" rows={person.mother_names} put={(mother_names) => put({ mother_names })} />
        </div>
      )}
      <Field
        label={t("said.reference")}
        value={person.reference}
        onChange={({ target }) => put({ reference: target.value })}
        maxLength={200}
        dir="auto"
      />
    </>
  );
}

interface PartProps {
  person: PersonForm;
  put: (said: Partial<PersonForm>) => void;
}

function Kinds({ person, put }: PartProps): ReactElement {
  const t = useWords();
  return (
    <fieldset className="row">
      <legend>{t("said.kind")}</legend>
      {(["person", "document"] as const).map((kind) => (
        <Pick
          key={kind}
          type="radio"
          name="kind"
          checked={person.kind === kind}
          onChange={() => put({ kind })}
          label={named("listedKind", kind)}
        />
      ))}
    </fieldset>
  );
}

function Names({ person: { names }, put }: PartProps): ReactElement {
  const t = useWords();
  return (
    <Rows
      legend={t("said.names")}
      help={t("entries.namesHelp")}
      rows={names}
      blank={BLANK_NAME}
      change={(rows) => put({ names: rows })}
    >
      {(row, set, which) => (
        <>
          <Field
            label={`${t("entries.name")} ${which}`}
            value={row.text}
            onChange={({ target }) => set({ ...row, text: target.value })}
            maxLength={200}
            dir="auto"
          />
          <Choice
            label={`${t("entries.nameKind")} ${which}`}
            value={row.kind}
            onChange={({ target }) => set({ ...row, kind: target.value as (typeof NAME_KINDS)[number] })}
            options={NAME_KINDS.map((kind) => [kind, named("nameKind", kind.replace(" ", "-"))])}
          />
        </>
      )}
    </Rows>
  );
}

function Documents({ person: { documents }, put }: PartProps): ReactElement {
  const t = useWords();
  return (
    <Rows
      legend={t("said.documents")}
      rows={documents}
      blank={BLANK_DOCUMENT}
      change={(rows) => put({ documents: rows })}
    >
      {(row, set, which) => (
        <>
          <Field
            label={`${t("entries.number")} ${which}`}
            value={row.number}
            onChange={({ target }) => set({ ...row, number: target.value })}
            maxLength={30}
            className="capitals"
            dir="ltr"
          />
          <Field
            label={`${t("entries.issuer")} ${which}`}
            value={row.issuing_state}
            onChange={({ target }) => set({ ...row, issuing_state: target.value })}
            maxLength={3}
            className="capitals"
            dir="ltr"
          />
          <Field
            label={`${t("entries.documentKind")} ${which}`}
            value={row.kind}
            onChange={({ target }) => set({ ...row, kind: target.value })}
            maxLength={60}
            dir="auto"
          />
        </>
      )}
    </Rows>
  );
}

interface TextsProps {
  field: "dates_of_birth" | "father_names" | "mother_names";
  help?: string;
  rows: string[];
  put: (rows: string[]) => void;
  dir?: "ltr" | "auto";
}

function Texts({ field, help, rows, put, dir = "auto" }: TextsProps): ReactElement {
  const legend = named("said", field);
  return (
    <Rows legend={legend} help={help} rows={rows} blank="" change={put}>
      {(row, set, which) => (
        <Field
          label={`${legend} ${which}`}
          value={row}
          onChange={({ target }) => set(target.value)}
          maxLength={200}
          dir={dir}
        />
      )}
    </Rows>
  );
}

interface RowsProps<Row> {
  legend: string;
  help?: string | undefined;
  rows: Row[];
  blank: Row;
  change: (rows: Row[]) => void;
  /** The fields of a row; `which` counts from 1. */
  children: (row: Row, set: (row: Row) => void, which: number) => ReactNode;
}

function Rows<Row>({ legend, help, rows, blank, change, children }: RowsProps<Row>): ReactElement {
  const t = useWords();
  return (
    <fieldset className="rows">
      <legend>{legend}</legend>
      {help && <p className="quiet help">{help}</p>}
      {rows.map((row, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place; two may say the same
        <div key={at} className="rows-one">
          {children(row, (said) => change(rows.with(at, said)), at + 1)}
          <Button
            look="plain small"
            onPress={() => change(rows.filter((_, other) => other !== at))}
            aria-label={`${t("entries.remove")}: ${legend} ${at + 1}`}
          >
            <Icon sign="cross" />
          </Button>
        </div>
      ))}
      <Button look="small" onPress={() => change([...rows, blank])} aria-label={`${t("entries.add")}: ${legend}`}>
        <Icon sign="plus" />
        {t("entries.add")}
      </Button>
    </fieldset>
  );
}
