"""All SQL of list files that wait for a second person. Never commits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, delete, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from service import list_store
from service.access import Actor
from service.canonical import plain
from service.draft_tables import DraftEntryRow, DraftRow
from service.hygiene import ChangeState
from service.list_store import ImportReport
from service.list_tables import ListEntryRow
from service.sifting import Effect, Sifting, Written
from watchlist.records import Record, Skipped


@dataclass(frozen=True, slots=True)
class Draft:
    """A list file that waits, or was decided on: what it does to version `base_version` of its list.

    `version` is the one that it became. `counts` are those of `Sifting`. `skipped` names what was left out.
    """

    id: UUID
    list: str
    format: str
    base_version: int
    digest: bytes
    counts: Mapping[str, int]
    skipped: tuple[Skipped, ...]
    proposed_by: str  # an account's id
    proposed_by_name: str
    proposed_at: datetime
    state: ChangeState = ChangeState.PROPOSED
    version: int | None = None
    decided_by_name: str | None = None
    decided_at: datetime | None = None
    decision_reason: str | None = None


@dataclass(frozen=True, slots=True)
class EntryChange:
    """What a waiting file does to one entry: as it is stored before and after."""

    entry_id: str
    effect: Effect
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


class DraftWriter:
    """Writes down what a file would change, record by record, inside a transaction of its caller's."""

    def __init__(self, session: AsyncSession, draft_id: UUID, name: str, sifting: Sifting, base_version: int) -> None:
        self._session, self._id, self._name = session, draft_id, name
        self._sifting, self._base = sifting, base_version

    @classmethod
    async def begin(cls, session: AsyncSession, draft_id: UUID, name: str, *, delta: bool) -> DraftWriter:
        """A `delta` keeps what it does not name."""
        sifting = Sifting(await list_store.standing(session, name), delta=delta)
        return cls(session, draft_id, name, sifting, await list_store.last_version(session, name))

    async def take(self, batch: list[Record]) -> None:
        """Note what each record would change."""
        await self._write([written for record in batch if (written := self._sifting.take(record))])

    async def _write(self, fresh: list[Written]) -> None:
        if fresh:
            names = ("entry_id", "effect", "digest", "payload")
            rows = [{"draft": self._id, **{name: getattr(one, name) for name in names}} for one in fresh]
            await self._session.execute(insert(DraftEntryRow), rows)

    async def finish(self, format_: str, digest: bytes, *, actor: Actor, now: datetime) -> Draft:
        """Note what the file strikes, and keep the draft itself."""
        gone = [{"draft": self._id, "entry_id": one, "effect": Effect.REMOVED.value} for one in self._sifting.gone()]
        if gone:
            await self._session.execute(insert(DraftEntryRow), gone)
        draft = Draft(
            id=self._id,
            list=self._name,
            format=format_,
            base_version=self._base,
            digest=digest,
            counts=self._sifting.counts(),
            skipped=tuple(self._sifting.skipped),
            proposed_by=str(actor.id),
            proposed_by_name=actor.name,
            proposed_at=now,
        )
        await _add(self._session, draft)
        return draft


async def _add(session: AsyncSession, draft: Draft) -> None:
    names = ("id", "list", "format", "base_version", "digest", "proposed_by", "proposed_by_name", "proposed_at")
    values = {name: getattr(draft, name) for name in names}
    session.add(DraftRow(**values, counts=dict(draft.counts), skipped=[plain(one) for one in draft.skipped]))
    await session.flush()


async def draft(session: AsyncSession, draft_id: UUID) -> Draft | None:
    """One draft, as it stands."""
    row = await session.get(DraftRow, draft_id, populate_existing=True)
    return _draft(row) if row else None


async def waiting_for(session: AsyncSession, list_: str) -> bool:
    """Whether a file of this list waits already."""
    open_ = (DraftRow.list == list_, DraftRow.state == ChangeState.PROPOSED.value)
    return await session.scalar(select(DraftRow.id).where(*open_)) is not None


