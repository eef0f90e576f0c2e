"""SQL of policies: their texts by version, what was proposed, who activated it from when. Never commits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from service.access import Actor
from service.domain import FindingStatus
from service.errors import NotFound
from service.hygiene import ChangeState
from service.policy import Policy
from service.policy_book import begins
from service.policy_tables import PolicyChangeRow
from service.tables import FindingRow, MovementRow, PolicyRow
from service.transactions import add_new


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """A policy that somebody wants in force: who, why, and what another person said. `in_force_from` once approved."""

    id: UUID
    version: str
    reason: str
    proposed_by: str  # an account's id
    proposed_by_name: str
    proposed_at: datetime
    state: ChangeState = ChangeState.PROPOSED
    decided_by_name: str | None = None
    decided_at: datetime | None = None
    decision_reason: str | None = None
    in_force_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """How often a rule on trial found something, and on how many movements, at one post under one policy."""

    rule: str
    policy_version: str
    crossing_point: str
    findings: int
    movements: int


async def keep_text(session: AsyncSession, policy: Policy, text: str) -> bool:
    """Keep the text of a policy under its version; whether it was new. A text never changes."""
    row = insert(PolicyRow).values(version=policy.version, effective_from=begins(policy), body=text)
    kept = await session.scalar(row.on_conflict_do_nothing().returning(PolicyRow.version))
    return kept is not None


async def text_of(session: AsyncSession, version: str) -> str:
    """The text of a policy. Raises NotFound."""
    found = await session.scalar(select(PolicyRow.body).where(PolicyRow.version == version))
    if found is None:
        raise NotFound("there is no policy of that version")
    return found


async def texts(session: AsyncSession, versions: Iterable[str]) -> dict[str, str]:
    """The texts of several, by version."""
    statement = select(PolicyRow.version, PolicyRow.body).where(PolicyRow.version.in_(list(versions)))
    return {row.version: row.body for row in await session.execute(statement)}


async def add_change(session: AsyncSession, change: PolicyChange) -> None:
    """Write a proposal down."""
    await add_new(session, PolicyChangeRow(**{each.name: getattr(change, each.name) for each in fields(change)}))


async def change(session: AsyncSession, id: UUID) -> PolicyChange | None:
    """What was proposed under an id."""
    row = await session.get(PolicyChangeRow, id, populate_existing=True)
    return _change(row) if row else None


async def changes(session: AsyncSession, *, approved: bool = False) -> list[PolicyChange]:
    """Everything that was ever proposed, or what of it was approved; oldest first."""
    statement = select(PolicyChangeRow).order_by(PolicyChangeRow.proposed_at, PolicyChangeRow.id)
    if approved:
        statement = statement.where(PolicyChangeRow.state == ChangeState.APPROVED.value)
    return [_change(row) for row in await session.scalars(statement)]


async def decide(
    session: AsyncSession,
    id: UUID,
    state: ChangeState,
    *,
    actor: Actor,
    reason: str,
    now: datetime,
    in_force_from: datetime | None,
) -> None:
    """Write down what the second person said."""
    said = {
        "state": state.value,
        "decided_by": str(actor.id),
        "decided_by_name": actor.name,
        "decided_at": now,
        "decision_reason": reason,
        "in_force_from": in_force_from,
    }
    await session.execute(update(PolicyChangeRow).where(PolicyChangeRow.id == id).values(**said))


def _change(row: PolicyChangeRow) -> PolicyChange:
    told = {each.name: getattr(row, each.name) for each in fields(PolicyChange)}
    return PolicyChange(**{**told, "state": ChangeState(row.state)})


async def trials(session: AsyncSession, since: datetime, posts: frozenset[str] | None) -> list[Trial]:
    """What rules on trial found on movements since a moment, by rule, policy and post; those of protection, which are
    sealed, are not counted."""
    movements = func.count(FindingRow.movement_id.distinct())
    by = (FindingRow.rule, FindingRow.policy_version, MovementRow.crossing_point)
    same = (MovementRow.occurred_at == FindingRow.occurred_at) & (MovementRow.id == FindingRow.movement_id)
    statement = (
        select(*by, func.count(), movements)
        .join(MovementRow, same)
        .where(FindingRow.status == FindingStatus.SHADOW.value, FindingRow.occurred_at >= since)
        .group_by(*by)
        .order_by(*by)
    )
    if posts is not None:
        statement = statement.where(MovementRow.crossing_point.in_(sorted(posts)))
    return [Trial(*row) for row in await session.execute(statement)]
