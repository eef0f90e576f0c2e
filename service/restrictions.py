"""Restriction of processing: a document whose data are kept and not used, while somebody contests them.

Nothing is erased by it and nobody is let through: borders are controlled as before. What is restricted is proposed for
no link, counted in no figures from the log, and marked to every officer who opens one of its movements.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit, rights_store, store
from service.access import ALL_POSTS, Actor, require_post
from service.errors import ConflictingReplay, HoldRefused, NotFound
from service.rights_tables import RestrictionRow
from service.transactions import add_new, retrying

Sessions = async_sessionmaker[AsyncSession]
PURPOSE = "redress"


class Ground(StrEnum):
    """Why data are not used (after Directive (EU) 2016/680, Art. 16(3), and Regulation (EU) 2016/679, Art. 18)."""

    ACCURACY_CONTESTED = "accuracy_contested"
    UNLAWFUL = "unlawful"
    NEEDED_FOR_CLAIMS = "needed_for_claims"
    OBJECTION = "objection"


@dataclass(frozen=True, slots=True)
class NewRestriction:
    """The document of a movement, and why its data are not to be used."""

    id: UUID
    movement_id: UUID
    ground: Ground
    reason: str


@retrying
async def place(sessions: Sessions, asked: NewRestriction, *, actor: Actor, now: datetime) -> RestrictionRow:
    """Restrict what is held of a document. The same id again changes nothing.

    Raises:
        NotFound: the movement was never recorded.
        Forbidden: it was recorded at a post that the actor does not serve.
        ConflictingReplay: the id is that of another restriction.
    """
    async with sessions.begin() as session:
        crossing = (await store.movement(session, asked.movement_id)).crossing
        require_post(actor, crossing.crossing_point)
        await store.lock(session, [f"restriction:{asked.id}"])
        there = await session.get(RestrictionRow, asked.id)
        if there is not None:
            if (there.movement_id, there.ground, there.reason) != (asked.movement_id, asked.ground, asked.reason):
                raise ConflictingReplay(asked.id)
            return there
        row = RestrictionRow(
            id=asked.id,
            movement_id=asked.movement_id,
            document_key=crossing.document.key,
            crossing_point=crossing.crossing_point,
            ground=asked.ground.value,
            reason=asked.reason,
            placed_by=actor.name,
            placed_at=now,
        )
        await add_new(session, row)
        await _trace(session, actor, "restrict", row)
        return row


@retrying
async def end(sessions: Sessions, id: UUID, reason: str, *, actor: Actor, now: datetime) -> RestrictionRow:
    """Let data be used again.

    Raises:
        NotFound: there is no such restriction.
        Forbidden: the actor does not serve its post.
        HoldRefused: it has ended already.
    """
    async with sessions.begin() as session:
        row = await session.get(RestrictionRow, id, with_for_update=True)
        if row is None:
            raise NotFound("there is no such restriction")
        require_post(actor, row.crossing_point)
        if row.ended_at is not None:
            raise HoldRefused("this restriction has ended already")
        row.ended_by, row.ended_at, row.end_reason = actor.name, now, reason
        await _trace(session, actor, "end_restriction", row)
        return row


async def listed(sessions: Sessions, *, actor: Actor, standing: bool = True, limit: int) -> list[RestrictionRow]:
    """The restrictions at the actor's posts, the latest first; the look leaves its trace."""
    conditions: list[ColumnElement[bool]] = [RestrictionRow.ended_at.is_(None)] if standing else []
    if ALL_POSTS not in actor.posts:
        conditions.append(RestrictionRow.crossing_point.in_(sorted(actor.posts)))
    async with sessions.begin() as session:
        rows = select(RestrictionRow).where(*conditions).order_by(RestrictionRow.placed_at.desc(), RestrictionRow.id)
        found = list(await session.scalars(rows.limit(limit)))
        await audit.record(session, actor, "read_restrictions", purpose=PURPOSE, details={"restrictions": len(found)})
        return found


async def restricted(sessions: Sessions, documents: Collection[str]) -> frozenset[str]:
    """Those of some documents whose data are not to be used."""
    async with sessions() as session:
        return await rights_store.restricted(session, documents)


async def _trace(session: AsyncSession, actor: Actor, action: str, row: RestrictionRow) -> None:
    details = {"movement": str(row.movement_id), "ground": row.ground}
    await audit.record(
        session, actor, action, purpose=PURPOSE, post=row.crossing_point, subject=str(row.id), details=details
    )
