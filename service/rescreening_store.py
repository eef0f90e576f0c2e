"""All SQL of re-screening: which list versions wait, how far each is, whom to look at next. Never commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from service.domain import Direction, Movement, Outcome
from service.list_store import entry_of
from service.mapping import crossing_of
from service.store import last_outcome
from service.tables import ListEntryRow, MovementRow, RescreeningRow, WatchlistRow
from watchlist.records import Entry

INSIDE, RECENT, DONE, WAITING = "inside", "recent", "done", "waiting"


@dataclass(frozen=True, slots=True)
class Rescreening:
    """The entries that a list version brought, run against what was recorded; how far, and what it raised.

    `since` begins the window. `phase` is `waiting`, `inside` (people who entered before the window and are still
    here), `recent` (the window), or `done`. `total` counts the movements of both parts.
    """

    list: str
    version: int
    created_at: datetime
    entries: int
    whole: bool = False
    since: datetime | None = None
    phase: str = WAITING
    cursor: tuple[datetime, UUID] | None = None
    total: int | None = None
    examined: int = 0
    raised: int = 0
    finished_at: datetime | None = None


async def enqueue(
    session: AsyncSession, list_: str, version: int, entries: int, now: datetime, *, whole: bool = False
) -> None:
    """Ask for the changed entries of a version to be run; of a list that is not screened against, nothing is."""
    if not entries or not await session.scalar(select(WatchlistRow.active).where(WatchlistRow.name == list_)):
        return
    values = {"created_at": now, "entries": entries, "whole": whole}
    fresh = {**values, "phase": WAITING, "cursor_at": None, "cursor_id": None, "total": None, "finished_at": None}
    fresh |= {"examined": 0, "raised": 0, "since": None}
    row = insert(RescreeningRow).values(list=list_, version=version, **values)
    await session.execute(row.on_conflict_do_update(index_elements=["list", "version"], set_=fresh))


async def page(session: AsyncSession, limit: int = 50) -> list[Rescreening]:
    """The latest ones first."""
    rows = await session.scalars(select(RescreeningRow).order_by(RescreeningRow.created_at.desc()).limit(limit))
    return [_rescreening(row) for row in rows]


async def next_open(session: AsyncSession) -> Rescreening | None:
    """The oldest that is not done, of a list that is screened against."""
    active = select(WatchlistRow.name).where(WatchlistRow.active)
    open_ = select(RescreeningRow).where(RescreeningRow.phase != DONE, RescreeningRow.list.in_(active))
    row = await session.scalar(open_.order_by(RescreeningRow.created_at).limit(1))
    return _rescreening(row) if row else None


async def begin(session: AsyncSession, job: Rescreening, since: datetime) -> None:
    """Fix the window and count what lies before us; where another process began it already, that holds."""
    counted = 0
    for phase in (INSIDE, RECENT):
        counted += (
            await session.scalar(select(func.count()).select_from(MovementRow).where(*_of_phase(phase, since))) or 0
        )
    await advance(session, job, replace(job, since=since, phase=INSIDE, total=counted))


async def advance(session: AsyncSession, job: Rescreening, to: Rescreening) -> bool:
    """Move on, unless somebody else did since `job` was read."""
    at, movement_id = job.cursor or (None, None)
    values = {name: getattr(to, name) for name in ("since", "phase", "total", "examined", "raised", "finished_at")}
    values["cursor_at"], values["cursor_id"] = to.cursor or (None, None)
    moved = await session.scalar(
        update(RescreeningRow)
        .where(
            RescreeningRow.list == job.list,
            RescreeningRow.version == job.version,
            RescreeningRow.phase == job.phase,
            RescreeningRow.created_at == job.created_at,
            RescreeningRow.cursor_at.is_not_distinct_from(at),
            RescreeningRow.cursor_id.is_not_distinct_from(movement_id),
        )
        .values(**values)
        .returning(RescreeningRow.version)
    )
    return moved is not None


async def changed_entries(session: AsyncSession, job: Rescreening) -> list[Entry]:
    """The entries that a job is about, as they are in force now."""
    statement = select(ListEntryRow.payload).where(ListEntryRow.list == job.list, ListEntryRow.last_version.is_(None))
    if not job.whole:
        statement = statement.where(ListEntryRow.first_version == job.version)
    rows = await session.stream_scalars(statement.execution_options(yield_per=2000))
    return [entry_of({**payload, "list": job.list}) async for payload in rows]


async def next_movements(session: AsyncSession, job: Rescreening, limit: int) -> list[Movement]:
    """The movements after the job's cursor in its phase, oldest first."""
    assert job.since is not None
    statement = select(MovementRow).where(*_of_phase(job.phase, job.since))
    if job.cursor:
        after = tuple_(literal(job.cursor[0]), literal(job.cursor[1]))
        statement = statement.where(tuple_(MovementRow.occurred_at, MovementRow.id) > after)
    rows = await session.scalars(statement.order_by(MovementRow.occurred_at, MovementRow.id).limit(limit))
    return [Movement(crossing_of(row), row.recorded_at, row.seq) for row in rows]


def _of_phase(phase: str, since: datetime) -> Sequence[ColumnElement[bool]]:
    """Everything of the window; or, from before it, the entries of those who did not cross since and were let in."""
    if phase == RECENT:
        return [MovementRow.occurred_at >= since]
    later = aliased(MovementRow)
    crossed = select(later.id).where(
        later.document_key == MovementRow.document_key, later.occurred_at > MovementRow.occurred_at
    )
    outcome = func.coalesce(last_outcome(), "")
    return [
        MovementRow.occurred_at < since,
        MovementRow.direction == Direction.ENTRY.value,
        ~crossed.exists(),
        outcome != Outcome.REFUSED.value,
    ]


def _rescreening(row: RescreeningRow) -> Rescreening:
    cursor = (row.cursor_at, row.cursor_id) if row.cursor_at and row.cursor_id else None
    return Rescreening(
        row.list,
        row.version,
        row.created_at,
        row.entries,
        row.whole,
        row.since,
        row.phase,
        cursor,
        row.total,
        row.examined,
        row.raised,
        row.finished_at,
    )
