/** The directory of partners: who helps with what, from which crossing points, and how they are reached. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { Link } from "wouter";
import { answered, api } from "../api";
import { useCrossingPoints } from "../api/reference";
import { useMay } from "../app/session";
import { say } from "../parts/announce";
import { Button, Deed, Field, given, Pick } from "../parts/form";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { type Column, Table } from "../parts/Table";
import { Name, Points } from "../parts/text";
import { named, useWords } from "../words";
import { type Need, nameOf, type Partner, partners, refreshed } from "./queries";

const NEEDS: readonly Need[] = [
  "asylum_procedure",
  "child_protection",
  "family_tracing",
  "interpreter",
  "legal_aid",
  "medical_care",
  "psychosocial_care",
  "shelter",
  "trafficking_support",
];

export function Partners(): ReactElement {
  const t = useWords();
  const may = useMay();
  const query = useQuery(partners());
  const [edited, setEdited] = useState<Partner | "new" | null>(null);
  const columns: Column<Partner>[] = [
    { head: t("protection.partner"), cell: (one) => <Name>{nameOf(one)}</Name>, names: true, look: "name" },
    { head: t("protection.posts"), cell: ({ crossing_points }) => <Points codes={crossing_points} /> },
    {
      head: t("protection.helps"),
      cell: ({ needs }) => needs.map((need) => named("protection.need", need)).join(" · "),
    },
    { head: t("protection.contact"), cell: ({ contact }) => <Name>{contact}</Name> },
    { head: t("protection.takes"), cell: ({ active }) => t(active ? "protection.yes" : "protection.no") },
  ];
  if (may("manage_partners"))
    columns.push({
      head: "",
      label: t("protection.change"),
      cell: (one) => (
        <Button look="small" onPress={() => setEdited(one)}>
          {t("protection.change")}
        </Button>
      ),
    });
  return (
    <Page
      title={t("protection.partners")}
      actions={
        <>
          {may("manage_partners") && <Button onPress={() => setEdited("new")}>{t("protection.add")}</Button>}
          {may("read_protection") && (
            <Link href="/" className="button">
              {t("protection.toCases")}
            </Link>
          )}
        </>
      }
    >
      {edited && <Edit key={edited === "new" ? "" : edited.code} partner={edited} done={() => setEdited(null)} />}
      <Loaded query={query}>
        {(known) => (
          <Table
            label={t("protection.partners")}
            columns={columns}
            rows={known}
            rowKey={({ code }) => code}
            empty={t("protection.noPartner")}
          />
        )}
      </Loaded>
    </Page>
  );
}

function Edit({ partner, done }: { partner: Partner | "new"; done: () => void }): ReactElement {
  const t = useWords();
  const queries = useQueryClient();
  const points = useCrossingPoints();
  const known = partner === "new" ? null : partner;
  const deed = async (form: FormData) => {
    const code = known?.code ?? given(form, "code");
    const chosen = form.getAll("post").map(String);
    const body = {
      name_en: given(form, "name_en"),
      name_ar: given(form, "name_ar"),
      name_ckb: given(form, "name_ckb"),
      crossing_points: chosen.includes("*") ? ["*"] : chosen,
      needs: form.getAll("need") as Need[],
      contact: given(form, "contact"),
      active: form.has("active"),
    };
    await answered(api.PUT("/v1/protection/partners/{code}", { params: { path: { code } }, body }));
    say(t("protection.said"));
    await refreshed(queries);
    done();
  };
  const posts: [string, string][] = [
    ["*", t("points.everywhere")],
    ...points.map(({ code }): [string, string] => [code, code]),
  ];
  return (
    <section className="card" aria-label={t("protection.partner")}>
      <Deed
        action={t("protection.keep")}
        deed={deed}
        others={
          <Button look="plain" onPress={done}>
            {t("page.close")}
          </Button>
        }
      >
        <div className="partner-fields">
          {!known && (
            <Field
              label={t("protection.code")}
              name="code"
              required
              dir="ltr"
              pattern="[a-z0-9][a-z0-9\-]*"
              autoFocus
            />
          )}
          <Field label="English" name="name_en" required dir="ltr" defaultValue={known?.names.en} />
          <Field label="العربية" name="name_ar" required dir="rtl" defaultValue={known?.names.ar} />
          <Field label="کوردی" name="name_ckb" required dir="rtl" defaultValue={known?.names.ckb} />
          <Field label={t("protection.contact")} name="contact" required dir="auto" defaultValue={known?.contact} />
        </div>
        <fieldset>
          <legend>{t("protection.posts")}</legend>
          <div className="needs">
            {posts.map(([code, words]) => (
              <Pick
                key={code}
                type="checkbox"
                name="post"
                value={code}
                defaultChecked={known?.crossing_points.includes(code)}
                label={<Name>{words}</Name>}
              />
            ))}
          </div>
        </fieldset>
        <fieldset>
          <legend>{t("protection.helps")}</legend>
          <div className="needs">
            {NEEDS.map((need) => (
              <Pick
                key={need}
                type="checkbox"
                name="need"
                value={need}
                defaultChecked={known?.needs.includes(need)}
                label={named("protection.need", need)}
              />
            ))}
          </div>
        </fieldset>
        <Pick type="checkbox" name="active" defaultChecked={known?.active ?? true} label={t("protection.takes")} />
      </Deed>
    </section>
  );
}
