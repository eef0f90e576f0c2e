"""Flat pages of made-up documents: paper, pattern, portrait, fields and, mostly, a zone.

Lengths are millimetres on the page; a page is drawn at `scale` pixels to the millimetre.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ocr.layout import MrzFormat
from ocr.training import degrade, fonts
from ocr.training.content import MARKS, Rng, characters, identifier
from ocr.training.degrade import between
from ocr.training.lines import print_ink, type_line, typeface

SIZES = {  # width and height of the page, ICAO Doc 9303 parts 4 to 7
    MrzFormat.TD1: (85.6, 54.0),
    MrzFormat.TD2: (105.0, 74.0),
    MrzFormat.TD3: (125.0, 88.0),
    MrzFormat.MRV_A: (120.0, 80.0),
    MrzFormat.MRV_B: (105.0, 74.0),
}
PITCH = 2.54  # from one character to the next, Doc 9303 part 3, section 4.4
TEXT_PAGE = (150.0, 110.0)


@dataclass(frozen=True, slots=True)
class Page:
    """A page, uint8 [height, width, 3] (BGR), and its zone.

    `zone` has for each line the ends of its middle, [lines, 2, 2] pixels x, y; none for no zone.
    `capital` is the height of a capital in the zone, pixels. `contrast` is how much darker than its
    paper the ink of each character is, [lines, characters] grey levels.
    """

    image: NDArray[np.uint8]
    zone: NDArray[np.float32]
    capital: float
    contrast: NDArray[np.float32]


def draw_page(doc_type: MrzFormat, zone: Sequence[str], rng: Rng, scale: float, severity: float) -> Page:
    """Draw a page of `doc_type` with the lines of `zone` at its foot."""
    width, height = SIZES[doc_type]
    image = _paper(rng, width, height, scale, severity)
    _portrait(image, rng, scale)
    _fields(image, rng, scale, height - 25)
    page = _print_zone(image, zone, rng, scale, severity)
    if rng.random() < 0.5 * severity:
        _stamp(page.image, rng, scale)
    if rng.random() < 0.4 * severity:
        _laminate(page.image, rng)
    return page


def draw_text_page(rng: Rng, scale: float, severity: float) -> Page:
    """Draw a page without a zone: much text, some of it capitals and numbers in even columns."""
    width, height = TEXT_PAGE
    image = _paper(rng, width, height, scale, severity)
    if rng.random() < 0.4:
        _portrait(image, rng, scale)
    picture = Image.fromarray(image)
    draw = ImageDraw.Draw(picture)
    y = between(rng, 4, 12)
    while y < height - 8:
        size = between(rng, 2, 4.5)
        text = identifier(rng, 9) if rng.random() < 0.7 else characters(rng, int(rng.integers(4, 18)), MARKS)
        font = fonts.plain(max(6, round(size * scale)))
        draw.text(
            (6 * scale, y * scale), text if rng.random() < 0.5 else text.capitalize(), fill=(40, 30, 30), font=font
        )
        y += size * between(rng, 1.2, 2.5)
    return Page(np.array(picture), np.zeros((0, 2, 2), np.float32), 0.0, np.zeros((0, 0), np.float32))


def _paper(rng: Rng, width: float, height: float, scale: float, severity: float) -> NDArray[np.uint8]:
    """Tinted paper with a security pattern."""
    shape = (round(height * scale), round(width * scale))
    half = (shape[0] // 2, shape[1] // 2)
    tint = 255 - rng.random(3) * (20 + 60 * severity)
    cloud = 1 - 0.25 * severity * degrade.clouds(rng, half, int(rng.integers(2, 12)))
    pattern = cloud * degrade.guilloche(rng, half, between(rng, 0, 0.08 + 0.25 * severity))
    other = rng.random(3) * 0.6 + 0.4  # the pattern darkens one colour more than another
    paper = tint * (1 - (1 - pattern[:, :, None]) * other)
    return degrade.to_bytes(degrade.real(cv2.resize(degrade.real(paper), shape[::-1])))


def _portrait(image: NDArray[np.uint8], rng: Rng, scale: float) -> None:
    """Put a grey head and shoulders at the left or the right, nobody's."""
    height, width = image.shape[:2]
    w, h = int(between(rng, 0.18, 0.3) * width), int(between(rng, 0.35, 0.5) * height)
    x = int(between(rng, 0.04, 0.08) * width) if rng.random() < 0.7 else int(0.94 * width) - w
    y = int(between(rng, 0.1, 0.2) * height)
    box = np.full((h, w, 3), between(rng, 150, 235), np.uint8)
    skin, coat = between(rng, 60, 190), between(rng, 20, 120)
    cv2.ellipse(box, (w // 2, h), (int(0.45 * w), int(0.35 * h)), 0, 0, 360, (coat, coat, coat), -1)
    cv2.ellipse(box, (w // 2, int(0.42 * h)), (int(0.23 * w), int(0.3 * h)), 0, 0, 360, (skin, skin, skin), -1)
    soft = cv2.GaussianBlur(box, (0, 0), 0.5 * scale)
    image[y : y + h, x : x + w] = soft


def _fields(image: NDArray[np.uint8], rng: Rng, scale: float, foot: float) -> None:
    """Print labels and made-up values between the top and `foot` millimetres."""
    picture = Image.fromarray(image)
    draw = ImageDraw.Draw(picture)
    ink = tuple(int(v) for v in rng.integers(0, 90, 3))
    left = between(rng, 0.33, 0.42) * image.shape[1]
    draw.text((left, 3 * scale), identifier(rng, 2), fill=ink, font=fonts.plain(round(4.2 * scale)))
    y, step = 10.0, between(rng, 5, 8)
    while y < foot - 4:
        small, large = fonts.plain(max(6, round(1.6 * scale))), fonts.plain(max(7, round(2.7 * scale)))
        draw.text((left, y * scale), identifier(rng, 2).lower(), fill=ink, font=small)
        value = identifier(rng, 2) if rng.random() < 0.6 else characters(rng, 9, MARKS)
        draw.text((left, (y + 2) * scale), value, fill=ink, font=large)
        y += step
    image[:] = np.asarray(picture)


def _print_zone(image: NDArray[np.uint8], zone: Sequence[str], rng: Rng, scale: float, severity: float) -> Page:
    """Print the zone's lines at the foot of the page and say where they are."""
    height, width = image.shape[:2]
    pitch = PITCH * scale
    columns, pace = len(zone[0]), fonts.PITCH / pitch
    leading = between(rng, 1.75, 2.4) * pitch * (0.95 if len(zone) == 3 else 1)
    ink, left = _zone_ink(zone, leading * pace, rng, severity)
    size = (round(ink.shape[1] / pace), round(ink.shape[0] / pace))
    ink = degrade.real(cv2.resize(ink, size, interpolation=cv2.INTER_AREA if pace > 1 else cv2.INTER_LINEAR))
    x = int((width - size[0]) / 2 + between(rng, -0.8, 0.8) * scale)
    y = int(height - between(rng, 2, 5) * scale - size[1] + 0.5 * pitch)
    paper = image.copy()
    _blend(image, ink, x, y, rng, severity)
    middles = np.arange(len(zone)) * leading + (fonts.BASELINE - fonts.PITCH / 2) / pace + y
    ends = (x + 0.12 * pitch, x + (columns - 0.12) * pitch)  # the outer characters' outer edges
    points = np.array([[(end, middle) for end in ends] for middle in middles], np.float32)
    contrast = [
        [_contrast(paper, image, x + (i + 0.5) * pitch, middle, pitch) for i in range(columns)] for middle in middles
    ]
    return Page(image, points, (fonts.PITCH - 1) / pace, degrade.real(contrast) * left)


def _contrast(paper: NDArray[np.uint8], printed: NDArray[np.uint8], x: float, y: float, pitch: float) -> float:
    """How much darker than the paper the darker tenth of a character is; 0 where it fell off the page."""
    rows, columns = (slice(max(round(at - pitch / 2), 0), max(round(at + pitch / 2), 0)) for at in (y, x))
    before, after = paper[rows, columns].mean(axis=2), printed[rows, columns].mean(axis=2)
    return float(np.percentile(before - after, 90)) if before.size else 0.0


def _zone_ink(
    zone: Sequence[str], leading: float, rng: Rng, severity: float
) -> tuple[degrade.Pixels, NDArray[np.float32]]:
    """The zone's ink coverage, and what is left of each character, [lines, characters], 0 where most is gone."""
    face = typeface(rng)
    height = round(leading * (len(zone) - 1)) + fonts.CELL_HEIGHT
    ink = np.zeros((height, len(zone[0]) * fonts.PITCH), np.float32)
    for place, line in enumerate(zone):
        type_line(ink, line, face, (0, round(place * leading)), rng)
    printed = print_ink(ink, rng, severity)
    core = degrade.real(cv2.erode(ink, np.ones((3, 3), np.uint8)))  # strokes thinned by the press are not gone
    cells = [(round(row * leading), column * fonts.PITCH) for row in range(len(zone)) for column in range(len(zone[0]))]
    shares = [_share_left(core, printed, y, x) for y, x in cells]
    return printed, degrade.real(shares).reshape(len(zone), -1)


def _share_left(core: degrade.Pixels, printed: degrade.Pixels, y: int, x: int) -> float:
    """1 where four fifths of a character or more were printed, 0 where two fifths or less."""
    cell = slice(y, y + fonts.CELL_HEIGHT), slice(x, x + fonts.PITCH)
    left = np.minimum(core[cell], printed[cell]).sum() / max(float(core[cell].sum()), 1.0)
    return float(np.clip((left - 0.4) / 0.4, 0, 1))


def _blend(image: NDArray[np.uint8], ink: degrade.Pixels, x: int, y: int, rng: Rng, severity: float) -> None:
    """Print `ink` coverage at x, y in one dark colour; what falls off the page is lost."""
    y, x = max(y, 0), max(x, 0)
    part = image[y : y + ink.shape[0], x : x + ink.shape[1]]
    share = ink[: part.shape[0], : part.shape[1], None] / 255 * between(rng, 1 - 0.35 * severity, 1)
    dark = rng.random(3) * (20 + 60 * severity)
    part[:] = (part + (dark - part) * share).astype(np.uint8)


def _stamp(image: NDArray[np.uint8], rng: Rng, scale: float) -> None:
    """Stamp a ring with a word across some of the page, in one thin ink."""
    height, width = image.shape[:2]
    layer = np.zeros((height, width), np.uint8)
    centre = (int(rng.integers(width)), int(between(rng, 0.55, 1.0) * height))
    axes = (int(between(rng, 9, 16) * scale), int(between(rng, 6, 12) * scale))
    turn = between(rng, -40, 40)
    cv2.ellipse(layer, centre, axes, turn, 0, 360, 255, max(1, round(0.5 * scale)), cv2.LINE_AA)
    word = characters(rng, 8, MARKS)
    cv2.putText(layer, word, (centre[0] - axes[0] // 2, centre[1]), cv2.FONT_HERSHEY_SIMPLEX, 0.1 * scale, 255, 2)
    colour = rng.random(3) * np.array([230, 120, 200])
    share = layer[:, :, None] / 255 * between(rng, 0.2, 0.6)
    image[:] = (image + (colour - image) * share).astype(np.uint8)


def _laminate(image: NDArray[np.uint8], rng: Rng) -> None:
    """Lay a hologram's pale shapes over the page."""
    height, width = image.shape[:2]
    share = degrade.clouds(rng, (height, width), int(rng.integers(5, 20)))
    share = np.clip((share - 0.6) * 8, 0, 1) * np.float32(between(rng, 0.1, 0.35))
    shine = 160 + rng.random(3).astype(np.float32) * 95
    image[:] = (image + (shine - image) * share[:, :, None]).astype(np.uint8)
