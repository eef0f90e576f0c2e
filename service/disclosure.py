"""The movement log as shown to somebody: every look leaves its trace before anything is seen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit, contact_store, movement_log
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


async def export(
    readers: Sessions, writers: Sessions, wanted: Filter, *, actor: Actor | None, recipient: str | None = None
) -> AsyncIterator[Line]:
    """Every line of the log for `actor`, oldest first; the trace is committed before this returns."""
    await _trace(writers, "export_movements", wanted, actor, **({"recipient": recipient} if recipient else {}))
    return _lines(readers, wanted)


@dataclass(frozen=True, slots=True)
class Given:
    """A file that is given out: to whom, how written, how many rows, and its SHA-256."""

    recipient: str
    format: str
    rows: int
    digest: str


async def note_given(
    writers: Sessions,
    action: str,
    asked: Mapping[str, object],
    given: Given,
    *,
    actor: Actor | None,
    post: str | None = None,
) -> None:
    """Write into the trail who gives what to whom; to be committed before the file leaves."""
    details = {"asked": plain({name: value for name, value in asked.items() if value is not None}), **plain(given)}
    async with writers.begin() as session:
        await audit.record(session, actor, action, purpose="statistics", post=post, details=details)


async def _lines(readers: Sessions, wanted: Filter) -> AsyncIterator[Line]:
    async with readers() as session:
        async for line in movement_log.stream(session, wanted):
            reached = contact_store.shown(line.movement.crossing, {})  # how a traveller is reached is not given out
            yield replace(line, movement=replace(line.movement, crossing=reached))


async def _trace(writers: Sessions, action: str, wanted: Filter, actor: Actor | None, **more: object) -> None:
    """What was asked for, without the document number: the trail may be read by more people than the log."""
    asked = {name: value for name, value in plain(wanted).items() if value is not None}
    if "document_number" in asked:
        asked["document_number"] = "given"
    async with writers.begin() as session:
        await audit.record(
            session, actor, action, purpose="border_control", post=wanted.crossing_point, details={**asked, **more}
        )
