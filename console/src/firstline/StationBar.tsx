import type { ReactElement } from "react";
import { useOwnPoints, usePointName } from "../api/reference";
import { Icon } from "../parts/Icon";
import { useWords } from "../words";
import { isChosen, stand, useStation } from "./station";

/** Post and direction; `locked` while a case is open that they are part of. */
export function StationBar({ locked }: { locked: boolean }): ReactElement {
  const t = useWords();
  const own = useOwnPoints();
  const name = usePointName();
  const here = useStation();
  return (
    <fieldset className={isChosen(here) ? "station" : "station unset"} aria-label={t("station.label")}>
      <label htmlFor="post">{t("station.post")}</label>
      <select
        id="post"
        disabled={locked}
        value={here.crossing_point ?? ""}
        onChange={({ target }) => stand({ ...here, crossing_point: target.value || null })}
      >
        <option value="">{t("station.choosePost")}</option>
        {own.map(({ code }) => (
          <option key={code} value={code}>{`${name(code)} (\u2066${code}\u2069)`}</option>
        ))}
      </select>
      <div className="ways" role="radiogroup" aria-label={t("station.direction")}>
        {(["entry", "exit"] as const).map((way) => (
          <label key={way} className={here.direction === way ? "way chosen" : "way"}>
            <input
              type="radio"
              name="direction"
              value={way}
              checked={here.direction === way}
              disabled={locked}
              onChange={() => stand({ ...here, direction: way })}
            />
            <Icon sign={way} />
            <span>{t(`direction.${way}`)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
