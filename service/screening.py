"""Which index is in force: built from the lists in the database, swapped whole, kept up with every import."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit
from service.access import Actor
from service.list_store import ListInForce, entries_in_force, lists_in_force
from watchlist.index import Index
from watchlist.records import Hit, Subject


class IndexInForce:
    """The one index that every screening of this process uses.

    A new one is built beside it in a thread and takes its place in a single assignment; when building
    fails, the old one stays in force.
    """

    def __init__(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        self._sessions = sessions
        self._lists: tuple[ListInForce, ...] | None = None
        self._index: Index = Index.build(())
        self._building = asyncio.Lock()

    @property
    def index(self) -> Index:
        return self._index

    @property
    def lists(self) -> tuple[ListInForce, ...]:
        """The lists that the index was built from."""
        return self._lists or ()

    @property
    def loaded(self) -> bool:
        return self._lists is not None

    async def refresh(self) -> bool:
        """Build anew when a list changed since; True when the index was swapped."""
        async with self._building:
            async with self._sessions() as session:
                lists = await lists_in_force(session)
                if lists == self._lists:
                    return False
                entries = await entries_in_force(session)
            self._index = await asyncio.to_thread(Index.build, entries)
            self._lists = lists
            return True


async def screen(
    sessions: async_sessionmaker[AsyncSession],
    index: Index,
    subject: Subject,
    *,
    actor: Actor,
    purpose: str,
    now: datetime,
) -> Sequence[Hit]:
    """Screen somebody without a crossing; the question leaves its trace, the name does not."""
    hits = await asyncio.to_thread(index.screen, subject, now)
    async with sessions.begin() as session:
        details = {"index_version": index.version, "hits": len(hits)}
        await audit.record(session, actor, "screen", purpose=purpose, details=details)
    return hits
