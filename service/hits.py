"""The queue of second line: hits grouped by traveller, adjudicated with a coded reason. Use cases, one transaction
each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from sqlalchemy import literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit, clearance_store, entry_store, finding_store, hit_store, store
from service.access import ALL_POSTS, Actor, require_post
from service.acting import counting
from service.clearances import NewClearance, give
from service.clearing import REASONS, Clearance, HitOutcome
from service.domain import Crossing, Finding, FindingStatus
from service.errors import AdjudicationConflict, AdjudicationRefused, NotFound
from service.facts import next_fact
from service.hit_store import Adjudication, Figures, RaisedHit
from service.list_store import entry_of
from service.list_tables import HitRow
from service.mapping import finding_of
from service.people_tables import WaitingRow
from service.transactions import retrying

Sessions = async_sessionmaker[AsyncSession]
PURPOSE = "border_control"


@dataclass(frozen=True, slots=True)
class ToldHit:
    """A hit with what screening found then. `instruction` is the entry's of now, told once the hit is confirmed."""

    hit: RaisedHit
    finding: Finding | None
    instruction: str | None


@dataclass(frozen=True, slots=True)
class HitCase:
    """A traveller, as first met, and the hits on him or her that the actor may see, oldest first."""

    id: UUID
    crossing: Crossing
    hits: tuple[ToldHit, ...]


async def queue(sessions: Sessions, *, actor: Actor, list_: str | None = None, limit: int = 100) -> list[HitCase]:
    """What waits at the actor's posts, the longest waiting first, each traveller once; the look leaves its trace."""
    async with sessions.begin() as session:
        posts = None if ALL_POSTS in actor.posts else actor.posts
        waiting = await hit_store.queue(session, posts=posts, list_=list_, limit=limit)
        await audit.record(session, actor, "read_hits", purpose=PURPOSE, details={"hits": len(waiting)})
        grouped: dict[UUID, list[RaisedHit]] = {}
        for one in waiting:
            grouped.setdefault(one.case_id, []).append(one)
        return [await _case(session, case_id, hits) for case_id, hits in grouped.items()]


async def case(sessions: Sessions, case_id: UUID, *, actor: Actor) -> HitCase:
    """A traveller's hits, adjudicated ones among them; the look leaves its trace.

    Raises:
        NotFound: there is no such case, or none at a post of this actor.
    """
    async with sessions.begin() as session:
        hits = [one for one in await hit_store.of_case(session, case_id) if actor.serves(one.crossing_point)]
        if not hits:
            raise NotFound("there is no such case at your posts")
        await audit.record(session, actor, "read_case", purpose=PURPOSE, subject=str(case_id))
        return await _case(session, case_id, hits)


async def _case(session: AsyncSession, case_id: UUID, hits: Sequence[RaisedHit]) -> HitCase:
    crossing = (await store.movement(session, hits[0].movement_id)).crossing
    return HitCase(case_id, crossing, tuple([await _told(session, one) for one in hits]))


async def _told(session: AsyncSession, hit: RaisedHit) -> ToldHit:
    rows = await finding_store.finding_rows(session, hit.movement_id, hit.movement_occurred_at)
    evidence = f"{hit.list}:{hit.entry_id}"
    told = [row for row in rows if row.rule in hit_store.HIT_RULES and evidence in row.evidence]
    found = [finding_of(row) for row in sorted(told, key=lambda row: row.status != FindingStatus.RAISED.value)]
    confirmed = hit.adjudication is not None and hit.adjudication.outcome is HitOutcome.CONFIRMED
    return ToldHit(hit, found[0] if found else None, await _instruction(session, hit) if confirmed else None)


async def _instruction(session: AsyncSession, hit: RaisedHit) -> str | None:
    """The entry's own, else that of its list; of an entry that was merged, that of the one it lives on as."""
    entry_id = await clearance_store.current_id(session, hit.list, hit.entry_id)
    row = await clearance_store.current_entry(session, hit.list, entry_id)
    terms = await entry_store.terms_of(session, hit.list)
    own = entry_of(row.payload).instruction if row else None
    return own or (terms.instruction if terms else None)


