"""Until when each crossing point was heard."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit, store
from service.access import Actor
from service.domain import CrossingPoint
from service.reference import crossing_points as bundled


async def bring_up_to_date(sessions: async_sessionmaker[AsyncSession]) -> None:
    """Write the bundled crossing points; watermarks stay."""
    async with sessions.begin() as session:
        await store.put_crossing_points(session, bundled())


async def crossing_points(sessions: async_sessionmaker[AsyncSession]) -> list[CrossingPoint]:
    """All crossing points, by code."""
    async with sessions() as session:
        return list((await store.crossing_points(session)).values())


async def hear(
    sessions: async_sessionmaker[AsyncSession], code: str, heard_until: datetime | None, *, actor: Actor
) -> CrossingPoint:
    """Set a post's watermark; None when it writes here directly. Raises NotFound."""
    async with sessions.begin() as session:
        point = await store.set_watermark(session, code, heard_until)
        until = heard_until.isoformat() if heard_until else "direct"
        await audit.record(
            session, actor, "set_watermark", purpose="administration", post=code, details={"until": until}
        )
    return point
