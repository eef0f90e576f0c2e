"""All SQL of the watchlists: writing one version of a list, and telling what is in force. Never commits."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from service import audit
from service.access import Actor
from service.canonical import digest_of, plain
from service.errors import SuspiciousImport
from service.list_tables import ListEntryRow, ListVersionRow, WatchlistRow
from watchlist.records import Entry, EntryDocument, EntryName, NameKind, Record, Removed, Skipped

BATCH = 500  # entries closed by one statement
SUSPICIOUS_LOSS = 0.5  # a publisher does not strike half a list in one day; a cut file does


@dataclass(slots=True)
class ImportReport:
    """What an import did. `skipped` names every record left out, with the reason."""

    list: str
    version: int
    digest: bytes = b""
    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    active: bool = True  # screened against as soon as it is in
    skipped: tuple[Skipped, ...] = field(default=())

    @property
    def entries(self) -> int:
        """How many entries are in force after it."""
        return self.added + self.changed + self.unchanged

    @property
    def changed_nothing(self) -> bool:
        """Whether the list says what it said before: then the version before stays in force."""
        return bool(self.unchanged) and not (self.added or self.changed or self.removed)

    def counts(self) -> dict[str, int]:
        names = ("entries", "added", "changed", "removed", "unchanged")
        return {name: getattr(self, name) for name in names} | {"skipped": len(self.skipped)}


class ListWriter:
    """Writes one version of one list, record by record, inside a transaction of its caller's."""

    def __init__(
        self, session: AsyncSession, name: str, version: int, standing: dict[str, bytes], *, active: bool, delta: bool
    ) -> None:
        self._session, self._delta = session, delta
        self._standing = standing  # entry id -> digest, of the entries in force before
        self._seen: set[str] = set()
        self._struck: set[str] = set()
        self._skipped: list[Skipped] = []
        self._report = ImportReport(name, version, active=active)

    @classmethod
    async def begin(
        cls, session: AsyncSession, name: str, format_: str, *, active: bool = True, delta: bool = False
    ) -> ListWriter:
        """`active` says whether a list that is new here is screened against from the start; a `delta` keeps the
        list's format, and whatever it does not name."""
        known = insert(WatchlistRow).values(name=name, format=format_, active=active)
        kept = known.on_conflict_do_update(
            index_elements=["name"], set_={"format": WatchlistRow.format if delta else format_}
        )
        is_active = await session.scalar(kept.returning(WatchlistRow.active))
        last = await session.scalar(select(func.max(ListVersionRow.version)).where(ListVersionRow.list == name))
        rows = await session.execute(
            select(ListEntryRow.entry_id, ListEntryRow.digest).where(
                ListEntryRow.list == name, ListEntryRow.last_version.is_(None)
            )
        )
        standing = {row.entry_id: row.digest for row in rows}
        return cls(session, name, (last or 0) + 1, standing, active=bool(is_active), delta=delta)

    async def take(self, batch: list[Record]) -> None:
        """Note or write each record; a second record under one id is left out."""
        fresh: dict[str, dict[str, Any]] = {}
        for record in batch:
            if isinstance(record, Skipped):
                self._skipped.append(record)
            elif isinstance(record, Removed):
                self._struck.add(record.id)
            elif record.id in self._seen:
                self._skipped.append(Skipped(record.id, "a record with this id came before it in the file"))
            elif row := self._sort(record):
                fresh[record.id] = row
        await self._close([entry_id for entry_id in fresh if entry_id in self._standing])
        if fresh:
            await self._session.execute(insert(ListEntryRow), list(fresh.values()))

    def _sort(self, entry: Entry) -> dict[str, Any] | None:
        """The row to write, None when the entry stands unchanged."""
        self._seen.add(entry.id)
        self._struck.discard(entry.id)
        payload, digest = plain(entry), digest_of(entry)
        before = self._standing.get(entry.id)
        if before == digest:
            self._report.unchanged += 1
            return None
        if before is None:
            self._report.added += 1
        else:
            self._report.changed += 1
        return {
            "list": self._report.list,
            "entry_id": entry.id,
            "first_version": self._report.version,
            "digest": digest,
            "payload": payload,
        }

    async def _close(self, entry_ids: list[str]) -> None:
        for start in range(0, len(entry_ids), BATCH):
            await self._session.execute(
                update(ListEntryRow)
                .where(
                    ListEntryRow.list == self._report.list,
                    ListEntryRow.last_version.is_(None),
                    ListEntryRow.entry_id.in_(entry_ids[start : start + BATCH]),
                )
                .values(last_version=self._report.version - 1)
            )

    def _is_gone(self, entry_id: str) -> bool:
        return entry_id in self._struck if self._delta else entry_id not in self._seen

    async def finish(
        self, digest: bytes, actor: Actor | None, now: datetime, confirmed: bool, most_lost: float = SUSPICIOUS_LOSS
    ) -> ImportReport:
        """Strike what the file no longer has, or what a delta strikes, and make the new version the current one.

        Where nothing changed, the version before stays current, and the report names it.

        `most_lost` is the share of the entries in force that may go without a person's confirmation.
        """
        gone = [entry_id for entry_id in self._standing if self._is_gone(entry_id)]
        if len(gone) > most_lost * len(self._standing) and not confirmed:
            raise SuspiciousImport(self._report.list, len(gone), len(self._standing))
        await self._close(gone)
        self._report.removed, self._report.digest = len(gone), digest
        self._report.skipped = tuple(self._skipped)
        self._report.unchanged += len(self._standing) - len(self._seen & self._standing.keys()) - len(gone)
        if self._report.changed_nothing:
            self._report.version -= 1
            return self._report
        await self._session.execute(
            update(ListVersionRow)
            .where(ListVersionRow.list == self._report.list, ListVersionRow.state == "current")
            .values(state="superseded")
        )
        self._session.add(
            ListVersionRow(
                list=self._report.list,
                version=self._report.version,
                digest=digest,
                imported_at=now,
                imported_by=actor.name if actor else audit.SERVICE,
                counts=self._report.counts(),
                report={"skipped": [plain(skipped) for skipped in self._skipped]},
                state="current",
            )
        )
        await self._session.flush()
        return self._report


