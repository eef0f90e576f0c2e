"""The centre's figures as tables: exact to the last commit, small cells withheld from whoever reads no records."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import statistics_store, store, tabulation
from service.access import ALL_POSTS, Action, Actor, decide
from service.domain import CrossingPoint
from service.errors import BadFilter
from service.figures import FIGURES, MOVING, OF_TIME, QUANTILES, ROWS_MOST, Asked, Figure, Shape, require_sound
from service.statistics_store import Counted
from service.tabulation import ALL, Cells, Key, Values

Sessions = async_sessionmaker[AsyncSession]
FOLD_MOST = 200_000  # changes folded in one transaction


@dataclass(frozen=True, slots=True)
class Line:
    """One row: what of, how many, which of these are withheld. `compared` is the same of the other period."""

    key: Key
    values: Values
    compared: Values | None = None
    withheld: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A figure as told: rows by key, and all of them together. Cells of fewer than `smallest` are not told."""

    figure: Figure
    asked: Asked
    lines: list[Line]
    total: Line
    smallest: int


def smallest_told(actor: Actor, k: int) -> int:
    """The smallest cell that `actor` is told: who may read the log may count in it."""
    return 1 if decide(actor, Action.READ_MOVEMENTS).allowed else k


def seen_by(actor: Actor) -> frozenset[str] | None:
    """The posts whose figures `actor` sees; None for all."""
    return None if ALL_POSTS in actor.posts else actor.posts


def confined(asked: Asked, actor: Actor) -> Asked:
    """What is asked for, at the posts of `actor` alone."""
    return replace(asked, posts=seen_by(actor))


async def table(sessions: Sessions, figure: Figure, asked: Asked, *, smallest: int) -> Table:
    """A figure by what is asked.

    Raises:
        BadFilter: it is not kept by that, or the table would be too long to be looked at.
    """
    require_sound(figure, asked)
    async with sessions() as session:
        offset = await statistics_store.day_offset(session)

        async def cells(counts: list[Counted], first: date) -> Cells:
            """Off the loop, where officers would wait for it."""
            return await asyncio.to_thread(_cells, figure, asked, counts, first, offset, smallest)

        counts = await _counted(session, figure, asked, asked.first, offset)
        if asked.against is None:
            now, before = await cells(counts, asked.first), None
        else:  # the database counts the one period while the other's small cells are looked for
            other = _counted(session, figure, asked, asked.against, offset)
            now, counts = await asyncio.gather(cells(counts, asked.first), other)
            before = await cells(counts, asked.against)
    keys = sorted({*now, *(before or {})} - {ALL, ()})
    if len(keys) > ROWS_MOST:
        raise BadFilter(f"that would be a table of {len(keys):,} rows; at most {ROWS_MOST:,} are told")
    *lines, total = _lines([*keys, ALL], now, before, FIGURES[figure])
    return Table(figure, asked, lines, total, smallest)


async def _counted(
    session: AsyncSession, figure: Figure, asked: Asked, first: date, offset: timedelta
) -> list[Counted]:
    """What is counted in the period that begins at `first` and is as long as the one asked for."""
    after = asked.last - (asked.first - first) + timedelta(1)
    if figure is Figure.INSIDE:
        return await statistics_store.running(session, asked, first, after, offset)
    return await statistics_store.counted(session, figure, asked, first, after, offset)


def _cells(
    figure: Figure, asked: Asked, counts: Iterable[Counted], first: date, offset: timedelta, smallest: int
) -> Cells:
    """The rows of what was counted in the period that begins at `first`; times as in the one asked for."""
    moved = asked.first - first
    if figure is Figure.INSIDE:
        return _inside(asked, counts, moved + offset, smallest)
    rows: dict[tuple[Any, ...], dict[str, int]] = defaultdict(dict)
    for key, category, n in counts:
        rows[key][category] = n
    in_words = {*asked.by}.isdisjoint(OF_TIME)
    told = rows if in_words else {_key(asked.by, key, moved, offset): of for key, of in rows.items()}
    return (
        tabulation.times(told, smallest)
        if figure is Figure.TIMES
        else tabulation.counts(told, FIGURES[figure], smallest)
    )


def _inside(asked: Asked, events: Iterable[Counted], moved: timedelta, smallest: int) -> Cells:
    daily = "day" in asked.by
    happened: Iterable[tuple[date, Key, str, int]] = (
        ((key[0] + moved).date() if daily else asked.last, key[1:] if daily else key, event, n)
        for key, event, n in events
    )
    told = tabulation.inside(happened, asked.first, asked.last, smallest, daily=daily)
    return {_in_order(asked.by, key): row for key, row in told.items()}


def _in_order(by: Sequence[str], key: Key) -> Key:
    """A key that the day leads, as it was asked for."""
    if key == ALL or "day" not in by:
        return key
    place = by.index("day")
    return (*key[1 : place + 1], key[0], *key[place + 1 :])


def _lines(keys: Iterable[Key], now: Cells, before: Cells | None, shape: Shape) -> Iterator[Line]:
    told, without_all = shape.told, (*shape.shares, *QUANTILES)
    none: tuple[Values, frozenset[str]] = ({name: None if name in without_all else 0 for name in told}, frozenset())
    for key in keys:
        values, hidden = now.get(key, none)
        compared = before.get(key, none)[0] if before is not None else None
        yield Line(key, values, compared, tuple(name for name in told if name in hidden) if hidden else ())


def _key(by: Sequence[str], key: tuple[Any, ...], moved: timedelta, offset: timedelta) -> Key:
    return tuple(_text(name, value, moved, offset) for name, value in zip(by, key, strict=True))


def _text(name: str, value: Any, moved: timedelta, offset: timedelta) -> str:
    """A dimension's value as told: hours in UTC, days and what is longer as at the posts."""
    if name in MOVING:
        value += moved
    if name == "hour":
        return str(value.astimezone(UTC).isoformat())
    if name in ("day", "week", "month"):
        local = value + offset if value.tzinfo else value
        return f"{local:%Y-%m}" if name == "month" else f"{local:%Y-%m-%d}"
    return f"{int(value):02d}" if name == "hour_of_day" else str(value)


@dataclass(frozen=True, slots=True)
class Freshness:
    """When figures were told, and until when each post was heard; None for one that writes here directly."""

    as_of: datetime
    posts: dict[str, CrossingPoint]


async def freshness(sessions: Sessions, now: datetime) -> Freshness:
    """How fresh the figures are: exact to the last commit, of posts that report through a relay to their last word."""
    async with sessions() as session:
        return Freshness(now, await store.crossing_points(session))


# --- upkeep ----------------------------------------------------------------------------------------------------


async def fold(sessions: Sessions) -> int:
    """Fold what changed into the roll-ups, all of it; returns how many changes. No figure changes by it."""
    folded = 0
    while True:
        async with sessions.begin() as session:
            taken = await statistics_store.fold(session, FOLD_MOST)
        folded += taken
        if taken < FOLD_MOST:
            return folded


async def differences(sessions: Sessions) -> list[tuple[str, int, int]]:
    """Where roll-ups and log disagree: the figure, in how many cells, by how many in all. Nothing of what was counted
    from movements that have been erased."""
    async with sessions() as session:
        return await statistics_store.differences(session)


async def rebuild(sessions: Sessions, offset: timedelta) -> int:
    """Make the roll-ups anew from the log; returns in how many cells they did not say what it says. Nobody waits."""
    async with sessions.begin() as session:
        return await statistics_store.rebuild(session, offset)
