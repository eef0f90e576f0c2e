/**
 * A keyboard wedge types a line of the zone within a fraction of a second and ends it with Enter, wherever the focus
 * is; nobody types like that. It presses keys, not characters: where the workstation's layout is Arabic, the Latin
 * letters are found by the keys' places. Knows nothing of the page: it is told of keys and says what they are.
 */

const PAUSE = 300; // ms without a key that end a burst
const STALL = 1500; // ms that a busy workstation may hold up keys in the middle of one
const TRAIL = 100; // ms in which a second Enter belongs to the first
const PACE = 45; // ms a key, at the slowest, of a reader
const SURE_AFTER = 8; // keys at that pace, after which the burst is kept from the page
const SHORTEST_LINE = 28;
const WHOLE = new Set(["44 44", "36 36", "30 30 30", "88", "72", "90"]); // lengths of lines that no other line follows

/** The part of a keyboard event that matters. */
export interface Pressed {
  key: string;
  code: string;
  shiftKey: boolean;
  timeStamp: number;
}

interface Character {
  typed: string;
  byPlace: string;
  at: number;
}

/** What becomes of a key: `swallow` keeps it from the page; `line` says that a line has just ended. */
export interface Fate {
  swallow: boolean;
  began: boolean;
  line: boolean;
}

const PASSES: Fate = { swallow: false, began: false, line: false };

/** Tells a reader's keys from a person's. `whole` gets the lines of a zone once no other can follow. */
export class Wedge {
  #keys: Character[] = [];
  #lines: string[] = [];
  #ended = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #whole: (text: string) => void;

  constructor(whole: (text: string) => void) {
    this.#whole = whole;
  }

  /** A key went down. */
  press(pressed: Pressed): Fate {
    const last = this.#keys.at(-1);
    if (last && pressed.timeStamp - last.at > this.#patience()) this.#keys = [];
    if (pressed.key === "Enter") return this.#enter(pressed);
    const character = characterOf(pressed);
    if (!character) return PASSES;
    this.#keys.push(character);
    this.#wait();
    return { swallow: this.#isBurst(SURE_AFTER), began: this.#keys.length === 1, line: false };
  }

  /** Forget what was begun. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#keys = [];
    this.#lines = [];
  }

  #enter({ timeStamp }: Pressed): Fate {
    const trails = !this.#keys.length && (this.#lines.length > 0 || timeStamp - this.#ended < TRAIL);
    if (!trails && !this.#isBurst(SHORTEST_LINE)) {
      this.#keys = [];
      return PASSES;
    }
    const line = this.#takeLine();
    this.#ended = timeStamp;
    if (!line) return { swallow: true, began: false, line }; // nothing new to wait for: else Enter again and again is lost
    if (WHOLE.has(this.#lines.map(({ length }) => length).join(" "))) this.#finish();
    else this.#wait();
    return { swallow: true, began: false, line };
  }

  #isBurst(length: number): boolean {
    const [first, last] = [this.#keys[0], this.#keys.at(-1)];
    if (!first || !last) return false;
    return this.#keys.length >= length && last.at - first.at <= PACE * (this.#keys.length - 1);
  }

  #takeLine(): boolean {
    if (!this.#keys.length) return false;
    this.#lines = ofOneZone([...this.#lines, lineOf(this.#keys)]);
    this.#keys = [];
    return true;
  }

  #wait(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#isBurst(SHORTEST_LINE)) this.#takeLine(); // a reader that ends without Enter
      this.#keys = [];
      if (this.#lines.length) this.#finish();
    }, this.#patience());
  }

  /** How long the next key may take: longer while a zone is plainly not at its end. */
  #patience(): number {
    const lengths = [...this.#lines.map(({ length }) => length), this.#keys.length].filter(Boolean).join(" ");
    const begun = this.#lines.length > 0 || this.#isBurst(SURE_AFTER);
    return begun && !WHOLE.has(lengths) ? STALL : PAUSE;
  }

  #finish(): void {
    clearTimeout(this.#timer);
    const text = this.#lines.join("\n");
    this.#lines = [];
    this.#whole(text);
  }
}

/** Without what is left of a zone that was cut off: it is no part of the next, however soon that comes. */
function ofOneZone(lines: string[]): string[] {
  const begun = lines.findIndex((_, from) => begins(lines.slice(from)));
  return begun > 0 ? lines.slice(begun) : lines;
}

/** Whether a zone can begin like this. A line without a digit is of names: the first of two lines, the last of three. */
function begins(lines: string[]): boolean {
  const lengths = `${lines.map(({ length }) => length).join(" ")} `;
  const known = [...WHOLE].some((whole) => `${whole} `.startsWith(lengths));
  return known && lines.every((line, at) => /\d/.test(line) || at === (line.length === 30 ? 2 : 0));
}

/** What a key types, and what it would type on the layout that readers are built for. */
function characterOf({ key, code, shiftKey, timeStamp }: Pressed): Character | null {
  if (key.length !== 1) return null;
  const place = /^(?:Key|Digit|Numpad)([A-Z0-9])$/.exec(code)?.[1];
  const byPlace = place ?? ((code === "Comma" && shiftKey) || code === "IntlBackslash" ? "<" : key.toUpperCase());
  return { typed: key.toUpperCase(), byPlace, at: timeStamp };
}

function lineOf(keys: Character[]): string {
  const typed = keys.map((one) => one.typed).join("");
  return /^[A-Z0-9<]+$/.test(typed) ? typed : keys.map(({ byPlace }) => byPlace).join("");
}
