"""Legal holds: what must not be erased while a court, an inquiry or a claim needs it. Each says why and by which law.

One supervisor places a hold, at once; another ends it, because it is the end that lets data go. Nothing is erased
while a hold stands, and a hold that is placed while an erasure runs waits for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit, store
from service.access import ALL_POSTS, Actor, require_post
from service.errors import ConflictingReplay, Forbidden, HoldRefused, NotFound
from service.retention import ONE_AT_A_TIME
from service.retention_tables import LegalHoldRow
from service.transactions import add_new, retrying

Sessions = async_sessionmaker[AsyncSession]
PURPOSE = "supervision"


@dataclass(frozen=True, slots=True)
class NewHold:
    """What is held: a movement, or with `whole_document` every movement with its document, later ones too."""

    id: UUID
    movement_id: UUID
    whole_document: bool
    reason: str
    legal_basis: str
    review_on: date


@retrying
async def place(sessions: Sessions, asked: NewHold, *, actor: Actor, now: datetime) -> LegalHoldRow:
    """Place a hold. The same id again changes nothing.

    Raises:
        NotFound: the movement was never recorded, or is erased.
        Forbidden: it was recorded at a post that the actor does not serve.
        HoldRefused: the day on which it is looked at again is past.
        ConflictingReplay: the id is that of another hold.
    """
    if asked.review_on <= now.date():
        raise HoldRefused("the day on which a hold is looked at again must be in the future")
    async with sessions.begin() as session:
        await session.execute(ONE_AT_A_TIME)
        crossing = (await store.movement(session, asked.movement_id)).crossing
        require_post(actor, crossing.crossing_point)
        there = await session.get(LegalHoldRow, asked.id)
        if there is not None:
            return _same(there, asked)
        row = LegalHoldRow(
            id=asked.id,
            movement_id=asked.movement_id,
            document_key=crossing.document.key if asked.whole_document else None,
            crossing_point=crossing.crossing_point,
            reason=asked.reason,
            legal_basis=asked.legal_basis,
            review_on=asked.review_on,
            placed_by=str(actor.id),
            placed_by_name=actor.name,
            placed_at=now,
        )
        await add_new(session, row)
        await _trace(session, actor, "place_hold", row)
        return row


def _same(there: LegalHoldRow, asked: NewHold) -> LegalHoldRow:
    said = (there.movement_id, there.document_key is not None, there.reason)
    if said != (asked.movement_id, asked.whole_document, asked.reason):
        raise ConflictingReplay(asked.id)
    return there


@retrying
async def end(sessions: Sessions, hold_id: UUID, reason: str, *, actor: Actor, now: datetime) -> LegalHoldRow:
    """End a hold: what it kept goes with the next run, if its time is up.

    Raises:
        NotFound: there is no such hold.
        Forbidden: the actor does not serve its post, or placed it.
        HoldRefused: it has ended already.
    """
    async with sessions.begin() as session:
        row = await session.get(LegalHoldRow, hold_id, with_for_update=True)
        if row is None:
            raise NotFound("there is no such hold")
        require_post(actor, row.crossing_point)
        if row.ended_at is not None:
            raise HoldRefused("this hold has ended already")
        if row.placed_by == str(actor.id):
            raise Forbidden("a hold that one person placed is ended by another")
        row.ended_by, row.ended_by_name, row.ended_at, row.end_reason = str(actor.id), actor.name, now, reason
        await _trace(session, actor, "end_hold", row)
        return row


async def listed(sessions: Sessions, *, actor: Actor, standing: bool, limit: int) -> list[LegalHoldRow]:
    """The holds at the actor's posts, the first to be looked at again first; the look leaves its trace."""
    conditions: list[ColumnElement[bool]] = [LegalHoldRow.ended_at.is_(None)] if standing else []
    if ALL_POSTS not in actor.posts:
        conditions.append(LegalHoldRow.crossing_point.in_(sorted(actor.posts)))
    async with sessions.begin() as session:
        rows = select(LegalHoldRow).where(*conditions).order_by(LegalHoldRow.review_on, LegalHoldRow.id)
        found = list(await session.scalars(rows.limit(limit)))
        await audit.record(session, actor, "read_holds", purpose=PURPOSE, details={"holds": len(found)})
        return found


async def _trace(session: AsyncSession, actor: Actor, action: str, row: LegalHoldRow) -> None:
    details = {"movement": str(row.movement_id), "whole_document": row.document_key is not None}
    await audit.record(
        session, actor, action, purpose=PURPOSE, post=row.crossing_point, subject=str(row.id), details=details
    )
