/** Whose case it is: opened, it is taken, unless a colleague has it; and taken again as long as it is open. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactElement, useEffect } from "react";
import { useLocation } from "wouter";
import type { Problem, Schemas } from "../api";
import { useMay } from "../app/session";
import { Button } from "../parts/form";
import { Icon } from "../parts/Icon";
import { ProblemBox } from "../parts/ProblemBox";
import { When } from "../parts/text";
import { useWords } from "../words";
import { claim, giveBack, queue } from "./queries";

const AGAIN_EVERY = 10 * 60_000; // ms; the service lets a claim lapse after half an hour

export function ClaimBar({ id }: { id: string }): ReactElement | null {
  const may = useMay();
  return may("adjudicate_hit") ? <Claim id={id} /> : null;
}

function Claim({ id }: { id: string }): ReactElement | null {
  const t = useWords();
  const [, navigate] = useLocation();
  const queries = useQueryClient();
  const { data: cases } = useQuery(queue);
  const waits = cases?.some(({ movement_id }) => movement_id === id) ?? false;
  const take = useMutation<Schemas["ClaimOut"], Problem, boolean>({
    mutationFn: (takeOver) => claim(id, takeOver),
    onSuccess: () => queries.invalidateQueries({ queryKey: queue.queryKey }),
  });
  const { mutate } = take;
  useEffect(() => {
    if (!waits) return; // what nobody waits for is not taken: it is only looked at
    mutate(false);
    const again = setInterval(() => mutate(false), AGAIN_EVERY);
    return () => clearInterval(again);
  }, [mutate, waits]);
  const leave = async () => {
    await giveBack(id);
    await queries.invalidateQueries({ queryKey: queue.queryKey });
    navigate("/");
  };
  if (take.error)
    return (
      <ProblemBox problem={take.error}>
        {take.error.kind === "case-taken" && <Button onPress={() => mutate(true)}>{t("secondLine.takeOver")}</Button>}
      </ProblemBox>
    );
  if (!take.data) return null;
  return (
    <p className="claim">
      <Icon sign="person" />
      <span>
        {t("secondLine.yours")} <When moment={take.data.until} />
      </span>
      <Button look="small" onPress={leave}>
        {t("secondLine.giveBack")}
      </Button>
    </p>
  );
}