async def drafts(session: AsyncSession, limit: int) -> list[Draft]:
    """Those that wait, the longest waiting first; then those decided on, the latest first."""
    waits = DraftRow.state == ChangeState.PROPOSED.value
    order = (case((waits, 0), else_=1), case((waits, DraftRow.proposed_at)), DraftRow.decided_at.desc())
    return [_draft(row) for row in await session.scalars(select(DraftRow).order_by(*order).limit(limit))]


def _draft(row: DraftRow) -> Draft:
    return Draft(
        id=row.id,
        list=row.list,
        format=row.format,
        base_version=row.base_version,
        digest=row.digest,
        counts=row.counts,
        skipped=tuple(Skipped(**one) for one in row.skipped),
        proposed_by=row.proposed_by,
        proposed_by_name=row.proposed_by_name,
        proposed_at=row.proposed_at,
        state=ChangeState(row.state),
        version=row.version,
        decided_by_name=row.decided_by_name,
        decided_at=row.decided_at,
        decision_reason=row.decision_reason,
    )


async def changes(
    session: AsyncSession, of: Draft, effect: Effect | None, *, limit: int, after: str
) -> list[EntryChange]:
    """What a waiting file does to entries, by id, after the id `after`; beside what each said in the version before."""
    stood = and_(
        ListEntryRow.list == of.list,
        ListEntryRow.entry_id == DraftEntryRow.entry_id,
        ListEntryRow.first_version <= of.base_version,
        or_(ListEntryRow.last_version.is_(None), ListEntryRow.last_version >= of.base_version),
    )
    statement = (
        select(DraftEntryRow, ListEntryRow.payload)
        .outerjoin(ListEntryRow, stood)
        .where(DraftEntryRow.draft == of.id, DraftEntryRow.entry_id > after)
        .order_by(DraftEntryRow.entry_id)
        .limit(limit)
    )
    if effect is not None:
        statement = statement.where(DraftEntryRow.effect == effect.value)
    rows = await session.execute(statement)
    return [EntryChange(row.entry_id, Effect(row.effect), before, row.payload) for row, before in rows]


async def put_in_force(session: AsyncSession, of: Draft, *, active: bool, delta: bool, now: datetime) -> ImportReport:
    """Make the next version of a list from what a draft changes; `active` is for a list that is new here."""
    is_active = await list_store.keep_list(session, of.list, of.format, active=active, delta=delta)
    report = ImportReport.of(of.list, of.base_version + 1, of.digest, of.counts, of.skipped, active=is_active)
    struck = select(DraftEntryRow.entry_id).where(
        DraftEntryRow.draft == of.id, DraftEntryRow.effect != Effect.ADDED.value
    )
    await list_store.close_entries(session, of.list, report.version, ListEntryRow.entry_id.in_(struck))
    columns = ("list", "entry_id", "first_version", "digest", "payload")
    fresh = select(
        literal(of.list), DraftEntryRow.entry_id, literal(report.version), DraftEntryRow.digest, DraftEntryRow.payload
    ).where(DraftEntryRow.draft == of.id, DraftEntryRow.effect != Effect.REMOVED.value)
    await session.execute(insert(ListEntryRow).from_select(columns, fresh))
    await list_store.make_current(session, report, imported_by=of.proposed_by_name, now=now)
    return report


async def decide(
    session: AsyncSession,
    of: Draft,
    state: ChangeState,
    *,
    version: int | None,
    actor: Actor,
    reason: str,
    now: datetime,
) -> Draft:
    """Write down who decided on a draft, and how; what it would have changed is kept no longer."""
    said = {"decided_by": str(actor.id), "decided_by_name": actor.name, "decided_at": now, "decision_reason": reason}
    decided = update(DraftRow).where(DraftRow.id == of.id).values(state=state.value, version=version, **said)
    await session.execute(decided)
    await session.execute(delete(DraftEntryRow).where(DraftEntryRow.draft == of.id))
    row = await session.get_one(DraftRow, of.id, populate_existing=True)
    return _draft(row)
