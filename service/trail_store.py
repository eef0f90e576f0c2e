"""The chained trail in the database: its events as they are exported, its tree, its checkpoints."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from service.merkle import Place, blocks
from service.tables import AccountRow, AuditRow, DeviceKeyRow
from service.trail_tables import AuditChainRow, AuditCheckpointRow, AuditLinkRow, AuditNodeRow


@dataclass(frozen=True, slots=True)
class Chain:
    """How long a chain is, and up to which size it is sealed."""

    name: str
    size: int
    sealed: int


@dataclass(frozen=True, slots=True)
class Event:
    """An event as it is hashed (`text`), where it stands in its chain, and the chain's head with it.

    Of one that was erased when its time was up the text is ``erased`` and its leaf in hex.

    `seq` is 0 and `head` empty for an event that was never chained: somebody has been at the database.
    """

    chain: str
    seq: int
    head: bytes
    text: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the trail is asked for; None means any. `since` is included, `until` is not.

    `actor` is an account or a device, by its id, or by the name of the one or the other.
    `posts` are those that the asker may see: what belongs to no post is then left out.
    """

    actor: str | None = None
    actor_kind: str | None = None
    action: str | None = None
    purpose: str | None = None
    subject: str | None = None
    crossing_point: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    posts: frozenset[str] | None = None


async def chains(session: AsyncSession) -> list[Chain]:
    """Every chain."""
    sealed = (
        select(func.max(AuditCheckpointRow.size)).where(AuditCheckpointRow.chain == AuditChainRow.chain)
    ).scalar_subquery()
    rows = await session.execute(
        select(AuditChainRow.chain, AuditChainRow.size, func.coalesce(sealed, 0)).order_by(AuditChainRow.chain)
    )
    return [Chain(*row) for row in rows]


async def known(session: AsyncSession, chain: str, leaves: Iterable[int], size: int) -> dict[Place, bytes]:
    """The hashes that a root or a proof at each of `leaves` (from 0) needs in the tree of the first `size` events."""
    found: dict[Place, bytes] = {}
    wanted = {block for leaf in leaves for block in blocks(leaf, size)}
    for height, places in wanted:
        found |= await (_nodes(session, chain, height, places) if height else leaf_hashes(session, chain, places))
    return found


async def leaf_hashes(session: AsyncSession, chain: str, places: range) -> dict[Place, bytes]:
    """The hashes of the events at `places`, from 0."""
    rows = await session.execute(
        select(AuditLinkRow.seq, AuditLinkRow.leaf).where(
            AuditLinkRow.chain == chain, AuditLinkRow.seq > places.start, AuditLinkRow.seq <= places.stop
        )
    )
    return {(0, seq - 1): leaf for seq, leaf in rows}


async def _nodes(session: AsyncSession, chain: str, height: int, places: range) -> dict[Place, bytes]:
    row = AuditNodeRow
    rows = await session.execute(
        select(row.place, row.hash).where(
            row.chain == chain, row.height == height, row.place >= places.start, row.place < places.stop
        )
    )
    return {(height, place): hash_ for place, hash_ in rows}


async def head_at(session: AsyncSession, chain: str, size: int) -> bytes:
    """The head of the chain of the first `size` events."""
    row = AuditLinkRow
    return (await session.execute(select(row.head).where(row.chain == chain, row.seq == size))).scalar_one()


async def keep(
    session: AsyncSession, chain: str, size: int, at: datetime, note: str, nodes: Mapping[Place, bytes]
) -> None:
    """Add a checkpoint, and the subtrees that became complete with it."""
    session.add(AuditCheckpointRow(chain=chain, size=size, at=at, note=note))
    if nodes:
        rows = [
            {"chain": chain, "height": height, "place": place, "hash": hash_}
            for (height, place), hash_ in nodes.items()
        ]
        await session.execute(insert(AuditNodeRow), rows)
    await session.flush()


async def checkpoints(session: AsyncSession, *, latest: bool) -> list[str]:
    """The notes of every checkpoint, or of the latest of each chain; by chain and size."""
    row = AuditCheckpointRow
    statement = select(row.note).order_by(row.chain, row.size)
    if latest:
        statement = select(row.note).distinct(row.chain).order_by(row.chain, row.size.desc())
    return list(await session.scalars(statement))


async def events(session: AsyncSession) -> AsyncIterator[Event]:
    """Every event with its place, chain by chain in order, through a server-side cursor."""
    row = AuditLinkRow
    place = (row.chain, row.seq, row.head)
    erased = sa.literal("erased ") + func.encode(row.leaf, "hex")
    statement = (
        select(*place, sa.case((AuditRow.id.is_not(None), _text()), else_=erased))
        .select_from(AuditRow)
        .outerjoin(row, row.event_id == AuditRow.id, full=True)
        .where(AuditRow.id.is_not(None) | row.erased_at.is_not(None))
        .order_by(row.chain, row.seq)
    )
    async for chain, seq, head, text in await session.stream(statement.execution_options(yield_per=2000)):
        yield Event(chain or "-", seq or 0, head or b"", text)


async def find(session: AsyncSession, wanted: Wanted, *, limit: int, before: int | None) -> list[AuditRow]:
    """The latest events that match, newest first; `before` is the id of the last one seen."""
    row = AuditRow
    conditions = [
        getattr(row, name) == value
        for name in ("actor_kind", "action", "purpose", "subject", "crossing_point")
        if (value := getattr(wanted, name)) is not None
    ]
    if wanted.actor is not None:
        conditions.append(row.actor.in_(await _named(session, wanted.actor)))
    if wanted.posts is not None:
        conditions.append(row.crossing_point.in_(sorted(wanted.posts)))
    if wanted.since is not None:
        conditions.append(row.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(row.at < wanted.until)
    if before is not None:
        conditions.append(row.id < before)
    return list(await session.scalars(select(row).where(*conditions).order_by(row.id.desc()).limit(limit)))


async def _named(session: AsyncSession, said: str) -> list[str]:
    """The accounts and devices of a name, and `said` itself, which may be an id."""
    accounts = await session.scalars(select(AccountRow.id).where(AccountRow.username == said.casefold()))
    devices = await session.scalars(select(DeviceKeyRow.id).where(DeviceKeyRow.name == said))
    return [said, *map(str, accounts), *map(str, devices)]


async def names(session: AsyncSession, actors: Collection[str]) -> dict[str, str]:
    """What accounts and devices are called, by the id under which the trail knows them."""
    found: dict[str, str] = {}
    for row, name in ((AccountRow.id, AccountRow.username), (DeviceKeyRow.id, DeviceKeyRow.name)):
        rows = await session.execute(select(row, name).where(sa.cast(row, sa.Text).in_(actors)))
        found |= {str(id): called for id, called in rows}
    return found


async def place_of(session: AsyncSession, event_id: int) -> Event | None:
    """One event with its place; None when there is none of that id."""
    row = AuditLinkRow
    statement = select(row.chain, row.seq, row.head, _text()).join(AuditRow, AuditRow.id == row.event_id)
    found = (await session.execute(statement.where(row.event_id == event_id))).one_or_none()
    return Event(*found) if found else None


def _text() -> sa.ColumnElement[str]:
    return sa.literal_column("audit_event(audit)", sa.Text)
