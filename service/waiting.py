"""Judge again what only time can show: groups that are not complete, travellers on whom nobody decided. A chore.

Each movement is a transaction of its own: safe to be killed, and to be called by several processes at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit, store
from service.people_tables import WaitingRow
from service.policy_book import Policies
from service.surroundings import Surroundings, fact_keys
from service.transactions import retrying

Sessions = async_sessionmaker[AsyncSession]
STEP = 200  # movements looked up at once


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many movements wait, how many of them are due, since when, and when the next one will be."""

    movements: int
    due: int
    due_since: datetime | None
    next_due: datetime | None


async def work_off(sessions: Sessions, policies: Policies, *, now: datetime, most: int | None = None) -> int:
    """Judge again every movement whose moment has come, the longest due first; returns how many findings changed.

    `most` ends after so many movements.
    """
    changed = done = 0
    while most is None or done < most:
        async with sessions() as session:
            due = await _due(session, now)
        if not due:
            break
        for movement_id in due[: None if most is None else most - done]:
            changed += await _judge(sessions, policies, movement_id, now=now)
            done += 1
    return changed


async def _due(session: AsyncSession, now: datetime) -> list[UUID]:
    first = func.min(WaitingRow.due_at)
    waiting = select(WaitingRow.movement_id).where(WaitingRow.due_at <= now).group_by(WaitingRow.movement_id)
    return list(await session.scalars(waiting.order_by(first, WaitingRow.movement_id).limit(STEP)))


@retrying
async def _judge(sessions: Sessions, policies: Policies, movement_id: UUID, *, now: datetime) -> int:
    async with sessions.begin() as session:
        crossing = (await store.movement(session, movement_id)).crossing
        await store.lock(session, fact_keys(crossing, policies))
        log = Surroundings(session, policies, crossing.crossing_point, now)
        await log.hold([movement_id])
        past = delete(WaitingRow).where(WaitingRow.movement_id == movement_id, WaitingRow.due_at <= now)
        causes = sorted(await session.scalars(past.returning(WaitingRow.cause)))
        if not causes:
            return 0  # another process was quicker
        judge = log.judge(await store.crossing_points(session))
        changed = await judge.again(movement_id, f"due:{next(filter(_is_fact, causes), causes[0])}")
        if changed:
            post, details = crossing.crossing_point, {"findings": changed}
            await audit.record(
                session,
                None,
                "judge_again",
                purpose="border_control",
                post=post,
                subject=str(movement_id),
                details=details,
            )
    return changed


def _is_fact(cause: str) -> bool:
    """Whether a movement waited because of something that was said, and not for time alone."""
    return ":" in cause


async def progress(sessions: Sessions, *, now: datetime) -> Waiting:
    """How far the chore is."""
    is_due = WaitingRow.due_at <= now
    async with sessions() as session:
        counted = await session.execute(
            select(
                func.count(func.distinct(WaitingRow.movement_id)),
                func.count(func.distinct(WaitingRow.movement_id)).filter(is_due),
                func.min(WaitingRow.due_at).filter(is_due),
                func.min(WaitingRow.due_at).filter(~is_due),
            )
        )
    return Waiting(*counted.one())
