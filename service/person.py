"""Whether two crossings are one person's, across renewals and spellings; and how to find such crossings. Pure.

There is no biometric here. A name and a date of birth can be shared by strangers, so `same_person` asks for more
than agreement: together they must be rarer than a namesake. What falls short is `possible`, and no rule acts on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2s
from itertools import combinations

from service.domain import PartialDate, Traveller
from watchlist import dates
from watchlist.likeness import CUT, likeness
from watchlist.names import fold, keys, stem


class Identity(StrEnum):
    """What two descriptions say of each other. Only `same` counts for a rule."""

    SAME = "same"
    POSSIBLE = "possible"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two travellers side by side: the judgement, its weight in nats, and what agrees or differs."""

    identity: Identity
    weight: float
    agree: tuple[str, ...]
    differ: tuple[str, ...]


# Names borne by so many that sharing one says little, as skeletons.
_COMMON = frozenset(
    keys(name)[0]
    for name in (
        "MOHAMMED AHMED ALI HUSSEIN HASSAN MAHMOUD MUSTAFA IBRAHIM OMAR ABDALLAH ABDRAHMAN KHALED SAID KARIM JASIM "
        "ABBAS HAIDER YOUSEF SALEH FATIMA ZAHRA ZAINAB MARYAM AMINA NOOR SALAM JABBAR KADHIM RAHIM"
    ).split()
)
_COMMON_NATS, _OTHER_NATS = 2.9, 7.0  # one in 18, one in 1,100
# About ten million travellers: ln(1e7) is 16.1, and two nats more make it seven to one against a namesake.
_SAME_NATS = 18.0
_POSSIBLE_NATS = 6.0  # what a stranger's date of birth, sex and nationality may bring by chance is no likeness
_ALIKE = 0.7  # a spelling of the same name; below it two names may only look alike
_LEFT_NATS, _UNLIKE_NATS = -0.8, -3.0  # for a name that one side alone has; for one that each has for itself
_REGISTRAR_DAYS = {(1, 1), (7, 1)}  # what a registrar writes where the day of birth is not known


@dataclass(frozen=True, slots=True)
class _Names:
    """Two names side by side: how alike the tokens are that were paired, how many each side has left, the weight."""

    alike: tuple[float, ...]
    left: tuple[int, int]
    weight: float

    @property
    def one(self) -> bool:
        """Whether the tokens are those of one name: all of the shorter are found, and found alike.

        A father's or a grandfather's name more or less is usual; each side having one of its own is not, and a single
        name shared is no name shared.
        """
        single = len(self.alike) == 1 and any(self.left)
        return bool(self.alike) and min(self.alike) >= _ALIKE and not all(self.left) and not single


def _rarity(token: str) -> float:
    return _OTHER_NATS if _tells(_skeleton(token.rstrip(CUT))) else _COMMON_NATS


@lru_cache(maxsize=1 << 16)
def _skeleton(token: str) -> str:
    return keys(stem(token))[0]


def _tells(skeleton: str) -> bool:
    return len(skeleton) > 2 and skeleton not in _COMMON


@lru_cache(maxsize=1 << 14)
def same_person(a: Traveller, b: Traveller) -> Likeness:
    """Compare two travellers: names tolerant of spelling, dates of birth, sex, nationality, parents' names.

    Nationality may differ (a second passport), and weighs little. Without one full date of birth on both sides nobody
    is the `same`; nor with another sex, or a name that agrees with half of another.
    """
    name = _names(a, b)
    weights = {
        "name": name.weight if name.one else min(name.weight, -1.0),
        "date_of_birth": _births(a.date_of_birth, b.date_of_birth),
        "sex": _equal(a.sex, b.sex, 0.7, -4.0) if "X" not in (a.sex, b.sex) else 0.0,
        "nationality": _equal(a.nationality, b.nationality, 1.0, -1.0),
        "father_name": _parent(a.father_name, b.father_name),
        "mother_name": _parent(a.mother_name, b.mother_name),
    }
    total = sum(weights.values())
    differ = tuple(field for field, weight in weights.items() if weight < 0)
    agree = tuple(field for field, weight in weights.items() if weight > 0)
    return Likeness(_identity(a, b, total, set(differ)), total, agree, differ)


def _identity(a: Traveller, b: Traveller, total: float, differ: set[str]) -> Identity:
    if differ <= {"nationality"} and total >= _SAME_NATS and same_birthday(a.date_of_birth, b.date_of_birth):
        return Identity.SAME
    apart = total < _POSSIBLE_NATS or len(differ & {"name", "date_of_birth", "sex"}) > 1
    return Identity.DIFFERENT if apart else Identity.POSSIBLE


def same_birthday(a: PartialDate, b: PartialDate) -> bool:
    """Whether two dates of birth are one day, known on both sides."""
    same = a.day == b.day and a.month == b.month and a.year == b.year  # the day tells most apart
    return same and None not in (a.year, a.month, a.day)


def same_birth(a: PartialDate, b: PartialDate) -> bool:
    """Whether two dates agree in everything that both know, the year among it."""
    parts = ((a.year, b.year), (a.month, b.month), (a.day, b.day))
    return a.year is not None and all(None in pair or pair[0] == pair[1] for pair in parts) and b.year is not None


