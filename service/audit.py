"""The trail of who did or saw what: one row for each, written in the transaction of the deed itself.

What LED Art. 25 (Directive (EU) 2016/680) asks of logs: what was done, when, by whom and for which purpose.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from service.access import Actor
from service.tables import AuditRow

SERVICE = "service"


async def record(
    session: AsyncSession,
    actor: Actor | None,
    action: str,
    *,
    purpose: str | None = None,
    post: str | None = None,
    subject: str | None = None,
    details: Mapping[str, object] | None = None,
) -> None:
    """Add a row to the trail of `session`'s transaction.

    `actor` None is the service itself or its operator at the command line. `subject` is an id or a
    pseudonym, and `details` hold codes and counts: neither ever holds a traveller's name.
    """
    session.add(
        AuditRow(
            actor=str(actor.id) if actor else SERVICE,
            actor_kind=_kind(actor),
            action=action,
            purpose=purpose,
            crossing_point=post,
            subject=subject,
            details=dict(details or {}),
        )
    )
    await session.flush()


def _kind(actor: Actor | None) -> str:
    if actor is None:
        return SERVICE
    return "device" if actor.is_device else "account"
