"""Typefaces for rendering zones: OCR-B, and a few monospaced look-alikes some issuers print."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ocr.layout import ALPHABET

PITCH = 32  # pixels from one character to the next in a cell; OCR-B's capitals are as tall
CELL_HEIGHT = 64  # pixels; room above and below for strokes that spread
BASELINE = 48  # row of the foot of a capital

FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts")
OCR_B = ("OCRB.otf", "OCRBS.otf", "OCRBL.otf")
LOOK_ALIKES = (
    "DejaVuSansMono.ttf",
    "DejaVuSansMono-Bold.ttf",
    "LiberationMono-Regular.ttf",
    "LiberationMono-Bold.ttf",
    "FreeMonoBold.ttf",
)


class MissingFontError(RuntimeError):
    """A typeface that the generator needs is not installed."""


@dataclass(frozen=True, slots=True)
class Typeface:
    """Glyphs of ALPHABET as ink coverage, uint8 [character, CELL_HEIGHT, PITCH], 255 is ink."""

    name: str
    glyphs: NDArray[np.uint8]


def find_font(file_name: str) -> Path | None:
    """Look for a font file by name in the system's and the account's font folders."""
    for folder in FOLDERS:
        if found := next(folder.rglob(file_name), None):
            return found
    return None


@cache
def ocr_b() -> tuple[Typeface, ...]:
    """The OCR-B typefaces: round ends, sharp ends, slanted.

    Raises MissingFontError when they are not installed.
    """
    paths = [find_font(name) for name in OCR_B]
    if None in paths:
        raise MissingFontError("the OCR-B typeface is not installed; Debian's package is fonts-ocr-b")
    return tuple(load(path) for path in paths if path)


@cache
def look_alikes() -> tuple[Typeface, ...]:
    """The monospaced typefaces found on this system, perhaps none."""
    paths = [find_font(name) for name in LOOK_ALIKES]
    return tuple(load(path) for path in paths if path)


def load(path: Path) -> Typeface:
    """Draw the alphabet of a font file, its capitals scaled to one pitch in height."""
    probe = ImageFont.truetype(path, 200)
    capital = probe.getbbox("H", anchor="ls")
    font = ImageFont.truetype(path, round(200 * (PITCH - 1) / -capital[1]))
    return Typeface(path.stem, np.stack([_glyph(font, character) for character in ALPHABET]))


def _glyph(font: ImageFont.FreeTypeFont, character: str) -> NDArray[np.uint8]:
    cell = Image.new("L", (PITCH, CELL_HEIGHT), 0)
    ImageDraw.Draw(cell).text((PITCH // 2, BASELINE), character, fill=255, font=font, anchor="ms")
    return np.asarray(cell)


@cache
def plain(size: int) -> ImageFont.FreeTypeFont:
    """A typeface for the rest of a document, at `size` pixels; OCR-B when there is no other.

    Raises MissingFontError when there is none at all.
    """
    for name in ("DejaVuSans.ttf", "LiberationSans-Regular.ttf", *OCR_B):
        if path := find_font(name):
            return ImageFont.truetype(path, size)
    raise MissingFontError("no typeface is installed; Debian's packages are fonts-ocr-b and fonts-dejavu-core")
