"""How alike two tokens of a name are, whatever the list.

Likeness is a scale of evidence: each hundredth below 1 takes the same from what an agreeing token weighs (see
``alignment.UNLIKE``). The steps were set by how much oftener two spellings of one person's name are so alike than two
names that share a skeleton by chance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from watchlist.names import keys, sound, stem

CUT = "*"  # ends a token that the machine-readable zone may have cut off
SLIPS = 0.72  # the least share of letters that must agree for a slip
MOST_SLIPS = 0.4  # the most of its letters that a slip changes
INITIAL = 0.95  # what an initial weighs is bounded by its one letter instead

# Likeness by how similar two spellings of one skeleton are, from 0 to 1: few spellings of a name differ by much.
SPELLING = ([0.0, 0.45, 0.6, 0.72, 0.8, 1.0], [0.0, 0.42, 0.65, 0.86, 0.94, 0.99])
_OTHER_SOUND = ([0.0, 0.5, 0.55, 0.7, 1.0], [0.0, 0.4, 0.55, 0.86, 0.92])  # the same where one sound is another's
_FITS, _FITS_NOT, _OTHER_SOUND_FITS = 0.97, 0.75, 0.87  # an Arabic spelling and a Latin one

# Letters that readers of the OCR-B typeface mistake for one another become one.
_OCR = str.maketrans("QDLTJKMHUYCPRE", "OOIIIXNNVVGBBF")


def likeness(a: str, b: str) -> float:
    """How alike two tokens are, from 0 (different names) to 1 (one spelling); symmetric."""
    return _likeness(a, b) if a < b else _likeness(b, a)


def may_be_alike(ours: Sequence[str], theirs: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The places of the pairs whose ``likeness`` may be above 0: of most, the letters already show that it is not."""
    shapes = [_shape(token) for token in ours], [_shape(token) for token in theirs]
    near = cdist(*shapes, scorer=OSA.normalized_distance, score_cutoff=MOST_SLIPS) <= MOST_SLIPS
    under: dict[str, list[int]] = {}
    for j, token in enumerate(theirs):
        for key in _all_keys(token):
            under.setdefault(key, []).append(j)
    special = [j for j, token in enumerate(theirs) if _is_special(token)]
    for i, token in enumerate(ours):
        kin = {j for key in _all_keys(token) if key in under for j in under[key]}
        found = range(len(theirs)) if _is_special(token) else kin.union(special, near[i].nonzero()[0].tolist())
        yield from ((i, j) for j in found)


@lru_cache(maxsize=1 << 16)
def _is_special(token: str) -> bool:
    """Whether a token is compared otherwise than by its letters: an initial, a cut word, a word in Arabic letters."""
    return token[-1] == CUT or len(token) == 1 or token.islower()


@lru_cache(maxsize=1 << 17)
def _likeness(a: str, b: str) -> float:
    if a == b:
        return 1.0
    if a[-1] == CUT or b[-1] == CUT:
        return _cut_likeness(a, b)
    if len(a) == 1 or len(b) == 1:
        return INITIAL if a[0].upper() == b[0].upper() else 0.0
    if _all_keys(a).isdisjoint(_all_keys(b)):
        return _slips(a, b)
    bare_a, bare_b = stem(a), stem(b)
    whole = _plain(a, b)
    if bare_a == a and bare_b == b:
        return whole
    return max(whole, _penalty(a, b, bare_a, bare_b) * _plain(bare_a, bare_b))


@lru_cache(maxsize=1 << 16)
def _all_keys(token: str) -> frozenset[str]:
    return frozenset((*keys(token), *keys(stem(token))))


def _penalty(a: str, b: str, bare_a: str, bare_b: str) -> float:
    """A joined article is nothing; Abd and Abu on one side only make another, if kindred, name."""
    heads = {token.removesuffix(bare).upper() for token, bare in ((a, bare_a), (b, bare_b))}
    if heads <= {"", "AL", "EL"}:
        return 0.97
    return 0.9 if heads <= {"", "BEN", "BIN", "IBN", "AL", "EL"} else 0.82


def _cut_likeness(a: str, b: str) -> float:
    a, b = (a, b) if a[-1] == CUT else (b, a)
    head = a.rstrip(CUT)
    tail = b.rstrip(CUT)
    if tail.startswith(head) or sound(tail).startswith(sound(head)):
        return 0.95
    return _likeness(min(head, tail), max(head, tail))


def _plain(a: str, b: str) -> float:
    """Two tokens letter by letter: by skeleton and vowels where the skeletons agree, else by slips."""
    if a == b:
        return 1.0
    keys_a, keys_b = keys(a), keys(b)
    if set(keys_a).isdisjoint(keys_b):
        return _slips(a, b)
    same = keys_a[0] == keys_b[0]
    if a.islower() or b.islower():
        return (_FITS if same else _OTHER_SOUND_FITS) if _fits(a, b) else _FITS_NOT
    similar = max(OSA.normalized_similarity(sound(a), sound(b)), OSA.normalized_similarity(a, b))
    return _between(similar, *(SPELLING if same else _OTHER_SOUND))


def _between(x: float, xs: list[float], ys: list[float]) -> float:
    """The value at ``x`` on the line through the points."""
    at = next(place for place, right in enumerate(xs) if x <= right or right == xs[-1])
    if at == 0:
        return ys[0]
    share = (x - xs[at - 1]) / (xs[at] - xs[at - 1])
    return ys[at - 1] + share * (ys[at] - ys[at - 1])


def _fits(a: str, b: str) -> bool:
    """Whether the long vowels that an Arabic spelling writes are found in the other, in order."""
    short, long = sorted((sound(a), sound(b)), key=len)
    rest = iter(long)
    return all(letter in rest for letter in short)


def _slips(a: str, b: str) -> float:
    """Likeness by slips of the pen or the reader, where a confusion of like shapes counts half."""
    if a.islower() or b.islower():
        return _slips(keys(a)[0], keys(b)[0]) * 0.8 if min(len(a), len(b)) > 4 else 0.0
    longer = max(len(a), len(b))
    most = int(MOST_SLIPS * longer)
    if min(len(a), len(b)) < 3 or abs(len(a) - len(b)) > most:
        return 0.0
    shapes = OSA.distance(_shape(a), _shape(b), score_cutoff=most)
    if shapes > most:
        return 0.0
    share = 1 - (OSA.distance(a, b) + shapes) / 2 / longer
    return min(0.85, 0.8 * share + 0.06) if share > SLIPS else 0.0


@lru_cache(maxsize=1 << 15)
def _shape(token: str) -> str:
    return token.translate(_OCR)
