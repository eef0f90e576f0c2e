import type { ReactElement } from "react";
import { Link, useLocation } from "wouter";
import { useWords } from "../words";

interface Props {
  /** The text that names what the areas are of. */
  label: string;
  /** Where each leads within the desk, and the text that names it. */
  areas: readonly (readonly [path: string, text: string])[];
}

/** The areas of a desk that has several, each with an address of its own. */
export function Tabs({ label, areas }: Props): ReactElement {
  const t = useWords();
  const [here] = useLocation();
  return (
    <nav className="tabs" aria-label={t(label)}>
      {areas.map(([path, text]) => (
        <Link key={path} href={path} aria-current={here.startsWith(path) ? "page" : undefined}>
          {t(text)}
        </Link>
      ))}
    </nav>
  );
}
