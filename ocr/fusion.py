"""Several views of one zone to one: what each frame saw in a place, taken together. Pure.

Frames of one camera are not independent: they share the print with its wear and stamps, and mostly
the light. So their evidence is not multiplied up but pooled as a weighted geometric mean (a
logarithmic opinion pool whose weights add up to one): frames that agree are worth no more than one
of them, and frames that contradict each other leave doubt. What several frames gain is that the
clearest counts most in every place, and that an error of one is outvoted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ocr.decode import Decoded
from ocr.evidence import FLOOR, Aligned, Cell
from ocr.layout import ALPHABET
from ocr.mrz import verify

_SAME = 0.6  # likeness of two readings of one zone, however badly read
_PART = 0.85  # likeness of a part of a zone to that part in another view
_CLEAR = -0.12  # mean log probability per character of a reading that is surely a zone's
_HOLDING = 0.3  # what it is worth that every check digit holds, in the same measure
_STEEPNESS = 4.0  # how quickly a frame counts less as it gets unclear
_OVERLOOKED = 1e-4  # what a frame keeps for a character it saw nothing of, so that none can rule it out
_ASTRAY = 2  # places by which a line may be placed wrongly as a whole
_BLANK = Cell("", MappingProxyType(dict.fromkeys(ALPHABET, 1 / len(ALPHABET))), 0.0)


@dataclass(frozen=True, slots=True)
class View:
    """One frame's zone: what was seen in its places, and what that says by itself."""

    aligned: tuple[Aligned, ...]
    decoded: Decoded

    @property
    def lines(self) -> tuple[str, ...]:
        """What the frame says by itself."""
        return self.decoded.lines

    @property
    def weight(self) -> float:
        """How much the frame counts: 1 where all is beyond doubt and every check digit holds."""
        return float(np.exp(_STEEPNESS * (self.decoded.sight - _HOLDING * (1 - self._holding))))

    @property
    def is_clear(self) -> bool:
        """Whether the view is surely of a zone."""
        return self.decoded.sight > _CLEAR

    @property
    def holds(self) -> bool:
        """Whether the view is a zone in its own right: clear, with check digits that hold."""
        return self.is_clear and self._holding == 1

    @property
    def _holding(self) -> float:
        checks = verify(self.lines, self.decoded.format) if self.decoded.format else ()
        return sum(check.valid for check in checks) / max(len(checks), 1)


@dataclass(frozen=True, slots=True)
class Agreement:
    """Which views are of one document, by their place among all, the clearest first.

    ``disputed`` says that as many others are clearly of another document.
    """

    places: tuple[int, ...]
    disputed: bool


def agree(views: Sequence[View]) -> Agreement:
    """The views that most evidence speaks for.

    A view of a part of the zone speaks for the whole one, and is not among them.
    Raises ValueError where there is no view.
    """
    ranked = sorted(range(len(views)), key=lambda place: _rank(views[place]))
    groups = [[seed, *(p for p in ranked if p != seed and _is_same(views[seed], views[p]))] for seed in ranked]
    best = max(groups, key=lambda group: _backing(views, group))
    whole = views[best[0]]
    others = [p for p in ranked if p not in best and _contradicts(views[p], whole) and not _is_part(views[p], whole)]
    return Agreement(tuple(best), bool(others) and len(others) >= sum(views[place].holds for place in best))


def fuse(views: Sequence[View]) -> tuple[Aligned, ...]:
    """The lines of one zone as several views together show them; a single view as it is.

    The views are of one size. Their order changes nothing: the clearest says where the places are.
    """
    if len(views) == 1:
        return views[0].aligned
    ranked = sorted(views, key=_rank)
    weights = np.array([view.weight for view in ranked])
    texts = zip(*(view.lines for view in ranked), strict=True)
    lines = zip(*(view.aligned for view in ranked), strict=True)
    return tuple(_fused_line(seen, said, weights) for seen, said in zip(lines, texts, strict=True))


def likeness(one: Sequence[str], other: Sequence[str]) -> float:
    """Share of places in which two readings say the same, lines placed as they are most alike; 0 for two sizes."""
    if list(map(len, one)) != list(map(len, other)):
        return 0.0
    same = sum(_matches(a, b, _shift(a, b)) for a, b in zip(one, other, strict=True))
    return same / sum(map(len, one))


