"""What a late fact changes: movements judged again, findings raised and withdrawn, each with its cause.

Nothing is deleted: a finding that no longer stands is withdrawn by a row of its own.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit, finding_store, store
from service.access import Actor
from service.domain import CrossingPoint, Movement
from service.judging import OF_FACTS
from service.policy_book import Policies
from service.surroundings import Surroundings, fact_keys
from service.transactions import retrying


async def judge_again(
    session: AsyncSession,
    movement: Movement,
    policies: Policies,
    posts: Mapping[str, CrossingPoint],
    *,
    cause: str,
    heard_at: str,
    now: datetime,
    judged: Container[str] = OF_FACTS,
) -> int:
    """Judge a recorded movement anew by some rules and record the difference; returns how many findings changed.

    `cause` names the fact that made it necessary, `heard_at` the crossing point where that was recorded.
    """
    log = Surroundings(session, policies, heard_at, now)
    await log.hold([movement.id])
    return await log.judge(posts).again(movement.id, cause, judged)


async def after_watermark(
    sessions: async_sessionmaker[AsyncSession], policies: Policies, post: str, *, actor: Actor, now: datetime
) -> int:
    """After a post was heard further: judge again what was left in doubt by its silence, one transaction a movement."""
    async with sessions() as session:
        doubtful = await finding_store.left_in_doubt_by(session, post)
    return sum([await _resolve(sessions, policies, post, each, actor=actor, now=now) for each in doubtful])


@retrying
async def _resolve(
    sessions: async_sessionmaker[AsyncSession],
    policies: Policies,
    post: str,
    movement_id: UUID,
    *,
    actor: Actor,
    now: datetime,
) -> int:
    async with sessions.begin() as session:
        movement = await store.movement(session, movement_id)
        await store.lock(session, fact_keys(movement.crossing, policies))
        posts = await store.crossing_points(session)
        cause = f"watermark:{post}"
        changed = await judge_again(session, movement, policies, posts, cause=cause, heard_at=post, now=now)
        if changed:
            await audit.record(
                session, actor, "judge_again", purpose="border_control", post=post, subject=str(movement_id)
            )
    return changed
