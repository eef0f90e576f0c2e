import type { ReactElement } from "react";
import { Icon } from "../parts/Icon";
import { stateName } from "../parts/states";
import { type Column, Table } from "../parts/Table";
import { Identifier, Name } from "../parts/text";
import { named, useWords } from "../words";
import type { Check } from "./Checker";

type Field = Check["fields"][number];
type Digit = Check["check_digits"][number];

interface Row {
  field: string;
  place: Field["place"];
  printed: string;
  read: string;
  digit: Digit | undefined;
}

/** Every field: where it stands, how it is printed, what it means, and its check digit. */
export function Fields({ check }: { check: Check }): ReactElement {
  const t = useWords();
  const columns: Column<Row>[] = [
    { head: t("checker.field"), names: true, cell: ({ field }) => named("field", field) },
    { head: t("checker.place"), look: "tight", cell: ({ place }) => <Identifier>{placed(place)}</Identifier> },
    { head: t("checker.printed"), cell: ({ printed }) => <Identifier code>{printed}</Identifier> },
    { head: t("checker.digit"), cell: ({ digit }) => digit && <DigitCell digit={digit} /> },
    { head: t("checker.read"), look: "name", cell: ({ read }) => <Name>{read}</Name> },
  ];
  return (
    <Table
      label={t("checker.fields")}
      columns={columns}
      rows={rowsOf(check)}
      rowKey={({ field }) => field}
      empty={t("checker.none")}
    />
  );
}

function DigitCell({ digit }: { digit: Digit }): ReactElement {
  const t = useWords();
  const { printed, computed, valid } = digit;
  return (
    <span className={valid ? "digit" : "digit failed"}>
      <Icon sign={valid ? "check" : "cross"} />
      {valid ? <Identifier code>{printed}</Identifier> : t("checker.should", { printed, computed })}
    </span>
  );
}

/** Line and places as people count them. */
const placed = ({ line, first, last }: Field["place"]): string =>
  first === last ? `${line}: ${first}` : `${line}: ${first}–${last}`;

/** The fields in the order of the lines, the composite digit last: it has no field of its own. */
function rowsOf(check: Check): Row[] {
  const digits = new Map(check.check_digits.map((digit) => [digit.field, digit]));
  const rows = check.fields.map(({ field, place, text }) => ({
    field,
    place,
    printed: text,
    read: meaning(check, field),
    digit: digits.get(field),
  }));
  const composite = digits.get("composite");
  if (composite) {
    const { place, printed } = composite;
    rows.push({ field: "composite", place, printed, read: "", digit: composite });
  }
  return rows;
}

function meaning({ values }: Check, field: string): string {
  if (!values) return "";
  switch (field) {
    case "name":
      return [values.primary_identifier, values.secondary_identifier].filter(Boolean).join(", ");
    case "optional_data":
      return values.optional_data[0] ?? "";
    case "optional_data_2":
      return values.optional_data[1] ?? "";
    case "issuing_state":
    case "nationality":
      return stateName(values[field]);
    case "sex":
      return named("sex", values.sex);
    default:
      return String(values[field as keyof typeof values] ?? "");
  }
}
