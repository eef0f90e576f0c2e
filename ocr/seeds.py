"""Pixels to seeds: where stretches of dark text may run, roughly, at every size and angle."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.image import Pixels

Table = NDArray[np.float64]

LEVELS = (700, 440, 1100, 280)
"""Longest sides in pixels at which text is looked for, the likeliest first.

At one of them the characters of a zone are 5 to 12 pixels high.
"""

_STROKES = 5  # pixels of a level within which a character shows strokes of several directions
_SMEARED = 3  # pixels by which that makes text thicker
_MOST_ENLARGED = 2.0
_DARKEST = 8.0  # grey levels that are the sensor's, not the light's
_LIGHT = np.log(np.arange(256, dtype=np.float32) + np.float32(_DARKEST))
_SHORTEST, _THINNEST, _THICKEST = 15, 4, 24  # pixels of a piece of text at a level
_MOST_PIECES = 250
_LOWEST = 12  # pixels: no two lines of text stand in a level less high
_FAMILIAR = 50  # lines longer than so many heights are no likelier to be of a zone


@dataclass(frozen=True, slots=True)
class Seed:
    """A rough line of text: its middle, direction in degrees, length and thickness in pixels."""

    x: float
    y: float
    angle: float
    length: float
    thickness: float

    def enlarged(self, by: float) -> "Seed":
        """The same seed in a picture so many times as large."""
        x, y = ((at + 0.5) * by - 0.5 for at in (self.x, self.y))
        return Seed(x, y, self.angle, self.length * by, self.thickness * by)


def find_seeds(pixels: Pixels, turn: float = 0.0) -> Iterator[list[Seed]]:
    """Rough lines of text: level by level, of each level those that look most like a zone's first.

    Text is joined along rows and columns; for text at a slant ``turn`` the image, in degrees.
    """
    longest = max(pixels.shape)
    for scale in dict.fromkeys(min(side / longest, _MOST_ENLARGED) for side in LEVELS):
        if min(pixels.shape) * scale < _LOWEST:
            continue
        level, back = _turned(reduced(pixels, scale), turn)
        chains = [_seen_from(seed, back, turn) for seed in _chain(_pieces(_text(level)))]
        yield _ranked([seed.enlarged(1 / scale) for seed in chains], longest)


def reduced(pixels: Pixels, scale: float) -> Pixels:
    """A picture so many times as large, usually less than once."""
    if scale == 1:
        return pixels
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    if min(pixels.shape) * scale < 1:  # a strip of a few rows, say: OpenCV makes no picture without any
        size = tuple(max(1, round(side * scale)) for side in reversed(pixels.shape))
        return np.asarray(cv2.resize(pixels, size, interpolation=how), np.uint8)
    return np.asarray(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=how), np.uint8)


def _turned(level: Pixels, turn: float) -> tuple[Pixels, Table]:
    """A level turned about its middle with room for its corners, and the matrix that turns it back."""
    if not turn:
        return level, np.eye(2, 3)
    height, width = level.shape
    side = int(np.hypot(height, width)) + 1
    there = cv2.getRotationMatrix2D((width / 2, height / 2), turn, 1.0)
    there[:, 2] += (side - width) / 2, (side - height) / 2
    turned = cv2.warpAffine(level, there, (side, side), flags=cv2.INTER_LINEAR, borderValue=255)
    return np.asarray(turned, np.uint8), np.asarray(cv2.invertAffineTransform(there), np.float64)


def _seen_from(seed: Seed, back: Table, turn: float) -> Seed:
    x, y = back @ (seed.x, seed.y, 1.0)
    return replace(seed, x=float(x), y=float(y), angle=(seed.angle + turn + 90) % 180 - 90)


def _text(level: Pixels) -> Pixels:
    """Where strokes of many directions meet, as in text; an edge or a pattern of lines has but one.

    Measured is the lesser eigenvalue of the structure tensor of the logarithm of the light, so that
    text in a shadow is as much text as any other.
    """
    light = np.asarray(cv2.LUT(level, _LIGHT), np.float32)
    strokes = cv2.sqrt(np.maximum(cv2.cornerMinEigenVal(light, _STROKES, ksize=3), 0))
    least = np.maximum(1.2 * cv2.blur(strokes, (41, 41)), 0.3 * float(np.percentile(strokes[::4, ::4], 98.5)))
    return np.asarray(strokes > least, np.uint8)


def _pieces(ink: Pixels) -> Table:
    """Connected stretches of ink: rows of x, y, angle, length, thickness."""
    found = [piece for lying in (True, False) for piece in _pieces_along(ink, lying)]
    table = np.array(found, np.float64).reshape(-1, 5)
    return table[np.argsort(-table[:, 3])][:_MOST_PIECES]


def _pieces_along(ink: Pixels, lying: bool) -> Iterator[tuple[float, ...]]:
    join, trim = ((11, 3), (5, 2)) if lying else ((3, 11), (2, 5))
    for size, how in ((join, cv2.MORPH_CLOSE), (trim, cv2.MORPH_OPEN)):
        ink = np.asarray(cv2.morphologyEx(ink, how, np.ones(size[::-1], np.uint8)), np.uint8)
    outlines, _ = cv2.findContours(ink, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    for outline in outlines:
        if len(outline) < 4 or max(cv2.boundingRect(outline)[2:]) < _SHORTEST:
            continue
        (x, y), (length, thickness), angle = cv2.minAreaRect(outline)
        if length < thickness:
            length, thickness, angle = thickness, length, angle + 90
        angle = (angle + 90) % 180 - 90
        if (abs(angle) <= 45) != lying or not _THINNEST <= thickness <= _THICKEST:
            continue
        if length > max(_SHORTEST, 2.5 * thickness) and cv2.contourArea(outline) > 0.4 * length * thickness:
            yield x, y, angle, length, max(thickness - _SMEARED, 3.0)


def _chain(pieces: Table) -> list[Seed]:
    """Join pieces that continue one another; the longest first draws the others to it."""
    free = np.ones(len(pieces), bool)
    seeds: list[Seed] = []
    for first in range(len(pieces)):
        if free[first]:
            chain = _grow(pieces, free, first)
            if chain.length > 7 * chain.thickness and chain.length > 50:
                seeds.append(chain)
    return seeds


def _grow(pieces: Table, free: NDArray[np.bool_], first: int) -> Seed:
    members = [first]
    free[first] = False
    seed = Seed(*pieces[first])
    while True:
        more = free & _continues(pieces, seed)
        if not more.any():
            return seed
        members += np.flatnonzero(more).tolist()
        free[more] = False
        seed = _fit(pieces[members])


def _continues(pieces: Table, seed: Seed) -> NDArray[np.bool_]:
    along, across = _frame(pieces, seed)
    gap = np.abs(along) - (pieces[:, 3] + seed.length) / 2
    thickness = pieces[:, 4] / seed.thickness
    near = (np.abs(across) < 0.6 * seed.thickness) & (gap < 3 * seed.thickness)
    return near & (_turn(pieces, seed) < 10) & (thickness > 0.55) & (thickness < 1.8)


def _frame(table: Table, seed: Seed) -> tuple[Table, Table]:
    """How far each row lies along and across the seed's direction from its middle."""
    cos, sin = np.cos(np.deg2rad(seed.angle)), np.sin(np.deg2rad(seed.angle))
    x, y = table[:, 0] - seed.x, table[:, 1] - seed.y
    return x * cos + y * sin, y * cos - x * sin


