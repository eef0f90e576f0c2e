"""Pixels to candidate zones: two or three parallel lines of evenly spaced text.

Nothing here knows a character. A zone is found by what every zone has: lines of one size and one
pitch that begin and end together with no blank place in them. Fillers are never asked for: a
second line may hold none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ocr.cut import TextLine
from ocr.image import Pixels
from ocr.seeds import Seed, find_seeds
from ocr.strip import Row, Strip, fit_of, strip_along

_MOST_SEEDS = 12
_CLEAR = 0.3  # score of a band that needs no second look
_EVEN, _UNEVEN = 0.35, 0.12  # evenness of a row that is text of one pitch, and of one that is not


@dataclass(frozen=True, slots=True)
class Band:
    """A candidate zone: its lines from top to bottom, and how much it looks like one (0 to 1)."""

    lines: tuple[TextLine, ...]
    score: float

    def turned(self) -> "Band":
        """The same band upside down."""
        return Band(tuple(line.turned() for line in reversed(self.lines)), self.score)


def find_bands(pixels: Pixels) -> Iterator[Band]:
    """Candidate zones, likeliest first, each found once; as one reads or upside down."""
    tried: list[Seed] = []
    done: list[Band] = []
    for seed in find_seeds(pixels):
        if len(tried) == _MOST_SEEDS:
            break
        if any(_same(seed, other) for other in tried) or any(_covers(band, seed) for band in done):
            continue
        tried.append(seed)
        for band in sorted(_bands_at(pixels, seed), key=lambda band: -band.score):
            done.append(band)
            yield band


def _same(seed: Seed, other: Seed) -> bool:
    """Whether two seeds would be cut into much the same strip."""
    apart = np.hypot(seed.x - other.x, seed.y - other.y) / other.thickness
    sizes = (seed.thickness / other.thickness, seed.length / other.length)
    return bool(apart < 1 and all(0.8 < size < 1.25 for size in sizes))


def _covers(band: Band, seed: Seed) -> bool:
    for line in band.lines:
        middle = np.add(line.start, line.end) / 2
        if np.hypot(*(middle - (seed.x, seed.y))) < max(line.height, 0.1 * line.length):
            return True
    return False


def _bands_at(pixels: Pixels, seed: Seed) -> list[Band]:
    """The zones along a seed; looked for once more along the evenest row where they are unclear."""
    strip = strip_along(pixels, seed)
    bands = _bands_of(strip)
    if max((band.score for band in bands), default=0.0) > _CLEAR or not strip.rows:
        return bands
    evenest = max(strip.rows, key=lambda row: row.evenness * min(row.places, 30))
    if evenest.evenness < _EVEN or evenest.places < 20:
        return bands
    again = _bands_of(strip_along(pixels, _seed_of(evenest, strip)))
    return max(bands, again, key=lambda found: max((band.score for band in found), default=0.0))


def _bands_of(strip: Strip) -> list[Band]:
    return [_band(group, strip) for group in _groups([row for row in strip.rows if row.evenness > _UNEVEN])]


def _seed_of(row: Row, strip: Strip) -> Seed:
    """A row of a strip as a seed of its own."""
    line = _line(row, row.left, row.right, row.pitch, row.pitch, strip)
    (x0, y0), (x1, y1) = line.start, line.end
    angle = float(np.rad2deg(np.arctan2(y1 - y0, x1 - x0)))
    return Seed((x0 + x1) / 2, (y0 + y1) / 2, angle, line.length, line.height)


def _groups(rows: Sequence[Row]) -> list[list[Row]]:
    """Rows that stand together: alike and next to one another."""
    groups: list[list[Row]] = [[row] for row in rows[:1]]
    for upper, lower in pairwise(rows):
        if _alike(upper, lower):
            groups[-1].append(lower)
        else:
            groups.append([lower])
    return [part for group in groups for part in _zones(group)]


def _alike(upper: Row, lower: Row) -> bool:
    pitch = (upper.pitch + lower.pitch) / 2
    ends = max(abs(upper.left - lower.left), abs(upper.right - lower.right))
    return abs(upper.pitch - lower.pitch) < 0.05 * pitch and ends < 3 * pitch and lower.top - upper.bottom < 4 * pitch


def _zones(group: list[Row]) -> list[list[Row]]:
    """Two or three rows: the lowest of a group that is too large, for a zone is below all else."""
    if len(group) < 2:
        return []
    narrow = np.median([row.places for row in group]) < 33
    return [group[-3:] if narrow else group[-2:]]


def _band(group: Sequence[Row], strip: Strip) -> Band:
    pitch = float(np.mean([row.pitch for row in group]))
    height = float(np.median([row.bottom - row.top for row in group]))
    # OCR-B's capitals are 0.94 of its pitch; a measured height far from that is a mismeasured one.
    height = min(max(height, 0.8 * pitch), 1.05 * pitch)
    left = min(row.left for row in group) - 0.15 * pitch
    right = max(row.right for row in group) + 0.15 * pitch
    lines = tuple(_line(row, left, right, height, pitch, strip) for row in group)
    evenness = float(np.mean([row.evenness for row in group]))
    return Band(lines, fit_of((right - left) / pitch) * evenness)


def _line(row: Row, left: float, right: float, height: float, pitch: float, strip: Strip) -> TextLine:
    centre = (row.top + row.bottom - 1) / 2
    start, middle, end = (
        np.array(strip.point(column, centre + sunk))
        for column, sunk in zip((left, (left + right) / 2, right), row.sunk, strict=True)
    )
    along = (end - start) / max(float(np.hypot(*(end - start))), 1.0)
    chord = middle - (start + end) / 2
    return TextLine(
        (float(start[0]), float(start[1])),
        (float(end[0]), float(end[1])),
        height=height * strip.scale,
        pitch=pitch * strip.scale,
        bow=float(chord[1] * along[0] - chord[0] * along[1]),
    )
