import type { ReactElement, ReactNode } from "react";
import type { Problem } from "../api/problem";
import { has, useWords } from "../words";
import { Icon } from "./Icon";
import { Identifier } from "./text";

/** A refusal, shown where it happened: its kind in the officer's language, and what the service said of this one. */
export function ProblemBox({ problem, children }: { problem: Problem; children?: ReactNode }): ReactElement {
  const t = useWords();
  const key = `problem.${problem.kind}`;
  return (
    <div className="trouble" role="alert">
      <Icon sign="alert" />
      <div>
        <strong>{has(key) ? t(key) : problem.title || t("problem.failed")}</strong>
        {problem.detail && (
          <p lang="en">
            <Identifier>{problem.detail}</Identifier>
          </p>
        )}
        {problem.errors.length > 0 && (
          <ul lang="en">
            {problem.errors.map(({ location, message }) => (
              <li key={location + message}>
                <Identifier>{`${location}: ${message}`}</Identifier>
              </li>
            ))}
          </ul>
        )}
        {children && <div className="row">{children}</div>}
      </div>
    </div>
  );
}
