"""All SQL of the lists that are fetched by themselves: what became of the last attempt. Never commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from service.list_tables import ListSourceRow

STUCK_AFTER = timedelta(hours=1)  # an attempt that was killed is made again


class SourceState(StrEnum):
    """What the last attempt came to. `waiting` is for a person's confirmation."""

    NEW = "new"
    TRYING = "trying"
    UNCHANGED = "unchanged"
    IMPORTED = "imported"
    WAITING = "waiting"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """A source and its last attempt; `waiting` says what a person is to confirm, `last_error` what went wrong."""

    list: str
    location: str
    state: SourceState = SourceState.NEW
    last_tried_at: datetime | None = None
    last_changed_at: datetime | None = None
    last_error: str | None = None
    waiting: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    digest: bytes | None = None


async def status(session: AsyncSession, list_: str) -> SourceStatus | None:
    """The status of one list's source; None before the first attempt."""
    row = await session.get(ListSourceRow, list_, populate_existing=True)
    return _status(row) if row else None


async def statuses(session: AsyncSession) -> dict[str, SourceStatus]:
    """All of them by list."""
    rows = await session.scalars(select(ListSourceRow).execution_options(populate_existing=True))
    return {row.list: _status(row) for row in rows}


async def claim(session: AsyncSession, list_: str, location: str, before: datetime, now: datetime) -> bool:
    """Take on an attempt, where the last one was made `before` or earlier and nobody is at it."""
    known = insert(ListSourceRow).values(list=list_, location=location)
    await session.execute(known.on_conflict_do_update(index_elements=["list"], set_={"location": location}))
    due = or_(ListSourceRow.last_tried_at.is_(None), ListSourceRow.last_tried_at <= before)
    idle = or_(ListSourceRow.state != SourceState.TRYING.value, ListSourceRow.last_tried_at <= now - STUCK_AFTER)
    statement = update(ListSourceRow).where(ListSourceRow.list == list_, due, idle)
    taken = statement.values(state=SourceState.TRYING.value, last_tried_at=now).returning(ListSourceRow.list)
    return await session.scalar(taken) is not None


async def settle(session: AsyncSession, list_: str, state: SourceState, **values: Any) -> None:
    """Write down what an attempt came to."""
    values["state"] = state.value
    await session.execute(update(ListSourceRow).where(ListSourceRow.list == list_).values(**values))


def _status(row: ListSourceRow) -> SourceStatus:
    return SourceStatus(
        row.list,
        row.location,
        SourceState(row.state),
        row.last_tried_at,
        row.last_changed_at,
        row.last_error,
        row.waiting,
        row.etag,
        row.last_modified,
        row.digest,
    )
