"""How much work officers have, for who plans their shifts."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request

from api.deps import ServicesDep, permit, require
from api.schemas.base import Moment, PostCode
from api.schemas.officers import LoadLineOut, LoadOut
from service import officers
from service.access import Action, Actor
from service.load_store import Load
from service.officers import Officer

router = APIRouter(prefix="/v1/officers", tags=["supervision"])
WEEK = timedelta(days=7)


@router.get("/load")
async def load(
    request: Request,
    services: ServicesDep,
    actor: Annotated[Actor, permit(Action.READ_LOAD)],
    since: Annotated[Moment | None, Query(alias="from", description="included; a week before the end")] = None,
    until: Annotated[Moment | None, Query(alias="to", description="not included; now")] = None,
    crossing_point: PostCode | None = None,
) -> LoadOut:
    """Inspections, decisions and median times by post and officer, over at most 92 days: for planning shifts.

    It ranks nobody. Officers of the posts that you serve by name are named; who serves all posts sees numbers in the
    place of names, dealt anew with each answer. The look leaves its trace.
    """
    if crossing_point is not None:
        await require(request, actor, Action.READ_LOAD, crossing_point)
    end = until or services.now()
    begin = since or end - WEEK
    database = services.database
    found = await officers.load(database.reader_sessions, database.sessions, begin, end, crossing_point, actor=actor)
    return LoadOut(since=begin, until=end, lines=[_line_out(*each) for each in found])


def _line_out(officer: Officer, work: Load) -> LoadLineOut:
    told = asdict(work)
    return LoadLineOut(
        **{name: told[name] for name in LoadLineOut.model_fields if name in told and name != "officer"},
        crossing_point=work.post,
        officer=officer.name,
        number=officer.number,
    )
