"""What is held on one person, for that person: asked for, gathered, handed over; each step leaves its trace.

A person is a document with those that officers have said to be the same person's: what only resembles may be somebody
else's, and is not handed out. Nothing of others is in it: neither officers, nor company, nor who only looks alike.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit, envelope, rights_store, store, trail_store
from service.access import ALL_POSTS, Actor, require_post
from service.acting import judging
from service.canonical import canonical
from service.errors import ConflictingReplay, NotFound, RequestRefused
from service.holdings import Section, gathered, protected
from service.keeping import Telling
from service.rights_tables import RestrictionRow, RightsRequestRow, RightsRulingRow
from service.sealed import Sealed
from service.transactions import add_new, retrying
from service.vault import Guarded

Sessions = async_sessionmaker[AsyncSession]
PURPOSE = "redress"


@dataclass(frozen=True, slots=True)
class NewRequest:
    """What somebody asks for on the strength of a movement, and how it was shown that he or she is its traveller."""

    id: UUID
    kind: str
    movement_id: UUID
    recipient: str
    identity_shown: str


@dataclass(frozen=True, slots=True)
class Export:
    """All that is held on one person, as it is handed over."""

    request: UUID
    recipient: str
    made_at: datetime
    documents: Sequence[str]
    sections: Sequence[Section]


@retrying
async def record(sessions: Sessions, asked: NewRequest, *, actor: Actor, now: datetime) -> RightsRequestRow:
    """Record what somebody asks for. The same id again changes nothing.

    Raises:
        NotFound: the movement was never recorded.
        Forbidden: it was recorded at a post that the actor does not serve.
        ConflictingReplay: the id is that of another request.
    """
    async with sessions.begin() as session:
        crossing = (await store.movement(session, asked.movement_id)).crossing
        require_post(actor, crossing.crossing_point)
        await store.lock(session, [f"request:{asked.id}"])
        there = await session.get(RightsRequestRow, asked.id)
        if there is not None:
            if (there.movement_id, there.kind, there.recipient) != (asked.movement_id, asked.kind, asked.recipient):
                raise ConflictingReplay(asked.id)
            return there
        row = RightsRequestRow(
            id=asked.id,
            kind=asked.kind,
            movement_id=asked.movement_id,
            document_key=crossing.document.key,
            crossing_point=crossing.crossing_point,
            recipient=asked.recipient,
            identity_shown=asked.identity_shown,
            received_by=actor.name,
            received_at=now,
        )
        await add_new(session, row)
        await _trace(session, actor, "receive_request", row, {"kind": row.kind, "recipient": row.recipient})
        return row


@retrying
async def answer(sessions: Sessions, id: UUID, said: str, *, actor: Actor, now: datetime) -> RightsRequestRow:
    """Say how a request was answered: by a correction, a restriction, or a refusal with its reason.

    Raises:
        NotFound: there is no such request.
        RequestRefused: it was answered already.
    """
    async with sessions.begin() as session:
        row = await _request(session, id, actor)
        if row.answered_at is not None:
            raise RequestRefused("this request was answered already")
        row.answered_at, row.answer = now, said
        await _trace(session, actor, "answer_request", row, {"kind": row.kind})
        return row


async def listed(sessions: Sessions, *, actor: Actor, waiting: bool, limit: int) -> list[RightsRequestRow]:
    """Requests at the actor's posts, the longest waiting first; the look leaves its trace."""
    conditions: list[ColumnElement[bool]] = [RightsRequestRow.answered_at.is_(None)] if waiting else []
    if ALL_POSTS not in actor.posts:
        conditions.append(RightsRequestRow.crossing_point.in_(sorted(actor.posts)))
    async with sessions.begin() as session:
        rows = select(RightsRequestRow).where(*conditions).order_by(RightsRequestRow.received_at, RightsRequestRow.id)
        found = list(await session.scalars(rows.limit(limit)))
        await audit.record(session, actor, "read_requests", purpose=PURPOSE, details={"requests": len(found)})
        return found


@dataclass(frozen=True, slots=True)
class Step:
    """What was done for a request: when, what, by whom, and what the trail says of it besides."""

    at: datetime
    action: str
    officer: str
    details: Mapping[str, Any]


