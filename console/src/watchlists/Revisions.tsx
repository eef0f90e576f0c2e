/** Every revision of a list or an entry, the latest first: who, when, why, and what it said otherwise. */

import type { ReactElement } from "react";
import type { Sign } from "../parts/Icon";
import { Timeline } from "../parts/Timeline";
import { Count, Name } from "../parts/text";
import { named, useWords } from "../words";
import type { Revision } from "./queries";
import { By, Differences, StateTag } from "./Said";

const SIGNS: Record<Revision["action"], Sign> = { create: "plus", amend: "differs", withdraw: "leave" };

export function Revisions({ revisions, label }: { revisions: Revision[]; label: string }): ReactElement {
  const moments = revisions.toReversed().map((one) => ({
    id: one.id,
    at: one.proposed_at,
    sign: SIGNS[one.action],
    what: <Told revision={one} />,
  }));
  return <Timeline label={label} moments={moments} />;
}

function Told({ revision: one }: { revision: Revision }): ReactElement {
  const t = useWords();
  return (
    <div className="stack">
      <p className="row">
        <strong>
          <Count of={one.revision} />. {named("action", one.action)}
        </strong>
        <StateTag state={one.state} />
      </p>
      <p>
        <Name>{one.proposed_by}</Name>: <Name>{one.reason}</Name>
      </p>
      {one.decided_by && one.decided_at && (
        <p className="quiet">
          {t("proposals.decided")} <By who={one.decided_by} at={one.decided_at} />: <Name>{one.decision_reason}</Name>
        </p>
      )}
      <Differences of={one.differences} />
    </div>
  );
}
