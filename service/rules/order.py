"""In which order movements happened, whatever the clocks say and however late they came. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from operator import attrgetter

from service.domain import Movement, Source

Moment = tuple[datetime, datetime]  # occurred, recorded


recorded: Callable[[Movement], tuple[int, datetime, datetime, int]]
recorded = attrgetter("seq", "recorded_at", "crossing.occurred_at", "crossing.id.int")
"""What orders the movements of one post by when they were recorded; no two are alike in it."""

happened: Callable[[Movement], tuple[datetime, datetime, int]]
happened = attrgetter("crossing.occurred_at", "recorded_at", "crossing.id.int")
"""What orders the movements of several travellers by when they happened; no two are alike in it."""


def in_order(movements: Iterable[Movement]) -> list[Movement]:
    """Movements in the order in which they happened, whatever the order in which they came.

    Within a post live movements follow its `seq`: a clock that was set back does not reorder them, and a movement
    is taken to be no earlier than the one before it. Across posts, and for what was keyed from paper or imported
    later, `occurred_at` decides, then the time of recording. What no time can part has an order all the same, the same
    in every run.
    """
    movements = list(movements)
    if all(map(_follows, movements, movements[1:])):
        return movements
    placed = [(moment, m.seq, m.crossing.crossing_point, at, m) for at, (moment, m) in enumerate(moments(movements))]
    placed.sort()  # the place in the order of recording parts what nothing else does, and movements are not compared
    return [each[-1] for each in placed]


def _follows(one: Movement, other: Movement) -> bool:
    """Whether one movement happened after the other and came after it, which leaves no question."""
    happened_after = one.crossing.occurred_at < other.crossing.occurred_at
    return happened_after and one.recorded_at < other.recorded_at and one.seq <= other.seq


def moments(movements: Iterable[Movement]) -> list[tuple[Moment, Movement]]:
    """Each movement with the moment that it is taken to have happened at, in the order of recording."""
    latest: dict[str, Moment] = {}
    placed: list[tuple[Moment, Movement]] = []
    for m in sorted(movements, key=recorded):
        moment, post = (m.crossing.occurred_at, m.recorded_at), m.crossing.crossing_point
        if m.crossing.source is Source.LIVE:
            moment = latest[post] = max(moment, latest.get(post, moment))
        placed.append((moment, m))
    return placed
