/** A reader on a serial line (Web Serial): lines of the zone end with CR or LF, a zone with a pause. */

const PAUSE = 150; // ms without a byte after which a zone is whole
const ZONE = /^[A-Z0-9<\n]{56,}$/;

interface SerialPort extends EventTarget {
  readable: ReadableStream<Uint8Array> | null;
  open(options: { baudRate: number }): Promise<void>;
  close(): Promise<void>;
}

interface Serial {
  requestPort(): Promise<SerialPort>;
  getPorts(): Promise<SerialPort[]>;
}

const serial = (): Serial | undefined => (navigator as Navigator & { serial?: Serial }).serial;

/** Whether this browser can read serial lines at all. */
export const canReadSerial = (): boolean => serial() !== undefined;

/** Lets the officer choose a port; null when none was chosen. */
export async function choosePort(): Promise<SerialPort | null> {
  return (
    (await serial()
      ?.requestPort()
      .catch(() => null)) ?? null
  );
}

/** The port that was chosen on this workstation before, if it is plugged in. */
export async function knownPort(): Promise<SerialPort | null> {
  return (await serial()?.getPorts())?.[0] ?? null;
}

/** Reads zones from a port until `signal` ends it or the reader is unplugged; resolves then. */
export async function readZones(port: SerialPort, whole: (text: string) => void, signal: AbortSignal): Promise<void> {
  if (!port.readable) await port.open({ baudRate: 9600 });
  const reader = port.readable?.getReader();
  if (!reader) return;
  signal.addEventListener("abort", () => reader.cancel());
  const decoder = new TextDecoder("ascii");
  let text = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  const paused = () => {
    const zone = text
      .toUpperCase()
      .replace(/[\r\n]+/g, "\n")
      .replace(/[^A-Z0-9<\n]/g, "")
      .trim();
    text = "";
    if (ZONE.test(zone)) whole(zone);
  };
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
      clearTimeout(timer);
      timer = setTimeout(paused, PAUSE);
    }
  } catch {
    // unplugged in the middle of a read: the same as its end
  }
  reader.releaseLock();
  await port.close().catch(() => undefined); // already gone
}