async def traced(
    sessions: Sessions, id: UUID, *, actor: Actor
) -> tuple[RightsRequestRow, list[Step], list[RestrictionRow]]:
    """A request, what was done for it so far, oldest first, and the restrictions of its document; the look leaves its
    trace. What the protection desk does is not told.

    Raises:
        NotFound: there is no such request.
        Forbidden: the actor does not serve its post.
    """
    async with sessions.begin() as session:
        row = await session.get(RightsRequestRow, id)
        if row is None:
            raise NotFound("there is no such request")
        require_post(actor, row.crossing_point)
        await _trace(session, actor, "read_request", row, {})
    with judging():  # the trail is the auditor's; what it says of one request is told with the request
        async with sessions() as session:
            placed = await rights_store.restrictions(session, [row.document_key])
            about = [str(row.movement_id), *(str(each.id) for each in placed)]
            events = await rights_store.steps(session, about)
            names = await trail_store.names(session, {each.actor for each in events})
    mine = [each for each in events if each.details.get("request", str(id)) == str(id)]
    return row, [Step(each.at, each.action, names.get(each.actor, each.actor), each.details) for each in mine], placed


@retrying
async def export(
    sessions: Sessions, id: UUID, telling: Mapping[str, Telling], *, actor: Actor, now: datetime
) -> Export:
    """Gather all that is held on the person of a request of access, as it is handed over; the trail says to whom.

    Of protection it says the same whoever asks: that the protection desk answers. May be made again.

    Raises:
        NotFound: there is no such request.
        Forbidden: the actor does not serve its post.
        RequestRefused: it asks for something else.
    """
    async with sessions.begin() as session:
        row = await _request(session, id, actor)
        if row.kind != "access":
            raise RequestRefused("this request does not ask for what is held")
        documents = await rights_store.documents_of(session, row.document_key)
        sections = await gathered(session, documents, telling)
        counts = {each.name: len(each.records) for each in sections if each.telling is Telling.GIVEN}
        await _trace(session, actor, "disclose", row, {"recipient": row.recipient, "records": counts})
        if row.answered_at is None:
            row.answered_at, row.answer = now, "disclosed"
        return Export(id, row.recipient, now, sorted(documents), sections)


async def _request(session: AsyncSession, id: UUID, actor: Actor) -> RightsRequestRow:
    row = await session.get(RightsRequestRow, id, with_for_update=True)
    if row is None:
        raise NotFound("there is no such request")
    require_post(actor, row.crossing_point)
    return row


# --- protection ----------------------------------------------------------------------------------------------------


@retrying
async def rule_on_protection(
    sessions: Sessions, id: UUID, *, disclose: bool, reason: str, actor: Actor, now: datetime
) -> list[dict[str, Any]]:
    """The protection desk's word on a request of access, sealed, and what it then hands over itself: nothing where it
    does not disclose, or holds nothing. A first word stands.

    Raises:
        NotFound: there is no such request.
        Forbidden: the actor does not serve its post.
        RequestRefused: it asks for something else, or another word was given.
    """
    async with sessions.begin() as session:
        row = await _request(session, id, actor)
        if row.kind != "access":
            raise RequestRefused("this request does not ask for what is held")
        before = await _ruling(session, id)
        if before is not None and before["disclose"] != disclose:
            raise RequestRefused("the protection desk has given another word on this request")
        if before is None:
            body = canonical({"disclose": disclose, "reason": reason, "officer": actor.name})
            sealed = await envelope.seal(session, Guarded.PROTECTION, str(id), body, now)
            said = {"key_id": sealed.key_id, "nonce": sealed.nonce, "sealed": sealed.text}
            session.add(RightsRulingRow(request_id=id, decided_at=now, **said))
        await audit.record(
            session, actor, "rule_on_disclosure", purpose="protection", post=row.crossing_point, subject=str(id)
        )
        if not disclose:
            return []
        return await protected(session, await rights_store.documents_of(session, row.document_key))


async def _ruling(session: AsyncSession, id: UUID) -> dict[str, Any] | None:
    row = await session.get(RightsRulingRow, id)
    if row is None:
        return None
    opened = await envelope.open_sealed(session, str(id), Sealed(row.key_id, row.nonce, row.sealed))
    body: dict[str, Any] = json.loads(opened)
    return body


async def _trace(
    session: AsyncSession, actor: Actor, action: str, row: RightsRequestRow, details: Mapping[str, object]
) -> None:
    await audit.record(
        session,
        actor,
        action,
        purpose=PURPOSE,
        post=row.crossing_point,
        subject=str(row.movement_id),
        details={**details, "request": str(row.id)},
    )
