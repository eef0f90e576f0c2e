/**
 * Where the machine-readable zone lies in a frame of the camera, quickly and roughly: the officer is shown it, and a
 * frame is taken once it stands still. What the zone says is read by the service.
 *
 * The zone is two or three rows of close, upright strokes across most of the page: seen in small blocks, the longest
 * and thinnest region in which brightness changes often. It may lie somewhat aslant.
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
  /** The corners of the zone as it lies, around it. */
  corners: [number, number][];
  /** How strong its strokes are: a blurred zone has less. */
  sharpness: number;
}

const BLOCK = 5; // pixels a side
const EDGE_OF_STRONGEST = 0.3; // of the frame's strongest steps of brightness that a step counts from
const EDGE_LEAST = 9;
const DENSE = 0.22; // of a block's pixels that are edges
const LONG = 0.26; // of the frame's width that the zone is long at least
const SLIM = 3.6; // times longer than thick at least
const ASLANT = 0.6; // radians that it may be turned

/** The zone in a frame, or null. */
export function findZone(grey: Grey): Found | null {
  const { dense, strength, across, down } = blocksOf(grey);
  const regions = regionsOf(dense, across, down).filter((region) => region.length > 12);
  const zones = regions
    .map((region) => shapeOf(region, across, strength))
    .filter(({ long, thick, angle }) => long >= grey.width * LONG && long >= thick * SLIM && Math.abs(angle) <= ASLANT);
  const best = zones.toSorted((one, other) => other.long - one.long)[0];
  return best ? found(best) : null;
}

interface Blocks {
  dense: Uint8Array;
  strength: Float32Array;
  across: number;
  down: number;
}

/** Which blocks are dense with edges, and how strong these are. */
function blocksOf({ width, height, pixels }: Grey): Blocks {
  const [across, down] = [Math.floor(width / BLOCK), Math.floor(height / BLOCK)];
  const steps = new Uint8Array(width * height);
  const histogram = new Uint32Array(256);
  for (let at = 2; at < steps.length; at++) {
    const step = Math.abs((pixels[at] ?? 0) - (pixels[at - 2] ?? 0));
    steps[at] = step;
    histogram[step] = (histogram[step] ?? 0) + 1;
  }
  const least = Math.max(EDGE_LEAST, EDGE_OF_STRONGEST * strongest(histogram, steps.length));
  const edges = new Uint16Array(across * down);
  const strength = new Float32Array(across * down);
  for (let y = 0; y < down * BLOCK; y++)
    for (let x = 2; x < across * BLOCK; x++) {
      const step = steps[y * width + x] ?? 0;
      if (step < least) continue;
      const block = Math.floor(y / BLOCK) * across + Math.floor(x / BLOCK);
      edges[block] = (edges[block] ?? 0) + 1;
      strength[block] = (strength[block] ?? 0) + step;
    }
  const dense = Uint8Array.from(edges, (count) => (count >= DENSE * BLOCK * BLOCK ? 1 : 0));
  return { dense, strength, across, down };
}

/** The step of brightness that one pixel in a hundred exceeds. */
function strongest(histogram: Uint32Array, pixels: number): number {
  let left = pixels / 100;
  for (let step = 255; step > 0; step--) {
    left -= histogram[step] ?? 0;
    if (left <= 0) return step;
  }
  return 0;
}

/** Regions of dense blocks that touch, a hole of one block across or down being none. */
function regionsOf(dense: Uint8Array, across: number, down: number): number[][] {
  const seen = new Uint8Array(dense.length);
  const regions: number[][] = [];
  for (let start = 0; start < dense.length; start++) {
    if (!dense[start] || seen[start]) continue;
    const region = [start];
    seen[start] = 1;
    for (const block of region) {
      const [x, y] = [block % across, Math.floor(block / across)];
      for (let dy = -2; dy <= 2; dy++)
        for (let dx = -2; dx <= 2; dx++) {
          const near = block + dy * across + dx;
          const inside = x + dx >= 0 && x + dx < across && y + dy >= 0 && y + dy < down;
          if (!inside || !dense[near] || seen[near]) continue;
          seen[near] = 1;
          region.push(near);
        }
    }
    regions.push(region);
  }
  return regions;
}

interface Shape {
  middle: [number, number];
  long: number;
  thick: number;
  angle: number;
  sharpness: number;
}

/** A region as a bar: its middle, length, thickness (by its moments) and how it is turned. */
function shapeOf(region: number[], across: number, strength: Float32Array): Shape {
  const places = region.map((block) => [((block % across) + 0.5) * BLOCK, (Math.floor(block / across) + 0.5) * BLOCK]);
  const mean = (of: (place: number[]) => number) => places.reduce((sum, place) => sum + of(place), 0) / places.length;
  const [x, y] = [mean(([at = 0]) => at), mean(([, at = 0]) => at)];
  const xx = mean(([at = 0]) => (at - x) ** 2);
  const yy = mean(([, at = 0]) => (at - y) ** 2);
  const xy = mean(([a = 0, b = 0]) => (a - x) * (b - y));
  const spread = Math.hypot((xx - yy) / 2, xy);
  const side = (variance: number) => Math.sqrt(12 * Math.max(0, variance)) + BLOCK; // of a bar evenly filled
  return {
    middle: [x, y],
    long: side((xx + yy) / 2 + spread),
    thick: side((xx + yy) / 2 - spread),
    angle: 0.5 * Math.atan2(2 * xy, xx - yy),
    sharpness: region.reduce((sum, block) => sum + (strength[block] ?? 0), 0) / region.length,
  };
}

function found({ middle: [x, y], long, thick, angle, sharpness }: Shape): Found {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const corner = (along: number, over: number): [number, number] => [
    x + (along * long * cos - over * thick * sin) / 2,
    y + (along * long * sin + over * thick * cos) / 2,
  ];
  const corners = [corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1)];
  const [xs, ys] = [corners.map(([at]) => at), corners.map(([, at]) => at)];
  return {
    left: Math.min(...xs),
    right: Math.max(...xs),
    top: Math.min(...ys),
    bottom: Math.max(...ys),
    corners,
    sharpness,
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

  /** For how many looks in a row it has stood still. */
  get still(): number {
    return this.#still;
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
