"""SQL of stays: kept as movements are judged, asked of everybody at once. Never commits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy import literal as value
from sqlalchemy.ext.asyncio import AsyncSession

from service.correcting import Correction, corrected
from service.domain import Crossing, Movement
from service.driver import driver
from service.inside_tables import StayRow
from service.mapping import crossing_of
from service.people_store import correction_of
from service.people_tables import CorrectionRow
from service.rules.case import Case
from service.rules.inside import begun, ended
from service.tables import InspectionKeyRow, MovementRow


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay that has begun: at which post, until when it may last and by what."""

    entry_id: UUID
    crossing_point: str
    entered_at: datetime
    until: date
    basis: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Count:
    """People inside who came by a post and stay by a right; `overdue` of them for longer than that allows."""

    crossing_point: str
    basis: str
    inside: int
    overdue: int


async def place(session: AsyncSession, movement_id: UUID, case: Case | None, *, new: bool = False) -> None:
    """Take a movement into its traveller's stays, as it is judged now: the one it begins, the one it ends.

    `case` None takes it out: it was refused, or never was. A `new` movement was in none before.
    """
    writing = await driver(session)
    end, stay = (ended(case), begun(case)) if case else (None, None)
    before = None if new else await writing.row("SELECT entry_id FROM stay_end WHERE movement_id = $1", movement_id)
    if case and end:
        await writing.do(_END, movement_id, end.id, case.crossing.occurred_at)
    elif before:
        await writing.do("DELETE FROM stay_end WHERE movement_id = $1", movement_id)
    if touched := {id for id in (before and before["entry_id"], end and end.id) if id}:
        await writing.do(_ENDED, list(touched))
    if case and stay:
        here = case.crossing
        said = (here.crossing_point, here.occurred_at, stay.until, stay.basis, stay.due_at)
        await writing.do(_BEGIN, movement_id, *said)
    elif not new:
        await writing.do("DELETE FROM stay WHERE entry_id = $1", movement_id)


_END = """
    INSERT INTO stay_end (movement_id, entry_id, at) VALUES ($1, $2, $3)
    ON CONFLICT (movement_id) DO UPDATE SET entry_id = excluded.entry_id, at = excluded.at
"""
_ENDED = """
    UPDATE stay SET ended_at =
        coalesce((SELECT min(at) FROM stay_end WHERE stay_end.entry_id = stay.entry_id), 'infinity')
    WHERE entry_id = ANY($1::uuid[])
"""
_BEGIN = """
    INSERT INTO stay (entry_id, crossing_point, entered_at, until, basis, due_at, ended_at)
    VALUES ($1, $2, $3, $4, $5, coalesce($6, 'infinity'::timestamptz),
            coalesce((SELECT min(at) FROM stay_end WHERE stay_end.entry_id = $1), 'infinity'))
    ON CONFLICT (entry_id) DO UPDATE SET crossing_point = excluded.crossing_point, entered_at = excluded.entered_at,
        until = excluded.until, basis = excluded.basis, due_at = excluded.due_at, ended_at = excluded.ended_at
"""


Place = tuple[datetime, UUID]


async def overdue(
    session: AsyncSession, as_of: datetime, posts: frozenset[str] | None, *, limit: int, after: Place | None
) -> list[Stay]:
    """Who was inside at a moment for longer than allowed, the longest overdue first; `posts` None is every post."""
    return await _page(session, [StayRow.due_at <= as_of, StayRow.ended_at > as_of], posts, limit, after)


async def expected(
    session: AsyncSession,
    now: datetime,
    until: datetime,
    posts: frozenset[str] | None,
    *,
    limit: int,
    after: Place | None,
) -> list[Stay]:
    """Who is inside and must have left by `until`, the first to leave first."""
    here = [StayRow.entered_at <= now, StayRow.ended_at > now]
    return await _page(session, [StayRow.due_at > now, StayRow.due_at <= until, *here], posts, limit, after)


async def _page(
    session: AsyncSession,
    wanted: Iterable[ColumnElement[bool]],
    posts: frozenset[str] | None,
    limit: int,
    after: Place | None,
) -> list[Stay]:
    row = StayRow
    columns = (row.entry_id, row.crossing_point, row.entered_at, row.until, row.basis, row.due_at)
    statement: Select[tuple[UUID, str, datetime, date | None, str, datetime]] = (
        select(*columns).where(*wanted, row.ended_at > row.due_at).order_by(row.due_at, row.entry_id).limit(limit)
    )
    if posts is not None:
        statement = statement.where(row.crossing_point.in_(sorted(posts)))
    if after is not None:
        statement = statement.where(tuple_(row.due_at, row.entry_id) > tuple_(value(after[0]), value(after[1])))
    return [Stay(*each) for each in await session.execute(statement)]


async def entries(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Crossing]:
    """The entries of some stays, as they count now."""
    same = (MovementRow.occurred_at == InspectionKeyRow.occurred_at) & (MovementRow.id == InspectionKeyRow.id)
    rows = await session.scalars(
        select(MovementRow).join(InspectionKeyRow, same).where(InspectionKeyRow.id.in_(list(ids)))
    )
    said: dict[UUID, list[Correction]] = {}
    for each in await session.scalars(select(CorrectionRow).where(CorrectionRow.movement_id.in_(list(ids)))):
        said.setdefault(each.movement_id, []).append(correction_of(each))
    found = (corrected(Movement(crossing_of(row), row.recorded_at, row.seq), said.get(row.id, ())) for row in rows)
    return {movement.id: movement.crossing for movement in found if movement}


async def counts(session: AsyncSession, as_of: datetime, posts: frozenset[str] | None) -> list[Count]:
    """How many were inside at a moment, by the post they came by and the right they stay by."""
    by = (StayRow.crossing_point, StayRow.basis)
    late = func.count().filter(StayRow.due_at <= as_of)
    statement = select(*by, func.count(), late).where(StayRow.ended_at > as_of, StayRow.entered_at <= as_of)
    if posts is not None:
        statement = statement.where(StayRow.crossing_point.in_(sorted(posts)))
    return [Count(*row) for row in await session.execute(statement.group_by(*by).order_by(*by))]
