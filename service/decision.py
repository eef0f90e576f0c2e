"""Record an officer's decision on a movement. One use case, one transaction."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit, protection_store, store
from service.access import Actor, require_post
from service.domain import Decision, Outcome
from service.errors import DecisionConflict, InvalidDecision, RefusalBarred
from service.judging import Judge, Reached
from service.policy_book import Policies
from service.protection import removal_barred
from service.surroundings import Surroundings, fact_keys
from service.transactions import retrying

# Refusal reasons of the standard form for refusing entry at the border (Regulation (EU) 2016/399, Annex V part B).
REFUSAL_REASONS = frozenset("ABCDEFGHI")


@retrying
async def decide(
    sessions: async_sessionmaker[AsyncSession], policies: Policies, decision: Decision, *, actor: Actor
) -> Decision:
    """Record `decision`, once. A change of mind is a new decision that names the one it replaces.

    The same id with the same content is answered with what was recorded. Who is refused has not crossed, so a
    refusal that comes late may change what was found on the movements after it.

    Raises:
        NotFound: the movement was never recorded.
        Forbidden: it was recorded at a post that the actor does not serve.
        RefusalBarred: a refusal of somebody whom the protection desk has not released.
        InvalidDecision: a refusal without a coded reason, or a reason without a refusal.
        DecisionConflict: another decision stands, or the one named does not stand any more.
        ConflictingReplay: the id is that of a decision on another movement.
    """
    _require_reason(decision)
    async with sessions.begin() as session:
        crossing_point, occurred_at = await store.place_of(session, decision.movement_id)
        require_post(actor, crossing_point)
        await store.lock(session, [f"decision:{decision.movement_id}"])
        await store.lock(session, fact_keys((await store.movement(session, decision.movement_id)).crossing, policies))
        made = await store.decisions(session, decision.movement_id)
        for earlier in made:
            if earlier.id == decision.id:
                return _same(earlier, decision)
        if decision.supersedes != (made[-1].id if made else None):
            raise DecisionConflict(decision.movement_id, made[-1].id if made else None)
        log = Surroundings(session, policies, crossing_point, decision.decided_at)
        judge = log.judge(await store.crossing_points(session))
        if decision.outcome is Outcome.REFUSED:
            await _require_unbarred(log, judge, decision.movement_id)
        reached = await _reached(log, judge, decision)
        await store.add_decision(session, decision, crossing_point, occurred_at)
        await log.wait_no_longer(decision.movement_id, "M9")
        await judge.again(decision.movement_id, str(decision.id), {"M9"})
        await judge.follow(reached, str(decision.id))
        await audit.record(
            session, actor, "decide", purpose="border_control", post=crossing_point, subject=str(decision.movement_id)
        )
    return decision


async def _require_unbarred(log: Surroundings, judge: Judge, movement_id: UUID) -> None:
    """A wish for asylum holds for the traveller: expressed on another movement, it bars refusal on this one too."""
    movement = await log.movement(movement_id) or await store.movement(log.session, movement_id)
    own = (await judge.near(movement)).own
    said = await protection_store.said(log.session, [movement_id, *(m.id for m in own)])
    if any(map(removal_barred, said)):
        raise RefusalBarred


async def _reached(log: Surroundings, judge: Judge, decision: Decision) -> Reached:
    """Whom the decision may change: those after it, and its company."""
    movement = await log.movement(decision.movement_id)
    reached = await judge.reached_by(movement) if movement else Reached()
    await log.hold([decision.movement_id, *reached.again])
    return reached


def _require_reason(decision: Decision) -> None:
    if decision.outcome is Outcome.REFUSED:
        if decision.reason_code not in REFUSAL_REASONS:
            raise InvalidDecision(f"a refusal needs one of the reason codes {', '.join(sorted(REFUSAL_REASONS))}")
    elif decision.reason_code is not None:
        raise InvalidDecision("only a refusal carries a reason code")


def _same(earlier: Decision, now: Decision) -> Decision:
    said = (now.outcome, now.reason_code, now.supersedes, now.officer)
    if (earlier.outcome, earlier.reason_code, earlier.supersedes, earlier.officer) != said:
        raise DecisionConflict(now.movement_id, earlier.id)
    return earlier
