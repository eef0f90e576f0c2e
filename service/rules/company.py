"""Who travelled with whom: what M8 and the rules of protection share. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from service.dates import age_on
from service.domain import Direction, Movement, Outcome
from service.kept import once
from service.rules.case import Case
from service.rules.order import happened

TOGETHER = timedelta(hours=24)  # between the first and the last of a party at the desk


def company(case: Case, of: Movement, until: datetime | None = None) -> Iterator[Movement]:
    """Those who crossed with somebody, the same way within a day: in one group, or where one names the other.

    Known are those before the crossing that is judged; with `until`, those up to that moment as well.
    """
    here, this = of.crossing, happened(case.this)
    for m in case.around:
        there = m.crossing
        if there.direction is not here.direction or there.document.key == here.document.key or not _linked(of, m):
            continue
        known = happened(m) < this or (until is not None and there.occurred_at <= until)
        if known and abs(there.occurred_at - here.occurred_at) <= TOGETHER:
            yield m


def _linked(a: Movement, b: Movement) -> bool:
    group = a.crossing.group_id
    return (group is not None and group == b.crossing.group_id) or named(a, b) or named(b, a)


def named(by: Movement, other: Movement) -> bool:
    """Whether the one says that the other travels along."""
    return other.crossing.document.key in by.crossing.accompanying


def is_child(case: Case, m: Movement, age: int) -> bool:
    """Whether somebody may be under `age` on the day of the movement; a date known in part counts as the latest day.

    Where not even the year is known nobody is taken for a child beside others; P1 asks about who is alone.
    """
    if not _young(m, age):
        return False  # most are spared the rest
    latest, day = m.crossing.traveller.date_of_birth.latest(), case.day_of(m.crossing)
    return latest is not None and age_on(latest, day) < age


def _young(m: Movement, age: int) -> bool:
    """Whether somebody may be under an age, by the year alone; the day at the post may lie in the year before."""
    crossing = m.crossing
    born = crossing.traveller.date_of_birth.year
    return born is not None and crossing.occurred_at.year - born <= age + 1


@once
def minors(case: Case) -> tuple[Movement, ...]:
    """Those of the others who may be children to some rule, by the year alone: where there are none most is decided."""
    age = max(case.parameter(rule, "age", int) for rule in ("P2", "P3", "P4"))
    return tuple([m for m in case.others if m.decision is not Outcome.REFUSED and _young(m, age)])


def related(a: Movement, b: Movement) -> bool:
    """Whether a relation between the two is recorded on either side."""
    one, other = a.crossing, b.crossing
    return any(each.to == other.document.key for each in one.relations) or any(
        each.to == one.document.key for each in other.relations
    )


def kindred(a: Movement, b: Movement) -> bool:
    """Whether the two are related by record, or bear one primary identifier."""
    return related(a, b) or a.crossing.traveller.primary_identifier == b.crossing.traveller.primary_identifier


def left_by(case: Case, m: Movement, until: datetime) -> bool:
    """Whether somebody who entered by movement `m` has left, on whatever document of his own, up to a moment."""
    exits = [
        each
        for each in case.around
        if each.crossing.direction is Direction.EXIT
        and happened(each) > happened(m)
        and each.crossing.occurred_at <= until
    ]
    return bool(case.persons.movements(m.crossing, exits))
