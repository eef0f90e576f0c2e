"""The trail of who did or saw what: one row for each, written in the transaction of the deed itself.

What LED Art. 25 (Directive (EU) 2016/680) asks of logs: what was done, when, by whom and for which purpose.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.access import Actor, Purpose
from service.acting import current
from service.driver import driver
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

    `actor` None is the service itself or its operator at the command line. The purpose is the one that the request
    was let through for, with its reason; `purpose` is that of what nobody asked for. `subject` is an id or a
    pseudonym, and `details` hold codes and counts: neither ever holds a traveller's name.
    """
    who = current() if actor else None
    if who is not None and who.purpose is not None:
        purpose = who.purpose
    said = {"reason": who.reason} if who is not None and who.reason is not None else {}
    row = {
        "actor": str(actor.id) if actor else SERVICE,
        "actor_kind": _kind(actor),
        "action": action,
        "purpose": Purpose(purpose).value if purpose else None,
        "crossing_point": post,
        "subject": subject,
        "details": {**(details or {}), **said},
    }
    # nothing is read back of it: who writes the trail need not be who may read it
    await (await driver(session)).add("audit", row)


async def last_at(session: AsyncSession) -> datetime | None:
    """When the latest event was; None where there is none."""
    at: datetime | None = await session.scalar(select(AuditRow.at).order_by(AuditRow.id.desc()).limit(1))
    return at


def _kind(actor: Actor | None) -> str:
    if actor is None:
        return SERVICE
    return "device" if actor.is_device else "account"
