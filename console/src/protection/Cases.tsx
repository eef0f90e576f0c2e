/** The movements that the desk knows of, the latest first. */

import { useInfiniteQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Link } from "wouter";
import { Button } from "../parts/form";
import { Icon } from "../parts/Icon";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { type Column, Table } from "../parts/Table";
import { DocumentName, Identifier, Point, When } from "../parts/text";
import { named, useWords } from "../words";
import { type Case, cases } from "./queries";

export function Cases(): ReactElement {
  const t = useWords();
  const query = useInfiniteQuery(cases);
  const columns: Column<Case>[] = [
    { head: t("protection.opened"), cell: ({ opened_at }) => <When moment={opened_at} />, look: "tight" },
    { head: t("protection.person"), cell: (one) => <Who of={one} />, names: true, look: "name" },
    { head: t("protection.post"), cell: ({ crossing_point }) => <Point code={crossing_point} /> },
    { head: t("protection.known"), cell: (one) => <Known of={one} /> },
    { head: t("protection.stands"), cell: (one) => <Stands of={one} /> },
    { head: "", label: t("protection.open"), cell: ({ movement_id }) => <Open id={movement_id} /> },
  ];
  const toPartners = (
    <Link href="/partners" className="button">
      {t("protection.partners")}
    </Link>
  );
  return (
    <Page title={t("shell.protection")} lead={t("protection.lead")} actions={toPartners}>
      <Loaded query={query}>
        {({ pages }) => (
          <>
            <Table
              label={t("shell.protection")}
              columns={columns}
              rows={pages.flatMap(({ items }) => items)}
              rowKey={({ movement_id }) => movement_id}
              empty={t("protection.none")}
            />
            {query.hasNextPage && (
              <div>
                <Button onPress={() => query.fetchNextPage()} isDisabled={query.isFetchingNextPage}>
                  {t("protection.more")}
                </Button>
              </div>
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Who({ of: { traveller, document } }: { of: Case }): ReactElement {
  return (
    <>
      <DocumentName of={traveller} />
      <span className="quiet">
        <Identifier
          code
        >{`${traveller.date_of_birth} · ${document.issuing_state} ${document.document_number}`}</Identifier>
      </span>
    </>
  );
}

/** What was seen or told, and what the rules found. */
function Known({ of: { signs, findings } }: { of: Case }): ReactElement {
  useWords();
  return (
    <ul className="known">
      {signs.map((sign) => (
        <li key={sign}>{named("protection.sign", sign)}</li>
      ))}
      {findings.map(({ claim, rule }) => (
        <li key={claim}>
          <Identifier code>{rule}</Identifier> {named("protection.rule", rule)}
        </li>
      ))}
    </ul>
  );
}

function Stands({ of: { barred, referrals } }: { of: Case }): ReactElement {
  const t = useWords();
  return (
    <ul className="known">
      {barred && (
        <li className="with-icon barred">
          <Icon sign="refuse" />
          {t("protection.barred")}
        </li>
      )}
      {referrals.map(({ id, status }) => (
        <li key={id}>{named("protection.status", status)}</li>
      ))}
      {!barred && !referrals.length && <li className="quiet">{t("protection.nothingDone")}</li>}
    </ul>
  );
}

function Open({ id }: { id: string }): ReactElement {
  const t = useWords();
  return (
    <Link href={`/${id}`} className="button small">
      {t("protection.open")}
    </Link>
  );
}
