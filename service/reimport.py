"""Fetch the lists that are due and import what changed; what looks wrong waits for a person.

A failed attempt changes nothing but its status. An import that would strike too much is kept aside until somebody
confirms it, or the publisher offers another file.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import httpx
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import source_store
from service.access import Actor
from service.errors import NotFound, ServiceError, SourceRefused, SuspiciousImport
from service.fetching import Fetched, Seen, fetch
from service.list_store import ImportReport
from service.source_store import SourceState, SourceStatus
from service.sources import Source
from service.watchlists import import_list
from watchlist.sources.reading import ListFileError

Sessions = async_sessionmaker[AsyncSession]


@dataclass(frozen=True, slots=True)
class Fetching:
    """How fetching is set up: `staging` is a folder of ours; `most_lost` as in `import_list`."""

    sources: tuple[Source, ...]
    staging: Path
    most_lost: float = 0.5
    transport: httpx.AsyncBaseTransport | None = None  # tests answer in the publisher's place

    def source(self, list_: str) -> Source:
        """Raises NotFound: no such list is fetched by itself."""
        for source in self.sources:
            if source.list == list_:
                return source
        raise NotFound("no list of this name is fetched by itself")

    def folder(self, list_: str) -> Path:
        return self.staging / list_


async def work_off(sessions: Sessions, fetching: Fetching, *, now: datetime) -> int:
    """Make every attempt that is due; returns how many lists changed."""
    changed = 0
    for source in fetching.sources:
        before = now - timedelta(minutes=source.every_minutes)
        changed += await attempt(sessions, fetching, source, due_before=before, now=now)
    return changed


async def attempt(
    sessions: Sessions, fetching: Fetching, source: Source, *, due_before: datetime, now: datetime
) -> bool:
    """Fetch one list, unless an attempt was made after `due_before`; True when it was imported."""
    async with sessions.begin() as session:
        earlier = await source_store.status(session, source.list)
        if not await source_store.claim(session, source.list, source.location, due_before, now):
            return False
    seen = Seen(earlier.etag, earlier.last_modified, earlier.digest) if earlier else Seen()
    held = earlier is not None and earlier.waiting is not None
    fetched: Fetched | None = None
    try:
        fetched = await fetch(source, seen, fetching.folder(source.list), fetching.transport)
        if fetched is None:
            await _settle(sessions, source, SourceState.WAITING if held else SourceState.UNCHANGED, last_error=None)
            return False
        await _import(sessions, fetching, source, fetched, actor=None, now=now)
    except SuspiciousImport as doubt:
        _hold(fetching.folder(source.list))
        await _settle(sessions, source, SourceState.WAITING, waiting=str(doubt), last_error=None, **_known(fetched))
        return False
    except (SourceRefused, ListFileError, ServiceError, OSError) as error:
        await _settle(sessions, source, SourceState.FAILED, last_error=_told(error))
        return False
    return True


def _told(error: Exception) -> str:
    """A failure in the operator's words."""
    return f"a file cannot be read or written: {error.strerror}" if isinstance(error, OSError) else str(error)


async def _import(
    sessions: Sessions,
    fetching: Fetching,
    source: Source,
    fetched: Fetched,
    *,
    actor: Actor | None,
    now: datetime,
    confirmed: bool = False,
) -> ImportReport:
    report = await import_list(
        sessions,
        source.list,
        source.format,
        fetched.path,
        actor=actor,
        now=now,
        confirmed=confirmed,
        most_lost=fetching.most_lost,
    )
    known = _known(fetched)
    await _settle(sessions, source, SourceState.IMPORTED, last_changed_at=now, last_error=None, waiting=None, **known)
    shutil.rmtree(fetched.path.parent, ignore_errors=True)
    return report


def _known(fetched: Fetched | None) -> dict[str, object]:
    if fetched is None:
        return {}
    return {
        "etag": fetched.seen.etag,
        "last_modified": fetched.seen.last_modified,
        "digest": fetched.seen.digest,
    }


async def _settle(sessions: Sessions, source: Source, state: SourceState, **values: object) -> None:
    async with sessions.begin() as session:
        await source_store.settle(session, source.list, state, **values)


def _hold(folder: Path) -> None:
    """Put a fetched file, and its mapping, where the next attempt does not write."""
    for file in folder.glob("fetched.*"):
        file.replace(file.with_name(f"held{file.suffix}"))


async def confirm(sessions: Sessions, fetching: Fetching, list_: str, *, actor: Actor, now: datetime) -> ImportReport:
    """Import the file that waits for a person, just as it was told.

    Raises:
        NotFound: no such list is fetched by itself, or nothing of it waits.
        SourceRefused: the file that was told is not here any more; the next attempt brings what there is now.
    """
    source = fetching.source(list_)
    async with sessions() as session:
        status = await source_store.status(session, list_)
    if status is None or status.waiting is None:
        raise NotFound("nothing of this list waits to be confirmed")
    path = fetching.folder(list_) / "held.list"
    if not path.is_file() or hashlib.sha256(path.read_bytes()).digest() != status.digest:
        await _settle(sessions, source, SourceState.FAILED, digest=None, etag=None, last_modified=None, waiting=None)
        raise SourceRefused("the file that waited is not here any more; fetch the list again")
    fetched = Fetched(path, Seen(status.etag, status.last_modified, status.digest))
    return await _import(sessions, fetching, source, fetched, actor=actor, now=now, confirmed=True)


async def statuses(sessions: Sessions, sources: Iterable[Source]) -> list[SourceStatus]:
    """Every source with its last attempt, as the settings name them."""
    async with sessions() as session:
        found = await source_store.statuses(session)
    return [found.get(source.list, SourceStatus(source.list, source.location)) for source in sources]
