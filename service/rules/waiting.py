"""M8 and M9: what can only be said once time has passed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from service.domain import Direction, Movement, Severity, Source
from service.rules.case import Case
from service.rules.company import left_by
from service.rules.order import happened
from service.rules.rule import Found, Rule


def _group_due(case: Case) -> datetime | None:
    """A group is complete, or not, so many hours after its last member was seen to leave."""
    if not case.leaving or case.crossing.group_id is None:
        return None
    return case.crossing.occurred_at + timedelta(hours=case.parameter("M8", "hours", int))


def _left_behind(case: Case) -> Iterator[Found]:
    due = _group_due(case)
    if due is None or case.as_of < due or _followed(case, due):
        return
    entered = _members_inside(case)
    missing = [m for m in entered if not left_by(case, m, due)]
    if missing:
        # whoever is leaving now came in with the group as well, whether or not the records have the entry
        params = {"entered": len(entered) + 1, "left": len(entered) + 1 - len(missing), "missing": len(missing)}
        unheard = case.unheard_until(due)
        message = "group_incomplete.unheard" if unheard else "group_incomplete"
        yield Found(message, params, Severity.NOTICE if unheard else None, tuple(missing), unheard)


def _followed(case: Case, due: datetime) -> bool:
    """Whether another of the group left after this one, in time: then that exit is the last, and is the one found."""
    group, this = case.crossing.group_id, happened(case.this)
    return any(
        m.crossing.group_id == group
        and m.crossing.direction is Direction.EXIT
        and m.crossing.occurred_at <= due
        and this < happened(m)
        for m in case.around
    )


def _members_inside(case: Case) -> list[Movement]:
    """The last entry of each other foreigner of the group, once a person; nationals are at home and may stay."""
    own = {case.crossing.document.key, *(m.crossing.document.key for m in case.presented)}
    entered: list[Movement] = []
    for m in reversed(case.around):
        here = m.crossing
        member = here.group_id == case.crossing.group_id and here.document.key not in own
        entry = here.direction is Direction.ENTRY and happened(m) < happened(case.this)
        if member and entry and not case.is_national(here.traveller):
            entered += [] if case.persons.movements(here, entered) else [m]
    return entered[::-1]


M8 = Rule(
    "M8",
    2,
    "Finds a group of which some have left and the rest did not follow within a day of the last, on any document. "
    "It is a notice while a post is not heard through which they may have left, and nationals may stay behind.",
    ("rebut.movement_supplied", "rebut.left_separately", "rebut.force_majeure"),
    _left_behind,
    due=_group_due,
    of_others=True,
    needs="crossing.group_id",
)


def _decision_due(case: Case) -> datetime | None:
    live = case.crossing.source is Source.LIVE
    return case.this.recorded_at + timedelta(minutes=case.parameter("M9", "minutes", int)) if live else None


def _undecided(case: Case) -> Iterator[Found]:
    due = _decision_due(case) if case.awaiting else None
    if due and case.as_of >= due:
        yield Found("undecided", {"minutes": case.parameter("M9", "minutes", int)})


M9 = Rule(
    "M9",
    1,
    "Finds a traveller who was captured at a desk and on whom no decision was recorded within the hour. "
    "It accuses nobody: it asks the post to say what became of the traveller.",
    ("rebut.decision_supplied",),
    _undecided,
    Severity.NOTICE,
    due=lambda case: _decision_due(case) if case.awaiting else None,
    of_others=True,
    needs="awaiting",
)
