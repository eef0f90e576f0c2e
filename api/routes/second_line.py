"""Second line: who waits, who has taken whose case, and the traveller's other crossings."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.deps import ServicesDep, permit
from api.present_second_line import claim_out, journeys_out, waiting_case_out
from api.schemas.second_line import ClaimIn, ClaimOut, JourneysOut, WaitingCaseOut
from service import restrictions, second_line
from service.access import Action, Actor

router = APIRouter(prefix="/v1/second-line", tags=["second line"])
Reader = Annotated[Actor, permit(Action.READ_HITS)]
Claimer = Annotated[Actor, permit(Action.ADJUDICATE_HIT)]


@router.get("")
async def queue(
    services: ServicesDep, actor: Reader, limit: Annotated[int, Query(ge=1, le=500)] = 100
) -> list[WaitingCaseOut]:
    """The cases that wait at your posts, the longest waiting first. The look leaves its trace."""
    sessions, now = services.database.sessions, services.now()
    found = await second_line.queue(sessions, actor=actor, now=now, limit=limit)
    apart = await restrictions.restricted(sessions, {each.movement.crossing.document.key for each in found})
    return [waiting_case_out(each, actor, now, apart) for each in found]


@router.put("/{movement_id}/claim")
async def claim(services: ServicesDep, movement_id: UUID, asked: ClaimIn, actor: Claimer) -> ClaimOut:
    """Take a case, so that no other officer begins on it; asked again, it says that you are still at it."""
    made = await second_line.claim(
        services.database.sessions, movement_id, actor=actor, now=services.now(), take_over=asked.take_over
    )
    return claim_out(made, actor)


@router.delete("/{movement_id}/claim", status_code=204)
async def release(services: ServicesDep, movement_id: UUID, actor: Claimer) -> None:
    """Give a case back."""
    await second_line.release(services.database.sessions, movement_id, actor=actor)


@router.get("/{movement_id}/journeys")
async def journeys(services: ServicesDep, movement_id: UUID, actor: Reader) -> JourneysOut:
    """The traveller's other movements, by links between documents too. The look leaves its trace."""
    found = await second_line.journeys(
        services.database.sessions, services.policy, movement_id, actor=actor, now=services.now()
    )
    return journeys_out(found)
