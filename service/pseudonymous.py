"""Movements without anybody's name, for an analyst: a pseudonym that holds for one month, and what a crowd shares.

Whoever was one of fewer than k by day, post, direction, nationality and age band is shown without the age band; if that
is not enough, without the nationality too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, cast, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit, statistics_store
from service.access import Actor
from service.canonical import plain
from service.cursors import cursor_of, place_of
from service.domain import Direction, Verdict
from service.figures import Figure
from service.movement_log import Filter, conditions, earlier_than
from service.statistics_store import NOW
from service.tables import MovementRow

Sessions = async_sessionmaker[AsyncSession]


@dataclass(frozen=True, slots=True)
class Passage:
    """A movement of somebody: by day, and with the nationality and the age band that enough others share."""

    pseudonym: str
    day: str
    crossing_point: str
    direction: Direction
    nationality: str | None
    age_band: str | None
    verdict: Verdict
    rules: tuple[str, ...]


async def page(
    sessions: Sessions, wanted: Filter, *, actor: Actor, smallest: int, limit: int, cursor: str | None
) -> tuple[list[Passage], str | None]:
    """A page of the log, newest first, and the cursor of the next; the look leaves its trace.

    Movements are shown as they were recorded.

    Raises:
        BadFilter: the cursor is not one that was given out.
    """
    asked = {name: value for name, value in plain(wanted).items() if value is not None}
    async with sessions.begin() as session:
        await audit.record(session, actor, "read_pseudonyms", post=wanted.crossing_point, details=asked)
        rows = await _rows(session, wanted, limit + 1, cursor)
        shown = rows[:limit]
        offset = await statistics_store.day_offset(session)
        crowds = await _crowds(session, [row.occurred_at for row in shown], offset)
        passages = [_passage(row, crowds, offset, smallest) for row in shown]
    following = cursor_of(shown[-1].occurred_at, shown[-1].id) if len(rows) > limit else None
    return passages, following


async def _rows(session: AsyncSession, wanted: Filter, limit: int, cursor: str | None) -> Sequence[Any]:
    row = MovementRow
    statement = (
        select(
            *(row.occurred_at, row.id, row.crossing_point, row.direction, row.nationality, row.verdict, row.rules),
        )
        .where(*conditions(wanted), *([earlier_than(*place_of(cursor))] if cursor else []))
        .order_by(row.occurred_at.desc(), row.id.desc())
        .limit(limit)
        .subquery()
    )
    kept = func.pseudonymous(statement.c.occurred_at, statement.c.id).table_valued("pseudonym", "age_band").lateral()
    found = await session.execute(
        select(statement, kept.c.pseudonym, kept.c.age_band)
        .select_from(statement.join(kept, text("true")))
        .order_by(statement.c.occurred_at.desc(), statement.c.id.desc())
    )
    return found.all()


Crowds = dict[tuple[str, ...], int]


async def _crowds(session: AsyncSession, moments: Iterable[datetime], offset: timedelta) -> Crowds:
    """How many there were on these days, by day, post, direction and nationality, with the age band and without."""
    days = {statistics_store.start_of((at + offset).date(), offset) for at in moments}
    by = (NOW.at, NOW.crossing_point, NOW.direction, NOW.one, NOW.two)
    rows = await session.execute(
        select(*by, cast(func.sum(NOW.n), BigInteger))
        .where(NOW.figure == Figure.TRAVELLERS.value, NOW.at.in_(sorted(days)))
        .group_by(*by)
    )
    crowds: Crowds = defaultdict(int)
    for at, post, direction, nationality, band, n in rows:
        key = (str((at + offset).date()), post, direction, nationality)
        crowds[key] += n
        crowds[*key, band] += n
    return crowds


def _passage(row: Any, crowds: Crowds, offset: timedelta, smallest: int) -> Passage:
    day = str((row.occurred_at + offset).date())
    key = (day, row.crossing_point, row.direction, row.nationality)
    with_band, without = crowds.get((*key, row.age_band), 0), crowds.get(key, 0)
    return Passage(
        row.pseudonym,
        day,
        row.crossing_point,
        Direction(row.direction),
        row.nationality if without >= smallest else None,
        row.age_band if with_band >= smallest else None,
        Verdict(row.verdict),
        tuple(row.rules),
    )
