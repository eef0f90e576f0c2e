import type { ReactElement } from "react";
import { useLocation } from "wouter";
import { Key } from "../parts/text";
import { useWords } from "../words";

type Row = readonly [keys: readonly string[], text: string];

const EVERYWHERE: readonly Row[] = [
  [["F1", "?"], "help.key.help"],
  [["Tab"], "help.key.tab"],
  [["Enter"], "help.key.press"],
  [["Esc"], "help.key.close"],
];

/** By the first part of a desk's address. */
const OF_DESKS: Record<string, readonly Row[]> = {
  "first-line": [
    [["F8"], "help.key.admit"],
    [["F9"], "help.key.refer"],
    [["F10"], "help.key.refuse"],
    [["A", "…", "I"], "help.key.reason"],
    [["Enter"], "help.key.next"],
    [["F2"], "help.key.details"],
    [["F4"], "help.key.camera"],
    [["F6"], "help.key.aside"],
    [["F7"], "help.key.accompany"],
    [["Esc"], "help.key.back"],
  ],
  dashboards: [[["Esc"], "help.key.screen"]],
};

/** The keys of the desk that help was asked from, and those of every desk. */
export function Keys(): ReactElement {
  const t = useWords();
  const [path] = useLocation();
  const own = OF_DESKS[path.split("/")[1] ?? ""];
  return (
    <>
      {own && <KeyTable title={t("help.ofDesk")} rows={own} />}
      <KeyTable title={t("help.everywhere")} rows={EVERYWHERE} />
    </>
  );
}

function KeyTable({ title, rows }: { title: string; rows: readonly Row[] }): ReactElement {
  const t = useWords();
  return (
    <section>
      <h3>{title}</h3>
      <dl className="help-keys">
        {rows.map(([keys, text]) => (
          <div key={text}>
            <dt dir="ltr">
              {keys.map((key) => (
                <Key key={key}>{key}</Key>
              ))}
            </dt>
            <dd>{t(text)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
