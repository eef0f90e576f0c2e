"""SQL of stays: kept as movements are judged, asked of everybody at once. Never commits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, func, literal_column, select, tuple_, update
from sqlalchemy import literal as value
from sqlalchemy.dialects.postgresql import TIMESTAMP, insert
from sqlalchemy.ext.asyncio import AsyncSession

from service.correcting import Correction, corrected
from service.domain import Crossing, Movement
from service.inside_tables import StayEndRow, StayRow
from service.mapping import crossing_of
from service.people_store import correction_of
from service.people_tables import CorrectionRow
from service.rules.case import Case
from service.rules.inside import Begun, begun, ended
from service.tables import InspectionKeyRow, MovementRow

NEVER: ColumnElement[datetime] = literal_column("'infinity'::timestamptz", TIMESTAMP(timezone=True))


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
    end, stay = (ended(case), begun(case)) if case else (None, None)
    said = select(StayEndRow.entry_id).where(StayEndRow.movement_id == movement_id)
    before = None if new else await session.scalar(said)
    if case and end:
        values = {"entry_id": end.id, "at": case.crossing.occurred_at}
        row = insert(StayEndRow).values(movement_id=movement_id, **values)
        await session.execute(row.on_conflict_do_update(index_elements=["movement_id"], set_=values))
    elif before:
        await session.execute(delete(StayEndRow).where(StayEndRow.movement_id == movement_id))
    if touched := {id for id in (before, end and end.id) if id}:
        stays = update(StayRow).where(StayRow.entry_id.in_(touched))
        await session.execute(stays.values(ended_at=_first_end(StayRow.entry_id)))
    if case and stay:
        await _begin(session, movement_id, case, stay)
    elif not new:
        await session.execute(delete(StayRow).where(StayRow.entry_id == movement_id))


def _first_end(entry_id: Any) -> ColumnElement[datetime]:
    ends = select(func.min(StayEndRow.at)).where(StayEndRow.entry_id == entry_id)
    return func.coalesce(ends.scalar_subquery(), NEVER)


async def _begin(session: AsyncSession, movement_id: UUID, case: Case, stay: Begun) -> None:
    said = {
        "crossing_point": case.crossing.crossing_point,
        "entered_at": case.crossing.occurred_at,
        "until": stay.until,
        "basis": stay.basis,
        "due_at": stay.due_at or NEVER,
        "ended_at": _first_end(movement_id),
    }
    row = insert(StayRow).values(entry_id=movement_id, **said)
    await session.execute(row.on_conflict_do_update(index_elements=["entry_id"], set_=said))


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
