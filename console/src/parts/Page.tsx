import { type ReactElement, type ReactNode, useEffect } from "react";
import { useWords } from "../words";

interface Props {
  title: string;
  /** A sentence that says what the page is for. */
  lead?: ReactNode;
  /** Buttons that concern the whole page. */
  actions?: ReactNode;
  children: ReactNode;
  className?: string;
}

/** A page of the console: its heading, which is the window's title as well, and what it shows. */
export function Page({ title, lead, actions, children, className = "" }: Props): ReactElement {
  useTitle(title);
  return (
    <div className={`content ${className}`}>
      <div className="page-head">
        <h1>{title}</h1>
        {actions && <div className="row">{actions}</div>}
      </div>
      {lead && <p className="quiet">{lead}</p>}
      {children}
    </div>
  );
}

/** Names the window after the page. */
export function useTitle(title: string): void {
  const product = useWords()("product.name");
  useEffect(() => {
    document.title = `${title} – ${product}`;
  }, [title, product]);
}
