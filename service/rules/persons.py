"""Whose movements are one person's, as the rules see it. Pure.

The rules ask a `Persons` and nothing else. `BY_LIKENESS` goes by the document and by `service.person`; links that an
officer has confirmed or split are another `Persons`, handed to the case.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from service.domain import Crossing, Movement, Traveller
from service.person import Identity, same_birthday, same_person


class Persons(Protocol):
    """Tells one person's movements from others'."""

    def movements(self, of: Crossing, among: Sequence[Movement]) -> list[Movement]:
        """Those of `among` that are movements of the traveller of `of`."""


class _ByLikeness:
    """The same document, or surely the same person."""

    def movements(self, of: Crossing, among: Sequence[Movement]) -> list[Movement]:
        key, traveller = of.document.key, of.traveller
        judged: dict[int, bool] = {}  # by the value's place in memory, which holds as long as `among` does
        own = []
        for m in among:
            other = m.crossing.traveller
            if m.crossing.document.key != key:
                same = judged.get(id(other))
                if same is None:
                    same = judged[id(other)] = is_same(traveller, other)
                if not same:
                    continue
            own.append(m)
        return own


BY_LIKENESS: Persons = _ByLikeness()


def is_same(a: Traveller, b: Traveller) -> bool:
    """Whether two travellers are surely one person; dates of birth and sexes, cheap to compare, are asked first."""
    if not same_birthday(a.date_of_birth, b.date_of_birth) or {a.sex, b.sex} == {"M", "F"}:
        return False
    return same_person(a, b).identity is Identity.SAME
