"""Whole images of made-up documents, with the truth beside them.

    python -m ocr.training.generate --seed 1 --count 100 --condition moderate FOLDER

A seed and a condition name an image for ever. Nobody's data is in it.
"""

import argparse
import csv
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.layout import MrzFormat
from ocr.training.camera import CONDITIONS, photograph
from ocr.training.content import made_up_zone
from ocr.training.degrade import between
from ocr.training.pages import PITCH, draw_page, draw_text_page


@dataclass(frozen=True, slots=True)
class GeneratedDocument:
    """A picture of a made-up document and what it says.

    `image` is uint8 [height, width, 3] (BGR). `mrz_lines` are the zone's lines, none when there is
    no zone; then `doc_type` is None too. `middles` are the ends of each line's middle as one reads,
    [lines, 2, 2] pixels x, y. `pitch` is the mean distance between characters, pixels. `faintest` is
    the contrast of the faintest character, 1 where a person can just tell it from grain and glare.
    """

    image: NDArray[np.uint8]
    doc_type: MrzFormat | None
    mrz_lines: tuple[str, ...]
    middles: NDArray[np.float32]
    pitch: float
    condition: str
    faintest: float = 0.0

    @property
    def lost(self) -> bool:
        """Whether some character of the zone is physically lost: off the picture, washed out, worn away."""
        return self.doc_type is not None and self.faintest < 1

    @property
    def corners(self) -> NDArray[np.float32]:
        """The zone's corners as one reads: first line's start and end, last line's end and start."""
        first, last = self.middles[0], self.middles[-1]
        return np.stack([first[0], first[1], last[1], last[0]])


def generate_document(
    seed: int, condition: str, doc_type: MrzFormat | None = None, frame: int = 0
) -> GeneratedDocument:
    """Make document number `seed` under 'clean', 'moderate' or 'severe' conditions.

    Another `frame` is the same page, as it is printed and worn, before another camera.

    Raises MissingFontError when OCR-B is not installed.
    """
    rng = np.random.default_rng((seed, list(CONDITIONS).index(condition)))
    limits = CONDITIONS[condition]
    drawn = list(MrzFormat)[int(rng.integers(len(MrzFormat)))]
    doc_type = doc_type or drawn
    zone = made_up_zone(rng, doc_type)
    scale = between(rng, *limits.pitch) / PITCH
    page = draw_page(doc_type, zone, rng, scale, limits.severity)
    if frame:
        rng = np.random.default_rng((seed, list(CONDITIONS).index(condition), frame))
    shot = photograph(page, rng, limits)
    lengths = np.linalg.norm(shot.points[:, 1] - shot.points[:, 0], axis=1)
    pitch = float(lengths.mean()) / len(zone[0])
    return GeneratedDocument(shot.image, doc_type, zone, shot.points, pitch, condition, float(shot.contrast.min()))


def generate_without_zone(seed: int, condition: str) -> GeneratedDocument:
    """Make picture number `seed` of a page that has text but no zone."""
    rng = np.random.default_rng((seed, list(CONDITIONS).index(condition), 0))
    limits = CONDITIONS[condition]
    page = draw_text_page(rng, between(rng, *limits.pitch) / PITCH, limits.severity)
    shot = photograph(page, rng, limits)
    return GeneratedDocument(shot.image, None, (), shot.points, 0.0, condition)


def main() -> None:
    """Write images and manifest.csv into a folder, as the command line says."""
    parser = argparse.ArgumentParser(description="Write images of made-up documents and their truth.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0, help="number of the first image")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--condition", choices=tuple(CONDITIONS), default="moderate")
    parser.add_argument("--without-zone", type=int, default=10, metavar="N", help="every Nth has no zone; 0 for none")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with (options.folder / "manifest.csv").open("w", newline="") as file:
        manifest = csv.writer(file)
        manifest.writerow(("file", "doc_type", "mrz", "tier", "faintest"))
        for seed in range(options.seed, options.seed + options.count):
            without = options.without_zone and seed % options.without_zone == options.without_zone - 1
            make = generate_without_zone if without else generate_document
            manifest.writerow(_write(options.folder, seed, make(seed, options.condition)))


def _write(folder: Path, seed: int, made: GeneratedDocument) -> tuple[str, str, str, str, str]:
    name = f"{made.condition}-{seed:06d}.jpg"
    cv2.imwrite(str(folder / name), made.image, [cv2.IMWRITE_JPEG_QUALITY, 95])
    return name, str(made.doc_type or "NONE"), "\n".join(made.mrz_lines), made.condition, f"{made.faintest:.2f}"


if __name__ == "__main__":
    main()
