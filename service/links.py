"""Officers say whose documents belong together: a link is confirmed, split, or left to likeness again.

What was said stays said: a change of mind is a new ruling that names the one before it. Whoever has other movements of
his own by it is judged again, with the ruling as the cause, and so is whoever those movements may change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit, people_store, store
from service.access import Actor, require_post
from service.domain import Movement
from service.errors import ConflictingReplay, LinkRefused, NotFound, RulingConflict
from service.facts import next_fact
from service.judging import Judge, Reached
from service.linking import Links, Pair, Proposal, Ruled, Ruling
from service.people_tables import LinkRow
from service.person import same_person
from service.policy_book import Policies
from service.rules.reach import Sought
from service.surroundings import Surroundings
from service.transactions import retrying

Sessions = async_sessionmaker[AsyncSession]
PURPOSE = "border_control"


@dataclass(frozen=True, slots=True)
class Link:
    """Two documents, what speaks for one bearer, and what officers have said, oldest first."""

    id: UUID
    pair: Pair
    identity: str
    evidence: Mapping[str, Any]
    proposed_at: datetime
    proposed_by: str | None
    rulings: Sequence[Ruled] = ()

    @property
    def ruling(self) -> Ruling | None:
        """What stands; None while nobody has said anything."""
        return self.rulings[-1].ruling if self.rulings else None


async def listed(
    sessions: Sessions, *, actor: Actor, document: str | None = None, open_only: bool = False, limit: int = 100
) -> list[Link]:
    """Links, the latest proposed first; the look leaves its trace."""
    async with sessions.begin() as session:
        rows = await people_store.page(session, document=document, open_only=open_only, limit=limit)
        rulings = await people_store.rulings(session, [row.id for row in rows])
        await audit.record(session, actor, "read_links", purpose=PURPOSE, details={"links": len(rows)})
        return [_link(row, rulings.get(row.id, ())) for row in rows]


@retrying
async def rule(sessions: Sessions, policies: Policies, said: Ruled, *, actor: Actor) -> Link:
    """Record what an officer says of two documents, proposed or not. The same id again changes nothing.

    Raises:
        NotFound: one of the documents was never presented.
        Forbidden: the actor does not serve the post where it is said.
        LinkRefused: nothing was confirmed or split that could be reopened.
        RulingConflict: another ruling stands, or the one named does not stand any more.
        ConflictingReplay: the id is that of another ruling.
    """
    require_post(actor, said.crossing_point)
    async with sessions.begin() as session:
        log = Surroundings(session, policies, said.crossing_point, said.ruled_at)
        await store.lock(session, said.pair)
        row = await _link_of(session, log, said)
        its = (await people_store.rulings(session, [row.id])).get(row.id, [])
        if not _said_before(its, said):
            _require_next(its, said)
            await _record(session, log, row, said)
            await audit.record(
                session,
                actor,
                "rule_on_link",
                purpose=PURPOSE,
                post=said.crossing_point,
                subject=str(row.id),
                details={"ruling": said.ruling.value},
            )
            its = [*its, said]
        return _link(row, its)


def _said_before(its: Sequence[Ruled], said: Ruled) -> bool:
    """Whether this very ruling is recorded."""
    same = next((each for each in its if each.id == said.id), None)
    if same and replace(same, ruled_at=said.ruled_at) != said:
        raise ConflictingReplay(said.id)
    return same is not None


def _require_next(its: Sequence[Ruled], said: Ruled) -> None:
    standing = its[-1].id if its else None
    if said.supersedes != standing:
        raise RulingConflict(standing)
    if said.ruling is Ruling.REOPENED and not its:
        raise LinkRefused("nobody has ruled on this link: there is nothing to reopen")


async def _link_of(session: AsyncSession, log: Surroundings, said: Ruled) -> LinkRow:
    """The link of the two documents; one that nobody proposed is made, with how alike their bearers are."""
    if row := await people_store.link_of(session, said.pair):
        return row
    latest = {m.crossing.document.key: m for m in await log.filed(Sought(frozenset(said.pair)))}
    if missing := set(said.pair) - latest.keys():
        raise NotFound(f"no movement with document {', '.join(sorted(missing))} is recorded")
    one, other = (latest[key] for key in said.pair)
    likeness = same_person(one.crossing.traveller, other.crossing.traveller)
    proposal = Proposal(said.pair, likeness, (one.id, other.id))
    await people_store.propose(session, [proposal], said.ruled_at, by=said.officer)
    made = await people_store.link_of(session, said.pair)
    assert made is not None
    return made


async def _record(session: AsyncSession, log: Surroundings, row: LinkRow, said: Ruled) -> None:
    before = await people_store.links(session, *said.pair)
    after = Links({**before.rulings, said.pair: said.ruling})
    documents = {key for links in (before, after) for known in said.pair for key in links.confirmed(known)}
    await store.lock(session, documents)
    movements = await log.filed(Sought(frozenset(documents)))
    changed = [m for m in movements if _own(before, m, movements) != _own(after, m, movements)]
    judge = log.judge(await store.crossing_points(session))
    reached = await _reached(judge, changed, Reached([m.id for m in changed]))
    await people_store.add_ruling(session, row.id, said)
    reached = await _reached(judge, changed, reached)
    await log.hold(reached.again)
    await next_fact(session, said.crossing_point, "link", {"ruling": said}, said.ruled_at)
    await judge.follow(reached, str(said.id))


async def _reached(judge: Judge, changed: Sequence[Movement], reached: Reached) -> Reached:
    """And whom those movements may change as the rulings stand now: the group that waits for one of its own."""
    for movement in changed:
        reached = reached.and_(await judge.reached_by(movement))
    return reached


def _own(links: Links, movement: Movement, among: Sequence[Movement]) -> set[UUID]:
    return {m.id for m in links.movements(movement.crossing, among)}


def _link(row: LinkRow, rulings: Sequence[Ruled]) -> Link:
    return Link(row.id, (row.one, row.other), row.identity, row.evidence, row.proposed_at, row.proposed_by, rulings)
