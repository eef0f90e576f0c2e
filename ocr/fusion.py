"""Several views of one zone to one: what each frame saw in a place, taken together. Pure.

Frames of one camera are not independent: they share the print with its wear and stamps, and mostly
the light. So their evidence is not multiplied up. It is pooled log-linearly, p = product of
p_frame ** weight, where the weights add up to `WORTH` and not to the number of frames: frames that agree are
worth little more than one of them, while frames that contradict each other leave doubt.
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

WORTH = 1.5
"""How many independent frames several frames of one document are worth, at most."""

_SAME = 0.6  # likeness of two readings of one zone, however badly read
_CLEAR = -0.12  # mean log probability per character of a reading that is surely a zone's
_STEEPNESS = 8.0  # how quickly a frame counts less as it gets unclear
_OVERLOOKED = 1e-4  # what a frame keeps for a character it saw nothing of


@dataclass(frozen=True, slots=True)
class View:
    """One frame's zone: what was seen in its places, and what that says by itself."""

    aligned: tuple[Aligned, ...]
    decoded: Decoded

    @property
    def weight(self) -> float:
        """How much a frame counts: 1 where every character is beyond doubt."""
        return float(np.exp(_STEEPNESS * self.decoded.sight))

    @property
    def holds(self) -> bool:
        """Whether the view is a zone in its own right: clear, with check digits that hold."""
        format_ = self.decoded.format
        return (
            format_ is not None
            and self.decoded.sight > _CLEAR
            and all(check.valid for check in verify(self.decoded.lines, format_))
        )


@dataclass(frozen=True, slots=True)
class Agreement:
    """Which views are of one document, by their place among all, the clearest first.

    ``disputed`` says that as many others are clearly of another document.
    """

    places: tuple[int, ...]
    disputed: bool


def agree(views: Sequence[View]) -> Agreement:
    """The views that most evidence speaks for.

    Raises ValueError where there is no view.
    """
    ranked = sorted(range(len(views)), key=lambda place: _rank(views[place]))
    groups = [_group(views, ranked, place) for place in ranked]
    best = max(groups, key=lambda group: sum(views[place].weight for place in group))
    others = [place for place in ranked if place not in best and _contradicts(views[place], views[best[0]])]
    return Agreement(tuple(best), bool(others) and len(others) >= sum(views[place].holds for place in best))


def fuse(views: Sequence[View]) -> tuple[Aligned, ...]:
    """The lines of one zone as several views together show them; a single view as it is.

    The views are of one size. Their order changes nothing: the clearest says where the places are.
    """
    if len(views) == 1:
        return views[0].aligned
    ranked = sorted(views, key=_rank)
    weights = np.array([view.weight for view in ranked])
    weights *= min(WORTH, weights.sum() / weights.max()) / weights.sum()
    return tuple(_fused_line(lines, weights) for lines in zip(*(view.aligned for view in ranked), strict=True))


def likeness(one: Sequence[str], other: Sequence[str]) -> float:
    """Share of places in which two readings say the same, 0 for readings of two sizes."""
    if list(map(len, one)) != list(map(len, other)):
        return 0.0
    pairs = [pair for lines in zip(one, other, strict=True) for pair in zip(*lines, strict=True)]
    return sum(a == b for a, b in pairs) / len(pairs)


def _rank(view: View) -> tuple[float, tuple[str, ...]]:
    """The clearest first; the text settles a tie, so that the order of frames does not."""
    return -view.decoded.sight, view.decoded.lines


def _group(views: Sequence[View], ranked: Sequence[int], seed: int) -> list[int]:
    """The views that look like that at ``seed``, itself first."""
    alike = [place for place in ranked if place != seed and _is_same(views[seed], views[place])]
    return [seed, *alike]


def _is_same(one: View, other: View) -> bool:
    return (
        one.decoded.format == other.decoded.format
        and likeness(one.decoded.lines, other.decoded.lines) > _SAME
        and not _contradicts(one, other)
    )


def _contradicts(one: View, other: View) -> bool:
    """Whether two views are of two documents: each a zone in its own right, and they differ in what digits cover."""
    if not (one.holds and other.holds):
        return False
    return one.decoded.format != other.decoded.format or any(
        one.decoded.lines[line][column] != other.decoded.lines[line][column]
        for line, column in one.decoded.covered | other.decoded.covered
    )


def _fused_line(lines: Sequence[Aligned], weights: NDArray[np.float64]) -> Aligned:
    cells = tuple(_fused(places, weights) for places in zip(*(line.cells for line in lines), strict=True))
    surest = min(lines, key=lambda line: line.missing + line.extra)
    return Aligned(cells, surest.missing, surest.extra)


def _fused(cells: Sequence[Cell], weights: NDArray[np.float64]) -> Cell:
    shares = _pooled([cell.shares for cell in cells], weights)
    raw = max(shares, key=lambda character: shares[character])
    readers = tuple(_pooled(seen, weights) for seen in zip(*(cell.readers for cell in cells), strict=False))
    return replace(cells[0], raw=raw, shares=shares, readers=readers)


def _pooled(seen: Sequence[Mapping[str, float]], weights: NDArray[np.float64]) -> Mapping[str, float]:
    logs = np.log([[shares.get(character, 0.0) + _OVERLOOKED for character in ALPHABET] for shares in seen])
    pooled = np.exp(weights @ logs)
    pooled /= pooled.sum()
    return MappingProxyType({c: float(share) for c, share in zip(ALPHABET, pooled, strict=True) if share > FLOOR})
