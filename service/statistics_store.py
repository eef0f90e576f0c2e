"""SQL of the centre's figures: roll-ups and what is not yet folded into them, added up. Never commits."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    cast,
    extract,
    func,
    literal,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.dialects.postgresql import INTERVAL, TIMESTAMP
from sqlalchemy.ext.asyncio import AsyncSession

from service.figures import FIGURES, Asked, Figure
from service.spans import Part, kept_as, parts
from service.statistics_tables import STATISTIC_BASIS, STATISTIC_DELTA, STATISTIC_NOW, StatisticRow, StatisticSpanRow
from service.tables import CrossingPointRow

NOW = STATISTIC_NOW.c
SHORT, LONG = StatisticRow.__table__, StatisticSpanRow.__table__
EVER = date(1900, 1, 1)  # before every movement
_COLUMNS = ("at", "crossing_point", "direction", "one", "two", "three")
_OF_THE_CALENDAR = {"day", "week", "month", "weekday", "hour_of_day"}
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
    session: AsyncSession, figure: Figure, asked: Asked, first: date, after: date, offset: timedelta
) -> list[Counted]:
    """How many of a figure on the days from `first` to before `after`, by what is asked and by its category."""
    shape = FIGURES[figure]
    kept = _kept(figure, asked, first, after, offset)
    if _OF_THE_CALENDAR & {*asked.by}:
        kept = _by_moment(kept, {shape.columns.get(name, name) for name in asked.by}, shape.category)
    by = [_expression(name, kept, shape.columns, hourly=shape.hourly, offset=offset) for name in asked.by]
    category = kept.c[shape.category]
    statement = select(*by, category, cast(func.sum(kept.c.n), BigInteger)).group_by(*by, category)
    if "transport" in asked.by:
        statement = statement.join(CrossingPointRow, CrossingPointRow.code == kept.c.crossing_point)
    return await _rows(session, statement)


def _kept(figure: Figure, asked: Asked, first: date, after: date, offset: timedelta) -> Subquery:
    """The roll-ups that add up to a period, and what is not yet folded into them."""
    conditions = _conditions(figure, asked)

    def within(kept: FromClause, name: str, part: Part) -> Select[Any]:
        since, until = start_of(part.first, offset), start_of(part.after, offset)
        which = [kept.c.figure == name, kept.c.at >= since, kept.c.at < until]
        which += [kept.c[column].in_(values) for column, values in conditions]
        return select(*(kept.c[column] for column in _COLUMNS), (part.sign * kept.c.n).label("n")).where(*which)

    spans = kept_as(figure, {*asked.by, *asked.only})
    rolled_up = (
        within(LONG, spans, part) if part.long else within(SHORT, figure.value, part)
        for part in parts(FIGURES[figure], asked.by, first, after)
    )
    return union_all(*rolled_up, within(STATISTIC_DELTA, figure.value, Part(first, after))).subquery()


def _by_moment(kept: Subquery, own: Collection[str], category: str) -> Subquery:
    """The same with each moment once, so that its hour or week is worked out once and not for every row."""
    names = {"transport": "crossing_point"}
    columns = {"at", category} | {names.get(name, name) for name in own} & {*_COLUMNS}
    by = [kept.c[name] for name in sorted(columns)]
    return select(*by, func.sum(kept.c.n).label("n")).group_by(*by).subquery()


def _conditions(figure: Figure, asked: Asked) -> list[tuple[str, list[str]]]:
    """Columns, and the values that are asked for of each."""
    columns = FIGURES[figure].columns
    conditions = [(columns[name], [value]) for name, value in asked.only.items()]
    if asked.posts is not None:
        conditions.append(("crossing_point", sorted(asked.posts)))
    if asked.crossing_point is not None:
        conditions.append(("crossing_point", [asked.crossing_point]))
    if asked.direction is not None:
        conditions.append(("direction", [asked.direction.value]))
    return conditions


async def running(session: AsyncSession, asked: Asked, first: date, after: date, offset: timedelta) -> list[Counted]:
    """What happened to stays before `after`, by what is asked. Where days are asked for the moment comes first, and
    what happened before `first` is as if it had then."""
    if "day" not in asked.by:
        return await counted(session, Figure.INSIDE, asked, EVER, after, offset)
    rest = tuple(name for name in asked.by if name != "day")
    before = await counted(session, Figure.INSIDE, replace(asked, by=rest), EVER, first, offset)
    within = await counted(session, Figure.INSIDE, replace(asked, by=("day", *rest)), first, after, offset)
    return [*(((start_of(first, offset), *key), event, n) for key, event, n in before), *within]


async def hours(session: AsyncSession, asked: Asked, days: Iterable[tuple[datetime, datetime]]) -> list[Counted]:
    """Movements by hour, crossing point and direction within some spans of time."""
    by = (NOW.at, NOW.crossing_point, NOW.direction)
    within = or_(*((NOW.at >= since) & (NOW.at < until) for since, until in days))
    which = (NOW[name].in_(values) for name, values in _conditions(Figure.MOVEMENTS, asked))
    statement = (
        select(*by, literal(""), cast(func.sum(NOW.n), BigInteger))
        .where(NOW.figure == Figure.MOVEMENTS.value, within, *which)
        .group_by(*by)
    )
    return await _rows(session, statement)


async def _rows(session: AsyncSession, statement: Select[Any]) -> list[Counted]:
    found = (await session.execute(statement)).all()  # at once: one by one takes twice as long
    return [(tuple(key), category, n) for *key, category, n in found if n]


def _expression(
    name: str, kept: Subquery, columns: Mapping[str, str], *, hourly: bool, offset: timedelta
) -> ColumnElement[Any]:
    """What a dimension is made of. Times are those of the posts, without an offset; a figure kept by the day has its
    days as they are."""
    if name in columns:
        return kept.c[columns[name]]
    if name in ("crossing_point", "direction"):
        return kept.c[name]
    if name == "transport":
        return CrossingPointRow.__table__.c.kind
    if name == "hour" or (name == "day" and not hourly):
        return kept.c.at
    local = cast(func.timezone("UTC", kept.c.at), TIMESTAMP()) + literal(offset, INTERVAL)
    if name in ("weekday", "hour_of_day"):
        return extract("isodow" if name == "weekday" else "hour", local)
    return func.date_trunc(name, local)


async def fold(session: AsyncSession, most: int) -> int:
    """Fold what changed into the roll-ups; returns how many changes. Nothing while another process does."""
    return int(await session.scalar(text("SELECT statistics_fold(:most)"), {"most": most}) or 0)


async def differences(session: AsyncSession) -> list[tuple[str, int, int]]:
    """Where roll-ups and log disagree: the figure, in how many cells, and by how many in all."""
    statement = text(
        "SELECT figure, count(*), sum(abs(n))::bigint FROM (SELECT * FROM statistics_differences() "
        "UNION ALL SELECT * FROM statistics_span_differences()) d GROUP BY figure ORDER BY figure"
    )
    return [(row[0], row[1], row[2]) for row in await session.execute(statement)]


async def rebuild(session: AsyncSession, offset: timedelta) -> int:
    """Make the roll-ups say what the log says, with days that begin by `offset`; returns in how many cells they did
    not."""
    return int(await session.scalar(text("SELECT statistics_rebuild(:offset)"), {"offset": offset}) or 0)
