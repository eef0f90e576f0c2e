/** The frames seen while a document stands still, of which the sharpest are taken. */

const KEPT = 5; // frames: as many as a zone must stand still for
const TAKEN = 3; // pictures at most of one document
const QUALITY = 0.92; // of the JPEGs

interface Frame {
  picture: ImageBitmap;
  sharpness: number;
}

export class Shots {
  #frames: Frame[] = [];

  /** Keep the frame that is shown now. */
  async add(video: HTMLVideoElement, sharpness: number): Promise<void> {
    const picture = await createImageBitmap(video);
    this.#frames.push({ picture, sharpness });
    if (this.#frames.length > KEPT) this.#frames.shift()?.picture.close();
  }

  /** The sharpest of what is kept as JPEGs, the best first; nothing is kept afterwards. */
  async take(): Promise<Blob[]> {
    const best = this.#frames.toSorted((one, other) => other.sharpness - one.sharpness).slice(0, TAKEN);
    const taken = await Promise.all(best.map(({ picture }) => encoded(picture)));
    this.drop();
    return taken;
  }

  /** The document has moved: what was kept shows it elsewhere. */
  drop(): void {
    for (const { picture } of this.#frames) picture.close();
    this.#frames = [];
  }
}

async function encoded(picture: ImageBitmap): Promise<Blob> {
  const canvas = document.createElement("canvas");
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.getContext("2d")?.drawImage(picture, 0, 0);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  if (!blob) throw new Error("the camera's picture cannot be taken");
  return blob;
}