def _rank(view: View) -> tuple[float, tuple[str, ...]]:
    """The clearest first; the text settles a tie, so that the order of frames does not."""
    return -view.weight, view.lines


def _backing(views: Sequence[View], group: Sequence[int]) -> float:
    """The evidence for a group: its views, and those of a part of what it shows."""
    seed = views[group[0]]
    parts = [place for place in range(len(views)) if place not in group and _is_part(views[place], seed)]
    return sum(views[place].weight for place in (*group, *parts))


def _is_same(one: View, other: View) -> bool:
    return (
        one.decoded.format == other.decoded.format
        and likeness(one.lines, other.lines) > _SAME
        and not _contradicts(one, other)
    )


def _is_part(part: View, whole: View) -> bool:
    """Whether a view shows the zone of another, clear one without its beginning or its end."""
    surplus = len(whole.lines[0]) - len(part.lines[0])
    if surplus <= 0 or len(part.lines) != len(whole.lines) or not whole.is_clear:
        return False
    count = sum(map(len, part.lines))
    starts = [sum(_matches(a, b, -start) for a, b in zip(part.lines, whole.lines, strict=True))
              for start in range(surplus + 1)]  # fmt: skip
    return max(starts) > _PART * count


def _contradicts(one: View, other: View) -> bool:
    """Whether two views are of two documents: each a zone in its own right, and they differ in what digits cover."""
    if not (one.holds and other.holds):
        return False
    return one.decoded.format != other.decoded.format or any(
        one.lines[line][column] != other.lines[line][column]
        for line, column in one.decoded.covered | other.decoded.covered
    )


def _matches(one: str, other: str, shift: int) -> int:
    """In how many places ``one``, moved to the left by ``shift``, says what ``other`` does."""
    return sum(a == b for a, b in zip(one[max(shift, 0) :], other[max(-shift, 0) :], strict=False))


def _shift(one: str, other: str) -> int:
    """By how many places ``one`` must move to the left to be most like ``other``."""
    return max(range(-_ASTRAY, _ASTRAY + 1), key=lambda shift: (_matches(one, other, shift), -abs(shift)))


def _fused_line(lines: Sequence[Aligned], texts: Sequence[str], weights: NDArray[np.float64]) -> Aligned:
    """One line of several views; those that stand a place or two astray are put where the clearest has them."""
    placed = [_moved(line.cells, _shift(text, texts[0])) for line, text in zip(lines, texts, strict=True)]
    cells = tuple(_fused(seen, weights) for seen in zip(*placed, strict=True))
    surest = min(lines, key=lambda line: line.missing + line.extra)
    return Aligned(cells, surest.missing, surest.extra)


def _moved(cells: tuple[Cell, ...], shift: int) -> tuple[Cell, ...]:
    """Cells moved to the left; what comes in from beyond the ends was not seen."""
    blank = (_BLANK,) * abs(shift)
    return (cells[shift:] + blank) if shift > 0 else (blank + cells[: len(cells) + shift]) if shift else cells


def _fused(cells: Sequence[Cell], weights: NDArray[np.float64]) -> Cell:
    """One place; views in which nothing was seen there do not count."""
    seen = [place for place, cell in enumerate(cells) if cell.raw]
    if not seen:
        return cells[0]
    counted = weights[seen] / weights[seen].sum()
    shares = _pooled([cells[place].shares for place in seen], counted)
    raw = max(shares, key=lambda character: shares[character])
    readers = tuple(_pooled(given, counted) for given in zip(*(cells[place].readers for place in seen), strict=True))
    return replace(cells[0], raw=raw, shares=shares, readers=readers)


def _pooled(seen: Sequence[Mapping[str, float]], weights: NDArray[np.float64]) -> Mapping[str, float]:
    kept = [[shares.get(character, 0.0) + _OVERLOOKED for character in ALPHABET] for shares in seen]
    pooled = np.maximum(np.exp(weights @ np.log(kept)) - _OVERLOOKED, 0.0)
    pooled /= pooled.sum()
    return MappingProxyType({c: float(share) for c, share in zip(ALPHABET, pooled, strict=True) if share > FLOOR})
