import type { ReactElement } from "react";
import { useSearchParams } from "wouter";
import { dayAtPosts } from "../api";
import { useOwnPoints } from "../api/reference";
import { useWords } from "../words";
import { Button, Choice, Field, given } from "./form";

export interface Asked {
  /** The first and the last day, of this place, both included. */
  from: string;
  to: string;
  /** A crossing point, empty for all of the officer's. */
  post: string;
}

/** The days and the post that the address names; without, the last `days` days at every post. */
export function useAsked(days: number): Asked {
  const [params] = useSearchParams();
  return {
    from: params.get("from") ?? dayAtPosts(1 - days),
    to: params.get("to") ?? dayAtPosts(),
    post: params.get("post") ?? "",
  };
}

/** Which days and which post a page tells of; they stand in the address. */
export function Period({ asked }: { asked: Asked }): ReactElement {
  const t = useWords();
  const [, setParams] = useSearchParams();
  const everywhere: [string, string] = ["", t("period.everywhere")];
  const posts = [everywhere, ...useOwnPoints().map(({ code }): [string, string] => [code, code])];
  return (
    <form
      key={JSON.stringify(asked)}
      className="card row period"
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        setParams(["from", "to", "post"].map((name): [string, string] => [name, given(form, name)]));
      }}
    >
      <Field
        label={t("period.from")}
        name="from"
        type="date"
        required
        dir="ltr"
        defaultValue={asked.from}
        max={asked.to}
      />
      <Field label={t("period.to")} name="to" type="date" required dir="ltr" defaultValue={asked.to} />
      <Choice label={t("period.post")} name="post" options={posts} defaultValue={asked.post} />
      <Button type="submit">{t("period.show")}</Button>
    </form>
  );
}
