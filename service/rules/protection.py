"""P: those who may need protection. A finding here asks for care and is never a ground for refusal."""

from __future__ import annotations

from collections.abc import Iterator

from service.dates import age_on
from service.domain import Severity
from service.rules.case import Case
from service.rules.rule import Found, Rule


def _unaccompanied_child(case: Case) -> Iterator[Found]:
    """A date known in part counts as the latest day that it may mean; an unknown year may mean a child."""
    crossing = case.crossing
    if crossing.accompanying or crossing.group_id:
        return
    youngest = crossing.traveller.date_of_birth.latest()
    if youngest is None:
        yield Found("age_unknown", severity=Severity.PROTECTION)
    elif (age := age_on(youngest, case.day)) < case.parameter("P1", "age", int):
        yield Found("unaccompanied_child", {"age": max(0, age)}, Severity.PROTECTION)


P1 = Rule(
    "P1",
    1,
    "Finds a child who crosses with nobody and in no group. "
    "A date of birth known in part counts as the youngest age that it allows.",
    ("rebut.adult_present", "rebut.age_shown"),
    _unaccompanied_child,
)
