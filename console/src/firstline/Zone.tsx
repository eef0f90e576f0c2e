/** The lines of a zone: the strip of the image they were read from, and fields to correct them in, marked by character. */

import { type KeyboardEvent, type ReactElement, useEffect, useRef, useState } from "react";
import { digitsOf } from "../parts/checkdigits";
import { useWords } from "../words";
import type { Case, Reading } from "./case";

const SURE = 0.95; // least confidence of a character that is not marked

type Mark = "doubtful" | "repaired" | "failed" | "own";

/** A place in the zone, from 0. */
interface Place {
  line: number;
  at: number;
}

const placeKey = ({ line, at }: Place): string => `${line}:${at}`;

/** Where the officer must look: doubtful and repaired characters. */
function marksOf(reading: Reading): Map<string, Mark> {
  const marks = new Map<string, Mark>();
  reading.confidences.forEach((line, number) => {
    line.forEach((sure, at) => {
      if (sure < SURE) marks.set(placeKey({ line: number, at }), "doubtful");
    });
  });
  for (const { params } of reading.obstacles) {
    const { line, position } = params as { line?: number; position?: number };
    if (line && position) marks.set(placeKey({ line: line - 1, at: position - 1 }), "doubtful");
  }
  for (const { line, position } of reading.repairs)
    marks.set(placeKey({ line: line - 1, at: position - 1 }), "repaired");
  return marks;
}

/** The places to look at, in reading order. */
function placesOf(marks: Map<string, Mark>): Place[] {
  return [...marks.keys()]
    .map((key) => key.split(":").map(Number) as [number, number])
    .map(([line, at]) => ({ line, at }))
    .sort((a, b) => a.line - b.line || a.at - b.at);
}

/** The strip with its doubtful characters framed; nothing where the lines came as text. */
export function Strip({ reading }: { reading: Reading }): ReactElement | null {
  const t = useWords();
  const [size, setSize] = useState<[number, number] | null>(null);
  if (!reading.crop_png) return null;
  const framed = [...marksOf(reading)].map(([key, mark]) => {
    const [line, at] = key.split(":").map(Number) as [number, number];
    return { key, mark, box: reading.boxes[line]?.[at] ?? [0, 0, 0, 0] };
  });
  return (
    <div className="strip" dir="ltr">
      <img
        src={`data:image/png;base64,${reading.crop_png}`}
        alt={t("reading.crop")}
        onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => setSize([naturalWidth, naturalHeight])}
      />
      {size && (
        <svg className="frames" viewBox={`0 0 ${size[0]} ${size[1]}`} preserveAspectRatio="none" aria-hidden="true">
          {framed.map(({ key, mark, box: [left = 0, top = 0, right = 0, bottom = 0] }) =>
            right > left ? (
              <rect
                key={key}
                className={mark}
                x={left}
                y={top + 1}
                width={right - left}
                height={Math.max(1, bottom - top - 2)}
                rx={3}
              />
            ) : null,
          )}
        </svg>
      )}
    </div>
  );
}

/**
 * Fields for the lines. The first doubtful character is chosen at once, so that one key puts it right and leads to the
 * next; F7 leads there as well.
 */
export function ZoneLines({ subject, entered }: { subject: Case; entered: () => void }): ReactElement {
  const inputs = useRef<(HTMLInputElement | null)[]>([]);
  const reading = subject.reading as Reading;
  const marks = marksOf(reading);
  const places = placesOf(marks);
  const locked = subject.stage !== "read";
  const failed = new Set(
    digitsOf(subject.lines)
      .filter(({ valid }) => !valid)
      .map(({ line, place }) => placeKey({ line, at: place })),
  );
  const choose = (place: Place | undefined) => {
    const input = place && inputs.current[place.line];
    if (!input) return false;
    input.focus();
    input.setSelectionRange(place.at, place.at + 1);
    return true;
  };
  const after = ({ line, at }: Place) => places.find((one) => one.line > line || (one.line === line && one.at > at));
  const first = useRef<Reading | null>(null);
  useEffect(() => {
    if (locked || first.current === reading) return;
    first.current = reading;
    choose(places[0]);
  });
  const keydown = (event: KeyboardEvent<HTMLInputElement>, line: number) => {
    if (event.key === "Enter") {
      event.preventDefault();
      entered();
    } else if (event.key === "F7") {
      event.preventDefault();
      choose(after({ line, at: event.currentTarget.selectionStart ?? 0 }) ?? places[0]);
    }
  };
  const changed = (input: HTMLInputElement, line: number) => {
    const before = subject.lines[line] ?? "";
    const caret = input.selectionStart ?? 0;
    const text = input.value.toUpperCase().replace(/[^A-Z0-9<]/g, "");
    const lines = subject.lines.with(line, text);
    subject.step({ lines });
    const replaced = text.length === before.length && marks.has(placeKey({ line, at: caret - 1 }));
    requestAnimationFrame(() => {
      if (replaced && choose(after({ line, at: caret - 1 }))) return;
      input.setSelectionRange(caret, caret);
    });
  };
  return (
    <div className="zone" dir="ltr">
      {subject.lines.map((text, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line of the zone is its place
        <div key={line} className="zone-line">
          <Marks text={text} read={reading.lines?.[line] ?? ""} marks={marks} failed={failed} line={line} />
          <LineInput
            line={line}
            value={text}
            locked={locked}
            ref={(input) => {
              inputs.current[line] = input;
            }}
            onKeyDown={(event) => keydown(event, line)}
            onChange={({ currentTarget }) => changed(currentTarget, line)}
          />
        </div>
      ))}
    </div>
  );
}

type LineProps = { line: number; locked: boolean } & React.ComponentProps<"input">;

function LineInput({ line, locked, ...more }: LineProps): ReactElement {
  const t = useWords();
  return (
    <input
      className="zone-text"
      data-zone=""
      aria-label={t("reading.line", { line: line + 1 })}
      spellCheck="false"
      autoComplete="off"
      autoCapitalize="characters"
      readOnly={locked}
      {...more}
    />
  );
}

interface MarksProps {
  text: string;
  read: string;
  marks: Map<string, Mark>;
  failed: Set<string>;
  line: number;
}

/** The same characters behind the field, carrying the marks. */
function Marks({ text, read, marks, failed, line }: MarksProps): ReactElement {
  const markOf = (character: string, at: number): Mark | undefined => {
    const key = placeKey({ line, at });
    if (character !== read[at]) return failed.has(key) ? "failed" : "own";
    return marks.get(key) ?? (failed.has(key) ? "failed" : undefined);
  };
  return (
    <div className="zone-marks" aria-hidden="true">
      {[...text].map((character, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a character of the zone is its place
        <span key={at} className={markOf(character, at)}>
          {character}
        </span>
      ))}
    </div>
  );
}
