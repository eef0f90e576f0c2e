"""The guided walk, in a demonstration alone."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from api.deps import ServicesDep, permit
from api.schemas.demo import ShownOut, StopOut, WalkOut
from service.access import Action, Actor
from service.demo.walk import Stop, begin_walk
from service.errors import NotFound

router = APIRouter(prefix="/v1/demo", tags=["demonstration"])


@router.post("/walks", status_code=201)
async def begin(services: ServicesDep, _actor: Annotated[Actor, permit(Action.DECIDE)]) -> WalkOut:
    """Begin a walk past five made-up travellers: one of whom nothing is known, a namesake, an overstay, a child with an
    adult of no recorded relation, a lost passport. Each walk has travellers of its own.

    What must have happened before is recorded: an entry, an exit, a report of a loss. Only a demonstration has walks;
    elsewhere the answer is 404.
    """
    if not services.settings.demo:
        raise NotFound("only a demonstration has walks")
    parts = services.parts
    stops = await begin_walk(services.database.sessions, parts.screening, parts.policy, services.now())
    return WalkOut(stops=[_stop(stop) for stop in stops])


def _stop(stop: Stop) -> StopOut:
    documents = [
        ShownOut(mrz=each.zone(), document_number=each.document.document_number, accompanying=list(each.accompanying))
        for each in stop.shown
    ]
    return StopOut(story=stop.story, crossing_point=stop.post, direction=stop.direction, documents=documents)
