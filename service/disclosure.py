"""The movement log as shown to somebody: every look leaves its trace before anything is seen."""

from __future__ import annotations

from collections.abc import AsyncIterator

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit, movement_log
from service.access import Actor
from service.canonical import plain
from service.movement_log import Filter, Line

Sessions = async_sessionmaker[AsyncSession]


async def page(
    readers: Sessions, writers: Sessions, wanted: Filter, *, actor: Actor | None, limit: int, cursor: str | None
) -> tuple[list[Line], str | None]:
    """A page of the log for `actor`; see `movement_log.page`."""
    await _trace(writers, "read_movements", wanted, actor)
    async with readers() as session:
        return await movement_log.page(session, wanted, limit=limit, cursor=cursor)


async def export(readers: Sessions, writers: Sessions, wanted: Filter, *, actor: Actor | None) -> AsyncIterator[Line]:
    """Every line of the log for `actor`, oldest first; the trace is committed before this returns."""
    await _trace(writers, "export_movements", wanted, actor)
    return _lines(readers, wanted)


async def _lines(readers: Sessions, wanted: Filter) -> AsyncIterator[Line]:
    async with readers() as session:
        async for line in movement_log.stream(session, wanted):
            yield line


async def _trace(writers: Sessions, action: str, wanted: Filter, actor: Actor | None) -> None:
    """What was asked for, without the document number: the trail may be read by more people than the log."""
    asked = {name: value for name, value in plain(wanted).items() if value is not None}
    if "document_number" in asked:
        asked["document_number"] = "given"
    async with writers.begin() as session:
        await audit.record(session, actor, action, purpose="border_control", post=wanted.crossing_point, details=asked)
