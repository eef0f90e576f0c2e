"""In which order movements happened, whatever the clocks say and however late they came. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from service.domain import Movement, Source

Moment = tuple[datetime, datetime]  # occurred, recorded


def in_order(movements: Iterable[Movement]) -> list[Movement]:
    """Movements in the order in which they happened, whatever the order in which they came.

    Within a post live movements follow its `seq`: a clock that was set back does not reorder them, and a movement
    is taken to be no earlier than the one before it. Across posts, and for what was keyed from paper or imported
    later, `occurred_at` decides, then the time of recording. What no time can part has an order all the same, the same
    in every run.
    """
    placed = moments(movements)
    placed.sort(key=lambda each: (each[0], each[1].seq, each[1].crossing.crossing_point))
    return [m for _, m in placed]


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


def recorded(m: Movement) -> tuple[int, datetime, datetime, int]:
    """What orders the movements of one post by when they were recorded; no two are alike in it."""
    return (m.seq, m.recorded_at, m.crossing.occurred_at, m.id.int)


def happened(m: Movement) -> tuple[datetime, datetime, int]:
    """What orders the movements of several travellers by when they happened; no two are alike in it."""
    return (m.crossing.occurred_at, m.recorded_at, m.id.int)
