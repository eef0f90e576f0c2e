"""SQL of the centre's figures: roll-ups and what is not yet folded into them, added up. Never commits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, cast, extract, func, literal, select, text
from sqlalchemy.dialects.postgresql import INTERVAL, TIMESTAMP
from sqlalchemy.ext.asyncio import AsyncSession

from service.figures import FIGURES, Asked, Figure
from service.statistics_tables import STATISTIC_BASIS, STATISTIC_NOW
from service.tables import CrossingPointRow

NOW = STATISTIC_NOW.c
Counted = tuple[tuple[Any, ...], str, int]  # the values of the dimensions, the category, how many


async def day_offset(session: AsyncSession) -> timedelta:
    """How far the days of the posts are ahead of UTC."""
    found: timedelta | None = await session.scalar(select(STATISTIC_BASIS.c.utc_offset))
    assert found is not None  # the migration put it there
    return found


def start_of(day: date, offset: timedelta) -> datetime:
    """When a day at the posts begins."""
    return datetime.combine(day, time(), UTC) - offset


async def counted(
    session: AsyncSession, figure: Figure, asked: Asked, since: datetime, until: datetime, offset: timedelta
) -> list[Counted]:
    """How many of a figure between two moments, by what is asked and by its category."""
    shape = FIGURES[figure]
    by = [_expression(name, shape.columns, hourly=shape.hourly, offset=offset) for name in asked.by]
    category = NOW[shape.category]
    statement = (
        select(*by, category, cast(func.sum(NOW.n), BigInteger))
        .where(NOW.figure == figure.value, NOW.at >= since, NOW.at < until, *_conditions(figure, asked))
        .group_by(*by, category)
    )
    if "transport" in asked.by:
        statement = statement.join(CrossingPointRow, CrossingPointRow.code == NOW.crossing_point)
    return await _rows(session, statement)


async def running(session: AsyncSession, asked: Asked, since: datetime, until: datetime) -> list[Counted]:
    """What happened to stays up to a moment, by what is asked. Where days are asked for the moment comes first, and
    what happened before `since` is as if it had then."""
    columns = {**FIGURES[Figure.INSIDE].columns, "crossing_point": "crossing_point"}
    days = [func.greatest(NOW.at, since)] if "day" in asked.by else []
    by = [*days, *(NOW[columns[name]] for name in asked.by if name != "day")]
    statement = (
        select(*by, NOW.two, cast(func.sum(NOW.n), BigInteger))
        .where(NOW.figure == Figure.INSIDE.value, NOW.at < until, *_conditions(Figure.INSIDE, asked))
        .group_by(*by, NOW.two)
    )
    return await _rows(session, statement)


async def hours(session: AsyncSession, asked: Asked, days: Iterable[tuple[datetime, datetime]]) -> list[Counted]:
    """Movements by hour, crossing point and direction within some spans of time."""
    by = (NOW.at, NOW.crossing_point, NOW.direction)
    within = [(NOW.at >= since) & (NOW.at < until) for since, until in days]
    any_of = within[0]
    for each in within[1:]:
        any_of |= each
    statement = (
        select(*by, literal(""), cast(func.sum(NOW.n), BigInteger))
        .where(NOW.figure == Figure.MOVEMENTS.value, any_of, *_conditions(Figure.MOVEMENTS, asked))
        .group_by(*by)
    )
    return await _rows(session, statement)


async def _rows(session: AsyncSession, statement: Select[Any]) -> list[Counted]:
    return [(tuple(row[:-2]), row[-2], row[-1]) for row in await session.execute(statement) if row[-1]]


def _conditions(figure: Figure, asked: Asked) -> list[ColumnElement[bool]]:
    columns = FIGURES[figure].columns
    conditions: list[ColumnElement[bool]] = [NOW[columns[name]] == value for name, value in asked.only.items()]
    if asked.posts is not None:
        conditions.append(NOW.crossing_point.in_(sorted(asked.posts)))
    if asked.crossing_point is not None:
        conditions.append(NOW.crossing_point == asked.crossing_point)
    if asked.direction is not None:
        conditions.append(NOW.direction == asked.direction.value)
    return conditions


def _expression(name: str, columns: Mapping[str, str], *, hourly: bool, offset: timedelta) -> ColumnElement[Any]:
    """What a dimension is made of. Times are those of the posts, without an offset; a figure kept by the day has its
    days as they are."""
    if name in columns:
        return NOW[columns[name]]
    if name in ("crossing_point", "direction"):
        return NOW[name]
    if name == "transport":
        return CrossingPointRow.__table__.c.kind
    if name == "hour" or (name == "day" and not hourly):
        return NOW.at
    local = cast(func.timezone("UTC", NOW.at), TIMESTAMP()) + literal(offset, INTERVAL)
    if name in ("weekday", "hour_of_day"):
        return extract("isodow" if name == "weekday" else "hour", local)
    return func.date_trunc(name, local)


async def fold(session: AsyncSession, most: int) -> int:
    """Fold what changed into the roll-ups; returns how many changes. Nothing while another process does."""
    return int(await session.scalar(text("SELECT statistics_fold(:most)"), {"most": most}) or 0)


async def differences(session: AsyncSession) -> list[tuple[str, int, int]]:
    """Where roll-ups and log disagree: the figure, in how many cells, and by how many in all."""
    statement = text(
        "SELECT figure, count(*), sum(abs(n))::bigint FROM statistics_differences() GROUP BY figure ORDER BY figure"
    )
    return [(row[0], row[1], row[2]) for row in await session.execute(statement)]


async def rebuild(session: AsyncSession, offset: timedelta) -> int:
    """Make the roll-ups say what the log says, with days that begin by `offset`; returns in how many cells they did
    not."""
    return int(await session.scalar(text("SELECT statistics_rebuild(:offset)"), {"offset": offset}) or 0)