@retrying
async def adjudicate(
    sessions: Sessions, said: Adjudication, *, actor: Actor, clearance: NewClearance | None = None
) -> tuple[HitCase, Clearance | None]:
    """Say who a traveller is: the listed one (confirmed), another (cleared), or not known yet (undecided).

    It holds for every hit of this traveller on this entry that still waits. Along with `cleared` a clearance may be
    given, so that the traveller is not referred for this entry again. The same id with the same content is answered
    with what was said; a change of mind names what it supersedes.

    Raises:
        NotFound: there is no such hit.
        Forbidden: it was raised at a post that the actor does not serve.
        AdjudicationRefused: the reason does not go with the outcome, or a clearance does not.
        AdjudicationConflict: another adjudication stands, or the one named does not stand any more.
        ConflictingReplay: the id is that of an adjudication of another hit.
        ClearanceRefused: the clearance cannot be given; nothing is recorded then.
    """
    _require_reason(said, clearance)
    async with sessions.begin() as session:
        hit = await hit_store.hit(session, said.hit_id)
        if hit is None:
            raise NotFound("there is no such hit")
        require_post(actor, hit.crossing_point)
        await store.lock(session, [f"case:{hit.case_id}"])
        given, told = None, []
        if not await _was_said(session, said):
            told = await _say(session, hit, said)
            details = {"outcome": said.outcome.value, "reason": said.reason_code, "case": str(hit.case_id)}
            post, subject = hit.crossing_point, str(hit.id)
            await audit.record(
                session, actor, "adjudicate", purpose=PURPOSE, post=post, subject=subject, details=details
            )
        if clearance is not None:
            asked = replace(clearance, movement_id=hit.movement_id, list=hit.list, entry_id=hit.entry_id, hit_id=hit.id)
            given = await give(session, asked, actor=actor, now=said.decided_at)
        for post, one in sorted(told, key=lambda each: each[0]):  # last: a post's counter is held until the commit
            await next_fact(session, post, "adjudication", {"adjudication": one}, said.decided_at)
        hits = [one for one in await hit_store.of_case(session, hit.case_id) if actor.serves(one.crossing_point)]
        return await _case(session, hit.case_id, hits), given


def _require_reason(said: Adjudication, clearance: NewClearance | None) -> None:
    if REASONS.get(said.reason_code) is not said.outcome:
        codes = ", ".join(code for code, outcome in REASONS.items() if outcome is said.outcome)
        raise AdjudicationRefused(f"{said.outcome} needs one of the reason codes {codes}")
    if clearance is not None and said.outcome is not HitOutcome.CLEARED:
        raise AdjudicationRefused("only a hit that is cleared comes with a clearance")


async def _was_said(session: AsyncSession, said: Adjudication) -> bool:
    """Whether this very adjudication is recorded."""
    earlier = await hit_store.adjudications(session, said.hit_id)
    for one in earlier:
        if one.id == said.id:
            if replace(one, decided_at=said.decided_at) != said:
                raise AdjudicationConflict(one.id)
            return True
    replaced = {one.supersedes for one in earlier}
    last = next((one.id for one in earlier if one.id not in replaced), None)
    if said.supersedes != last:
        raise AdjudicationConflict(last)
    return False


async def _say(session: AsyncSession, hit: RaisedHit, said: Adjudication) -> list[tuple[str, Adjudication]]:
    """Record it of this hit, and of the others of this traveller on this entry that still wait; each with its post."""
    told = [(hit.crossing_point, said)]
    for other in await hit_store.of_case(session, hit.case_id):
        same = (other.list, other.entry_id) == (hit.list, hit.entry_id)
        if same and other.id != hit.id and other.open and said.outcome is not HitOutcome.UNDECIDED:
            standing = other.adjudication.id if other.adjudication else None
            told.append((other.crossing_point, replace(said, id=uuid4(), hit_id=other.id, supersedes=standing)))
    for _, one in told:
        await hit_store.add_adjudication(session, one)
    await _judge_again(session, hit, said)
    return told


async def _judge_again(session: AsyncSession, hit: RaisedHit, said: Adjudication) -> None:
    """Have the traveller's movements with a hit on the entry judged by the chore: whether a ban is his, E5 asks."""
    on_entry = (HitRow.case_id == hit.case_id, HitRow.list == hit.list, HitRow.entry_id == hit.entry_id)
    met = select(HitRow.movement_id, literal(said.decided_at), literal(f"adjudication:{said.id}")).where(*on_entry)
    columns = ["movement_id", "due_at", "cause"]
    await session.execute(insert(WaitingRow).from_select(columns, met.distinct()).on_conflict_do_nothing())


async def figures(sessions: Sessions, list_: str | None = None) -> list[Figures]:
    """What became of the hits of every list, or of each entry of one. No personal data."""
    with counting():
        async with sessions() as session:
            return await hit_store.figures(session, list_=list_)
