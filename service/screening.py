"""Which index is in force: built from the lists in the database, swapped whole, kept up with every import."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit, entry_store
from service.access import Actor
from service.entry_store import InForce
from service.hygiene import lapsed
from service.list_store import ListInForce, changed_since, entries_in_force, lists_in_force
from service.rehearsal import Rehearsal, as_traveller, rehearse
from watchlist.building import Builder
from watchlist.index import Index
from watchlist.records import Entry, Hit, Subject

MOST_CHANGED = 0.3  # of the index; with more, building anew is quicker


class Screens(Protocol):
    """The part of an index that an inspection needs."""

    @property
    def version(self) -> str: ...

    def screen(self, subject: Subject, at: datetime | None = None, limit: int = 50) -> Sequence[Hit]: ...


@dataclass(frozen=True, slots=True)
class ListsInForce:
    """An index with the terms of what it holds: nothing expired matches, and every hit says what to do."""

    index: Index
    lists: tuple[ListInForce, ...] = ()
    terms: InForce = field(default_factory=lambda: InForce({}, {}))

    @property
    def version(self) -> str:
        """That of the index."""
        return self.index.version

    def screen(self, subject: Subject, at: datetime | None = None, limit: int = 50) -> tuple[Hit, ...]:
        """The hits for a subject, the likeliest first; what had expired at the moment `at` is none."""
        hits = self.index.screen(subject, at, limit)
        return tuple(self._instructed(hit) for hit in hits if at is None or not self._has_lapsed(hit, at))

    def index_at(self, at: datetime) -> Index:
        """The bare index without what has expired by the terms at that moment, for screening in bulk."""
        past = {key for key, day in self.terms.expiries.items() if lapsed(day, at)}
        if not past:
            return self.index
        lists = {list_ for list_, entry_id in past if not entry_id}
        whole = {(entry.list, entry.id) for entry in self.index.entries() if entry.list in lists} if lists else set()
        return self.index.changed(removed=past | whole)

    def covers(self, list_: str, version: int) -> bool:
        """Whether that version of the list, or a later one, is screened against."""
        return any(one.name == list_ and one.version >= version for one in self.lists)

    def _has_lapsed(self, hit: Hit, at: datetime) -> bool:
        keys = ((hit.list, ""), (hit.list, hit.entry_id))
        return any(lapsed(self.terms.expiries.get(key), at) for key in keys)

    def _instructed(self, hit: Hit) -> Hit:
        return hit if hit.instruction else replace(hit, instruction=self.terms.instructions.get(hit.list))


@dataclass(frozen=True, slots=True)
class Building:
    """How far a rebuild is: `stage` is ``idle``, ``reading`` or ``indexing``; `done` of `total` entries."""

    stage: str = "idle"
    done: int = 0
    total: int = 0


class IndexInForce:
    """The one index that every screening of this process uses.

    A new one is built beside it in a thread and takes its place in a single assignment; when building
    fails, the old one stays in force.
    """

    def __init__(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        self._sessions = sessions
        self._current = ListsInForce(Index.build(()))
        self._decided: datetime | None = None
        self._loaded = False
        self._building = asyncio.Lock()
        self._merging: asyncio.Task[None] | None = None
        self.progress = Building()

    @property
    def current(self) -> ListsInForce:
        """What to screen against."""
        return self._current

    @property
    def index(self) -> Index:
        """The bare index, which knows nothing of terms."""
        return self._current.index

    @property
    def lists(self) -> tuple[ListInForce, ...]:
        """The lists that the index was built from."""
        return self._current.lists

    @property
    def loaded(self) -> bool:
        return self._loaded

    async def refresh(self) -> bool:
        """Take in what changed in the lists since; True when the index was swapped."""
        async with self._building:
            async with self._sessions() as session:
                lists = await lists_in_force(session)
                await self._take_terms(session)
                if self._loaded and lists == self._current.lists:
                    return False
                index = await self._changed(session, lists) or await self._built(session, lists)
            self._current = replace(self._current, index=index, lists=lists)
            self._loaded = True
        if index.is_scattered and (self._merging is None or self._merging.done()):
            self._merging = asyncio.create_task(self._merge(index))
        return True

    async def _changed(self, session: AsyncSession, lists: tuple[ListInForce, ...]) -> Index | None:
        """The index with the entries that changed; None where a list came or went, or most of it is new."""
        known = {one.name: one.version for one in self._current.lists}
        if not self._loaded or known.keys() != {one.name for one in lists}:
            return None
        fresh: list[Entry] = []
        gone: list[tuple[str, str]] = []
        for one in lists:
            if one.version != known[one.name]:
                entries, removed = await changed_since(session, one.name, known[one.name])
                fresh += entries
                gone += [(one.name, entry_id) for entry_id in removed]
        if len(fresh) + len(gone) > MOST_CHANGED * len(self.index):
            return None
        return await asyncio.to_thread(self.index.changed, fresh, gone)

    async def _built(self, session: AsyncSession, lists: tuple[ListInForce, ...]) -> Index:
        """The index of all entries, batch by batch: a million of them would not fit beside it."""
        total, done, builder = sum(one.entries for one in lists), 0, Builder()
        try:
            self.progress = Building("reading", 0, total)
            async for entries in entries_in_force(session):
                await asyncio.to_thread(builder.extend, entries)
                done += len(entries)
                self.progress = Building("reading", done, total)
            self.progress = Building("indexing", done, total)
            return await asyncio.to_thread(Index.of, builder)
        finally:
            self.progress = Building()

    async def _merge(self, scattered: Index) -> None:
        """Fold the changes in behind the scenes; what changed meanwhile is folded in after the next change."""
        merged = await asyncio.to_thread(scattered.merged)
        if self.index is scattered:
            self._current = replace(self._current, index=merged)

    async def _take_terms(self, session: AsyncSession) -> None:
        decided = await entry_store.last_decision(session)
        if decided != self._decided:
            self._current = replace(self._current, terms=await entry_store.in_force(session))
            self._decided = decided


async def screen(
    sessions: async_sessionmaker[AsyncSession],
    index: Screens,
    subject: Subject,
    *,
    actor: Actor,
    purpose: str,
    now: datetime,
) -> Sequence[Hit]:
    """Screen somebody without a crossing; the question and what it is for leave their trace, the name does not."""
    hits = await asyncio.to_thread(index.screen, subject, now)
    async with sessions.begin() as session:
        details = {"index_version": index.version, "hits": len(hits), "asked_for": purpose}
        await audit.record(session, actor, "screen", purpose="second_line", details=details)
    return hits


@dataclass(frozen=True, slots=True)
class Preview:
    """How an entry would fare, and the entries in force that its own person would meet: perhaps the same one."""

    rehearsal: Rehearsal
    alike: tuple[Hit, ...]
    index_version: str


async def preview(
    sessions: async_sessionmaker[AsyncSession], lists: ListsInForce, entry: Entry, *, actor: Actor, now: datetime
) -> Preview:
    """Try an entry before anybody proposes it; the look at who is like it leaves its trace, without the name."""
    rehearsal = rehearse(entry, lists.index.known)
    subject = as_traveller(entry)
    for document in entry.documents[:1]:
        subject = replace(subject, document_number=document.number, issuing_state=document.issuing_state)
    hits = await asyncio.to_thread(lists.screen, subject, now)
    alike = tuple(hit for hit in hits if (hit.list, hit.entry_id) != (entry.list, entry.id))
    async with sessions.begin() as session:
        details = {"entry_id": entry.id, "index_version": lists.version, "alike": len(alike)}
        await audit.record(session, actor, "preview_entry", purpose="watchlist", subject=entry.list, details=details)
    return Preview(rehearsal, alike, lists.version)
