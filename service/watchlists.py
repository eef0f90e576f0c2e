"""Bring a list file in: streamed, all or nothing, versioned, with a report of what changed and what was left out."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterator
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
    progress: Callable[[int], None] = lambda records: None,
) -> ImportReport:
    """Replace list `name` by the file at `path`, or change it by a delta; the old version stays in force until all
    of it is in, and for good where the file changes nothing.

    `actor` None is the operator at the command line. `confirmed` lets an import pass that strikes more than
    `most_lost` of the entries in force. With `needs_approval`, a list that is new here is not screened against before
    a second person approved its terms. `progress` hears how many records were read so far. What changed is run
    against what was recorded before (`service.rescreening`); clearances follow their entry, or lapse with it.

    Raises:
        UnknownListFormat: there is no such format.
        ChangeRefused: the entries of this list are written here, one by one, or a delta has no list to change.
        ListFileError: the file is not what its format says, or ends in the middle. Nothing was changed.
        SuspiciousImport: too much would go. Nothing was changed.
    """
    if format_ not in FORMATS:
        raise UnknownListFormat(format_, FORMATS)
    digest = await asyncio.to_thread(_digest, path)
    async with sessions.begin() as session:
        await store.lock(session, [f"list:{name}"])
        known = await entry_store.format_of(session, name)
        if known == entry_store.NATIONAL:
            raise ChangeRefused(f"the entries of {name} are written here, one by one; no file replaces them")
        if known is None and format_ == DELTA:
            raise ChangeRefused(f"there is no list {name} that a delta could change; import it whole first")
        writer = await ListWriter.begin(session, name, format_, active=not needs_approval, delta=format_ == DELTA)
        await _take_all(session, writer, name, open_list(format_, path), progress)
        report = await writer.finish(digest, actor, now, confirmed, most_lost)
        said_by = actor.name if actor else audit.SERVICE
        details = report.counts()
        if not report.changed_nothing:
            details["lapsed_clearances"] = await clearance_store.settle(
                session, name, report.version, said_by=said_by, now=now
            )
            fresh, gone = report.added + report.changed, report.changed + report.removed
            await rescreening_store.enqueue(session, name, report.version, fresh, now, gone=gone)
        await audit.record(session, actor, "import_list", purpose="watchlist", subject=name, details=details)
    return report


async def _take_all(
    session: AsyncSession,
    writer: ListWriter,
    name: str,
    records: Iterator[Record],
    progress: Callable[[int], None],
) -> None:
    terms = await entry_store.terms_of(session, name)
    kept = map(_enough, records) if terms and terms.minimum_identifiers else records
    read = 0
    while batch := await asyncio.to_thread(lambda: list(islice(kept, BATCH))):
        await writer.take(batch)
        read += len(batch)
        progress(read)


def _enough(record: Record) -> Record:
    """The record, left out when it says too little to tell its person from a namesake."""
    lacking = lacks(record) if isinstance(record, Entry) else None
    return Skipped(record.id, lacking) if isinstance(record, Entry) and lacking else record


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def records_of(format_: str, path: Path) -> Iterator[Entry]:
    """The entries of a file without a database; what is left out is left out."""
    return (record for record in open_list(format_, path) if isinstance(record, Entry))
