"""Inspect a crossing: screen, apply the rules, record. One use case, one transaction."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit, clearance_store, contact_store, hit_store, people_store, store
from service.access import Actor, require_post
from service.acting import judging
from service.canonical import digest_of
from service.correcting import Correction
from service.domain import Crossing, Decision, Inspection, Movement
from service.errors import AlreadyRecorded, ConflictingReplay, FutureTime, UnknownCrossingPoint
from service.facts import next_fact
from service.identity import subject_of
from service.judging import Beside
from service.linking import proposals
from service.policy_book import Policies
from service.rules.catalogue import irregularities, shadow
from service.screening import Screens
from service.surroundings import Surroundings, fact_keys, listings
from service.tables import MovementRow
from service.transactions import retrying
from service.watch import watch_findings

CLOCK_TOLERANCE = timedelta(minutes=5)  # what a workstation's clock may be ahead of the service's


@dataclass(frozen=True, slots=True)
class Recorded:
    """An inspection as it stands in the log, with the officers' decisions so far, oldest first.

    `known` says that it was recorded before this was asked.
    """

    inspection: Inspection
    seq: int
    recorded_at: datetime
    decisions: tuple[Decision, ...] = ()
    known: bool = field(default=False, compare=False)


@retrying
async def inspect(
    sessions: async_sessionmaker[AsyncSession],
    index: Screens,
    policies: Policies,
    crossing: Crossing,
    *,
    actor: Actor,
    now: datetime,
    reading_id: UUID | None = None,
    missed: Correction | None = None,
    once: bool = False,
) -> Recorded:
    """Screen, find irregularities and record the movement with all that hangs on it.

    The same id with the same data is answered with what was recorded then, under the list and the
    policy of then, its findings as they stand now. Who was cleared of an entry is not referred for it; who
    was not goes into the queue of second line. Crossings of one document or one person wait for
    each other. A movement that comes late may raise and withdraw findings on those that happened after it;
    that is recorded with it. `missed` says of a movement that nobody recorded when it happened who supplied it, why,
    and on what evidence. `once` takes no fact that is on record under another id.

    Raises:
        UnknownCrossingPoint: no such post.
        FutureTime: the movement would lie ahead of the service's clock.
        ConflictingReplay: the id was used before with other data.
        AlreadyRecorded: what should be taken `once` was.
    """
    if crossing.occurred_at > now + CLOCK_TOLERANCE:
        raise FutureTime(crossing.occurred_at, now)
    hits = index.screen(subject_of(crossing.traveller, crossing.document), at=crossing.occurred_at)
    request_hash = digest_of(crossing)
    async with sessions.begin() as session:
        if not await store.claim(session, crossing, request_hash, now):
            return await _replayed(session, crossing.id, request_hash)
        posts = await store.crossing_points(session)
        if crossing.crossing_point not in posts:
            raise UnknownCrossingPoint(crossing.crossing_point)
        crossing = await contact_store.hide(session, crossing, policies.at(crossing.occurred_at), now)
        await store.lock(session, fact_keys(crossing, policies))
        if once:
            await _require_new(session, crossing)
        log = Surroundings(session, policies, crossing.crossing_point, now)
        judge = log.judge(posts)
        arriving = Movement(crossing, now, sys.maxsize)  # the latest of its post, whatever its number will be
        near = await judge.near(arriving)
        reached = await judge.reached(arriving, near, late=False)
        given = await clearance_store.given_for(session, [(hit.list, hit.entry_id) for hit in hits], crossing)
        watched = watch_findings(hits, crossing, given)
        case = judge.case(arriving, near, Beside(await listings(session, crossing, watched)), new=True)
        inspection = Inspection(crossing, (*watched, *irregularities(case)), index.version, case.policy.version)
        await log.hold(reached.again)
        seq = await store.add_inspection(
            session, inspection, on_trial=shadow(case), actor=actor, now=now, reading_id=reading_id
        )
        if missed:
            number = await next_fact(session, crossing.crossing_point, "correction", {"correction": missed}, now)
            await people_store.add_correction(session, replace(missed, seq=number), crossing.occurred_at, crossing)
        await judge.wait(case)
        await log.place(crossing.id, case, new=True)
        await hit_store.raise_hits(session, crossing, inspection.findings, now)
        await people_store.propose(session, proposals(crossing, (*near.own, *near.strangers)), now)
        await judge.follow(reached, str(crossing.id))
        await audit.record(
            session, actor, "inspect", purpose="border_control", post=crossing.crossing_point, subject=str(crossing.id)
        )
    return Recorded(inspection, seq, now)


async def _require_new(session: AsyncSession, crossing: Crossing) -> None:
    """Refuse one document at one post, the same way, at one moment, whoever said so first."""
    same = await session.scalar(
        select(MovementRow.id).where(
            MovementRow.document_key == crossing.document.key,
            MovementRow.occurred_at == crossing.occurred_at,
            MovementRow.crossing_point == crossing.crossing_point,
            MovementRow.direction == crossing.direction.value,
        )
    )
    if same:
        raise AlreadyRecorded(same)


async def _replayed(session: AsyncSession, movement_id: UUID, request_hash: bytes) -> Recorded:
    if await store.claimed_hash(session, movement_id) != request_hash:
        raise ConflictingReplay(movement_id)
    return replace(await _recorded(session, movement_id), known=True)


async def recorded(sessions: async_sessionmaker[AsyncSession], movement_id: UUID, *, actor: Actor) -> Recorded:
    """What was recorded under `movement_id`; the look leaves its trace.

    Raises:
        NotFound: nothing was.
        Forbidden: it was at a post that the actor does not serve.
    """
    async with sessions.begin() as session:
        found = await _recorded(session, movement_id)
        require_post(actor, found.inspection.crossing.crossing_point)
        await audit.record(
            session,
            actor,
            "read_inspection",
            purpose="border_control",
            post=found.inspection.crossing.crossing_point,
            subject=str(movement_id),
        )
    return await _with_cue(sessions, found)


async def _with_cue(sessions: async_sessionmaker[AsyncSession], found: Recorded) -> Recorded:
    """The first line is owed the cue, and may not read what it rests on: the judge does."""
    with judging():
        async with sessions.begin() as session:
            inspection, *_ = await store.inspection(session, found.inspection.crossing.id)
    return replace(found, inspection=inspection)


async def _recorded(session: AsyncSession, movement_id: UUID) -> Recorded:
    inspection, seq, recorded_at = await store.inspection(session, movement_id)
    return Recorded(inspection, seq, recorded_at, await store.decisions(session, movement_id))
