"""Second line's cases as the API shows them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from api.present import document_out, traveller_out
from api.schemas.second_line import ClaimOut, JourneyOut, JourneysOut, WaitingCaseOut
from service.access import Actor
from service.domain import Movement
from service.second_line import Journeys, WaitingCase
from service.second_line_store import Claim


def waiting_case_out(case: WaitingCase, actor: Actor, now: datetime, apart: Collection[str]) -> WaitingCaseOut:
    """A case of the queue, as `actor` sees it; `apart` are the documents whose data are contested."""
    crossing = case.movement.crossing
    return WaitingCaseOut(
        movement_id=crossing.id,
        crossing_point=crossing.crossing_point,
        direction=crossing.direction,
        occurred_at=crossing.occurred_at,
        traveller=traveller_out(crossing.traveller),
        document=document_out(crossing.document),
        rules=list(case.rules),
        since=case.since,
        age_seconds=(now - case.since).total_seconds(),
        referred_by=case.referred_by,
        hit_case=case.hit_case,
        open_hits=case.open_hits,
        claim=claim_out(case.claim, actor) if case.claim else None,
        restricted=crossing.document.key in apart,
    )


def claim_out(claim: Claim, actor: Actor) -> ClaimOut:
    """A claim, as `actor` sees it."""
    mine = claim.officer == actor.id
    return ClaimOut(officer=claim.officer_name, mine=mine, claimed_at=claim.claimed_at, until=claim.until)


def journeys_out(found: Journeys) -> JourneysOut:
    """The traveller's other movements."""
    return JourneysOut(documents=sorted(found.documents), movements=[_journey(each) for each in found.movements])


def _journey(movement: Movement) -> JourneyOut:
    crossing = movement.crossing
    return JourneyOut(
        id=crossing.id,
        crossing_point=crossing.crossing_point,
        direction=crossing.direction,
        occurred_at=crossing.occurred_at,
        clock=crossing.clock,
        source=crossing.source,
        document=document_out(crossing.document),
        decision=movement.decision,
    )
