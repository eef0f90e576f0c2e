"""Seal the trail: every minute, a signed checkpoint over each chain that grew. Proofs against those checkpoints."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit, trail_store
from service.access import Actor, require_post
from service.canonical import plain
from service.checkpoint import Checkpoint, Signer
from service.errors import BadFilter, NotFound
from service.merkle import Tree
from service.tables import AuditRow
from service.trail_store import Chain, Event, Wanted

PURPOSE = "audit"
_STEP = 1 << 16  # events that one checkpoint adds at most: what one transaction holds in memory
_ONE_SEALER = sa.text("SELECT pg_try_advisory_xact_lock(hashtext('mabar audit ' || :chain))")


@dataclass(frozen=True, slots=True)
class Proof:
    """Hashes that lead from one root, or one event, to the root of `size`; see RFC 9162, section 2.1."""

    size: int
    root: bytes
    hashes: list[bytes]


async def seal(sessions: async_sessionmaker[AsyncSession], signer: Signer, *, now: datetime) -> int:
    """Seal what is not sealed yet; how many checkpoints were made. Several processes may try: one does it."""
    async with sessions() as session:
        waiting = [chain for chain in await trail_store.chains(session) if chain.sealed < chain.size]
    made = 0
    for chain in waiting:
        while await _seal_next(sessions, signer, chain.name, now):
            made += 1
    return made


async def _seal_next(sessions: async_sessionmaker[AsyncSession], signer: Signer, name: str, now: datetime) -> bool:
    async with sessions.begin() as session:
        if not await session.scalar(_ONE_SEALER, {"chain": name}):
            return False
        chain = next(chain for chain in await trail_store.chains(session) if chain.name == name)
        if chain.sealed == chain.size:
            return False
        await _extend(session, signer, chain, min(chain.size, chain.sealed + _STEP), now)
    return True


async def _extend(session: AsyncSession, signer: Signer, chain: Chain, size: int, now: datetime) -> None:
    old = chain.sealed
    begun = await trail_store.known(session, chain.name, [old], old)  # what stands left of the first new event
    tree = Tree(begun | await trail_store.leaf_hashes(session, chain.name, range(old >> 8 << 8, size)))
    grown = tree.grown(old, size)
    tree = Tree(dict(tree.known) | grown)
    head = await trail_store.head_at(session, chain.name, size)
    checkpoint = Checkpoint(origin(signer, chain.name), size, tree.root(size), head, now)
    await trail_store.keep(session, chain.name, size, now, signer.sign(checkpoint), grown)


def origin(signer: Signer, chain: str) -> str:
    """How checkpoints name a chain."""
    return f"{signer.name}/audit/{chain}"


async def checkpoints(sessions: async_sessionmaker[AsyncSession]) -> list[str]:
    """The latest signed note of each chain. They hold no personal data and are meant to be handed round."""
    async with sessions() as session:
        return await trail_store.checkpoints(session, latest=True)


async def inclusion(
    sessions: async_sessionmaker[AsyncSession], event_id: int, size: int | None, *, actor: Actor
) -> tuple[Event, Proof]:
    """That an event is in the tree of the first `size` events of its chain (None: all of them).

    Raises:
        NotFound: there is no such event.
        Forbidden: `actor` does not serve its crossing point.
        BadFilter: the chain is shorter than `size`, or the event comes after it.
    """
    async with sessions.begin() as session:
        event = await trail_store.place_of(session, event_id)
        if event is None:
            raise NotFound(f"the trail has no event {event_id}")
        require_post(actor, event.chain)
        await audit.record(session, actor, "read_audit", purpose=PURPOSE, subject=str(event_id))
        size = size or await _size(session, event.chain)
        await _check(session, event.chain, event.seq, size)
        leaf = event.seq - 1
        tree = await _tree(session, event.chain, [leaf, size - 1], size)
        return event, Proof(size, tree.root(size), tree.inclusion(leaf, size))


async def consistency(sessions: async_sessionmaker[AsyncSession], chain: str, old: int, new: int | None) -> Proof:
    """That the tree of the first `new` events of a chain (None: all of them) begins with that of `old`.

    Raises:
        NotFound: there is no such chain.
        BadFilter: the sizes are not in order, or beyond the chain.
    """
    async with sessions() as session:
        new = new or await _size(session, chain)
        await _check(session, chain, old, new)
        tree = await _tree(session, chain, [old - 1, old, new - 1], new)
        return Proof(new, tree.root(new), tree.consistency(old, new))


async def _size(session: AsyncSession, name: str) -> int:
    for chain in await trail_store.chains(session):
        if chain.name == name:
            return chain.size
    raise NotFound(f"the trail has no chain {name}")


async def _check(session: AsyncSession, chain: str, first: int, size: int) -> None:
    if not 0 < first <= size <= await _size(session, chain):
        raise BadFilter(f"chain {chain} has no such part: from {first} to {size}")


async def _tree(session: AsyncSession, chain: str, leaves: list[int], size: int) -> Tree:
    """Enough of the tree for what is asked: what is not sealed yet is added from the events themselves."""
    sealed = next(one.sealed for one in await trail_store.chains(session) if one.name == chain)
    known = await trail_store.known(session, chain, [*leaves, sealed], size)
    if size > sealed:
        tail = await trail_store.leaf_hashes(session, chain, range(sealed >> 8 << 8, size))
        known |= Tree(known | tail).grown(sealed, size) | tail
    return Tree(known)


async def export_begun(sessions: async_sessionmaker[AsyncSession], signer: Signer, *, now: datetime) -> list[str]:
    """Record that the trail is written out, and seal it up to there; every checkpoint that there is."""
    async with sessions.begin() as session:
        await audit.record(session, None, "export_audit", purpose=PURPOSE)
    await seal(sessions, signer, now=now)
    async with sessions() as session:
        return await trail_store.checkpoints(session, latest=False)


async def exported(sessions: async_sessionmaker[AsyncSession]) -> AsyncIterator[Event]:
    """Every event with its place, chain by chain, as of one moment."""
    async with sessions() as session:
        async for event in trail_store.events(session):
            yield event


async def search(
    sessions: async_sessionmaker[AsyncSession], wanted: Wanted, *, actor: Actor, limit: int, before: int | None
) -> tuple[list[AuditRow], dict[str, str]]:
    """Events of the trail, newest first, and what its accounts and devices are called, by id. Looking is itself
    recorded, with what was looked for."""
    asked = {name: value for name, value in plain(wanted).items() if value is not None}
    async with sessions.begin() as session:
        found = await trail_store.find(session, wanted, limit=limit, before=before)
        names = await trail_store.names(session, {row.actor for row in found})
        await audit.record(session, actor, "read_audit", purpose=PURPOSE, post=wanted.crossing_point, details=asked)
    return found, names
