"""A day so far, beside what is usual: the same weekday of the weeks before it, as quantiles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import statistics_store
from service.figures import Asked, spread
from service.statistics_store import start_of
from service.suppression import one_sum, withheld

Sessions = async_sessionmaker[AsyncSession]
HOURS = 24


@dataclass(frozen=True, slots=True)
class Usual:
    """What the days before had: a tenth fewer than `low`, half fewer than `median`, a tenth more than `high`."""

    low: float | None
    median: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Hour:
    """Movements of one hour of the day at the posts; None where withheld, or still to come."""

    hour: int
    movements: int | None
    usual: Usual


@dataclass(frozen=True, slots=True)
class PostSoFar:
    """Movements at a post in one direction: today in all, today up to the last full hour, and usually up to it."""

    crossing_point: str
    direction: str
    movements: int | None
    to_last_hour: int | None
    usual: Usual


@dataclass(frozen=True, slots=True)
class Day:
    """A day beside those before it. `until` is the last full hour, up to which the two can be compared."""

    day: date
    weeks: int
    until: datetime
    hours: list[Hour]
    posts: list[PostSoFar]


Cell = TypeVar("Cell")
Place = tuple[str, str]  # crossing point and direction
Counts = Mapping[int, Mapping[tuple[int, Place], int]]  # weeks before -> hour and place -> how many


async def usual_day(sessions: Sessions, asked: Asked, weeks: int, *, now: datetime, smallest: int) -> Day:
    """The day `asked.first`, and the same weekday of the `weeks` before it."""
    async with sessions() as session:
        offset = await statistics_store.day_offset(session)
        begin = start_of(asked.first, offset)
        days = [(start := begin - timedelta(weeks=week), start + timedelta(1)) for week in range(weeks + 1)]
        counted = await statistics_store.hours(session, asked, days)
    counts: dict[int, dict[tuple[int, Place], int]] = {week: defaultdict(int) for week in range(weeks + 1)}
    for (at, *place), _, n in counted:
        day = (at - begin) // timedelta(1)
        counts[-day // 7][(at - begin - timedelta(day)) // timedelta(hours=1), (place[0], place[1])] += n
    full = min(HOURS, max(0, (now - begin) // timedelta(hours=1)))
    return Day(
        asked.first,
        weeks,
        begin + timedelta(hours=full),
        _hours(counts, full, smallest),
        _posts(counts, full, smallest),
    )


def _hours(counts: Counts, full: int, smallest: int) -> list[Hour]:
    """All posts together, hour by hour; the hour that has begun is told as far as it has come."""
    by_hour = {week: _by_hour(of) for week, of in counts.items()}
    hidden = _hidden(by_hour[0], smallest)
    return [
        Hour(
            hour,
            None if hour > full or hour in hidden else by_hour[0].get(hour, 0),
            _usual([by_hour[week].get(hour, 0) for week in counts if week], smallest),
        )
        for hour in range(HOURS)
    ]


def _posts(counts: Counts, full: int, smallest: int) -> list[PostSoFar]:
    in_all, to_hour = _by_place(counts[0], HOURS), {week: _by_place(of, full) for week, of in counts.items()}
    hidden = _hidden(in_all, smallest) | _hidden(to_hour[0], smallest)
    return [
        PostSoFar(
            *place,
            None if place in hidden else in_all.get(place, 0),
            None if place in hidden else to_hour[0].get(place, 0),
            _usual([to_hour[week].get(place, 0) for week in counts if week], smallest),
        )
        for place in sorted({place for of in counts.values() for _, place in of})
    ]


def _hidden(counts: Mapping[Cell, int], smallest: int) -> set[Cell]:
    """What of these, that add up to what is told elsewhere, must not be told."""
    cells = [*counts]
    return {cells[cell] for cell in withheld([*counts.values()], one_sum(range(len(cells))), smallest)}


def _by_hour(of: Mapping[tuple[int, Place], int]) -> dict[int, int]:
    added: dict[int, int] = defaultdict(int)
    for (hour, _), n in of.items():
        added[hour] += n
    return added


def _by_place(of: Mapping[tuple[int, Place], int], before: int) -> dict[Place, int]:
    """Movements up to an hour of the day."""
    added: dict[Place, int] = defaultdict(int)
    for (hour, place), n in of.items():
        if hour < before:
            added[place] += n
    return added


def _usual(days: Sequence[int], smallest: int) -> Usual:
    """Of days that had fewer than `smallest` each nothing is told but that it was none."""
    told = [spread(days, share) if days else None for share in (0.1, 0.5, 0.9)]
    return Usual(*(None if value and 0 < value < smallest and smallest > 1 else value for value in told))
