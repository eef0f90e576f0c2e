import type { ReactElement, ReactNode } from "react";
import { useWords } from "../words";
import { Icon } from "./Icon";

/** That a traveller contests these data: in the words of the service, else in a tag beside the name. */
export function Restricted({ children }: { children?: ReactNode }): ReactElement {
  const t = useWords();
  if (children)
    return (
      <p className="notice-line">
        <Icon sign="notice" />
        {children}
      </p>
    );
  return (
    <span className="restricted with-icon">
      <Icon sign="notice" />
      {t("restricted.tag")}
    </span>
  );
}
