"""Corrections of what was recorded, and rebuttals of what was found: facts beside the facts, with who, why and by what.

Nothing recorded is changed. Whoever a correction can affect is judged again, with the correction as the cause.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit, clearance_store, contact_store, finding_store, hit_store, people_store, store
from service.access import Actor, require_post
from service.correcting import SUPPLIED, WITHDRAWN, Correction, CorrectionKind, Rebuttal, changed, claim_of, corrected
from service.domain import Crossing, Finding, Movement, Severity
from service.errors import ConflictingReplay, CorrectionRefused, FutureTime, NotFound, UnknownCrossingPoint
from service.facts import next_fact
from service.identity import subject_of
from service.judging import Judge, Reached
from service.policy_book import Policies
from service.rules.revision import revision
from service.screening import Screens
from service.surroundings import Surroundings, fact_keys
from service.transactions import retrying
from service.watch import watch_findings

Sessions = async_sessionmaker[AsyncSession]
PURPOSE = "border_control"
_NOT_HERE = frozenset("PW")  # findings of protection are the protection desk's, hits are adjudicated


@dataclass(frozen=True, slots=True)
class History:
    """What was said of a movement after it was recorded, oldest first, and how it counts now; None if it never was."""

    movement: Movement
    counts: Movement | None
    corrections: tuple[Correction, ...]
    rebuttals: tuple[Rebuttal, ...]


@retrying
async def correct(
    sessions: Sessions, index: Screens, policies: Policies, said: Correction, *, actor: Actor, supplied: bool = False
) -> History:
    """Record what a movement should have said, or that it never was. The same id with the same content again changes
    nothing. `supplied` is for what a desk learns later, which fewer fields hold and more officers may say.

    Raises:
        NotFound: the movement was never recorded.
        Forbidden: it was recorded at a post that the actor does not serve.
        CorrectionRefused: it changes nothing, names a field that cannot be corrected, or comes after the end.
        ConflictingReplay: the id was used before for something else.
        FutureTime, UnknownCrossingPoint: of the corrected movement.
    """
    async with sessions.begin() as session:
        recorded = await store.movement(session, said.movement_id)
        post = recorded.crossing.crossing_point
        require_post(actor, post)
        policy = policies.at(recorded.crossing.occurred_at)
        hidden = await contact_store.hide_changes(session, recorded.id, post, said.changes, policy, said.recorded_at)
        said = replace(said, crossing_point=post, changes=hidden)
        await store.lock(session, [f"decision:{said.movement_id}"])
        if not await _said_before(session, said):
            log = Surroundings(session, policies, post, said.recorded_at)
            await _correct(session, log, index, recorded, said, supplied=supplied)
            await _trace(session, actor, "correct", post, said.movement_id, {"kind": said.kind.value})
        return await _history(session, said.movement_id)


async def _said_before(session: AsyncSession, said: Correction) -> bool:
    there = await people_store.correction(session, said.id)
    if there and replace(there, recorded_at=said.recorded_at, seq=0) != said:
        raise ConflictingReplay(said.id)
    return there is not None


async def _correct(
    session: AsyncSession, log: Surroundings, index: Screens, recorded: Movement, said: Correction, *, supplied: bool
) -> None:
    posts = await store.crossing_points(session)
    earlier = await people_store.corrections(session, said.movement_id)
    before = corrected(recorded, earlier)
    if before is None:
        raise CorrectionRefused("this movement was found never to have been")
    _require_sound(said, before.crossing, supplied=supplied)
    after = corrected(recorded, [*earlier, replace(said, seq=sys.maxsize)])
    if after and after.crossing.crossing_point not in posts:
        raise UnknownCrossingPoint(after.crossing.crossing_point)
    counting = [each.crossing for each in (before, after) if each]
    await store.lock(session, [key for each in counting for key in fact_keys(each, log.policy)])
    judge = log.judge(posts)
    reached = (await judge.reached_by(before)).and_(await judge.reached_by(after) if after else Reached())
    await log.hold([said.movement_id, *reached.again])
    seq = await next_fact(session, log.heard_at, "correction", {"correction": said}, said.recorded_at)
    said = replace(said, seq=seq)
    await people_store.add_correction(session, said, recorded.crossing.occurred_at, counting[-1])
    await _screen_again(session, log, index, before, after, str(said.id))
    await _follow(judge, reached, said.movement_id, str(said.id))


def _require_sound(said: Correction, crossing: Crossing, *, supplied: bool) -> None:
    if said.kind is CorrectionKind.VOID:
        return
    if supplied and (wrong := said.changes.keys() - SUPPLIED):
        raise CorrectionRefused(f"second line corrects {', '.join(sorted(wrong))}, the first line does not")
    try:
        after = changed(crossing, said.changes)
    except KeyError as error:
        raise CorrectionRefused(f"there is no field {error.args[0]} to correct") from None
    except (ValueError, TypeError):
        raise CorrectionRefused("a corrected value is none that its field can have") from None
    if after == crossing:
        raise CorrectionRefused("this is what the movement says already")
    if after.occurred_at > said.recorded_at:
        raise FutureTime(after.occurred_at, said.recorded_at)


async def _follow(judge: Judge, reached: Reached, movement_id: UUID, cause: str) -> None:
    await judge.again(movement_id, cause)
    await judge.follow(Reached([id for id in reached.again if id != movement_id], reached.later), cause)


async def _screen_again(
    session: AsyncSession, log: Surroundings, index: Screens, before: Movement, after: Movement | None, cause: str
) -> None:
    """Screen anew whoever is somebody else by the correction."""
    if after and (after.crossing.traveller, after.crossing.document) == (
        before.crossing.traveller,
        before.crossing.document,
    ):
        return
    found: tuple[Finding, ...] = ()
    if after:
        crossing = after.crossing
        hits = index.screen(subject_of(crossing.traveller, crossing.document), at=crossing.occurred_at)
        given = await clearance_store.given_for(session, [(hit.list, hit.entry_id) for hit in hits], crossing)
        found = watch_findings(hits, crossing, given)
        await hit_store.raise_hits(session, crossing, found, log.now, cause=cause)
    recorded = await store.movement(session, before.id)
    standing = await finding_store.standing(session, recorded)
    change = revision([each for each in standing.values() if each.rule.startswith("W")], found)
    if change.withdrawn or change.raised:
        await log.revise(before.id, change, cause)


@retrying
async def rebut(sessions: Sessions, policies: Policies, said: Rebuttal, *, actor: Actor) -> History:
    """Record what was shown against a finding that stands, or take a rebuttal back. `said.claim` names the finding;
    its id and rule are filled in here. The same id again changes nothing.

    Raises:
        NotFound: no such finding stands on the movement, or it is not for this desk.
        Forbidden: it was recorded at a post that the actor does not serve.
        CorrectionRefused: the ground is none that would rebut the finding.
        ConflictingReplay: the id was used before for something else.
    """
    async with sessions.begin() as session:
        movement = await store.movement(session, said.movement_id)
        post = movement.crossing.crossing_point
        require_post(actor, post)
        await store.lock(session, fact_keys(movement.crossing, policies))
        log = Surroundings(session, policies, post, said.recorded_at)
        await log.hold([said.movement_id])
        there = await people_store.rebuttal(session, said.id)
        if there and (there.movement_id, there.claim, there.ground) != (said.movement_id, said.claim, said.ground):
            raise ConflictingReplay(said.id)
        if there is None:
            said = replace(await _against(session, movement, said), crossing_point=post)
            seq = await next_fact(session, post, "rebuttal", {"rebuttal": said}, said.recorded_at)
            await people_store.add_rebuttal(session, replace(said, seq=seq), movement.crossing.occurred_at)
            judge = log.judge(await store.crossing_points(session))
            await judge.again(said.movement_id, str(said.id), {said.rule})
            await _trace(session, actor, "rebut", post, said.movement_id, {"rule": said.rule, "ground": said.ground})
        return await _history(session, said.movement_id)


async def _against(session: AsyncSession, movement: Movement, said: Rebuttal) -> Rebuttal:
    """The rebuttal with the finding that it is about."""
    if said.ground == WITHDRAWN:
        earlier = [each for each in await people_store.rebuttals(session, movement.id) if each.claim == said.claim]
        if not earlier or earlier[-1].ground == WITHDRAWN:
            raise NotFound("no such rebuttal stands on this movement")
        return replace(said, finding_id=earlier[-1].finding_id, rule=earlier[-1].rule)
    for row_id, finding in (await finding_store.standing(session, movement)).items():
        its_own = finding.severity is not Severity.PROTECTION and finding.rule[0] not in _NOT_HERE
        if its_own and claim_of(finding) == said.claim:
            if said.ground not in finding.rebuttable_by:
                raise CorrectionRefused(f"{finding.rule} is rebutted by {', '.join(finding.rebuttable_by)}")
            return replace(said, finding_id=row_id, rule=finding.rule)
    raise NotFound("no such finding stands on this movement")


async def history(sessions: Sessions, movement_id: UUID, *, actor: Actor) -> History:
    """What was said of a movement; the look leaves its trace.

    Raises:
        NotFound: it was never recorded.
        Forbidden: it was recorded at a post that the actor does not serve.
    """
    async with sessions.begin() as session:
        found = await _history(session, movement_id)
        post = found.movement.crossing.crossing_point
        require_post(actor, post)
        await _trace(session, actor, "read_corrections", post, movement_id, {})
        return found


async def like(sessions: Sessions, movement_id: UUID, missed: Crossing, *, actor: Actor) -> Crossing:
    """`missed` with the traveller and the document of a recorded movement, as it counts now.

    Raises:
        NotFound: it was never recorded, or found never to have been.
        Forbidden: it was recorded at a post that the actor does not serve.
        FutureTime: it would lie ahead.
    """
    async with sessions() as session:
        found = await _history(session, movement_id)
    require_post(actor, found.movement.crossing.crossing_point)
    if found.counts is None:
        raise NotFound("this movement was found never to have been")
    known = found.counts.crossing
    return replace(missed, document=known.document, traveller=known.traveller, person_keys=known.person_keys)


async def _history(session: AsyncSession, movement_id: UUID) -> History:
    movement = await store.movement(session, movement_id)
    contacts = await contact_store.opened(session, [movement_id])
    corrections = tuple(
        replace(each, changes=contact_store.changes_shown(movement_id, each.changes, contacts))
        for each in await people_store.corrections(session, movement_id)
    )
    rebuttals = tuple(await people_store.rebuttals(session, movement_id))
    return History(movement, corrected(movement, corrections), corrections, rebuttals)


async def _trace(
    session: AsyncSession, actor: Actor, action: str, post: str, movement_id: UUID, details: dict[str, object]
) -> None:
    await audit.record(session, actor, action, purpose=PURPOSE, post=post, subject=str(movement_id), details=details)