@dataclass(frozen=True, slots=True)
class ListInForce:
    """A list, its current version and when that came in."""

    name: str
    format: str
    version: int
    entries: int
    imported_at: datetime
    imported_by: str
    digest: bytes


async def lists_in_force(session: AsyncSession) -> tuple[ListInForce, ...]:
    """Every active list that has a current version, by name."""
    statement = (
        select(WatchlistRow, ListVersionRow)
        .join(ListVersionRow, ListVersionRow.list == WatchlistRow.name)
        .where(WatchlistRow.active, ListVersionRow.state == "current")
        .order_by(WatchlistRow.name)
    )
    return tuple(
        ListInForce(
            watchlist.name,
            watchlist.format,
            version.version,
            version.counts["entries"],
            version.imported_at,
            version.imported_by,
            version.digest,
        )
        for watchlist, version in await session.execute(statement)
    )


async def entries_in_force(session: AsyncSession) -> AsyncIterator[list[Entry]]:
    """Every entry of every active list, under the list's name here, in batches through a server-side cursor."""
    statement = (
        select(ListEntryRow.list, ListEntryRow.payload)
        .join(WatchlistRow, WatchlistRow.name == ListEntryRow.list)
        .where(WatchlistRow.active, ListEntryRow.last_version.is_(None))
        .order_by(ListEntryRow.list, ListEntryRow.entry_id)
        .execution_options(yield_per=2000)
    )
    async for rows in (await session.stream(statement)).partitions():
        yield [entry_of(payload | {"list": name}) for name, payload in rows]


async def changed_since(session: AsyncSession, list_: str, version: int) -> tuple[list[Entry], list[str]]:
    """What came into force in a list after a version of it, and the ids of what no longer is."""
    ours = ListEntryRow.list == list_
    rows = await session.execute(
        select(ListEntryRow.entry_id, ListEntryRow.payload).where(
            ours, ListEntryRow.last_version.is_(None), ListEntryRow.first_version > version
        )
    )
    fresh = {entry_id: entry_of(payload | {"list": list_}) for entry_id, payload in rows}
    closed = await session.scalars(select(ListEntryRow.entry_id).where(ours, ListEntryRow.last_version >= version))
    return list(fresh.values()), sorted(set(closed) - fresh.keys())


def entry_of(payload: Mapping[str, Any]) -> Entry:
    """An entry from the JSON that it is stored as."""
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in payload.items()
    }
    values["names"] = tuple(EntryName(**{**name, "kind": NameKind(name["kind"])}) for name in payload["names"])
    values["documents"] = tuple(EntryDocument(**document) for document in payload["documents"])
    return Entry(**values)
