"""All SQL of re-screening: which list versions wait, how far each is, whom to look at next. Never commits.

A finding of screening names its entry first in its evidence, as ``un-sc:6908555``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, literal, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from service.domain import Direction, FindingStatus, Movement, Outcome
from service.entry_store import lapsed_by
from service.list_store import entry_of
from service.list_tables import ListEntryRow, RescreeningRow, WatchlistRow
from service.mapping import crossing_of
from service.store import last_outcome
from service.tables import FindingRow, MovementRow
from watchlist.records import Entry

WAITING, WITHDRAWING, INSIDE, RECENT, DONE = "waiting", "withdrawing", "inside", "recent", "done"
WATCH_RULES = ("W1", "W2", "W3", "W4")


@dataclass(frozen=True, slots=True)
class Rescreening:
    """The entries that a list version brought or took, run against what was recorded; how far, and what came of it.

    `since` begins the window. `phase` is `waiting`, `withdrawing` (movements with findings by entries that are gone or
    say something else now), `inside` (people who entered before the window and are still here), `recent` (the window),
    or `done`. `total` and `examined` count the movements of the last two. `active` is whether the list is in screening.
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
    gone: int = 0
    withdrawn: int = 0
    active: bool = True


async def enqueue(
    session: AsyncSession, list_: str, version: int, entries: int, now: datetime, *, gone: int = 0, whole: bool = False
) -> None:
    """Ask for the changed entries of a version to be run; of a list that is not screened against, nothing is, but for
    the whole of it when it leaves.
    """
    screened = await session.scalar(select(WatchlistRow.active).where(WatchlistRow.name == list_))
    if not (entries or gone) or not (screened or whole):
        return
    values = {"created_at": now, "entries": entries, "gone": gone, "whole": whole}
    fresh = {**values, "phase": WAITING, "cursor_at": None, "cursor_id": None, "total": None, "finished_at": None}
    fresh |= {"examined": 0, "raised": 0, "withdrawn": 0, "since": None}
    row = insert(RescreeningRow).values(list=list_, version=version, **values)
    await session.execute(row.on_conflict_do_update(index_elements=["list", "version"], set_=fresh))


async def page(session: AsyncSession, limit: int = 50) -> list[Rescreening]:
    """The latest ones first."""
    rows = await session.scalars(select(RescreeningRow).order_by(RescreeningRow.created_at.desc()).limit(limit))
    return [_rescreening(row) for row in rows]


async def next_open(session: AsyncSession) -> Rescreening | None:
    """The oldest that is not done."""
    open_ = select(RescreeningRow, WatchlistRow.active).join(WatchlistRow, WatchlistRow.name == RescreeningRow.list)
    ordered = open_.where(RescreeningRow.phase != DONE).order_by(RescreeningRow.created_at, RescreeningRow.version)
    found = (await session.execute(ordered.limit(1))).first()
    return replace(_rescreening(found[0]), active=found[1]) if found else None


async def begin(session: AsyncSession, job: Rescreening, since: datetime) -> None:
    """Fix the window and count what lies before us; where another process began it already, that holds."""
    counted = 0
    for phase in (INSIDE, RECENT) if job.entries and job.active else ():
        ours = select(func.count()).select_from(MovementRow).where(*_of_phase(phase, since))
        counted += await session.scalar(ours) or 0
    phase = WITHDRAWING if job.gone else INSIDE
    await advance(session, job, replace(job, since=since, phase=phase, total=counted))


async def advance(session: AsyncSession, job: Rescreening, to: Rescreening) -> bool:
    """Move on, unless somebody else did since `job` was read."""
    at, movement_id = job.cursor or (None, None)
    moving = ("since", "phase", "total", "examined", "raised", "withdrawn", "finished_at")
    values = {name: getattr(to, name) for name in moving}
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
    wanted = [_told_by(job)] if job.phase == WITHDRAWING else _of_phase(job.phase, job.since)
    statement = select(MovementRow).where(*wanted)
    if job.cursor:
        after = tuple_(literal(job.cursor[0]), literal(job.cursor[1]))
        statement = statement.where(tuple_(MovementRow.occurred_at, MovementRow.id) > after)
    rows = await session.scalars(statement.order_by(MovementRow.occurred_at, MovementRow.id).limit(limit))
    return [Movement(crossing_of(row), row.recorded_at, row.seq) for row in rows]


def _told_by(job: Rescreening) -> ColumnElement[bool]:
    """The movements that screening ever found anything on with an entry that is gone, or says something else now."""
    named = FindingRow.evidence[1]
    if job.whole:
        about: ColumnElement[bool] = func.split_part(named, ":", 1) == job.list
    else:
        about = named.in_(select(_name_of()).where(*_closed_by(job)))
    told = select(FindingRow.occurred_at, FindingRow.movement_id).where(FindingRow.rule.in_(WATCH_RULES), about)
    return tuple_(MovementRow.occurred_at, MovementRow.id).in_(told)


def _name_of() -> ColumnElement[str]:
    return ListEntryRow.list + ":" + ListEntryRow.entry_id


def _closed_by(job: Rescreening) -> list[ColumnElement[bool]]:
    return [ListEntryRow.list == job.list, ListEntryRow.last_version == job.version - 1]


async def gone_entries(session: AsyncSession, job: Rescreening) -> frozenset[str] | None:
    """What a job is about on its way of withdrawing, as findings name entries; None is every entry of the list."""
    return None if job.whole else frozenset(await session.scalars(select(_name_of()).where(*_closed_by(job))))


async def next_expired(session: AsyncSession, today: date, limit: int) -> list[tuple[Movement, str]]:
    """Movements with a finding that stands although its entry, or its whole list, has expired by `today`; oldest first,
    each with such an entry."""
    named = FindingRow.evidence[1]
    outdated = select(_name_of()).where(
        ListEntryRow.last_version.is_(None), ListEntryRow.payload["valid_until"].astext < today.isoformat()
    )
    lists, entries = lapsed_by(today)
    expired = or_(named.in_(outdated), named.in_(entries), func.split_part(named, ":", 1).in_(lists))
    statement = (
        _standing()
        .join(
            MovementRow,
            (MovementRow.occurred_at == FindingRow.occurred_at) & (MovementRow.id == FindingRow.movement_id),
        )
        .where(expired)
        .with_only_columns(MovementRow, named)
        .order_by(FindingRow.occurred_at, FindingRow.movement_id)
        .limit(limit)
    )
    return [
        (Movement(crossing_of(row), row.recorded_at, row.seq), name) for row, name in await session.execute(statement)
    ]


def _standing() -> Select[tuple[FindingRow]]:
    later = aliased(FindingRow)
    replaced = select(later.id).where(later.movement_id == FindingRow.movement_id, later.supersedes == FindingRow.id)
    return select(FindingRow).where(
        FindingRow.rule.in_(WATCH_RULES), FindingRow.status == FindingStatus.RAISED.value, ~replaced.exists()
    )


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
        row.gone,
        row.withdrawn,
    )
