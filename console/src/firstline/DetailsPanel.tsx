import type { ChangeEvent, ReactElement } from "react";
import { Area, Choice, Field } from "../parts/form";
import { Key } from "../parts/text";
import { useWords } from "../words";
import type { Case } from "./case";
import { type Details, isFilled, VISA_KINDS } from "./further";

/** The further details of a case; while they are open, even a clean reading waits for the officer. */
export function DetailsPanel({ subject }: { subject: Case }): ReactElement {
  const t = useWords();
  const locked = !["waiting", "reading", "read"].includes(subject.stage);
  const keep =
    (name: keyof Details) =>
    ({ target }: ChangeEvent<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>) =>
      subject.step({ details: { ...subject.details, [name]: target.value } });
  const field = (name: keyof Details) => ({
    id: name,
    label: t(`details.${name}`),
    value: subject.details[name],
    onChange: keep(name),
  });
  const name = { maxLength: 200, dir: "auto" };
  const kinds = ["", ...VISA_KINDS].map((kind) => [kind, kind ? t(`visa.${kind}`) : t("visa.none")] as const);
  return (
    <details
      className="details"
      open={subject.detailsOpen}
      onToggle={({ currentTarget }) => {
        if (subject.detailsOpen !== currentTarget.open) subject.step({ detailsOpen: currentTarget.open });
      }}
    >
      <summary>
        {t("details.title")}
        <Key>F2</Key>
        {isFilled(subject.details) && <span className="filled">{t("details.filled")}</span>}
      </summary>
      <fieldset disabled={locked} aria-label={t("details.title")} className="details-grid">
        <Field {...field("native_name")} {...name} />
        <Field {...field("father_name")} {...name} />
        <Field {...field("mother_name")} {...name} />
        <Choice {...field("visa_kind")} options={kinds} />
        <Field {...field("visa_number")} dir="ltr" maxLength={30} pattern="[A-Za-z0-9<\-]*" />
        <Field {...field("visa_valid_until")} type="date" dir="ltr" />
        <Field {...field("vehicle")} maxLength={200} dir="ltr" />
        <Field {...field("phone")} type="tel" maxLength={30} dir="ltr" />
        <Area {...field("accompanying")} rows={2} dir="auto" wide />
      </fieldset>
    </details>
  );
}
