import { type ReactElement, useEffect, useRef, useState } from "react";
import { Button } from "../parts/form";
import { Icon } from "../parts/Icon";
import { useWords } from "../words";
import { desk } from "./desk";
import { canReadSerial, choosePort, knownPort, readZones } from "./serial";

/** What the desk shows while it waits: the ways in which a document comes. */
export function Intake(): ReactElement {
  const t = useWords();
  return (
    <div className="intake">
      <Icon sign="document" />
      <p className="intake-lead">{t("intake.lead")}</p>
      <p className="quiet">{t("intake.ways")}</p>
      <OtherWays />
    </div>
  );
}

/** The buttons for what comes neither by a reader that types nor by paste. */
export function OtherWays(): ReactElement {
  const t = useWords();
  const file = useRef<HTMLInputElement>(null);
  return (
    <div className="row ways-in">
      <input
        ref={file}
        id="image"
        type="file"
        accept="image/jpeg,image/png"
        className="unseen"
        tabIndex={-1}
        aria-hidden="true"
        onChange={({ target }) => target.files?.[0] && desk.take({ images: [target.files[0]] })}
      />
      <Button shortcut="F4" onPress={() => desk.film(true)}>
        <Icon sign="camera" />
        {t("intake.camera")}
      </Button>
      <Button onPress={() => file.current?.click()}>{t("intake.image")}</Button>
      <Button onPress={() => desk.type("zone")}>{t("intake.zone")}</Button>
      <Button onPress={() => desk.type("document")}>{t("intake.document")}</Button>
      <SerialReader />
    </div>
  );
}

/** Connects a reader on a serial line; one that was chosen before is taken up by itself. */
function SerialReader(): ReactElement | null {
  const t = useWords();
  const [port, setPort] = useState<Awaited<ReturnType<typeof knownPort>>>(null);
  useEffect(() => {
    knownPort().then(setPort);
  }, []);
  useEffect(() => {
    if (!port) return;
    const ending = new AbortController();
    readZones(port, (text) => desk.take({ text }), ending.signal).then(() => setPort(null));
    return () => ending.abort();
  }, [port]);
  if (!canReadSerial()) return null;
  if (port)
    return (
      <span className="with-icon quiet" role="status">
        <Icon sign="check" />
        {t("intake.serialOn")}
      </span>
    );
  return <Button onPress={async () => setPort(await choosePort())}>{t("intake.serial")}</Button>;
}
