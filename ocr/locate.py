"""Pixels to candidate zones: two or three parallel lines of evenly spaced text.

Nothing here knows a character. A zone is found by what every zone has: lines of one size and one
pitch that begin and end together with no blank place in them. Fillers are never asked for: a
second line may hold none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ocr.cut import TextLine
from ocr.image import Pixels
from ocr.places import line_of, lines_of
from ocr.rows import Row
from ocr.seeds import Seed, find_seeds, reduced
from ocr.strip import Strip, strip_along

_MOST_SEEDS = 12  # along which no zone was found; of 500 zones that were found at all, none needed more
_MORE_SEEDS = 2  # once something was found
_PROMISING = 2  # seeds of a level that are looked at before the next level
_TURNS = ((0.0, 4), (45.0, 2))  # degrees, and the levels that are looked at so
_LARGE = 1500  # pixels, of the longer side: larger pictures are halved, or more, to find zones in them
_CLEAR = 0.3  # score of a band that needs no second look
_STOUT = 16  # heights; a line of a zone is longer, but its lines may have run into one
_MERGED = 3.6  # heights of a line that two or three make together
_EVEN, _UNEVEN = 0.35, 0.12  # evenness of a row that is text of one pitch, and of one that is not


@dataclass(frozen=True, slots=True)
class Band:
    """A candidate zone: its lines from top to bottom, and how much it looks like one (0 to 1)."""

    lines: tuple[TextLine, ...]
    score: float

    def turned(self) -> "Band":
        """The same band upside down."""
        return Band(tuple(line.turned() for line in reversed(self.lines)), self.score)

    def enlarged(self, by: float) -> "Band":
        """The same band in a picture so many times as large."""
        return replace(self, lines=tuple(line.enlarged(by) for line in self.lines))

    def moved(self, places: int) -> "Band":
        """The same band so many places further on."""
        return Band(tuple(line.moved(places) for line in self.lines), self.score)


def find_bands(pixels: Pixels) -> Iterator[Band]:
    """Candidate zones of a picture, as `Search` finds them where none is freed."""
    return Search(pixels).bands()


class Search:
    """Looks for zones in a picture, and remembers where, so that no place is looked at twice."""

    def __init__(self, pixels: Pixels) -> None:
        self._scale = max(max(pixels.shape) // _LARGE, 1)
        self._pixels = reduced(pixels, 1 / self._scale)
        self._most = _MOST_SEEDS
        self._tried: list[Seed] = []
        self._found: list[Band] = []
        self._freed: list[Band] = []
        self._unclear: list[Band] = []

    def bands(self) -> Iterator[Band]:
        """Candidate zones, likeliest first, each found once; as one reads or upside down.

        What is clearly a zone at one level is offered before the next level is looked at, then what
        stands at a slant, and at last the rest: a page full of other text must not hide a slanted zone.
        """
        rest: list[Seed] = []
        for seeds in self._levels():
            for seed in seeds[:_PROMISING]:
                yield from self._along([seed], _CLEAR)
            rest += seeds[_PROMISING:]
        yield from self._along(rest, 0.0)

    def _levels(self) -> Iterator[list[Seed]]:
        """The seeds of one level after the other, as long as any may still be looked along."""
        for turn, count in _TURNS:
            levels = find_seeds(self._pixels, turn)
            for _ in range(count):
                if len(self._tried) >= self._most:
                    return
                yield [seed.enlarged(self._scale) for seed in next(levels, ())]

    def settle(self) -> None:
        """Look along few seeds more: what was offered last may be it."""
        self._most = min(self._most, len(self._tried) + _MORE_SEEDS)

    def free(self, band: Band) -> None:
        """Let the place of a band that turned out to be no zone be looked at again, along another seed."""
        self._found = [other for other in self._found if other is not band]
        self._freed.append(band)

    def _along(self, seeds: Sequence[Seed], least: float) -> Iterator[Band]:
        """New candidates along some seeds with a score above ``least``; weaker ones are kept back."""
        found = self._unclear
        for seed in seeds:
            if len(self._tried) >= self._most:
                break
            if self._is_new(seed):
                self._tried.append(seed)
                bands = _bands_at(self._pixels, seed.enlarged(1 / self._scale))
                found += [band.enlarged(self._scale) for band in bands]
        self._unclear = [band for band in found if band.score <= least]
        for band in sorted(found, key=lambda band: -band.score):
            if band.score > least and not self._was_offered(band):
                self._found.append(band)
                yield band

    def _was_offered(self, band: Band) -> bool:
        return any(_overlap(band, other) for other in self._found) or any(_equal(band, other) for other in self._freed)

    def _is_new(self, seed: Seed) -> bool:
        return not any(_same(seed, other) for other in self._tried) and not any(
            _covers(band, seed) for band in self._found
        )


def _same(seed: Seed, other: Seed) -> bool:
    """Whether two seeds would be cut into much the same strip."""
    apart = np.hypot(seed.x - other.x, seed.y - other.y) / other.thickness
    sizes = (seed.thickness / other.thickness, seed.length / other.length)
    return bool(apart < 1 and all(0.8 < size < 1.25 for size in sizes))


def _equal(band: Band, other: Band) -> bool:
    """Whether two bands would be cut into much the same lines."""
    ends, others = (np.array([(line.start, line.end) for line in found.lines]) for found in (band, other))
    return ends.shape == others.shape and bool(np.abs(ends - others).max() < band.lines[0].pitch)


def _overlap(band: Band, other: Band) -> bool:
    return any(_covers(other, _seed_along(line)) for line in band.lines)


def _covers(band: Band, seed: Seed) -> bool:
    for line in band.lines:
        middle = np.add(line.start, line.end) / 2
        if np.hypot(*(middle - (seed.x, seed.y))) < max(line.height, 0.1 * line.length):
            return True
    return False


def _bands_at(pixels: Pixels, seed: Seed) -> list[Band]:
    """The zones along a seed; looked for once more along the evenest row where they are unclear."""
    strip = strip_along(pixels, seed)
    if not strip.rows and seed.length < _STOUT * seed.thickness:
        strip = strip_along(pixels, replace(seed, thickness=seed.thickness / _MERGED))
    bands = _bands_of(strip)
    if max((band.score for band in bands), default=0.0) > _CLEAR or not strip.rows:
        return bands
    evenest = max(strip.rows, key=lambda row: row.evenness * min(row.places, 30))
    if evenest.evenness < _EVEN or evenest.places < 20:
        return bands
    again = _bands_of(strip_along(pixels, _seed_of(evenest, strip)))
    return max(bands, again, key=lambda found: max((band.score for band in found), default=0.0))


def _bands_of(strip: Strip) -> list[Band]:
    return [Band(*lines_of(group, strip)) for group in _groups([row for row in strip.rows if row.evenness > _UNEVEN])]


def _seed_of(row: Row, strip: Strip) -> Seed:
    """A row of a strip as a seed of its own."""
    return _seed_along(line_of(row, row.left, row.right, row.pitch, row.pitch, strip))


def _seed_along(line: TextLine) -> Seed:
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
    even = abs(upper.pitch - lower.pitch) < (0.05 if ends > 1.5 * pitch else 0.12) * pitch
    return even and ends < 3 * pitch and lower.top - upper.bottom < 4 * pitch


def _zones(group: list[Row]) -> list[list[Row]]:
    """Two or three rows: the lowest of a group that is too large, for a zone is below all else."""
    if len(group) < 2:
        return []
    narrow = np.median([row.places for row in group]) < 33
    return [group[-3:] if narrow else group[-2:]]
