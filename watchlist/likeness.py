"""How alike two tokens of a name are, and two names: shared by every comparison, whatever the list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from watchlist.names import TITLES, keys, sound, stem

CUT = "*"  # ends a token that the machine-readable zone may have cut off
ALIKE = 0.5  # tokens less alike than this are different names

# Letters that readers of the OCR-B typeface mistake for one another become one.
_OCR = str.maketrans("QDLTJKMHUYCPRE", "OOIIIXNNVVGBBF")


def likeness(a: str, b: str) -> float:
    """How alike two tokens are, from 0 (different names) to 1 (one spelling); symmetric."""
    return _likeness(a, b) if a < b else _likeness(b, a)


@lru_cache(maxsize=1 << 17)
def _likeness(a: str, b: str) -> float:
    if a == b:
        return 1.0
    if a.endswith(CUT) or b.endswith(CUT):
        return _cut_likeness(a, b)
    if len(a) == 1 or len(b) == 1:
        return 0.75 if a[0].upper() == b[0].upper() else 0.0
    bare_a, bare_b = stem(a), stem(b)
    whole = _plain(a, b)
    if bare_a == a and bare_b == b:
        return whole
    return max(whole, _penalty(a, b, bare_a, bare_b) * _plain(bare_a, bare_b))


def _penalty(a: str, b: str, bare_a: str, bare_b: str) -> float:
    """A joined article is nothing; Abd and Abu on one side only make another, if kindred, name."""
    heads = {token.removesuffix(bare).upper() for token, bare in ((a, bare_a), (b, bare_b))}
    if heads <= {"", "AL", "EL"}:
        return 0.97
    return 0.9 if heads <= {"", "BEN", "BIN", "IBN", "AL", "EL"} else 0.75


def _cut_likeness(a: str, b: str) -> float:
    a, b = (a, b) if a.endswith(CUT) else (b, a)
    head = a.rstrip(CUT)
    tail = b.rstrip(CUT)
    if tail.startswith(head) or sound(tail).startswith(sound(head)):
        return 0.95
    return _likeness(min(head, tail), max(head, tail))


def _plain(a: str, b: str) -> float:
    """Two tokens letter by letter: by skeleton and vowels where the skeletons agree, else by slips."""
    if a == b:
        return 1.0
    abjad = a.islower() or b.islower()
    if not set(keys(a)).isdisjoint(keys(b)):
        same = keys(a)[0] == keys(b)[0]
        if abjad:
            return (0.94 if _fits(a, b) else 0.72) - (0 if same else 0.04)
        heard = OSA.normalized_similarity(sound(a), sound(b))
        written = OSA.normalized_similarity(a, b)
        return 0.6 + 0.37 * max(heard, written) - (0 if same else 0.06)
    if abjad:
        return 0.0 if min(len(a), len(b)) < 5 else _slips(keys(a)[0], keys(b)[0]) * 0.7
    return _slips(a, b)


def _fits(a: str, b: str) -> bool:
    """Whether the long vowels that an Arabic spelling writes are found in the other, in order."""
    short, long = sorted((sound(a), sound(b)), key=len)
    rest = iter(long)
    return all(letter in rest for letter in short)


def _slips(a: str, b: str) -> float:
    """Likeness by slips of the pen or the reader, where a confusion of like shapes counts half."""
    longer = max(len(a), len(b))
    if min(len(a), len(b)) < 3:
        return 0.0
    most = int(0.4 * longer)
    shapes = OSA.distance(_shape(a), _shape(b), score_cutoff=most)
    if shapes > most:
        return 0.0
    share = 1 - (OSA.distance(a, b) + shapes) / 2 / longer
    return max(0.0, 2.2 * share - 1.1) * 0.9


@lru_cache(maxsize=1 << 15)
def _shape(token: str) -> str:
    return token.translate(_OCR)


Rarity = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class NameEvidence:
    """Two names side by side: what agreed, what was left over, and the sum as a log likelihood ratio in nats."""

    weight: float
    pairs: tuple[tuple[str, str, float], ...]
    subject_left: tuple[str, ...]
    entry_left: tuple[str, ...]
    elsewhere: tuple[str, ...] = ()

    @property
    def full(self) -> bool:
        """Whether at least two tokens agree and the subject's first and last are among them."""
        return len(self.pairs) >= 2 and not self.subject_left


SUBJECT_EXTRA, ENTRY_EXTRA, FIRST_DIFFERS, UNLIKE = -1.6, -0.8, -2.0, 3.0
ELSEWHERE, KNOWN_ELSEWHERE = 0.7, 0.75


Grid = Sequence[Mapping[str, float]]


def grid_of(subject: Sequence[str], tokens: Iterable[str]) -> Grid:
    """For each of the subject's tokens, how alike which of ``tokens`` are, where they are alike at all."""
    tokens = dict.fromkeys(tokens)
    return [{other: alike for other in tokens if (alike := likeness(asked, other)) >= ALIKE} for asked in subject]


def align(
    subject: Sequence[str], entry: Sequence[str], rarity: Rarity, grid: Grid | None = None, *, cut: bool = False
) -> NameEvidence:
    """Pair two names' tokens, the most alike first, in any order, and weigh what agrees and what is left.

    A rare token that agrees weighs more; a token left over on either side weighs against, a given name (the first
    token) more. A ``grid`` over all of the entry's names finds a leftover in another of them.
    """
    grid = grid_of(subject, entry) if grid is None else grid
    pairs = _pairs(grid, entry)
    taken, used = {i for i, _, _ in pairs}, {j for _, j, _ in pairs}
    left = [i for i in range(len(subject)) if i not in taken]
    spare = [] if cut else [j for j in range(len(entry)) if j not in used]
    found = {i: alike for i in left if (alike := max(grid[i].values(), default=0.0)) > KNOWN_ELSEWHERE}
    lost = [i for i in left if i not in found]
    weight = sum(_agreement(subject[i], entry[j], alike, rarity) for i, j, alike in pairs)
    weight += sum(ELSEWHERE * _agreement(subject[i], subject[i], alike, rarity) for i, alike in found.items())
    weight += sum(_extra(subject[i], SUBJECT_EXTRA) for i in lost) + sum(_extra(entry[j], ENTRY_EXTRA) for j in spare)
    if lost and spare and (0 in lost or 0 in spare):
        weight += FIRST_DIFFERS
    return NameEvidence(
        weight,
        tuple((subject[i], entry[j], alike) for i, j, alike in pairs),
        tuple(subject[i] for i in lost),
        tuple(entry[j] for j in spare),
        tuple(subject[i] for i in found),
    )


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


def _agreement(asked: str, listed: str, alike: float, rarity: Rarity) -> float:
    """An initial or a cut token says no more than its letters can."""
    weight = min(rarity(asked), rarity(listed))
    shortest = min(len(asked.rstrip(CUT)), len(listed.rstrip(CUT)))
    return min(weight, 1.7 * shortest) * alike - UNLIKE * (1 - alike)


def _extra(token: str, penalty: float) -> float:
    return 0.0 if token in TITLES or len(token) == 1 else penalty
