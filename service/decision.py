"""Record an officer's decision on a movement. One use case, one transaction."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit, store
from service.access import Actor, require_post
from service.domain import Decision, Outcome
from service.errors import DecisionConflict, InvalidDecision
from service.policy import Policy
from service.reevaluation import after_fact
from service.transactions import retrying

# Refusal reasons of the standard form for refusing entry at the border (Regulation (EU) 2016/399, Annex V part B).
REFUSAL_REASONS = frozenset("ABCDEFGHI")


@retrying
async def decide(
    sessions: async_sessionmaker[AsyncSession], policy: Policy, decision: Decision, *, actor: Actor
) -> Decision:
    """Record `decision`, once. A change of mind is a new decision that names the one it replaces.

    The same id with the same content is answered with what was recorded. Who is refused has not crossed, so a
    refusal that comes late may change what was found on the movements after it.

    Raises:
        NotFound: the movement was never recorded.
        Forbidden: it was recorded at a post that the actor does not serve.
        InvalidDecision: a refusal without a coded reason, or a reason without a refusal.
        DecisionConflict: another decision stands, or the one named does not stand any more.
    """
    _require_reason(decision)
    async with sessions.begin() as session:
        crossing_point, occurred_at = await store.place_of(session, decision.movement_id)
        require_post(actor, crossing_point)
        await store.lock(session, [f"decision:{decision.movement_id}"])
        made = await store.decisions(session, decision.movement_id)
        for earlier in made:
            if earlier.id == decision.id:
                return _same(earlier, decision)
        if decision.supersedes != (made[-1].id if made else None):
            raise DecisionConflict(decision.movement_id, made[-1].id if made else None)
        await store.add_decision(session, decision, crossing_point, occurred_at)
        await _judge_others(session, policy, decision)
        await audit.record(
            session, actor, "decide", purpose="border_control", post=crossing_point, subject=str(decision.movement_id)
        )
    return decision


async def _judge_others(session: AsyncSession, policy: Policy, decision: Decision) -> None:
    movement = await store.movement(session, decision.movement_id)
    await store.lock(session, [movement.crossing.document.key, *movement.crossing.person_keys])
    related = await store.movements_of(session, movement.crossing)
    posts = await store.crossing_points(session)
    await after_fact(session, movement, related, policy, posts, cause=str(decision.id), now=decision.decided_at)


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
