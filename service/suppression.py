"""Small cells of a table withheld, and others with them, so that what is told does not give them away. Pure.

A cell of fewer than k, but not none, is withheld. A sum of which one part alone is withheld gives it away, so another
part is withheld too, the smallest, the first of several; and where the parts withheld together are fewer than k, a
further one. That is complementary suppression as statistical offices do it; it guards one table against its own sums.

Cells are known by their numbers, and all sums are looked at together: a table has thousands, and few tell too much.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]


class Sums(NamedTuple):
    """What adds up to what: cell `parts[i]` is a part of sum `of[i]`, and sum `s` is cell `totals[s]`.

    A total of -1 is told elsewhere, whatever this table does.
    """

    parts: Numbers
    of: Numbers
    totals: Numbers

    @classmethod
    def together(cls, several: Iterable[Sums]) -> Sums:
        """All of these, numbered on."""
        each = [*several]
        begin = np.cumsum([0, *(len(sums.totals) for sums in each)])
        of = [sums.of + first for sums, first in zip(each, begin, strict=False)]
        return cls(*map(np.concatenate, ([s.parts for s in each], of, [s.totals for s in each])))


def one_sum(parts: Sequence[int], total: int = -1) -> Sums:
    """Cells that add up to another, or to what is told elsewhere."""
    return Sums(np.array(parts, np.int64), np.zeros(len(parts), np.int64), np.array([total]))


def withheld(counts: Sequence[int], sums: Sums, k: int) -> frozenset[int]:
    """The cells, of these counts, that must not be told; k of 1 or less withholds nothing."""
    hidden = {cell for cell, count in enumerate(counts) if 0 < count < k}
    if hidden:
        _complement(counts, sums, k, hidden)
    return frozenset(hidden)


def _complement(counts: Sequence[int], sums: Sums, k: int, hidden: set[int]) -> None:
    """Hide further cells until no sum tells of a hidden one."""
    order = np.argsort(sums.of, kind="stable")
    parts, of = sums.parts[order], sums.of[order]
    begin = np.searchsorted(of, np.arange(len(sums.totals) + 1))
    array = np.array(counts, np.int64)
    before = 0
    while before < len(hidden):
        before = len(hidden)
        for each in _telling(array, Sums(parts, of, sums.totals), k, hidden):
            _hide_further(counts, parts[begin[each] : begin[each + 1]].tolist(), int(sums.totals[each]), k, hidden)


def _telling(counts: Numbers, sums: Sums, k: int, hidden: set[int]) -> list[int]:
    """The sums from which something hidden can be told, and in which there is something left to hide."""
    gone = np.zeros(len(counts), bool)
    gone[[*hidden]] = True

    def of_parts(are: NDArray[np.bool_], weights: Numbers | None = None) -> NDArray[Any]:
        some = are[sums.parts]
        return np.bincount(sums.of[some], weights if weights is None else weights[some], len(sums.totals))

    number, together = of_parts(gone), of_parts(gone, counts[sums.parts])
    left = of_parts(~gone & (counts > 0))
    told = (sums.totals < 0) | ~gone[sums.totals]
    telling = np.where(told, (number == 1) | ((number > 1) & (together < k)), number == 0)
    helped = (left > 0) | (told & (sums.totals >= 0) & (counts[sums.totals] > 0))
    return [*map(int, np.flatnonzero(telling & helped))]


def _hide_further(counts: Sequence[int], parts: Sequence[int], total: int, k: int, hidden: set[int]) -> None:
    """Hide what else must go so that nothing hidden can be told from this sum."""
    gone = [counts[cell] for cell in parts if cell in hidden]
    told = total not in hidden
    if (not told and gone) or (told and (not gone or (len(gone) > 1 and sum(gone) >= k))):
        return  # what another sum had to hide was enough for this one too
    left = [cell for cell in parts if cell not in hidden and counts[cell] > 0]
    for cell in sorted(left, key=counts.__getitem__)[:2]:  # what is told is k or more, so that two are enough
        hidden.add(cell)
        gone.append(counts[cell])
        if not told or (len(gone) > 1 and sum(gone) >= k):
            return
    if told and total >= 0 and counts[total] > 0:
        hidden.add(total)
