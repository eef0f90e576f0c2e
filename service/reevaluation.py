"""What a late fact changes: movements judged again, findings raised and withdrawn, each with its cause.

Nothing is deleted: a finding that no longer stands is withdrawn by a row of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit, finding_store, store
from service.access import Actor
from service.domain import CrossingPoint, Movement
from service.policy import Policy
from service.rules.case import Case
from service.rules.catalogue import RULES, irregularities
from service.rules.revision import revision, to_judge_again
from service.transactions import retrying

JUDGED = frozenset(rule.id for rule in RULES)  # what screening found is not for the rules to withdraw


async def judge_again(
    session: AsyncSession,
    movement: Movement,
    policy: Policy,
    posts: Mapping[str, CrossingPoint],
    *,
    cause: str,
    heard_at: str,
    now: datetime,
) -> int:
    """Judge a recorded movement anew and record the difference; returns how many findings changed.

    `cause` names the fact that made it necessary, `heard_at` the crossing point where that was recorded.
    """
    history = await store.movements_of(session, movement.crossing)
    standing = await finding_store.standing(session, movement)
    before = [finding for finding in standing.values() if finding.rule in JUDGED]
    change = revision(before, irregularities(Case.of(movement, history, posts, policy, as_of=now)))
    if change.withdrawn or change.raised:
        await finding_store.add_revision(
            session, movement, change, standing, policy_version=policy.version, cause=cause, heard_at=heard_at, now=now
        )
    return len(change.withdrawn) + len(change.raised)


async def after_fact(
    session: AsyncSession,
    movement: Movement,
    related: Sequence[Movement],
    policy: Policy,
    posts: Mapping[str, CrossingPoint],
    *,
    cause: str,
    now: datetime,
) -> int:
    """After `movement` was recorded or decided on: judge again what of `related` it can change, and only that."""
    changed = 0
    for other in to_judge_again(movement, related):
        changed += await judge_again(
            session, other, policy, posts, cause=cause, heard_at=movement.crossing.crossing_point, now=now
        )
    return changed


async def after_watermark(
    sessions: async_sessionmaker[AsyncSession], policy: Policy, post: str, *, actor: Actor, now: datetime
) -> int:
    """After a post was heard further: judge again what was left in doubt by its silence, one transaction a movement."""
    async with sessions() as session:
        doubtful = await finding_store.left_in_doubt_by(session, post)
    return sum([await _resolve(sessions, policy, post, each, actor=actor, now=now) for each in doubtful])


@retrying
async def _resolve(
    sessions: async_sessionmaker[AsyncSession],
    policy: Policy,
    post: str,
    movement_id: UUID,
    *,
    actor: Actor,
    now: datetime,
) -> int:
    async with sessions.begin() as session:
        movement = await store.movement(session, movement_id)
        await store.lock(session, [movement.crossing.document.key, *movement.crossing.person_keys])
        posts = await store.crossing_points(session)
        changed = await judge_again(session, movement, policy, posts, cause=f"watermark:{post}", heard_at=post, now=now)
        if changed:
            await audit.record(
                session, actor, "judge_again", purpose="border_control", post=post, subject=str(movement_id)
            )
    return changed
