"""Clear a traveller of an entry, take that back, look at what was cleared. Use cases, one transaction each."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit, clearance_store, finding_store, store
from service.access import Actor, require_post
from service.clearing import REASONS, Clearance, Ending, EndingCause, HitOutcome, identifiers, is_same
from service.domain import Crossing
from service.errors import ClearanceRefused, ConflictingReplay, NotFound
from service.facts import next_fact
from service.hygiene import LONGEST
from service.list_store import entry_of
from service.redress import redress_number
from service.transactions import retrying

Sessions = async_sessionmaker[AsyncSession]
PURPOSE = "watchlist"


@dataclass(frozen=True, slots=True)
class NewClearance:
    """The traveller of a movement is not the one that this entry means; `numbered` asks for a redress number."""

    id: UUID
    movement_id: UUID
    list: str
    entry_id: str
    reason_code: str
    expires_at: datetime
    note: str | None = None
    numbered: bool = False
    hit_id: UUID | None = None


@retrying
async def clear(sessions: Sessions, new: NewClearance, *, actor: Actor, now: datetime) -> Clearance:
    """Give a clearance; see `give`."""
    async with sessions.begin() as session:
        return await give(session, new, actor=actor, now=now)


async def give(session: AsyncSession, new: NewClearance, *, actor: Actor, now: datetime) -> Clearance:
    """Give a clearance inside a transaction. The same id again is answered with what was given then.

    Raises:
        NotFound: there is no such movement, or the entry is not in force.
        Forbidden: the movement was at a post that the actor does not serve.
        ClearanceRefused: screening never found this entry on the movement, or reason or expiry do not do.
        ConflictingReplay: the id was used for another clearance.
    """
    _require_terms(new, now)
    crossing = (await store.movement(session, new.movement_id)).crossing
    require_post(actor, crossing.crossing_point)
    await store.lock(session, [f"clearance:{new.id}", crossing.document.key, *crossing.person_keys])
    if earlier := await clearance_store.clearance(session, new.id):
        return _same(earlier, new)
    await _require_hit(session, new, crossing)
    await clearance_store.hold_still(session, new.list)
    entry_id = await clearance_store.current_id(session, new.list, new.entry_id)
    entry = await clearance_store.current_entry(session, new.list, entry_id)
    if entry is None:
        raise NotFound("the entry is not in force any more; there is nothing to clear anybody of")
    given = Clearance(
        id=new.id,
        list=new.list,
        entry_id=entry_id,
        traveller=crossing.traveller,
        document_key=crossing.document.key,
        identifiers=identifiers(entry_of(entry.payload)),
        reason_code=new.reason_code,
        cleared_by=actor.name,
        cleared_at=now,
        expires_at=new.expires_at,
        note=new.note,
        redress_number=await _number_for(session, crossing) if new.numbered else None,
        hit_id=new.hit_id,
    )
    await clearance_store.add(session, given, crossing.person_keys)
    details = {"list": new.list, "entry_id": entry_id, "reason": new.reason_code, "movement": str(new.movement_id)}
    post = crossing.crossing_point
    await audit.record(session, actor, "clear", purpose=PURPOSE, post=post, subject=str(new.id), details=details)
    await next_fact(session, post, "clearance", {"clearance": given}, now)
    return given


def _require_terms(new: NewClearance, now: datetime) -> None:
    if REASONS.get(new.reason_code) is not HitOutcome.CLEARED:
        codes = ", ".join(code for code, outcome in REASONS.items() if outcome is HitOutcome.CLEARED)
        raise ClearanceRefused(f"a clearance needs one of the reason codes {codes}")
    if not now < new.expires_at <= now + LONGEST:
        raise ClearanceRefused("a clearance expires in the future, and within five years")


def _same(earlier: Clearance, new: NewClearance) -> Clearance:
    said = (new.list, new.reason_code, new.expires_at, new.note, new.hit_id)
    if (earlier.list, earlier.reason_code, earlier.expires_at, earlier.note, earlier.hit_id) != said:
        raise ConflictingReplay(new.id)
    return earlier


async def _require_hit(session: AsyncSession, new: NewClearance, crossing: Crossing) -> None:
    """Nobody is cleared of what nobody held against them."""
    rows = await finding_store.finding_rows(session, crossing.id, crossing.occurred_at)
    if not any(f"{new.list}:{new.entry_id}" in row.evidence for row in rows):
        raise ClearanceRefused("screening did not find this entry on this movement")


async def _number_for(session: AsyncSession, crossing: Crossing) -> str:
    """The number that this traveller carries already, else a new one."""
    for one in await clearance_store.like(session, crossing.document.key, crossing.person_keys):
        shown = one.document_key == crossing.document.key
        if one.redress_number and is_same(one.traveller, crossing.traveller, shown=shown):
            return one.redress_number
    return redress_number(secrets.randbits(64))


@retrying
async def revoke(sessions: Sessions, clearance_id: UUID, reason: str, *, actor: Actor, now: datetime) -> Clearance:
    """End a clearance at once.

    Raises:
        NotFound: there is no such clearance.
        ClearanceRefused: it ended before.
    """
    async with sessions.begin() as session:
        if await clearance_store.clearance(session, clearance_id) is None:
            raise NotFound("there is no such clearance")
        if not await clearance_store.end(session, clearance_id, Ending(EndingCause.REVOKED, now, actor.name, reason)):
            raise ClearanceRefused("this clearance has ended already")
        await audit.record(session, actor, "revoke_clearance", purpose=PURPOSE, subject=str(clearance_id))
        ended = await clearance_store.clearance(session, clearance_id)
        assert ended is not None
        return ended


async def listed(
    sessions: Sessions,
    *,
    actor: Actor,
    list_: str | None = None,
    entry_id: str | None = None,
    redress_number: str | None = None,
    document_key: str | None = None,
    limit: int = 100,
) -> list[Clearance]:
    """Clearances that fit, the latest first; the look leaves its trace."""
    async with sessions.begin() as session:
        asked = {"list": list_, "entry_id": entry_id, "redress_number": redress_number and "given"}
        details = {name: value for name, value in asked.items() if value}
        await audit.record(session, actor, "read_clearances", purpose=PURPOSE, details=details)
        return await clearance_store.page(
            session,
            list_=list_,
            entry_id=entry_id,
            redress_number=redress_number,
            document_key=document_key,
            limit=limit,
        )


@retrying
async def merge(
    sessions: Sessions, list_: str, old_id: str, new_id: str, reason: str, *, actor: Actor, now: datetime
) -> int:
    """Say that an entry lives on under another id: clearances follow it, or lapse where the other says something else
    of its person. Returns how many lapsed.

    Raises:
        NotFound: the entry that it shall live on as is not in force.
        ClearanceRefused: the old entry is still in force, or was merged before.
    """
    async with sessions.begin() as session:
        await store.lock(session, [f"list:{list_}"])
        if await clearance_store.current_entry(session, list_, new_id) is None:
            raise NotFound("the entry to merge into is not in force")
        if await clearance_store.current_entry(session, list_, old_id) is not None:
            raise ClearanceRefused("the entry to be merged is still in force by itself")
        known = await clearance_store.add_alias(
            session, list_, old_id, new_id, said_by=actor.name, reason=reason, now=now
        )
        if not known:
            raise ClearanceRefused("this entry was merged into another before")
        lapsed = await clearance_store.settle_merge(session, list_, new_id, said_by=actor.name, now=now)
        details = {"list": list_, "into": new_id, "lapsed_clearances": lapsed}
        await audit.record(session, actor, "merge_entries", purpose=PURPOSE, subject=old_id, details=details)
    return lapsed
