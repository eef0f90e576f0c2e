"""Two names side by side: which tokens agree, which are left over, and what that weighs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from watchlist.likeness import CUT, likeness, may_be_alike
from watchlist.names import TITLES

ALIKE = 0.5  # tokens less alike than this are different names
JOINED, KNOWN = 0.8, 0.8  # the same, for two tokens read as one and for tokens of another listed name
SUBJECT_EXTRA, ENTRY_EXTRA = -2.0, -0.6  # a token that only one side has: names are added and dropped
CONFLICT, FIRST_CONFLICT = -0.6, -0.8  # both sides have one: another name; the more so if it is the given name
UNLIKE = 5.2  # what a pair without any likeness would take away
ELSEWHERE = 0.1  # the share that a token counts when another of the entry's names has it: many names agree by chance
LETTER = 1.6  # the most that a letter of a short token can weigh
SURE = 0.9  # from this likeness on, a pair weighs more by its spelling than by its skeleton

Rarity = Callable[[str], tuple[float, float]]
"""What a token weighs where it agrees, in nats: by its skeleton alone, and by its sound."""

Grid = Sequence[Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class NameEvidence:
    """What agreed, what was left over, and the sum as a log likelihood ratio in nats."""

    weight: float
    pairs: tuple[tuple[str, str, float], ...]
    subject_left: tuple[str, ...]
    entry_left: tuple[str, ...]
    elsewhere: tuple[str, ...] = ()


def grid_of(subject: Sequence[str], tokens: Iterable[str]) -> Grid:
    """For each of the subject's tokens, how alike which of ``tokens`` are, where they are alike at all."""
    listed = list(dict.fromkeys(tokens))
    grid: list[dict[str, float]] = [{} for _ in subject]
    for i, j in may_be_alike(subject, listed) if subject and listed else ():
        if (alike := likeness(subject[i], listed[j])) >= ALIKE:
            grid[i][listed[j]] = alike
    return grid


def align(
    subject: Sequence[str], entry: Sequence[str], rarity: Rarity, grid: Grid | None = None, *, cut: bool = False
) -> NameEvidence:
    """Pair two names' tokens, the most alike first, in any order, and weigh what agrees and what is left.

    A rare token that agrees weighs more; a token left over on either side weighs against, a given name (the first
    token) more. A ``grid`` over all of the entry's names finds a leftover in another of them. With ``cut``, what
    only the entry has may have been cut off, and weighs nothing.
    """
    grid = grid_of(subject, entry) if grid is None else grid
    places = sorted(_pairs(grid, entry))
    left, spare = _rest(len(subject), (i for i, _, _ in places)), _rest(len(entry), (j for _, j, _ in places))
    pairs = [(subject[i], entry[j], alike) for i, j, alike in places]
    if left and spare and len(left) + len(spare) > 2:
        pairs += _joined(subject, entry, left, spare)
    used = {listed for _, listed, _ in pairs}
    known = _elsewhere(grid, left, used) if left else {}
    lost = [i for i in left if i not in known]
    weight = sum(_agreement(*pair, rarity) for pair in pairs)
    weight += sum(ELSEWHERE * _agreement(subject[i], *other, rarity) for i, other in known.items())
    return NameEvidence(
        weight + _against(subject, entry, lost, [] if cut else spare),
        tuple(pairs),
        tuple(subject[i] for i in lost),
        tuple(entry[j] for j in spare),
        tuple(subject[i] for i in known),
    )


def _rest(count: int, taken: Iterable[int]) -> list[int]:
    used = set(taken)
    return [at for at in range(count) if at not in used] if len(used) < count else []


def _pairs(grid: Grid, entry: Sequence[str]) -> list[tuple[int, int, float]]:
    cells = [
        (row[listed], -abs(i - j), i, j)
        for i, row in enumerate(grid)
        if row
        for j, listed in enumerate(entry)
        if listed in row
    ]
    pairs: list[tuple[int, int, float]] = []
    taken: set[int] = set()
    used: set[int] = set()
    for alike, _, i, j in sorted(cells, reverse=True):
        if i not in taken and j not in used:
            pairs.append((i, j, alike))
            taken.add(i)
            used.add(j)
    return pairs


def _joined(
    subject: Sequence[str], entry: Sequence[str], left: list[int], spare: list[int]
) -> list[tuple[str, str, float]]:
    """Neighbours on one side that are one word on the other; what is paired is taken from ``left`` and ``spare``."""
    found = []
    for ours, theirs, one, two in ((left, spare, subject, entry), (spare, left, entry, subject)):
        for j in [j for j in theirs if j + 1 in theirs]:
            whole = two[j] + two[j + 1]
            for i in list(ours):
                if abs(len(one[i]) - len(whole)) > 2 or j not in theirs or j + 1 not in theirs:
                    continue
                if (alike := likeness(one[i], whole)) >= JOINED:
                    found.append((one[i], whole, alike) if one is subject else (whole, one[i], alike))
                    ours.remove(i)
                    theirs.remove(j)
                    theirs.remove(j + 1)
    return found


def _elsewhere(grid: Grid, left: Iterable[int], used: Iterable[str]) -> dict[int, tuple[str, float]]:
    """Leftovers of the subject that another of the entry's names has, with that name's token; each serves once."""
    served = set(used)
    found = {}
    for i in left:
        others = [(alike, other) for other, alike in grid[i].items() if alike > KNOWN and other not in served]
        if others:
            alike, other = max(others)
            found[i] = other, alike
            served.add(other)
    return found


def _against(subject: Sequence[str], entry: Sequence[str], lost: Sequence[int], spare: Sequence[int]) -> float:
    lost = [i for i in lost if counts(subject[i])]
    spare = [j for j in spare if counts(entry[j])]
    weight = SUBJECT_EXTRA * len(lost) + ENTRY_EXTRA * len(spare)
    if lost and spare:
        weight += CONFLICT * min(len(lost), len(spare))
        weight += FIRST_CONFLICT if lost[0] == 0 or spare[0] == 0 else 0.0
    return weight


def counts(token: str) -> bool:
    """Whether a token that one side lacks weighs against: neither an initial nor a title does."""
    return len(token.rstrip(CUT)) > 1 and token not in TITLES


def _agreement(asked: str, listed: str, alike: float, rarity: Rarity) -> float:
    """What an agreeing pair weighs: the rarer the more, and an initial no more than its letter can."""
    (low_a, high_a), (low_b, high_b) = rarity(asked), rarity(listed)
    low, high = min(low_a, low_b), min(high_a, high_b)
    weight = low + max(0.0, high - low) * max(0.0, (alike - SURE) / (1 - SURE))
    letters = min(len(asked.rstrip(CUT)), len(listed.rstrip(CUT)))
    return min(weight, LETTER * letters) - UNLIKE * (1 - alike)
