"""Screening somebody without a crossing: for second line and for watchlist managers, with a purpose."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request

from api.deps import ServicesDep, permit
from api.present import hits_out, language_of
from api.schemas.lists import ScreenIn, ScreenOut
from service import screening
from service.access import Action, Actor
from watchlist.records import Subject

router = APIRouter(prefix="/v1/screenings", tags=["watchlists"])


@router.post("")
async def screen(
    request: Request, services: ServicesDep, asked: ScreenIn, actor: Annotated[Actor, permit(Action.SCREEN)]
) -> ScreenOut:
    """What the lists in force say of a name, explained field by field. The question is audited, not the name."""
    fields = asked.model_dump(exclude={"purpose"}, exclude_none=True)
    index = services.screening.current
    hits = await screening.screen(
        services.database.sessions, index, Subject(**fields), actor=actor, purpose=asked.purpose, now=services.now()
    )
    return ScreenOut(index_version=index.version, hits=hits_out(hits, language_of(request)))
