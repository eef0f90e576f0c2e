/**
 * Where the machine-readable zone lies in a frame of the camera, quickly and roughly: the officer is shown it, and a
 * frame is taken once it stands still. What the zone says is read by the service.
 *
 * The zone is two or three rows of close, upright strokes across most of the page: rows where brightness changes
 * often, over a wide stretch, in bands of one height.
 */

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** A small grey picture, row by row, 0 to 255. */
export interface Grey {
  width: number;
  height: number;
  pixels: Uint8Array | Uint8ClampedArray;
}

export interface Found extends Box {
  /** How strong its strokes are: a blurred zone has less. */
  sharpness: number;
}

const STROKE = 26; // least step of brightness between neighbours two apart that counts as an edge
const WIDE = 0.34; // of the frame's width that a line of the zone covers at least
const DENSE = 0.16; // of the pixels of such a stretch that are edges
const GAP = 0.035; // of the width: a longer stretch without an edge ends the line

/** The zone in a frame, or null. */
export function findZone(grey: Grey): Found | null {
  const rows = Array.from({ length: grey.height }, (_, y) => stretchIn(grey, y));
  const bands = bandsOf(rows, grey.height);
  const zone = lowestGroup(bands, grey.height);
  if (!zone) return null;
  const strong = rows.slice(zone.top, zone.bottom).filter((row) => row !== null);
  return {
    left: median(strong.map(({ left }) => left)),
    right: median(strong.map(({ right }) => right)),
    top: zone.top,
    bottom: zone.bottom,
    sharpness: strong.reduce((sum, { strength }) => sum + strength, 0) / strong.length,
  };
}

/** How much two boxes are one, from 0 to 1: the area both cover, of the area either covers. */
export function overlap(a: Box, b: Box): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  if (width <= 0 || height <= 0) return 0;
  const both = width * height;
  return both / (area(a) + area(b) - both);
}

const area = ({ left, right, top, bottom }: Box): number => (right - left) * (bottom - top);

interface Stretch {
  left: number;
  right: number;
  strength: number;
}

/** The widest stretch of a row in which strokes follow each other closely, if it is wide and dense enough. */
function stretchIn({ width, pixels }: Grey, y: number): Stretch | null {
  const gap = Math.max(3, Math.round(width * GAP));
  const at = y * width;
  let best: Stretch | null = null;
  let [start, last, edges, strength] = [-1, -1, 0, 0];
  const close = () => {
    const wide = last - start;
    if (start >= 0 && wide >= width * WIDE && edges >= wide * DENSE && wide > (best ? best.right - best.left : 0))
      best = { left: start, right: last, strength: strength / edges };
  };
  for (let x = 2; x < width; x++) {
    const step = Math.abs((pixels[at + x] ?? 0) - (pixels[at + x - 2] ?? 0));
    if (step < STROKE) continue;
    if (start < 0 || x - last > gap) {
      close();
      [start, edges, strength] = [x, 0, 0];
    }
    last = x;
    edges += 1;
    strength += step;
  }
  close();
  return best;
}

interface Band {
  top: number;
  bottom: number;
}

/** Runs of rows that hold a stretch; a hole of one row is none. */
function bandsOf(rows: (Stretch | null)[], height: number): Band[] {
  const bands: Band[] = [];
  for (let y = 0; y < height; y++) {
    if (!rows[y]) continue;
    const last = bands.at(-1);
    if (last && y - last.bottom <= 1) last.bottom = y + 1;
    else bands.push({ top: y, bottom: y + 1 });
  }
  return bands.filter(({ top, bottom }) => bottom - top >= 2 && bottom - top <= height * 0.25);
}

/** The two or three lowest bands that lie close together; one thick band where two lines have run into one. */
function lowestGroup(bands: Band[], height: number): Band | null {
  const last = bands.at(-1);
  if (!last) return null;
  const group = [last];
  for (const band of bands.slice(0, -1).toReversed()) {
    const above = group[0];
    const tall = last.bottom - last.top;
    if (!above || group.length === 3 || above.top - band.bottom > Math.max(4, tall * 2.5)) break;
    group.unshift(band);
  }
  const top = group[0]?.top ?? last.top;
  const whole = last.bottom - top;
  return whole >= height * 0.03 && whole <= height * 0.4 ? { top, bottom: last.bottom } : null;
}

function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;
}

/** Says when the zone has stood still long enough, once for each time it comes. */
export class Steady {
  #before: Found | null = null;
  #still = 0;
  #taken: Box | null = null;
  readonly #frames: number;

  /** `frames` in a row that a zone must stand still for. */
  constructor(frames = 5) {
    this.#frames = frames;
  }

  /** What the next frame shows. True: take this one. */
  sees(found: Found | null): boolean {
    const before = this.#before;
    this.#before = found;
    if (!found) {
      this.#still = 0;
      this.#taken = null; // the document has gone: the next one is another
      return false;
    }
    const moved = !before || overlap(before, found) < 0.8 || found.sharpness < before.sharpness * 0.85;
    this.#still = moved ? 0 : this.#still + 1;
    if (this.#still < this.#frames) return false;
    if (this.#taken && overlap(this.#taken, found) > 0.6) return false;
    this.#taken = found;
    return true;
  }

  /** The frame taken could not be read: the same zone may be taken again after standing still once more. */
  again(): void {
    this.#taken = null;
    this.#still = 0;
  }
}