def _turn(table: Table, seed: Seed) -> Table:
    return np.asarray(np.abs((table[:, 2] - seed.angle + 90) % 180 - 90))


def _fit(members: Table) -> Seed:
    """The line through the ends of pieces, longer pieces counting more."""
    weights = np.repeat(members[:, 3], 2)
    directions = np.deg2rad(members[:, 2])
    reach = np.stack([np.cos(directions), np.sin(directions)], 1) * members[:, 3:4] / 2
    ends = np.stack([members[:, :2] + reach, members[:, :2] - reach], 1).reshape(-1, 2)
    middle = np.average(ends, axis=0, weights=weights)
    _, _, axes = np.linalg.svd((ends - middle) * np.sqrt(weights)[:, None], full_matrices=False)
    along = (ends - middle) @ axes[0]
    x, y = middle + axes[0] * (along.min() + along.max()) / 2
    angle = (np.rad2deg(np.arctan2(axes[0, 1], axes[0, 0])) + 90) % 180 - 90
    thickness = np.average(members[:, 4], weights=members[:, 3])
    return Seed(float(x), float(y), float(angle), float(np.ptp(along)), float(thickness))


def _ranked(seeds: Sequence[Seed], longest: int) -> list[Seed]:
    """Long lines with an equal beside them first."""
    table = np.array([(s.x, s.y, s.angle, s.length, s.thickness) for s in seeds]).reshape(-1, 5)
    scores = [_likeness(seed, table, longest) for seed in seeds]
    return [seeds[i] for i in np.argsort(scores)[::-1]]


def _likeness(seed: Seed, table: Table, longest: int) -> float:
    along, across = _frame(table, seed)
    beside = (np.abs(across) > seed.thickness) & (np.abs(across) < 5 * seed.thickness)
    equal = (np.abs(along) < 0.15 * seed.length) & (np.abs(table[:, 3] - seed.length) < 0.25 * seed.length)
    partner = bool((beside & equal & (_turn(table, seed) < 4)).any())
    slender = min(seed.length / seed.thickness, _FAMILIAR)
    return slender * (1.5 if partner else 1.0) * min(1.0, 2.5 * seed.length / longest)
