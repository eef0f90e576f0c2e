"""How far a movement reaches: under what it is filed, where to look for those beside it, whom it may change. Pure.

As `rules.links`, but for a log that is asked by keys and outlives policies: marks hold no parameter of a policy, and
what a rule forgets after some days or hours is asked for within that span alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service.domain import Crossing, Direction, Movement
from service.policy import Policy
from service.rules.catalogue import childhood, longest_patience, patience
from service.rules.links import contacts, number_of, plain_contact, run_of
from service.rules.order import happened

STRETCH = 100  # consecutive numbers of an issuer that are filed together


@dataclass(frozen=True, slots=True)
class Sought:
    """What a log is asked for: movements of these documents or persons, or under these marks, within a time."""

    documents: frozenset[str] = frozenset()
    persons: frozenset[str] = frozenset()
    marks: frozenset[str] = frozenset()
    since: datetime | None = None
    until: datetime | None = None

    def __bool__(self) -> bool:
        return bool(self.documents or self.persons or self.marks)

    def finds(self, crossing: Crossing, marks: Collection[str]) -> bool:
        """Whether a crossing, filed under `marks`, is asked for."""
        if (self.since and crossing.occurred_at < self.since) or (self.until and crossing.occurred_at > self.until):
            return False
        return (
            crossing.document.key in self.documents
            or not self.persons.isdisjoint(crossing.person_keys)
            or not self.marks.isdisjoint(marks)
        )


def filed_under(crossing: Crossing) -> tuple[str, ...]:
    """The marks of a crossing: its group, whom it names, its contacts, the stretch of its document's number."""
    group = (f"group:{crossing.group_id}",) if crossing.group_id else ()
    placed = number_of(crossing.document)
    stretch = (f"{placed[0]}:{placed[1] // STRETCH}",) if placed else ()
    given = (("phone", crossing.phone), ("address", crossing.address), ("sponsor", crossing.sponsor))
    said = (f"{kind}:{plain_contact(value)}" for kind, value in given if value)
    return tuple(dict.fromkeys((*stretch, *group, *crossing.accompanying, *said)))


def first_sought(crossing: Crossing, linked: Iterable[str] = ()) -> Sought:
    """The traveller's own movements, by document and person, and those whom the crossing itself leads to.

    `linked` are the documents that officers have said to be the same person's.
    """
    group = {f"group:{crossing.group_id}"} if crossing.group_id else set()
    key, named = crossing.document.key, crossing.accompanying
    return Sought(frozenset({key, *named, *linked}), frozenset(crossing.person_keys), frozenset({key, *named, *group}))


def further_sought(crossing: Crossing, own: Iterable[Movement]) -> Sought:
    """Whoever travelled along before, by what the traveller's own movements say; without what was asked for first."""
    documents = {key for m in own for key in (m.crossing.document.key, *m.crossing.accompanying)}
    groups = {f"group:{m.crossing.group_id}" for m in own if m.crossing.group_id}
    first = first_sought(crossing)
    return Sought(documents=frozenset(documents - first.documents), marks=frozenset((documents | groups) - first.marks))


def passing_sought(crossing: Crossing, policy: Policy) -> Iterator[Sought]:
    """Those linked for a while only: by a number close by (D7), by a phone, an address or a sponsor (P5)."""
    at = crossing.occurred_at
    if placed := number_of(crossing.document):
        run, span = run_of(policy), timedelta(hours=_most(policy, "D7", "hours"))
        near = range((placed[1] - run) // STRETCH, (placed[1] + run) // STRETCH + 1)
        yield Sought(marks=frozenset(f"{placed[0]}:{at_}" for at_ in near), since=at - span, until=at + span)
    if given := frozenset(contacts(crossing, policy)):
        span = timedelta(days=_most(policy, "P5", "days"))
        yield Sought(marks=given, since=at - span, until=at + span)


def _most(policy: Policy, rule: str, name: str) -> int:
    return max(policy.whole(rule, name, post) for post in ("", *policy.posts))


def company_sought(movement: Movement, own: Sequence[Movement], others: Sequence[Movement], policy: Policy) -> Sought:
    """Whatever else those did who belong to the company: under any document where there are children or a group."""
    company = _company(movement, own, others)
    age, leaving = childhood(policy), movement.crossing.direction is Direction.EXIT
    if (leaving and movement.crossing.group_id) or any(_young(m, age) for m in (movement, *company)):
        return _whatever(company)
    return Sought(_whatever(company).documents) if leaving else Sought()


def afterwards_sought(
    movement: Movement, own: Sequence[Movement], others: Sequence[Movement], policy: Policy
) -> Sought:
    """What those of the company did since, or just before, under any document: what was found there may change."""
    since = movement.crossing.occurred_at - longest_patience(policy)
    return replace(_whatever(_company(movement, own, others)), since=since)


def _company(movement: Movement, own: Iterable[Movement], others: Iterable[Movement]) -> list[Movement]:
    named = {key for m in (movement, *own) for key in m.crossing.accompanying}
    return [m for m in others if _travels(m, named)]


def _whatever(company: Sequence[Movement]) -> Sought:
    """Whatever the bearers of the company's documents did."""
    documents = frozenset(m.crossing.document.key for m in company)
    return Sought(documents, frozenset(key for m in company for key in m.crossing.person_keys))


def _travels(m: Movement, named: set[str]) -> bool:
    crossing = m.crossing
    return bool(crossing.group_id or crossing.accompanying) or crossing.document.key in named


def _young(m: Movement, age: int) -> bool:
    """Whether somebody may be under an age, by the year alone."""
    born = m.crossing.traveller.date_of_birth.year
    return born is not None and m.crossing.occurred_at.year - born <= age


def company_again(
    movement: Movement, others: Iterable[Movement], policy: Policy, now: datetime
) -> tuple[list[Movement], list[tuple[Movement, datetime]]]:
    """Of the others, those whom the movement may change now, and those whom it may change once a moment has come.

    Whoever crossed after it is judged again. Whoever crossed shortly before is judged when the rest of the company
    had its time to follow, and now as well where that time is over.
    """
    again: list[Movement] = []
    later: list[tuple[Movement, datetime]] = []
    crossed = movement.crossing.occurred_at
    for m in others:
        if happened(movement) < happened(m):
            again.append(m)
            continue
        patient = patience(policy, m.crossing.crossing_point)
        if crossed - m.crossing.occurred_at > patient[-1]:
            continue
        moments = [m.crossing.occurred_at + each for each in patient]
        later += [(m, moment) for moment in moments if moment > now]
        if moments[0] <= now:
            again.append(m)
    return again, later
