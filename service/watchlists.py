"""Bring a list file in: streamed, all or nothing, versioned, with a report of what changed and what was left out."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit, store
from service.access import Actor
from service.errors import UnknownListFormat
from service.list_store import ImportReport, ListWriter
from watchlist.records import Entry
from watchlist.sources.formats import FORMATS, open_list

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
    progress: Callable[[int], None] = lambda records: None,
) -> ImportReport:
    """Replace list `name` by the file at `path`; the old version stays in force until all of it is in.

    `actor` None is the operator at the command line. `confirmed` lets an import pass that strikes more than
    half of the entries in force. `progress` hears how many records were read so far.

    Raises:
        UnknownListFormat: there is no such format.
        ListFileError: the file is not what its format says, or ends in the middle. Nothing was changed.
        SuspiciousImport: too much would go. Nothing was changed.
    """
    if format_ not in FORMATS:
        raise UnknownListFormat(format_, FORMATS)
    digest = await asyncio.to_thread(_digest, path)
    async with sessions.begin() as session:
        await store.lock(session, [f"list:{name}"])
        writer = await ListWriter.begin(session, name, format_)
        records = open_list(format_, path)
        read = 0
        while batch := await asyncio.to_thread(lambda: list(islice(records, BATCH))):
            await writer.take(batch)
            read += len(batch)
            progress(read)
        report = await writer.finish(digest, actor, now, confirmed)
        await audit.record(
            session, actor, "import_list", purpose="watchlist_management", subject=name, details=report.counts()
        )
    return report


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def records_of(format_: str, path: Path) -> Iterator[Entry]:
    """The entries of a file without a database; what is left out is left out."""
    return (record for record in open_list(format_, path) if isinstance(record, Entry))
