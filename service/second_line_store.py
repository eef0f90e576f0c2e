"""All SQL of second line's queue: who was referred, and who has taken whose case. Never commits."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from service.domain import Movement, Outcome
from service.mapping import crossing_of
from service.second_line_tables import ClaimRow
from service.store import last_outcome
from service.tables import DecisionRow, MovementRow


@dataclass(frozen=True, slots=True)
class Claim:
    """Who has taken a case, since when, and until when that counts if it is not taken again."""

    movement_id: UUID
    crossing_point: str
    officer: UUID
    officer_name: str
    claimed_at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Referred:
    """A movement that an officer sent to second line, and on which nobody has decided anything since."""

    movement_id: UUID
    occurred_at: datetime
    referred_at: datetime
    referred_by: str


async def referred(
    session: AsyncSession, *, posts: frozenset[str] | None, since: datetime, limit: int
) -> list[Referred]:
    """Those who wait, the longest waiting first; `posts` None is every post."""
    later = aliased(DecisionRow)
    at_post = and_(
        MovementRow.id == DecisionRow.movement_id, MovementRow.occurred_at == DecisionRow.movement_occurred_at
    )
    wanted: list[ColumnElement[bool]] = [
        DecisionRow.outcome == Outcome.REFERRED.value,
        DecisionRow.decided_at >= since,
        ~select(later.id).where(later.supersedes == DecisionRow.id).exists(),
    ]
    if posts is not None:
        wanted.append(MovementRow.crossing_point.in_(sorted(posts)))
    rows = await session.execute(
        select(DecisionRow.movement_id, MovementRow.occurred_at, DecisionRow.decided_at, DecisionRow.officer)
        .join(MovementRow, at_post)
        .where(*wanted)
        .order_by(DecisionRow.decided_at, DecisionRow.id)
        .limit(limit)
    )
    return [Referred(*row) for row in rows]


async def movements(
    session: AsyncSession, places: Collection[tuple[datetime, UUID]]
) -> dict[UUID, tuple[Movement, tuple[str, ...]]]:
    """Movements by id, each with the rules that found something on it; by month of `occurred_at` first."""
    if not places:
        return {}
    statement = select(MovementRow, last_outcome()).where(
        tuple_(MovementRow.occurred_at, MovementRow.id).in_(sorted(places))
    )
    return {
        row.id: (
            Movement(crossing_of(row), row.recorded_at, row.seq, Outcome(outcome) if outcome else None),
            tuple(row.rules),
        )
        for row, outcome in await session.execute(statement)
    }


async def claims(session: AsyncSession, ids: Collection[UUID], now: datetime) -> dict[UUID, Claim]:
    """The claims on these movements that count at `now`."""
    wanted = (ClaimRow.movement_id.in_(ids), ClaimRow.until > now)
    return {row.movement_id: _claim(row) for row in await session.scalars(select(ClaimRow).where(*wanted))}


async def claim(session: AsyncSession, asked: Claim, *, take_over: bool) -> bool:
    """Take a case; False where another officer has it, unless it is to be taken over. One's own is renewed."""
    values = {column: getattr(asked, column) for column in Claim.__slots__}
    statement = insert(ClaimRow).values(**values)
    is_free = or_(ClaimRow.officer == asked.officer, ClaimRow.until <= asked.claimed_at)
    statement = statement.on_conflict_do_update(
        index_elements=["movement_id"], set_=values, where=None if take_over else is_free
    )
    return await session.scalar(statement.returning(ClaimRow.movement_id)) is not None


async def release(session: AsyncSession, movement_id: UUID, officer: UUID) -> bool:
    """Give a case back; False where this officer does not have it."""
    statement = delete(ClaimRow).where(ClaimRow.movement_id == movement_id, ClaimRow.officer == officer)
    return await session.scalar(statement.returning(ClaimRow.movement_id)) is not None


def _claim(row: ClaimRow) -> Claim:
    return Claim(row.movement_id, row.crossing_point, row.officer, row.officer_name, row.claimed_at, row.until)
