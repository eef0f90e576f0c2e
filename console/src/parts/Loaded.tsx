import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactElement, ReactNode } from "react";
import { Problem } from "../api/problem";
import { useWords } from "../words";
import { Button } from "./form";
import { ProblemBox } from "./ProblemBox";

interface Props<Data> {
  query: UseQueryResult<Data>;
  children: (data: Data) => ReactNode;
}

/** What a query brought; while it is on its way that it is, and where it was refused why, with a way to ask again. */
export function Loaded<Data>({ query, children }: Props<Data>): ReactElement {
  const t = useWords();
  const { data, error, isPending, isFetching, refetch } = query;
  if (error && !(error instanceof Problem)) throw error;
  return (
    <div className="loaded" aria-busy={isPending}>
      {error && (
        <ProblemBox problem={error}>
          <Button onPress={() => refetch()} isDisabled={isFetching}>
            {t("problem.again")}
          </Button>
        </ProblemBox>
      )}
      {isPending && <p className="empty">{t("page.busy")}</p>}
      {data !== undefined && children(data)}
    </div>
  );
}
