"""Who is inside, since when, by which right and until when: asked of one person's movements, for any moment. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from service.domain import Clock, CrossingPoint, Direction, Movement, Source
from service.policy import Policy
from service.rules.case import Case
from service.rules.eligibility import admitted_until, stay_allowance
from service.rules.order import in_order
from service.stay import Allowance


@dataclass(frozen=True, slots=True)
class Presence:
    """A foreigner who is inside by the records.

    `until` is the last admitted day, None where nothing limits the stay or nothing is known to; `basis` says by what,
    as E1 does. `days_over` counts the days since, 0 while there are none. `allowance` is that of E2, None under a
    permit. Like every finding this is what the records say, and an exit that nobody recorded rebuts it.
    """

    entry: Movement
    until: date | None
    basis: str
    days_over: int
    allowance: Allowance | None
    unheard: tuple[CrossingPoint, ...]


def presence(
    movements: Sequence[Movement], posts: Mapping[str, CrossingPoint], policy: Policy, as_of: datetime
) -> Presence | None:
    """Whether the person of `movements` is inside at a moment, judged as if he or she left then; None if not.

    Nationals are at home and not counted. What happened or was recorded after `as_of` is not known.
    """
    known = in_order(m for m in movements if max(m.crossing.occurred_at, m.recorded_at) <= as_of)
    if not known:
        return None
    case = _leaving(known, posts, policy, as_of)
    if case.entry is None or case.national:
        return None
    until, basis = admitted_until(case)
    over = max(0, (case.day - until).days) if until else 0
    return Presence(case.entry, until, basis, over, stay_allowance(case), case.unheard)


def _leaving(known: list[Movement], posts: Mapping[str, CrossingPoint], policy: Policy, as_of: datetime) -> Case:
    """The case of an exit that shows nothing but the document last presented."""
    exit = replace(
        known[-1].crossing,
        id=UUID(int=0),
        direction=Direction.EXIT,
        occurred_at=as_of,
        clock=Clock.CERTAIN,
        source=Source.LIVE,
        visa=None,
        admitted_until=None,
    )
    return Case(exit, known, posts, policy, as_of)
