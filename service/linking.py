"""Links between documents: what the machine proposes, what officers said, and what follows for the rules. Pure.

A link is between two documents, by their keys. Likeness alone makes two documents one person's where it is sure
(`service.person`); an officer's word goes before it, either way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from service.domain import Crossing, Movement
from service.person import Identity, Likeness, same_person
from service.rules.persons import BY_LIKENESS

Pair = tuple[str, str]


class Ruling(StrEnum):
    """What an officer says of a link; `reopened` leaves it to likeness again."""

    CONFIRMED = "confirmed"
    SPLIT = "split"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two documents that may be one person's, how alike their bearers are, and the movements that show it."""

    pair: Pair
    likeness: Likeness
    movements: tuple[UUID, UUID]


@dataclass(frozen=True, slots=True)
class Ruled:
    """An officer's word on a link, with the reason and the evidence. `supersedes` is the one before it."""

    id: UUID
    pair: Pair
    ruling: Ruling
    reason: str
    evidence: str
    officer: str
    crossing_point: str
    ruled_at: datetime
    supersedes: UUID | None = None


def pair_of(a: str, b: str) -> Pair:
    """Two document keys as a link holds them.

    Raises:
        ValueError: they are one document.
    """
    if a == b:
        raise ValueError("a link is between two documents")
    return (a, b) if a < b else (b, a)


@dataclass(frozen=True)
class Links:
    """The rules' `Persons` under the rulings that stand, by pair."""

    rulings: Mapping[Pair, Ruling] = field(default_factory=dict)

    def movements(self, of: Crossing, among: Sequence[Movement]) -> list[Movement]:
        """Those of `among` that are movements of the traveller of `of`."""
        alike = BY_LIKENESS.movements(of, among)
        if not self.rulings:
            return alike
        key = of.document.key
        surely, never = self.confirmed(key), self.split_from(key)
        like = {id(m) for m in alike}
        return [
            m
            for m in among
            if m.crossing.document.key not in never and (id(m) in like or m.crossing.document.key in surely)
        ]

    def confirmed(self, *keys: str) -> set[str]:
        """The documents that officers have said to be the same persons', through any number of links."""
        found, fresh = set(keys), set(keys)
        while fresh:
            fresh = {other for known in fresh for other in self._said(known, Ruling.CONFIRMED)} - found
            found |= fresh
        return found

    def split_from(self, key: str) -> set[str]:
        """The documents that officers have said to be another person's. The word on a pair goes before any chain."""
        return set(self._said(key, Ruling.SPLIT))

    def _said(self, key: str, wanted: Ruling) -> Iterator[str]:
        for (one, other), ruling in self.rulings.items():
            if ruling is wanted and key in (one, other):
                yield other if key == one else one


def proposals(crossing: Crossing, among: Iterable[Movement]) -> list[Proposal]:
    """The other documents among movements that share a key with the crossing, whose bearers may be its traveller.

    Only the last movement of each document is looked at; what is `different` is not proposed.
    """
    latest = {m.crossing.document.key: m for m in among if m.crossing.document.key != crossing.document.key}
    found: list[Proposal] = []
    for key, m in latest.items():
        likeness = same_person(crossing.traveller, m.crossing.traveller)
        if likeness.identity is not Identity.DIFFERENT:
            found.append(Proposal(pair_of(crossing.document.key, key), likeness, (crossing.id, m.id)))
    return sorted(found, key=lambda each: -each.likeness.weight)
