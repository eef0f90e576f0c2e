"""All SQL of clearances: whom they concern, what ends them, which entries live on under another id. Never commits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from service.canonical import plain
from service.clearing import Clearance, Ending, EndingCause, changes, identifiers, lives_on
from service.domain import Crossing, PartialDate, Traveller
from service.list_store import entry_of
from service.list_tables import ClearanceEndingRow, ClearanceRow, EntryAliasRow, ListEntryRow
from service.store import lock
from service.transactions import add_new
from watchlist.records import Entry

EntryKey = tuple[str, str]  # list, entry id


async def add(session: AsyncSession, clearance: Clearance, person_keys: Iterable[str]) -> None:
    """Keep a clearance that was given."""
    await add_new(
        session,
        ClearanceRow(
            id=clearance.id,
            list=clearance.list,
            entry_id=clearance.entry_id,
            traveller=plain(clearance.traveller),
            document_key=clearance.document_key,
            person_keys=list(person_keys),
            identifiers=plain(dict(clearance.identifiers)),
            reason_code=clearance.reason_code,
            note=clearance.note,
            cleared_by=clearance.cleared_by,
            cleared_at=clearance.cleared_at,
            expires_at=clearance.expires_at,
            redress_number=clearance.redress_number,
            hit_id=clearance.hit_id,
        ),
    )


async def end(session: AsyncSession, clearance_id: UUID, ending: Ending) -> bool:
    """Keep why a clearance ended; False when it had ended already."""
    row = insert(ClearanceEndingRow).values(
        clearance_id=clearance_id,
        cause=ending.cause.value,
        ended_at=ending.ended_at,
        ended_by=ending.ended_by,
        reason=ending.reason,
        changes=plain(dict(ending.changes)),
    )
    ended = await session.scalar(row.on_conflict_do_nothing().returning(ClearanceEndingRow.clearance_id))
    return ended is not None


async def clearance(session: AsyncSession, clearance_id: UUID) -> Clearance | None:
    """One clearance, as it stands."""
    found = await _clearances(session, [ClearanceRow.id == clearance_id])
    return found[0] if found else None


async def given_for(
    session: AsyncSession, entries: Iterable[EntryKey], crossing: Crossing
) -> dict[EntryKey, list[Clearance]]:
    """The clearances ever given for these entries, or for those merged into them, to somebody like this traveller."""
    keys = sorted(set(entries))
    if not keys:
        return {}
    now_called = await _with_former(session, keys)
    like = or_(
        ClearanceRow.document_key == crossing.document.key,
        ClearanceRow.person_keys.op("&&")(list(crossing.person_keys)),
        ClearanceRow.redress_number == crossing.redress_number if crossing.redress_number else literal(False),
    )
    entry = tuple_(ClearanceRow.list, ClearanceRow.entry_id)
    found: dict[EntryKey, list[Clearance]] = {}
    for one in await _clearances(session, [entry.in_(list(now_called)), like]):
        found.setdefault(now_called[one.list, one.entry_id], []).append(one)
    return found


async def _with_former(session: AsyncSession, keys: Sequence[EntryKey]) -> dict[EntryKey, EntryKey]:
    """Each of these entries, and every one that was merged into it, with the entry it is now."""
    now_called = {key: key for key in keys}
    fresh = list(keys)
    while fresh:
        rows = await session.execute(
            select(EntryAliasRow).where(tuple_(EntryAliasRow.list, EntryAliasRow.new_id).in_(fresh))
        )
        older = {(row.list, row.old_id): now_called[row.list, row.new_id] for (row,) in rows}
        fresh = [key for key in older if key not in now_called]
        now_called |= {key: older[key] for key in fresh}
    return now_called


async def current_id(session: AsyncSession, list_: str, entry_id: str) -> str:
    """The id under which an entry lives on; its own while nothing was merged."""
    seen = {entry_id}
    while new := await session.scalar(
        select(EntryAliasRow.new_id).where(EntryAliasRow.list == list_, EntryAliasRow.old_id == entry_id)
    ):
        if new in seen:
            break
        seen.add(new)
        entry_id = new
    return entry_id


async def add_alias(
    session: AsyncSession, list_: str, old_id: str, new_id: str, *, said_by: str, reason: str, now: datetime
) -> bool:
    """Note that an entry lives on under another id; False where that was said before."""
    row = insert(EntryAliasRow).values(
        list=list_, old_id=old_id, new_id=new_id, since=now, said_by=said_by, reason=reason
    )
    return await session.scalar(row.on_conflict_do_nothing().returning(EntryAliasRow.old_id)) is not None


async def page(
    session: AsyncSession,
    *,
    list_: str | None = None,
    entry_id: str | None = None,
    redress_number: str | None = None,
    document_key: str | None = None,
    limit: int = 100,
) -> list[Clearance]:
    """Clearances that fit, the latest first."""
    wanted = [
        ClearanceRow.list == list_ if list_ else None,
        ClearanceRow.entry_id == entry_id if entry_id else None,
        ClearanceRow.redress_number == redress_number if redress_number else None,
        ClearanceRow.document_key == document_key if document_key else None,
    ]
    return await _clearances(session, [one for one in wanted if one is not None], limit=limit)


async def like(session: AsyncSession, document_key: str, person_keys: Sequence[str]) -> list[Clearance]:
    """Every clearance of somebody like this traveller, whatever the entry."""
    shared = ClearanceRow.person_keys.op("&&")(list(person_keys))
    return await _clearances(session, [or_(ClearanceRow.document_key == document_key, shared)])


async def _clearances(
    session: AsyncSession, conditions: Sequence[ColumnElement[bool]], *, limit: int | None = None
) -> list[Clearance]:
    statement = _with_ending().where(*conditions).order_by(ClearanceRow.cleared_at.desc(), ClearanceRow.id)
    return [_clearance(row, ending) for row, ending in await session.execute(statement.limit(limit))]


def _with_ending() -> Select[tuple[ClearanceRow, ClearanceEndingRow]]:
    return select(ClearanceRow, ClearanceEndingRow).outerjoin(
        ClearanceEndingRow, ClearanceEndingRow.clearance_id == ClearanceRow.id
    )


def _clearance(row: ClearanceRow, ending: ClearanceEndingRow | None) -> Clearance:
    return Clearance(
        id=row.id,
        list=row.list,
        entry_id=row.entry_id,
        traveller=_traveller(row.traveller),
        document_key=row.document_key,
        identifiers=row.identifiers,
        reason_code=row.reason_code,
        cleared_by=row.cleared_by,
        cleared_at=row.cleared_at,
        expires_at=row.expires_at,
        note=row.note,
        redress_number=row.redress_number,
        hit_id=row.hit_id,
        ending=_ending(ending) if ending else None,
    )


def _ending(row: ClearanceEndingRow) -> Ending:
    return Ending(EndingCause(row.cause), row.ended_at, row.ended_by, row.reason, row.changes)


def _traveller(stored: Mapping[str, Any]) -> Traveller:
    return replace(
        Traveller(**{**stored, "other_nationalities": tuple(stored["other_nationalities"])}),
        date_of_birth=PartialDate.parse(stored["date_of_birth"]),
    )


# --- what a new version of a list does to clearances -----------------------------------------------------------


async def hold_still(session: AsyncSession, list_: str) -> None:
    """Wait for whoever settles the clearances of a list, or gives one, to commit: none is given for what an entry
    said a moment before it changed."""
    await lock(session, [f"settle:{list_}"])


async def settle(session: AsyncSession, list_: str, version: int, *, said_by: str, now: datetime) -> int:
    """After a version of a list came in: follow entries that got another id, and let clearances lapse whose entry
    says something else of its person. Returns how many lapsed."""
    await hold_still(session, list_)
    changed = select(ListEntryRow.entry_id).where(ListEntryRow.list == list_, ListEntryRow.first_version == version)
    struck = select(ListEntryRow.entry_id).where(ListEntryRow.list == list_, ListEntryRow.last_version == version - 1)
    standing = await _standing(session, list_)
    touched = set(await session.scalars(changed)) | set(await session.scalars(struck)) if standing else set()
    lapsed = 0
    for one in standing:
        entry_id = await current_id(session, list_, one.entry_id)
        if entry_id in touched:
            lapsed += await _settle_one(session, one, entry_id, version, said_by=said_by, now=now)
    return lapsed


async def settle_merge(session: AsyncSession, list_: str, new_id: str, *, said_by: str, now: datetime) -> int:
    """After an entry was merged into another: the same for the clearances of it."""
    await hold_still(session, list_)
    lapsed = 0
    for one in await _standing(session, list_):
        if await current_id(session, list_, one.entry_id) == new_id:
            entry = await current_entry(session, list_, new_id)
            lapsed += await _lapse(session, one, entry_of(entry.payload), said_by=said_by, now=now) if entry else False
    return lapsed


async def _standing(session: AsyncSession, list_: str) -> list[Clearance]:
    return await _clearances(session, [ClearanceRow.list == list_, ClearanceEndingRow.clearance_id.is_(None)])


async def _settle_one(
    session: AsyncSession, one: Clearance, entry_id: str, version: int, *, said_by: str, now: datetime
) -> bool:
    entry = await current_entry(session, one.list, entry_id)
    if entry is None:  # struck: perhaps under another id now; else the clearance waits for its return
        entry = await _successor(session, one.list, entry_id, version)
        if entry is None:
            return False
        reason = "the same entry under another id"
        await add_alias(session, one.list, entry_id, entry.entry_id, said_by=said_by, reason=reason, now=now)
    return await _lapse(session, one, entry_of(entry.payload), said_by=said_by, now=now)


async def _lapse(session: AsyncSession, one: Clearance, entry: Entry, *, said_by: str, now: datetime) -> bool:
    changed = changes(one.identifiers, identifiers(entry))
    if not changed:
        return False
    ending = Ending(EndingCause.LAPSED, now, said_by, "the entry's identifiers changed", changed)
    return await end(session, one.id, ending)


async def current_entry(session: AsyncSession, list_: str, entry_id: str) -> ListEntryRow | None:
    """An entry as it is in force; None where it is not."""
    row: ListEntryRow | None = await session.scalar(
        select(ListEntryRow).where(
            ListEntryRow.list == list_, ListEntryRow.entry_id == entry_id, ListEntryRow.last_version.is_(None)
        )
    )
    return row


async def _successor(session: AsyncSession, list_: str, gone_id: str, version: int) -> ListEntryRow | None:
    """The entry, new in this version, that one struck by it lives on as; None where no or more than one could be."""
    gone = await session.scalar(
        select(ListEntryRow).where(
            and_(ListEntryRow.list == list_, ListEntryRow.entry_id == gone_id, ListEntryRow.last_version == version - 1)
        )
    )
    if gone is None:
        return None
    births = ListEntryRow.payload["dates_of_birth"] == func.jsonb_build_array(*gone.payload["dates_of_birth"])
    rows = await session.scalars(
        select(ListEntryRow).where(
            ListEntryRow.list == list_,
            ListEntryRow.first_version == version,
            ListEntryRow.last_version.is_(None),
            births,
        )
    )
    found = [row for row in rows if lives_on(entry_of(gone.payload), entry_of(row.payload))]
    return found[0] if len(found) == 1 else None
