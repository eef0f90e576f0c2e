"""Keep the text of every policy that was in force, so that a finding's policy version can be read years later."""

from __future__ import annotations

from datetime import UTC, datetime, time

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit
from service.policy import Policy, load_policy
from service.tables import PolicyRow


async def put_in_force(sessions: async_sessionmaker[AsyncSession], text: str) -> Policy:
    """Load a policy and keep its text under its version; one that is kept already stays as it is.

    Raises:
        PolicyError: the text cannot be used.
    """
    policy = load_policy(text)
    row = insert(PolicyRow).values(
        version=policy.version,
        effective_from=datetime.combine(policy.effective_from, time(), UTC),
        body=text,
        state="active",
    )
    async with sessions.begin() as session:
        kept = await session.scalar(row.on_conflict_do_nothing().returning(PolicyRow.version))
        if kept is not None:
            await audit.record(session, None, "put_policy_in_force", purpose="administration", subject=kept)
    return policy
