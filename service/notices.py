"""What supervisors are told of consultations, at once, and their review by somebody who was not the officer.

Use cases: a record opened without the right (break-glass), notices listed and reviewed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit, store
from service.access import ALL_POSTS, Actor
from service.errors import ConflictingReplay, Forbidden, GlassRefused, NotFound
from service.inspection import Recorded
from service.notice_tables import BrokenGlassRow, NoticeRow
from service.unusual import NoticeKind

Sessions = async_sessionmaker[AsyncSession]
OPEN_FOR = timedelta(minutes=15)
PURPOSE = "supervision"


class GlassReason(StrEnum):
    """Why a record has to be seen by somebody who has no right to it."""

    DANGER_TO_LIFE = "danger_to_life"
    MISSING_PERSON = "missing_person"
    TRAVELLER_PRESENT = "traveller_present"
    COURT_ORDER = "court_order"
    POST_OUT_OF_REACH = "post_out_of_reach"


class ReviewOutcome(StrEnum):
    """What a supervisor found: rightly done, wrongly done, or nothing that anybody did."""

    JUSTIFIED = "justified"
    UNJUSTIFIED = "unjustified"
    FALSE_ALARM = "false_alarm"


@dataclass(frozen=True, slots=True)
class Glass:
    """A record opened without the right: by which code, in the officer's words, until when."""

    id: UUID
    movement_id: UUID
    code: GlassReason
    reason: str
    until: datetime


async def break_glass(
    sessions: Sessions, id: UUID, movement_id: UUID, code: GlassReason, reason: str, *, actor: Actor, now: datetime
) -> Glass:
    """Open a record of another post for a quarter of an hour. Supervisors of both posts are told at once.

    The reason stays in the trail. What protection knows of the traveller is not opened by this, by anything. The same
    id again answers what stands.

    Raises:
        NotFound: there is no such record.
        GlassRefused: it is a record of a post of the actor's own.
    """
    async with sessions.begin() as session:
        post, _ = await store.place_of(session, movement_id)
        if actor.serves(post):
            raise GlassRefused("this record is of a post of yours: it opens without that")
        made = Glass(id, movement_id, code, reason, now + OPEN_FOR)
        values = {"id": id, "officer": str(actor.id), "officer_name": actor.name, "movement_id": movement_id}
        values |= {"crossing_point": post, "reason_code": code.value, "reason": reason}
        row = insert(BrokenGlassRow).values(**values, opened_at=now, until=made.until).on_conflict_do_nothing()
        if await session.scalar(row.returning(BrokenGlassRow.id)) is None:
            return await _opened_before(session, made, actor)
        told = {"reason_code": code.value, "reason": reason}
        posts = frozenset({post}) | actor.posts - {ALL_POSTS}
        details = {"movement": str(movement_id), "broken_glass": str(id), **told}
        who = (str(actor.id), actor.name)
        await tell(session, NoticeKind.BREAK_GLASS, *who, posts, since=now, now=now, details=details)
        await audit.record(
            session, actor, "break_glass", purpose="border_control", post=post, subject=str(movement_id), details=told
        )
    return made


async def _opened_before(session: AsyncSession, asked: Glass, actor: Actor) -> Glass:
    row = await session.get(BrokenGlassRow, asked.id)
    if row is None or (row.officer, row.movement_id) != (str(actor.id), asked.movement_id):
        raise ConflictingReplay(asked.id)
    return Glass(row.id, row.movement_id, GlassReason(row.reason_code), row.reason, row.until)


async def look(sessions: Sessions, glass_id: UUID, *, actor: Actor, now: datetime) -> Recorded:
    """The record behind a glass that the actor broke; each look leaves its trace.

    Raises:
        NotFound: the actor broke no such glass.
        Forbidden: its time is over.
    """
    async with sessions.begin() as session:
        row = await session.get(BrokenGlassRow, glass_id)
        if row is None or row.officer != str(actor.id):
            raise NotFound("you have opened no such record")
        if row.until <= now:
            raise Forbidden("the time for which this record was opened is over")
        details = {"broken_glass": str(glass_id)}
        await audit.record(
            session,
            actor,
            "read_inspection",
            purpose="border_control",
            post=row.crossing_point,
            subject=str(row.movement_id),
            details=details,
        )
        decisions = await store.decisions(session, row.movement_id)
        return Recorded(*await store.inspection(session, row.movement_id), decisions)


async def tell(
    session: AsyncSession,
    kind: NoticeKind,
    officer: str,
    name: str,
    posts: frozenset[str],
    *,
    since: datetime,
    now: datetime,
    details: Mapping[str, Any],
) -> bool:
    """Raise a notice for the supervisors of `posts`, once; False where it was raised before. Never commits."""
    values: dict[str, Any] = {
        "id": uuid4(),
        "kind": kind.value,
        "officer": officer,
        "officer_name": name,
        "since": since,
    }
    values |= {"crossing_points": sorted(posts), "raised_at": now, "details": dict(details)}
    row = insert(NoticeRow).values(**values).on_conflict_do_nothing().returning(NoticeRow.id)
    return await session.scalar(row) is not None


async def listed(
    sessions: Sessions, *, actor: Actor, open_only: bool, limit: int, kind: NoticeKind | None = None
) -> list[NoticeRow]:
    """The notices of the actor's posts, the latest first; the look leaves its trace."""
    wanted: list[ColumnElement[bool]] = [NoticeRow.outcome.is_(None)] if open_only else []
    if kind is not None:
        wanted.append(NoticeRow.kind == kind.value)
    if ALL_POSTS not in actor.posts:
        wanted.append(NoticeRow.crossing_points.overlap(sorted(actor.posts)))
    statement = select(NoticeRow).where(*wanted).order_by(NoticeRow.raised_at.desc(), NoticeRow.id).limit(limit)
    async with sessions.begin() as session:
        found = list(await session.scalars(statement))
        await audit.record(session, actor, "read_notices", purpose=PURPOSE, details={"notices": len(found)})
        return found


async def review(
    sessions: Sessions, id: UUID, outcome: ReviewOutcome, note: str, *, actor: Actor, now: datetime
) -> NoticeRow:
    """Say what a notice came to, once. Nobody reviews what he or she did: the database would refuse it as well.

    Raises:
        NotFound: there is no such notice at the actor's posts.
        Forbidden: it is about the actor.
        GlassRefused: it was reviewed before.
    """
    async with sessions.begin() as session:
        row = await session.get(NoticeRow, id, with_for_update=True)
        if row is None or not any(map(actor.serves, row.crossing_points or [ALL_POSTS])):
            raise NotFound("there is no such notice at your posts")
        if row.officer == str(actor.id):
            raise Forbidden("this is about you: another supervisor reviews it")
        if row.outcome is not None:
            raise GlassRefused("this was reviewed before")
        row.outcome, row.note = outcome.value, note
        row.reviewed_by, row.reviewed_by_name, row.reviewed_at = str(actor.id), actor.name, now
        await audit.record(
            session, actor, "review_notice", purpose=PURPOSE, subject=str(id), details={"outcome": outcome.value}
        )
        return row
