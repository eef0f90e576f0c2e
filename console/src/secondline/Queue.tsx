/** Who waits for second line, the longest first. */

import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Link } from "wouter";
import { Icon } from "../parts/Icon";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { Restricted } from "../parts/Restricted";
import { type Column, Table } from "../parts/Table";
import { Count, DocumentName, Identifier, Name, Point, When } from "../parts/text";
import { DirectionTag, Rules } from "../parts/Verdict";
import { useWords } from "../words";
import { queue, type WaitingCase } from "./queries";

export function Queue(): ReactElement {
  const t = useWords();
  const query = useQuery(queue);
  const columns: Column<WaitingCase>[] = [
    { head: t("secondLine.waits"), cell: ({ age_seconds }) => <Waits seconds={age_seconds} />, look: "tight" },
    { head: t("secondLine.traveller"), cell: (one) => <Who of={one} />, names: true, look: "name" },
    { head: t("secondLine.crossing"), cell: (one) => <Crossing of={one} /> },
    { head: t("secondLine.why"), cell: (one) => <Why of={one} /> },
    { head: t("secondLine.takenBy"), cell: (one) => <TakenBy of={one} /> },
    { head: "", label: t("secondLine.open"), cell: (one) => <Open id={one.movement_id} /> },
  ];
  return (
    <Page title={t("shell.secondline")} lead={t("secondLine.lead")}>
      <Loaded query={query}>
        {(cases) => (
          <Table
            label={t("shell.secondline")}
            columns={columns}
            rows={cases}
            rowKey={({ movement_id }) => movement_id}
            empty={t("secondLine.nobody")}
          />
        )}
      </Loaded>
    </Page>
  );
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const LONG = 30 * MINUTE; // seconds after which a wait is marked

function Waits({ seconds }: { seconds: number }): ReactElement {
  const t = useWords();
  const text =
    seconds < HOUR
      ? t("secondLine.minutes", { count: Math.floor(seconds / MINUTE) })
      : t("secondLine.hours", { count: Math.floor(seconds / HOUR) });
  return (
    <span className={seconds < LONG ? "with-icon" : "with-icon waits-long"}>
      <Icon sign="clock" />
      {text}
    </span>
  );
}

function Who({ of: { traveller, document, restricted } }: { of: WaitingCase }): ReactElement {
  return (
    <>
      <DocumentName of={traveller} />
      <span className="quiet">
        {traveller.native_name && (
          <>
            <Name>{traveller.native_name}</Name> ·{" "}
          </>
        )}
        <Identifier code>{`${document.issuing_state} ${document.document_number}`}</Identifier>
      </span>
      {restricted && <Restricted />}
    </>
  );
}

function Crossing({ of: { crossing_point, direction, occurred_at } }: { of: WaitingCase }): ReactElement {
  return (
    <span className="stacked">
      <Point code={crossing_point} />
      <span>
        <DirectionTag direction={direction} /> <When moment={occurred_at} />
      </span>
    </span>
  );
}

function Why({ of: { rules, open_hits, referred_by } }: { of: WaitingCase }): ReactElement {
  const t = useWords();
  return (
    <span className="stacked">
      <Rules codes={rules} />
      {open_hits > 0 && (
        <span>
          {t("secondLine.hitsWaiting")} <Count of={open_hits} />
        </span>
      )}
      {referred_by && (
        <span className="quiet">
          {t("secondLine.referredBy")} <Name>{referred_by}</Name>
        </span>
      )}
    </span>
  );
}

function TakenBy({ of: { claim } }: { of: WaitingCase }): ReactElement {
  const t = useWords();
  if (!claim) return <span className="quiet">{t("secondLine.free")}</span>;
  return (
    <span className="with-icon">
      <Icon sign="person" />
      {claim.mine ? t("secondLine.you") : <Name>{claim.officer}</Name>}
    </span>
  );
}

function Open({ id }: { id: string }): ReactElement {
  const t = useWords();
  return (
    <Link href={`/${id}`} className="button small">
      {t("secondLine.open")}
    </Link>
  );
}
