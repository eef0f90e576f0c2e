"""What findings mean: for the help at every desk."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request

from api.deps import permit
from api.present import language_of
from api.schemas.meaning import MeaningOut
from service.access import Action, Actor
from service.meaning import all_meanings

router = APIRouter(prefix="/v1/rules", tags=["reference"])


@router.get("")
async def meanings(request: Request, _actor: Annotated[Actor, permit(Action.READ_REFERENCE)]) -> list[MeaningOut]:
    """Every kind of finding there is, in the language that is asked for: what it says, and what would rebut it."""
    return [MeaningOut.model_validate(each) for each in all_meanings(language_of(request))]
