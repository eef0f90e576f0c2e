import type { ReactElement } from "react";
import { Button } from "../parts/form";
import { Icon } from "../parts/Icon";
import { Identifier, Name } from "../parts/text";
import { useWords } from "../words";

/** A password or key that is shown this once: the service keeps only a hash of it. */
export interface Secret {
  whose: string;
  secret: string;
}

export function Once({ whose, secret, done }: Secret & { done: () => void }): ReactElement {
  const t = useWords();
  return (
    <div className="once card" role="status">
      <Icon sign="notice" />
      <div className="stack">
        <p>
          {t("administration.once")} <Name>{whose}</Name>
        </p>
        <p className="secret">
          <Identifier code>{secret}</Identifier>
        </p>
        <div>
          <Button onPress={done}>{t("administration.noted")}</Button>
        </div>
      </div>
    </div>
  );
}
