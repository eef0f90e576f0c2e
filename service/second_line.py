"""Second line: who waits, who has taken whose case, and what is known of the traveller's other crossings.

A case is a movement on which an officer wants more said than a booth can say: it was referred, or screening found
somebody on it of whom nobody has said yet who that is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit, hit_store, second_line_store, store
from service.access import ALL_POSTS, Actor, require_post
from service.acting import judging
from service.domain import Movement
from service.errors import CaseTaken, NotFound
from service.hit_store import RaisedHit
from service.policy_book import Policies
from service.second_line_store import Claim, Referred
from service.surroundings import Surroundings
from service.transactions import retrying

Sessions = async_sessionmaker[AsyncSession]
PURPOSE = "second_line"
LASTS = timedelta(minutes=30)  # of a claim that is not renewed: who was called away holds up nobody
KEPT = timedelta(days=30)  # who was referred and never decided on stays in the queue so long


@dataclass(frozen=True, slots=True)
class WaitingCase:
    """A movement that waits for second line. `since` is when it was referred, or when the first hit was raised.

    `hit_case` is the traveller's case of hits that wait to be adjudicated, `open_hits` on how many entries; `rules`
    found something when the movement was recorded. `claim` is who has taken it.
    """

    movement: Movement
    rules: tuple[str, ...]
    since: datetime
    referred_by: str | None = None
    hit_case: UUID | None = None
    open_hits: int = 0
    claim: Claim | None = None


async def queue(sessions: Sessions, *, actor: Actor, now: datetime, limit: int = 100) -> list[WaitingCase]:
    """The cases that wait at the actor's posts, the longest waiting first; the look leaves its trace."""
    posts = None if ALL_POSTS in actor.posts else actor.posts
    async with sessions.begin() as session:
        sent = await second_line_store.referred(session, posts=posts, since=now - KEPT, limit=limit)
        hits = await hit_store.queue(session, posts=posts, list_=None, limit=limit)
        found = _sorted(sent, hits)[:limit]
        movements = await second_line_store.movements(session, [(each.occurred_at, each.id) for each in found])
        claims = await second_line_store.claims(session, list(movements), now)
        await audit.record(session, actor, "read_second_line", purpose=PURPOSE, details={"cases": len(movements)})
    return [
        WaitingCase(
            *movements[each.id], each.since, each.referred_by, each.hit_case, each.open_hits, claims.get(each.id)
        )
        for each in found
        if each.id in movements
    ]


@dataclass(slots=True)
class _Found:
    id: UUID
    occurred_at: datetime
    since: datetime
    referred_by: str | None = None
    hit_case: UUID | None = None
    open_hits: int = 0


def _sorted(sent: Iterable[Referred], hits: Iterable[RaisedHit]) -> list[_Found]:
    """Each movement once, the longest waiting first.

    A traveller's hits stand with whatever movement of theirs was referred; where none was, with the latest.
    """
    found = {
        each.movement_id: _Found(each.movement_id, each.occurred_at, each.referred_at, each.referred_by)
        for each in sent
    }
    for case in _by_case(hits):
        its = [found[id] for id in {hit.movement_id for hit in case} & found.keys()]
        if not its:
            latest = max(case, key=lambda hit: hit.movement_occurred_at)
            since = min(hit.raised_at for hit in case)
            its = [_Found(latest.movement_id, latest.movement_occurred_at, since)]
            found[latest.movement_id] = its[0]
        for each in its:
            each.hit_case, each.open_hits = case[0].case_id, len({(hit.list, hit.entry_id) for hit in case})
    return sorted(found.values(), key=lambda each: each.since)


def _by_case(hits: Iterable[RaisedHit]) -> Iterable[Sequence[RaisedHit]]:
    cases: dict[UUID, list[RaisedHit]] = {}
    for hit in hits:
        cases.setdefault(hit.case_id, []).append(hit)
    return cases.values()


@retrying
async def claim(
    sessions: Sessions, movement_id: UUID, *, actor: Actor, now: datetime, take_over: bool = False
) -> Claim:
    """Take a case, or say that one is still at it; `take_over` takes it from whoever has it.

    Raises:
        NotFound: no such movement.
        Forbidden: it was at a post that the actor does not serve.
        CaseTaken: another officer has it.
    """
    async with sessions.begin() as session:
        post = await _post_of(session, movement_id, actor)
        asked = Claim(movement_id, post, actor.id, actor.name, now, now + LASTS)
        if not await second_line_store.claim(session, asked, take_over=take_over):
            standing = (await second_line_store.claims(session, [movement_id], now))[movement_id]
            raise CaseTaken(standing.officer_name, standing.until)
        details = {"taken_over": True} if take_over else {}
        await audit.record(
            session, actor, "claim_case", purpose=PURPOSE, post=post, subject=str(movement_id), details=details
        )
    return asked


@retrying
async def release(sessions: Sessions, movement_id: UUID, *, actor: Actor) -> None:
    """Give a case back. Of one that the actor does not have nothing is said: it is free, or another's."""
    async with sessions.begin() as session:
        post = await _post_of(session, movement_id, actor)
        if await second_line_store.release(session, movement_id, actor.id):
            await audit.record(session, actor, "release_case", purpose=PURPOSE, post=post, subject=str(movement_id))


async def _post_of(session: AsyncSession, movement_id: UUID, actor: Actor) -> str:
    post = (await store.movement(session, movement_id)).crossing.crossing_point
    require_post(actor, post)
    return post


@dataclass(frozen=True, slots=True)
class Journeys:
    """The traveller's other movements as they count now, at whichever post, oldest first; `documents` were shown."""

    movements: Sequence[Movement]
    documents: frozenset[str] = field(default_factory=frozenset)


async def journeys(
    sessions: Sessions, policies: Policies, movement_id: UUID, *, actor: Actor, now: datetime
) -> Journeys:
    """What the rules judge a movement beside. Who has the case may know it, posts of others included.

    Raises:
        NotFound: no such movement, or it was found never to have been.
        Forbidden: it was at a post that the actor does not serve.
    """
    with judging():
        async with sessions.begin() as session:
            post = await _post_of(session, movement_id, actor)
            log = Surroundings(session, policies, post, now)
            movement = await log.movement(movement_id)
            if movement is None:
                raise NotFound(f"movement {movement_id} was found never to have been")
            judge = log.judge(await store.crossing_points(session))
            own = sorted((await judge.near(movement)).own, key=lambda m: (m.crossing.occurred_at, m.seq))
            await audit.record(
                session,
                actor,
                "read_journeys",
                purpose=PURPOSE,
                post=post,
                subject=str(movement_id),
                details={"movements": len(own)},
            )
    return Journeys(own, frozenset(m.crossing.document.key for m in (movement, *own)))
