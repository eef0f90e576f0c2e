"""Bring a list file in: streamed, all or nothing, versioned, with a report of what changed and what was left out."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit, clearance_store, entry_store, rescreening_store, store
from service.access import Actor
from service.errors import ChangeRefused, UnknownListFormat
from service.hygiene import lacks
from service.list_store import SUSPICIOUS_LOSS, ImportReport, ListWriter
from watchlist.records import Entry, Record, Skipped
from watchlist.sources.formats import DELTA, FORMATS, open_list

BATCH = 500  # records parsed in a thread before the event loop has its turn


def unheard(_records: int) -> None:
    """Progress that nobody asked for."""


async def import_list(
    sessions: async_sessionmaker[AsyncSession],
    name: str,
    format_: str,
    path: Path,
    *,
    actor: Actor | None,
    now: datetime,
    confirmed: bool = False,
    needs_approval: bool = False,
    most_lost: float = SUSPICIOUS_LOSS,
    progress: Callable[[int], None] = unheard,
) -> ImportReport:
    """Replace list `name` by the file at `path`, or change it by a delta; the old version stays in force until all
    of it is in, and for good where the file changes nothing.

    `actor` None is the operator at the command line. `confirmed` lets an import pass that strikes more than
    `most_lost` of the entries in force. With `needs_approval` one person changes nothing that is screened against: a
    list that is new here waits until a second person approved its terms, and the file of one that is in force has to
    be handed in (`service.drafts`). `progress` hears how many records were read so far. What changed is run
    against what was recorded before (`service.rescreening`); clearances follow their entry, or lapse with it.

    Raises:
        UnknownListFormat: there is no such format.
        ChangeRefused: the entries of this list are written here, one by one, a delta has no list to change, or the list
            is in force and a second person has to agree.
        ListFileError: the file is not what its format says, or ends in the middle. Nothing was changed.
        SuspiciousImport: too much would go. Nothing was changed.
    """
    require_format(format_)
    digest = await asyncio.to_thread(file_digest, path)
    async with sessions.begin() as session:
        await store.lock(session, [f"list:{name}"])
        await require_fillable(session, name, format_)
        writer = await ListWriter.begin(session, name, format_, active=not needs_approval, delta=format_ == DELTA)
        if needs_approval and writer.is_active:
            raise ChangeRefused(f"{name} is in force: hand the file in, and a second person puts it into force")
        await read_into(session, writer.take, name, open_list(format_, path), progress)
        report = await writer.finish(digest, actor, now, confirmed, most_lost)
        details = report.counts()
        if not report.changed_nothing:
            said_by = actor.name if actor else audit.SERVICE
            details["lapsed_clearances"] = await take_effect(session, report, said_by=said_by, now=now)
        await audit.record(session, actor, "import_list", purpose="watchlist", subject=name, details=details)
    return report


def require_format(format_: str) -> None:
    """Raises UnknownListFormat: there is no such format."""
    if format_ not in FORMATS:
        raise UnknownListFormat(format_, FORMATS)


async def require_fillable(session: AsyncSession, name: str, format_: str) -> None:
    """See that a file of this format can be one of this list. Raises ChangeRefused where it cannot."""
    known = await entry_store.format_of(session, name)
    if known == entry_store.NATIONAL:
        raise ChangeRefused(f"the entries of {name} are written here, one by one; no file replaces them")
    if known is None and format_ == DELTA:
        raise ChangeRefused(f"there is no list {name} that a delta could change; import it whole first")


async def take_effect(session: AsyncSession, report: ImportReport, *, said_by: str, now: datetime) -> int:
    """After a version came in: clearances follow their entry or lapse, and what changed is run against what was
    recorded. Returns how many clearances lapsed."""
    lapsed = await clearance_store.settle(session, report.list, report.version, said_by=said_by, now=now)
    fresh, gone = report.added + report.changed, report.changed + report.removed
    await rescreening_store.enqueue(session, report.list, report.version, fresh, now, gone=gone)
    return lapsed


async def read_into(
    session: AsyncSession,
    take: Callable[[list[Record]], Awaitable[None]],
    name: str,
    records: Iterator[Record],
    progress: Callable[[int], None] = unheard,
) -> None:
    """Hand the records of a file to `take`, batch by batch; what says less than the list's terms ask is left out."""
    terms = await entry_store.terms_of(session, name)
    kept = map(_enough, records) if terms and terms.minimum_identifiers else records
    read = 0
    while batch := await asyncio.to_thread(lambda: list(islice(kept, BATCH))):
        await take(batch)
        read += len(batch)
        progress(read)


def _enough(record: Record) -> Record:
    """The record, left out when it says too little to tell its person from a namesake."""
    lacking = lacks(record) if isinstance(record, Entry) else None
    return Skipped(record.id, lacking) if isinstance(record, Entry) and lacking else record


def file_digest(path: Path) -> bytes:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def records_of(format_: str, path: Path) -> Iterator[Entry]:
    """The entries of a file without a database; what is left out is left out."""
    return (record for record in open_list(format_, path) if isinstance(record, Entry))
