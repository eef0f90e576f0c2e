"""All SQL of the watchlists: writing one version of a list, and telling what is in force. Never commits."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from service import audit
from service.access import Actor
from service.canonical import plain
from service.errors import SuspiciousImport
from service.list_tables import ListEntryRow, ListVersionRow, WatchlistRow
from service.sifting import Effect, Sifting, Written
from watchlist.records import Entry, EntryDocument, EntryName, NameKind, Record, Skipped

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

    @classmethod
    def of(
        cls,
        list_: str,
        version: int,
        digest: bytes,
        counts: Mapping[str, int],
        skipped: tuple[Skipped, ...],
        *,
        active: bool,
    ) -> ImportReport:
        """The report of a file whose effect was counted by `Sifting`."""
        numbers = {name: counts[name] for name in ("added", "changed", "removed", "unchanged")}
        return cls(list_, version, digest, active=active, skipped=skipped, **numbers)

    def counts(self) -> dict[str, int]:
        names = ("entries", "added", "changed", "removed", "unchanged")
        return {name: getattr(self, name) for name in names} | {"skipped": len(self.skipped)}


class ListWriter:
    """Writes one version of one list, record by record, inside a transaction of its caller's.

    `is_active` says whether the list is screened against.
    """

    def __init__(self, session: AsyncSession, name: str, version: int, sifting: Sifting, *, active: bool) -> None:
        self._session, self._name, self._version, self._sifting = session, name, version, sifting
        self.is_active = active

    @classmethod
    async def begin(
        cls, session: AsyncSession, name: str, format_: str, *, active: bool = True, delta: bool = False
    ) -> ListWriter:
        """`active` says whether a list that is new here is screened against from the start; a `delta` keeps the
        list's format, and whatever it does not name."""
        is_active = await keep_list(session, name, format_, active=active, delta=delta)
        version = await last_version(session, name) + 1
        return cls(session, name, version, Sifting(await standing(session, name), delta=delta), active=is_active)

    async def take(self, batch: list[Record]) -> None:
        """Note or write each record."""
        fresh = [written for record in batch if (written := self._sifting.take(record))]
        await self._close([one.entry_id for one in fresh if one.effect is Effect.CHANGED])
        if fresh:
            await self._session.execute(insert(ListEntryRow), [self._row(one) for one in fresh])

    def _row(self, one: Written) -> dict[str, Any]:
        return {
            "list": self._name,
            "entry_id": one.entry_id,
            "first_version": self._version,
            "digest": one.digest,
            "payload": one.payload,
        }

    async def _close(self, entry_ids: list[str]) -> None:
        for start in range(0, len(entry_ids), BATCH):
            ids = entry_ids[start : start + BATCH]
            await close_entries(self._session, self._name, self._version, ListEntryRow.entry_id.in_(ids))

    async def finish(
        self, digest: bytes, actor: Actor | None, now: datetime, confirmed: bool, most_lost: float = SUSPICIOUS_LOSS
    ) -> ImportReport:
        """Strike what the file no longer has, or what a delta strikes, and make the new version the current one.

        Where nothing changed, the version before stays current, and the report names it.

        `most_lost` is the share of the entries in force that may go without a person's confirmation.
        """
        gone, skipped = self._sifting.gone(), tuple(self._sifting.skipped)
        if strikes_much(len(gone), len(self._sifting.standing), most_lost) and not confirmed:
            raise SuspiciousImport(self._name, len(gone), len(self._sifting.standing))
        await self._close(gone)
        report = ImportReport.of(
            self._name, self._version, digest, self._sifting.counts(), skipped, active=self.is_active
        )
        if report.changed_nothing:
            report.version -= 1
        else:
            await make_current(self._session, report, imported_by=actor.name if actor else audit.SERVICE, now=now)
        return report


def strikes_much(gone: int, standing: int, most_lost: float) -> bool:
    """Whether so much would go that a cut or wrong file is likelier than the publisher's will."""
    return gone > most_lost * standing


async def keep_list(session: AsyncSession, name: str, format_: str, *, active: bool, delta: bool = False) -> bool:
    """Note a list and the format of its files, which a delta leaves as it is; whether it is screened against.

    `active` is for a list that is new here.
    """
    known = insert(WatchlistRow).values(name=name, format=format_, active=active)
    kept = known.on_conflict_do_update(
        index_elements=["name"], set_={"format": WatchlistRow.format if delta else format_}
    )
    return bool(await session.scalar(kept.returning(WatchlistRow.active)))


async def last_version(session: AsyncSession, name: str) -> int:
    """The number of a list's last version; 0 before the first."""
    last = await session.scalar(select(func.max(ListVersionRow.version)).where(ListVersionRow.list == name))
    return last or 0


async def standing(session: AsyncSession, name: str) -> dict[str, bytes]:
    """The digest of each entry of a list in force, by id."""
    rows = await session.execute(
        select(ListEntryRow.entry_id, ListEntryRow.digest).where(
            ListEntryRow.list == name, ListEntryRow.last_version.is_(None)
        )
    )
    return {row.entry_id: row.digest for row in rows}


async def close_entries(session: AsyncSession, name: str, version: int, which: ColumnElement[bool]) -> None:
    """End what stands of these entries with the version before `version`."""
    ours = (ListEntryRow.list == name, ListEntryRow.last_version.is_(None), which)
    await session.execute(update(ListEntryRow).where(*ours).values(last_version=version - 1))


async def make_current(session: AsyncSession, report: ImportReport, *, imported_by: str, now: datetime) -> None:
    """Make the version that was written the current one of its list."""
    current = (ListVersionRow.list == report.list, ListVersionRow.state == "current")
    await session.execute(update(ListVersionRow).where(*current).values(state="superseded"))
    session.add(
        ListVersionRow(
            list=report.list,
            version=report.version,
            digest=report.digest,
            imported_at=now,
            imported_by=imported_by,
            counts=report.counts(),
            report={"skipped": [plain(skipped) for skipped in report.skipped]},
            state="current",
        )
    )
    await session.flush()


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


@dataclass(frozen=True, slots=True)
class KnownList:
    """A list that is known here, whether it is screened against (`active`) or not; `version` 0 before the first."""

    name: str
    format: str
    active: bool
    version: int
    entries: int
    imported_at: datetime | None
    imported_by: str | None
    digest: bytes | None


async def known_lists(session: AsyncSession) -> list[KnownList]:
    """Every list, by name."""
    current = and_(ListVersionRow.list == WatchlistRow.name, ListVersionRow.state == "current")
    statement = select(WatchlistRow, ListVersionRow).outerjoin(ListVersionRow, current).order_by(WatchlistRow.name)
    return [_known(row, version) for row, version in await session.execute(statement)]


def _known(row: WatchlistRow, version: ListVersionRow | None) -> KnownList:
    if version is None:
        return KnownList(row.name, row.format, row.active, 0, 0, None, None, None)
    return KnownList(
        row.name,
        row.format,
        row.active,
        version.version,
        version.counts["entries"],
        version.imported_at,
        version.imported_by,
        version.digest,
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
