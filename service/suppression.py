"""Small cells of a table withheld, and others with them, so that what is told does not give them away. Pure.

A cell of fewer than k, but not none, is withheld. A sum of which one part alone is withheld gives it away, so another
part is withheld too, the smallest, the first of several; and where the parts withheld together are fewer than k, a
further one. That is complementary suppression as statistical offices do it; it guards one table against its own sums.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Cell = TypeVar("Cell", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Sum(Generic[Cell]):
    """Cells that add up to another; `total` None where that is told elsewhere, whatever this table does."""

    parts: Sequence[Cell]
    total: Cell | None = None


def withheld(cells: Mapping[Cell, int], sums: Sequence[Sum[Cell]], k: int) -> frozenset[Cell]:
    """The cells that must not be told. `sums` name cells of the table; k of 1 or less withholds nothing."""
    hidden = {cell for cell, count in cells.items() if 0 < count < k}
    if not hidden:
        return frozenset()
    within: dict[Cell, list[int]] = defaultdict(list)
    for number, each in enumerate(sums):
        for cell in (*each.parts, *([each.total] if each.total is not None else [])):
            within[cell].append(number)
    touched = {number for cell in hidden for number in within[cell]}
    while touched:
        further = [cell for number in touched for cell in _further(cells, sums[number], hidden, k)]
        touched = {number for cell in further for number in within[cell]}
    return frozenset(hidden)


def _further(cells: Mapping[Cell, int], each: Sum[Cell], hidden: set[Cell], k: int) -> list[Cell]:
    """Hide what else must go so that nothing hidden can be told from this sum; what that is."""
    gone = [cells[cell] for cell in each.parts if cell in hidden]
    told = each.total is None or each.total not in hidden
    if (not told and gone) or (told and (not gone or (len(gone) > 1 and sum(gone) >= k))):
        return []
    further: list[Cell] = []
    left = [cell for cell in each.parts if cell not in hidden and cells[cell] > 0]
    for cell in sorted(left, key=cells.__getitem__)[:2]:  # what is told is k or more, so that two are enough
        further.append(cell)
        gone.append(cells[cell])
        if not told or (len(gone) > 1 and sum(gone) >= k):
            break
    else:
        if told and each.total is not None and cells.get(each.total, 0) > 0:
            further.append(each.total)
    hidden.update(further)
    return further
