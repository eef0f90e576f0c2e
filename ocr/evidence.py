"""What the engine saw: symbols along a line, and the places of fixed pitch they fall into. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ocr.layout import ALPHABET, LAYOUTS, look_alikes

FLOOR = 1e-6
"""Probability of a character the engine did not name."""
CONFUSED = 1e-4
"""Least probability, relative to what was seen, of a character that looks the same."""

_OVERLOOKED = (1e-3, 2e-4)  # probability that each reader keeps for a character it did not think of
_NEAR = 2  # characters by which the length of a line may misjudge their number
_MOST_ASTRAY = 6  # symbols that a line may have too many or too few
_ENOUGH = 8  # symbols, to fit where the places of a line are


@dataclass(frozen=True, slots=True)
class Symbol:
    """A character the engine saw: columns in the line image and alternatives, likeliest first.

    The probabilities sum to 1 or less.
    """

    left: int
    right: int
    alternatives: tuple[tuple[str, float], ...]

    @property
    def centre(self) -> float:
        """The column half way between its edges."""
        return (self.left + self.right) / 2


@dataclass(frozen=True, slots=True)
class Cell:
    """One place of a line: the character plainly read there ("" for none) and what it may be.

    ``readers`` are the probabilities that each of two readers gave, where two have looked.
    """

    raw: str
    shares: Mapping[str, float]
    centre: float
    readers: tuple[Mapping[str, float], ...] = ()

    def share(self, character: str) -> float:
        """How probable ``character`` is here by sight alone."""
        return self.shares.get(character, FLOOR)

    @property
    def looks(self) -> tuple["Cell", ...]:
        """The place as each reader by itself saw it."""
        if not self.raw:
            return ()
        seen = self.readers or (self.shares,)
        return tuple(Cell(max(shares, key=shares.__getitem__), shares, self.centre) for shares in seen)


@dataclass(frozen=True, slots=True)
class Aligned:
    """A line brought to its fixed length; ``missing`` places without and ``extra`` symbols."""

    cells: tuple[Cell, ...]
    missing: int
    extra: int


def align_lines(
    seen: Sequence[Sequence[Symbol]], places: float, origin: float, pitch: float
) -> tuple[Aligned, ...] | None:
    """Two or three lines of symbols brought to the width of a format, None where none is near.

    ``places`` is about how many characters the lines hold by their length, ``origin`` and ``pitch``
    are as in `align`, the same for all lines.
    """
    widths = sorted({layout.width for layout in LAYOUTS.values() if layout.count == len(seen)})
    if not widths or not any(seen):
        return None
    usual = sorted(len(symbols) for symbols in seen)[len(seen) // 2]
    for count, astray in ((places, _NEAR), (usual, _MOST_ASTRAY)):
        width = min(widths, key=lambda width: abs(width - count))
        if abs(width - count) <= astray:
            return tuple(align(symbols, width, origin, pitch) for symbols in seen)
    return None


def blend(line: Aligned, second: NDArray[np.float32]) -> Aligned:
    """A line as two pairs of eyes see it: ``second`` is probabilities [place, character of ALPHABET].

    The second counts three times as much as the first, by what made-up documents showed: a tenth of
    the severe ones that were misread is right with it. Neither is infallible: each keeps a little for
    every character.
    """
    first = np.array([_spread(cell.shares) for cell in line.cells])
    both = np.cbrt(first + _OVERLOOKED[0]) * (second + _OVERLOOKED[1])
    both /= both.sum(axis=1, keepdims=True)
    best = both.argmax(axis=1)
    rows = zip(line.cells, best, both.tolist(), first.tolist(), second.tolist(), strict=True)
    return replace(line, cells=tuple(_blended(*row) for row in rows))


def _spread(shares: Mapping[str, float]) -> list[float]:
    """Probabilities in the order of ALPHABET; what is left of them goes to those not named."""
    spare = max(1 - sum(shares.values()), 0.0) / len(ALPHABET)
    return [shares.get(character, spare) for character in ALPHABET]


def _blended(cell: Cell, best: int, both: list[float], first: list[float], second: list[float]) -> Cell:
    return Cell(ALPHABET[best], _named(both), cell.centre, (_named(first), _named(second)))


def _named(shares: list[float]) -> Mapping[str, float]:
    return MappingProxyType(dict(zip(ALPHABET, shares, strict=True)))


def align(symbols: Sequence[Symbol], count: int, origin: float, pitch: float) -> Aligned:
    """Sort symbols into ``count`` places of equal width.

    ``origin`` is about where the first place begins and ``pitch`` about its width, both in columns
    of the line image; the true ones are fitted to the symbols. A line of 43 or 45 symbols thus
    loses or gains a character where the gap or the crowd is, not at its end.
    """
    places, centre_of = _places(symbols, origin, pitch)
    first = _window(symbols, places, count)
    crowd: list[list[Symbol]] = [[] for _ in range(count)]
    for place, symbol in zip(places, symbols, strict=True):
        if 0 <= place - first < count:
            crowd[place - first].append(symbol)
    return _sorted(crowd, [centre_of(first + place) for place in range(count)], len(symbols))


def realign(symbols: Sequence[Symbol], centres: Sequence[float]) -> Aligned:
    """Sort symbols into places whose centres are known."""
    crowd: list[list[Symbol]] = [[] for _ in centres]
    reach = (centres[-1] - centres[0]) / (len(centres) - 1) / 2
    for symbol in symbols:
        nearest = min(range(len(centres)), key=lambda place: abs(centres[place] - symbol.centre))
        if abs(centres[nearest] - symbol.centre) < reach:
            crowd[nearest].append(symbol)
    return _sorted(crowd, centres, len(symbols))


def _sorted(crowd: Sequence[Sequence[Symbol]], centres: Sequence[float], seen: int) -> Aligned:
    missing = sum(not found for found in crowd)
    return Aligned(tuple(map(_cell, crowd, centres)), missing, seen - (len(crowd) - missing))


def _places(symbols: Sequence[Symbol], origin: float, pitch: float) -> tuple[list[int], Callable[[int], float]]:
    """The place of each symbol counted from ``origin``, and where the centre of a place is.

    Places are counted from symbol to symbol first, for seen at an angle they are not equally wide;
    a parabola through them then settles what fell between two places.
    """
    centres = [symbol.centre for symbol in symbols]
    curve = _Parabola(origin + pitch / 2, pitch, 0.0)
    places = [round((centres[0] - origin) / pitch - 0.5)] if centres else []
    for before, after in pairwise(centres):
        places.append(places[-1] + max(round((after - before) / pitch), 0))
    for _ in range(3):
        if len(set(places)) >= _ENOUGH:
            curve = _Parabola.through(places, centres)
        places = [curve.place_of(centre, near) for centre, near in zip(centres, places, strict=True)]
    return places, curve


@dataclass(frozen=True, slots=True)
class _Parabola:
    """centre = start + pitch * place + bend * place squared."""

    start: float
    pitch: float
    bend: float

    def __call__(self, place: int) -> float:
        return self.start + self.pitch * place + self.bend * place * place

    def place_of(self, centre: float, near: int) -> int:
        """The place whose centre is nearest."""
        return min(range(near - 2, near + 3), key=lambda place: abs(self(place) - centre))

    @classmethod
    def through(cls, places: Sequence[int], centres: Sequence[float]) -> "_Parabola":
        """Least squares."""
        bend, pitch, start = np.polyfit(places, centres, 2)
        return cls(float(start), float(pitch), float(bend))


def _window(symbols: Sequence[Symbol], places: Sequence[int], count: int) -> int:
    """The first place of the ``count`` that hold most of what was seen, nearest to the origin."""
    weights: dict[int, float] = {}
    for place, symbol in zip(places, symbols, strict=True):
        weights[place] = max(weights.get(place, 0.0), symbol.alternatives[0][1])
    nearest, farthest = min(weights, default=0), max(weights, default=0) - count + 1
    firsts = range(min(nearest, farthest) - _MOST_ASTRAY, max(nearest, farthest) + _MOST_ASTRAY + 1)
    return max(firsts, key=lambda f: sum(w for p, w in weights.items() if f <= p < f + count) - 0.3 * abs(f))


def _cell(found: Sequence[Symbol], centre: float) -> Cell:
    """Alternatives of one place; of a crowd, those of its likeliest symbols weigh by likelihood."""
    if not found:
        return Cell("", MappingProxyType(dict.fromkeys(ALPHABET, 1 / len(ALPHABET))), centre)
    shares: dict[str, float] = {}
    weight = sum(symbol.alternatives[0][1] for symbol in found)
    for symbol in found:
        for character, share in symbol.alternatives:
            part = share * symbol.alternatives[0][1] / weight
            shares[character] = shares.get(character, 0.0) + part
    raw = max(shares, key=lambda character: shares[character])
    for character in look_alikes(raw):
        shares[character] = max(shares.get(character, 0.0), CONFUSED * shares[raw])
    return Cell(raw, MappingProxyType(shares), centre)
