/**
 * How a document comes in: a reader that types like a keyboard, a dropped, pasted or chosen image, pasted text.
 *
 * A keyboard wedge types a line of the zone within a fraction of a second and ends it with Enter, wherever
 * the focus is; nobody types like that. What it typed into a field is taken out again. It presses keys, not
 * characters: where the workstation's layout is Arabic, the Latin letters are found by the keys' places.
 */

const PAUSE = 300; // ms without a key that end a burst
const TRAIL = 100; // ms in which a second Enter belongs to the first
const PACE = 45; // ms a key, at the slowest, of a reader
const SURE_AFTER = 8; // keys at that pace, after which the burst is kept from the page
const SHORTEST_LINE = 28;
const WHOLE = new Set(["44 44", "36 36", "30 30 30", "88", "72", "90"]); // lengths of lines that no other line follows
const ZONE = /^[A-Z0-9<\s]{60,}$/i;

/** Watches for zones; `page` is where images may be dropped. `onText` and `onImage` get what came. */
export class Capture {
  constructor({ onText, onImage }) {
    Object.assign(this, { onText, onImage });
    this.lines = [];
    this.ended = { at: -Infinity, target: null };
    this.forget();
    this.handlers = {
      keydown: (event) => this.pressed(event),
      paste: (event) => this.pasted(event),
      dragover: (event) => this.dragged(event, true),
      dragleave: (event) => this.dragged(event, false),
      drop: (event) => this.dropped(event),
    };
  }

  start() {
    for (const [name, handler] of Object.entries(this.handlers)) document.addEventListener(name, handler, true);
  }

  stop() {
    for (const [name, handler] of Object.entries(this.handlers)) document.removeEventListener(name, handler, true);
    clearTimeout(this.timer);
    this.lines = [];
    this.forget();
  }

  forget() {
    this.keys = [];
    this.field = null;
  }

  pressed(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
    const at = event.timeStamp;
    if (this.keys.length && at - this.keys.at(-1).at > PAUSE) this.forget();
    if (event.key === "Enter") return this.lineEnded(event);
    const character = characterOf(event);
    if (!character) return;
    if (!this.keys.length) this.field = fieldAt(event.target);
    this.keys.push({ ...character, at });
    if (this.isBurst(SURE_AFTER)) swallow(event);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.paused(), PAUSE);
  }

  isBurst(length) {
    const { keys } = this;
    return keys.length >= length && keys.at(-1).at - keys[0].at <= PACE * (keys.length - 1);
  }

  lineEnded(event) {
    const trails = !this.keys.length && (this.lines.length > 0 || this.justEnded(event));
    if (!trails && !this.isBurst(SHORTEST_LINE)) return this.forget();
    swallow(event);
    this.takeLine();
    clearTimeout(this.timer);
    this.ended = { at: event.timeStamp, target: event.target };
    if (WHOLE.has(this.lines.map((line) => line.length).join(" "))) this.finish();
    else this.timer = setTimeout(() => this.paused(), PAUSE);
  }

  /** Whether this is the LF of a CR and LF whose CR ended the burst. */
  justEnded({ timeStamp, target }) {
    return timeStamp - this.ended.at < TRAIL && target === this.ended.target;
  }

  takeLine() {
    if (!this.keys.length) return;
    this.lines.push(lineOf(this.keys));
    this.field?.putBack();
    this.forget();
  }

  paused() {
    if (this.isBurst(SHORTEST_LINE)) this.takeLine(); // a reader that ends without Enter
    this.forget();
    if (this.lines.length) this.finish();
  }

  finish() {
    const text = this.lines.join("\n");
    this.lines = [];
    this.onText(text);
  }

  pasted(event) {
    if (document.querySelector("dialog[open]")) return;
    const image = Array.from(event.clipboardData.files).find(isImage);
    const text = event.clipboardData.getData("text/plain");
    if (image) {
      swallow(event);
      this.onImage(image);
    } else if (ZONE.test(text) && !event.target.closest?.("[data-zone]")) {
      swallow(event);
      this.onText(text.trim());
    }
  }

  dragged(event, over) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    document.body.classList.toggle("dropping", over && event.type === "dragover");
  }

  dropped(event) {
    document.body.classList.remove("dropping");
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault(); // else the browser would leave the page and open the image
    this.onImage(event.dataTransfer.files[0]);
  }
}

const isImage = (file) => file.type.startsWith("image/");

function swallow(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** What a key types, and what it would type on the layout that readers are built for. */
function characterOf({ key, code, shiftKey }) {
  if (key.length !== 1) return null;
  const place = /^(?:Key|Digit|Numpad)([A-Z0-9])$/.exec(code);
  const byPlace = place ? place[1] : (code === "Comma" && shiftKey) || code === "IntlBackslash" ? "<" : null;
  return { typed: key.toUpperCase(), byPlace: byPlace ?? key.toUpperCase() };
}

function lineOf(keys) {
  const typed = keys.map((one) => one.typed).join("");
  return /^[A-Z0-9<]+$/.test(typed) ? typed : keys.map((one) => one.byPlace).join("");
}

/** A field as it was before the burst. */
function fieldAt(target) {
  if (!target.matches?.("input, textarea")) return null;
  const before = target.value;
  return {
    putBack() {
      if (target.value === before) return;
      target.value = before;
      target.dispatchEvent(new Event("input", { bubbles: true }));
    },
  };
}
