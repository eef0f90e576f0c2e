"""A zone that somebody typed, looked through. Nothing is looked up and nothing is kept: the request says all."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from api.deps import ServicesDep, permit
from api.present_zone import zone_check
from api.schemas.zone_check import ZoneCheckOut, ZoneTextIn
from ocr.checking import check
from service.access import Action, Actor

router = APIRouter(prefix="/v1/mrz", tags=["reading"])


@router.post("/check")
async def look_through(
    services: ServicesDep, asked: ZoneTextIn, _actor: Annotated[Actor, permit(Action.READ_REFERENCE)]
) -> ZoneCheckOut:
    """Look through a typed zone: its format, every field and check digit, what disagrees, what may be mistyped.

    A text that is no zone is no error: `faults` say why. No record is read or written, and nothing of the text is
    logged.
    """
    return zone_check(check(asked.mrz), services.now().date())
