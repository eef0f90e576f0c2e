import type { ReactElement } from "react";
import { Button } from "../parts/form";
import { Icon, type Sign } from "../parts/Icon";
import { Identifier } from "../parts/text";
import { OUTCOME_SIGNS, VERDICT_SIGNS } from "../parts/Verdict";
import { useWords } from "../words";
import type { Case } from "./case";
import { desk } from "./desk";

/** The cases open at this desk, in the order in which they came; nothing while there is only one. */
export function OpenCases(): ReactElement {
  const t = useWords();
  const { cases, front } = desk;
  return (
    <nav className="open-cases" aria-label={t("cases.label")}>
      {cases.length > 1 &&
        cases.map((one, at) => (
          <Button
            key={one.key}
            look="small"
            className={one === front ? "open-case front" : "open-case"}
            aria-current={one === front ? "true" : undefined}
            onPress={() => desk.show(one)}
          >
            <Icon sign={signOf(one)} />
            <Identifier>{nameOf(one) ?? at + 1}</Identifier>
            {desk.together(one) > 1 && <Together count={desk.together(one)} />}
            <span className="unseen">{t(`stage.${one.stage}`)}</span>
          </Button>
        ))}
      <Button look="plain small" shortcut="F6" isDisabled={front.empty} onPress={() => desk.begin()}>
        <Icon sign="plus" />
        {t("cases.begin")}
      </Button>
      <Button look="plain small" shortcut="F7" isDisabled={front.empty} onPress={() => desk.accompany()}>
        <Icon sign="link" />
        {t("cases.accompany")}
      </Button>
    </nav>
  );
}

/** That a case belongs to a group, and how many of it are open here. */
function Together({ count }: { count: number }): ReactElement {
  const t = useWords();
  return (
    <span className="with-icon together">
      <Icon sign="link" />
      {t("cases.together", { count })}
    </span>
  );
}

function nameOf({ inspection, known }: Case): string | undefined {
  return inspection?.traveller.primary_identifier ?? known?.fields?.primary_identifier;
}

function signOf({ decisions, inspection }: Case): Sign {
  const last = decisions.at(-1);
  if (last) return OUTCOME_SIGNS[last.outcome];
  return inspection ? VERDICT_SIGNS[inspection.verdict] : "document";
}