def _equal(a: str, b: str, gain: float, loss: float) -> float:
    if not a or not b:
        return 0.0
    return gain if a == b else loss


def _births(a: PartialDate, b: PartialDate) -> float:
    """A day shared weighs as one in 5,000, a registrar's as one in 150; slips and parts as screening grades them."""
    if same_birthday(a, b):
        return 5.0 if (a.month, a.day) in _REGISTRAR_DAYS else 8.5
    evidence = dates.compare(str(a), [str(b)])
    return evidence.weight if evidence else 0.0


def _parent(a: str | None, b: str | None) -> float:
    if not a or not b:
        return 0.0
    names = _compared(fold(a), fold(b))
    return min(max(names.weight, 0.0), 4.0) if names.one else -4.0


def _names(a: Traveller, b: Traveller) -> _Names:
    """The names in the script where they agree better; both sides need a native name for that one to count."""
    latin = _compared(_tokens(a), _tokens(b))
    if not a.native_name or not b.native_name:
        return latin
    native = _compared(fold(a.native_name), fold(b.native_name))
    return max(latin, native, key=lambda names: (names.one, names.weight))


def _compared(a: tuple[str, ...], b: tuple[str, ...]) -> _Names:
    """Pair the tokens, the most alike first, in any order. A name that is repeated counts once."""
    a, b = tuple(dict.fromkeys(a)), tuple(dict.fromkeys(b))
    pairs = {i: (b.index(x), 1.0) for i, x in enumerate(a) if x in b}
    theirs = [(j, y) for j, y in enumerate(b) if y not in a]
    cells = [(likeness(x, y), -abs(i - j), -i - j, i, j) for i, x in enumerate(a) if i not in pairs for j, y in theirs]
    for alike, _, _, i, j in sorted(cells, reverse=True):
        if alike >= 0.5 and i not in pairs and all(j != taken for taken, _ in pairs.values()):
            pairs[i] = (j, alike)
    left = (len(a) - len(pairs), len(b) - len(pairs))
    agreed = ((min(_rarity(a[i]), _rarity(b[j])), alike) for i, (j, alike) in pairs.items())
    weight = sum(rarity * alike + _UNLIKE_NATS * (1 - alike) for rarity, alike in agreed)
    weight += _LEFT_NATS * max(left) + _UNLIKE_NATS * min(left)
    return _Names(tuple(alike for _, alike in pairs.values()), left, round(weight, 6))


def _tokens(traveller: Traveller) -> tuple[str, ...]:
    """Given names first; a name that the zone may have cut ends in the sign for it."""
    tokens = fold(f"{traveller.secondary_identifier} {traveller.primary_identifier}")
    if not traveller.name_truncated:
        return tokens
    cut = (fold(traveller.secondary_identifier) or fold(traveller.primary_identifier))[-1:]
    return tuple(token + CUT if (token,) == cut else token for token in tokens)


@lru_cache(maxsize=1 << 14)
def same_name(a: Traveller, b: Traveller) -> bool:
    """Whether two travellers bear one name, spelling and a father's name more or less set aside."""
    return _names(a, b).one


def person_keys(traveller: Traveller, secret: bytes = b"") -> tuple[str, ...]:
    """Short hashed keys under which crossings are filed: two crossings of one person share at least one, as a rule.

    At most six. They outlive a new document, another nationality, a respelt name and a dropped father's name; some
    outlive a date of birth known to the year only. Strangers may share one too: compare with `same_person`. A `secret`
    (up to 32 bytes, the same at every post) keeps the keys from being guessed from a name and a date.
    """
    skeletons = sorted({_skeleton(token) for token in _key_tokens(traveller)}, key=lambda s: (-len(s), s))
    telling = [skeleton for skeleton in skeletons if _tells(skeleton)][:3]
    common = [skeleton for skeleton in skeletons if not _tells(skeleton)][:4]
    by_day = _by_day(telling, common[:3], traveller.date_of_birth)
    made = [*by_day, *_by_year(telling, common, traveller.date_of_birth)][:6]
    return tuple(sorted(blake2s(key.encode(), key=secret, digest_size=8).hexdigest() for key in made))


def _key_tokens(traveller: Traveller) -> tuple[str, ...]:
    latin = fold(f"{traveller.secondary_identifier} {traveller.primary_identifier}")
    return latin or fold(traveller.native_name or "")


def _by_day(telling: list[str], common: list[str], birth: PartialDate) -> list[str]:
    """Day of birth and a telling name, or two common ones; nothing where the day is a registrar's guess."""
    if None in (birth.year, birth.month, birth.day) or (birth.month, birth.day) in _REGISTRAR_DAYS:
        return []
    pairs = ["/".join(pair) for pair in combinations(common, 2)] or ([] if telling else common)
    day = str(birth)
    return [f"{day}/{names}" for names in (*telling, *(pairs[:1] if telling else pairs))]


def _by_year(telling: list[str], common: list[str], birth: PartialDate) -> list[str]:
    """Year of birth and two names of which one tells, or three common ones."""
    pairs = ["/".join(pair) for pair in combinations((*telling, *common[:2]), 2) if _tells(pair[0])]
    triples = ["/".join(triple) for triple in combinations(common, 3)]
    return [f"{birth.year}/{names}" for names in (pairs or triples or ["/".join((*telling, *common))])]
