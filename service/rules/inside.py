"""Who is inside, since when, by which right and until when: asked of one person's movements, for any moment. Pure.

The service keeps the answer for each entry (`begun`), and which movement ended the stay, to ask it of everybody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from service.domain import Clock, CrossingPoint, Direction, Movement, Source
from service.policy import Policy
from service.rules.case import Case
from service.rules.eligibility import admitted_until, limit_of, stay_allowance
from service.rules.order import in_order
from service.stay import Allowance

WINDOW = "window"


@dataclass(frozen=True, slots=True)
class Begun:
    """The stay of a foreigner as it begins. `until` is the last day on which he or she may be here, None where nothing
    limits the stay or nothing is known to; `basis` says by what: as E1 does, or `WINDOW` where the days of E2 are used
    up before. `due_at` is the end of that day at the post.
    """

    until: date | None
    basis: str
    due_at: datetime | None


def begun(case: Case) -> Begun | None:
    """The stay that the case's crossing begins; None for an exit, and for nationals, who are at home."""
    if case.leaving or case.national:
        return None
    until, basis = _last_day(case)
    if until is None:
        return Begun(None, basis, None)
    midnight = datetime.combine(until + timedelta(days=1), time(), UTC)
    return Begun(until, basis, midnight - case.policy.utc_offset)


def _last_day(case: Case) -> tuple[date | None, str]:
    """The earlier of what E1 and E2 say of an entry; the day before it where E2 allows not even that."""
    until, basis = admitted_until(case)
    counted = stay_allowance(case)
    if counted is None:
        return until, basis
    used_up = counted.days_used > limit_of(case).days
    last = case.day - timedelta(days=1) if used_up else counted.latest_exit
    return (last, WINDOW) if last and last < (until or date.max) else (until, basis)


def ended(case: Case) -> Movement | None:
    """The entry whose stay the case's crossing ends: by leaving, or by entering anew; None where there is none."""
    last = case.previous
    return last if last and last.crossing.direction is Direction.ENTRY else None


@dataclass(frozen=True, slots=True)
class Presence:
    """A foreigner who is inside by the records, by a stay that began with `entry`.

    `until` and `basis` are those of `Begun`. `days_over` counts the days since, 0 while there are none. `allowance` is
    that of E2, None under a permit. Like every finding this is what the records say, and an exit that nobody recorded
    rebuts it.
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
    stay = begun(Case.of(case.entry, known, posts, policy, as_of))
    until, basis = (stay.until, stay.basis) if stay else (None, "")
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
