import type { ReactElement } from "react";
import { Link } from "wouter";
import { Icon } from "../parts/Icon";
import { Identifier } from "../parts/text";
import { useWords, when } from "../words";
import { useGlasses } from "./glass";

/** That a record of another post stands open, until when, and that supervisors know: on every page meanwhile. */
export function GlassBanner(): ReactElement | null {
  const t = useWords();
  const glasses = useGlasses();
  if (!glasses.length) return null;
  return (
    <div className="glass-banner" role="status">
      {glasses.map(({ id, movement_id, until }) => (
        <p key={id} className="with-icon">
          <Icon sign="alert" />
          {t("glass.open")} <Identifier>{when(until)}</Identifier>{" "}
          <Link href={`/movements/${movement_id}`}>{t("glass.toRecord")}</Link>
        </p>
      ))}
    </div>
  );
}
