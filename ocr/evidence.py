"""What the engine saw: symbols along a line, and the places of fixed pitch they fall into. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from ocr.layout import ALPHABET

FLOOR = 1e-6
"""Probability of a character the engine did not name."""
CONFUSED = 2e-3
"""Least probability, relative to what was seen, of a character that looks the same."""

_LOOK_ALIKES = ("O0DQ", "I1LT", "B8", "S5", "Z2", "G6", "K<", "MNH", "UV", "VY", "7T", "4A")


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
    """One place of a line: the character plainly read there ("" for none) and what it may be."""

    raw: str
    shares: Mapping[str, float]
    centre: float

    def share(self, character: str) -> float:
        """How probable ``character`` is here by sight alone."""
        return self.shares.get(character, FLOOR)


@dataclass(frozen=True, slots=True)
class Aligned:
    """A line brought to its fixed length; ``missing`` places without and ``extra`` symbols."""

    cells: tuple[Cell, ...]
    missing: int
    extra: int


def align(symbols: Sequence[Symbol], count: int, origin: float, pitch: float) -> Aligned:
    """Sort symbols into ``count`` places of equal width.

    ``origin`` is about where the first place begins and ``pitch`` about its width, both in columns
    of the line image; the true ones are fitted to the symbols. A line of 43 or 45 symbols thus
    loses or gains a character where the gap or the crowd is, not at its end.
    """
    places, start, pitch = _places(symbols, origin, pitch)
    first = _window(symbols, places, count)
    inside = [(place - first, s) for place, s in zip(places, symbols, strict=True) if 0 <= place - first < count]
    crowd: list[list[Symbol]] = [[] for _ in range(count)]
    for place, symbol in inside:
        crowd[place].append(symbol)
    cells = tuple(_cell(found, start + (first + i + 0.5) * pitch) for i, found in enumerate(crowd))
    missing = sum(not found for found in crowd)
    return Aligned(cells, missing, len(symbols) - (count - missing))


def _places(symbols: Sequence[Symbol], origin: float, pitch: float) -> tuple[list[int], float, float]:
    """The place of each symbol counted from ``origin``, and the fitted origin and pitch."""
    start = origin
    places: list[int] = []
    for _ in range(3):
        places = [round((s.centre - start) / pitch - 0.5) for s in symbols]
        start, pitch = _fit(places, [s.centre for s in symbols], start, pitch)
    return places, start, pitch


def _fit(places: Sequence[int], centres: Sequence[float], start: float, pitch: float) -> tuple[float, float]:
    """Least squares for centre = start + (place + 0.5) * pitch; what was, where it is far off."""
    count = len(places)
    if count < 8:
        return start, pitch
    mean_place, mean_centre = sum(places) / count, sum(centres) / count
    spread = sum((place - mean_place) ** 2 for place in places)
    common = sum((p - mean_place) * (c - mean_centre) for p, c in zip(places, centres, strict=True))
    fitted = common / spread if spread else pitch
    if abs(fitted - pitch) > 0.05 * pitch:
        return start, pitch
    return mean_centre - (mean_place + 0.5) * fitted, fitted


def _window(symbols: Sequence[Symbol], places: Sequence[int], count: int) -> int:
    """The first place of the ``count`` that hold most of what was seen, nearest to the origin."""
    weights: dict[int, float] = {}
    for place, symbol in zip(places, symbols, strict=True):
        weights[place] = max(weights.get(place, 0.0), symbol.alternatives[0][1])
    firsts = range(min(weights, default=0) - count, max(weights, default=0) + 1)
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
    for group in _LOOK_ALIKES:
        if raw in group:
            for character in group:
                shares[character] = max(shares.get(character, 0.0), CONFUSED * shares[raw])
    return Cell(raw, MappingProxyType(shares), centre)
