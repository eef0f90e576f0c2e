"""How many days of stay are used and left. Nothing is looked up and nothing is kept: the request says all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter

from api.deps import ServicesDep, permit
from api.schemas.stays import AllowanceOut, StayIn, StayQuestionIn
from service.access import Action, Actor
from service.policy import Policy
from service.stay import Stay, allowance, covered

router = APIRouter(prefix="/v1/stays", tags=["stays"])


@router.post("/calculate")
async def calculate(
    services: ServicesDep, asked: StayQuestionIn, _actor: Annotated[Actor, permit(Action.READ_REFERENCE)]
) -> AllowanceOut:
    """Count the days of stay in the window that ends with a day: used, left, latest exit, earliest re-entry."""
    policy = services.policy.at(services.now())
    days, window = _limit(asked, policy)
    permits = list(_stays(asked.permits))
    found = allowance(_stays(asked.stays), asked.day, days=days, window=window, permits=permits)
    return AllowanceOut(
        day=asked.day,
        days_allowed=days,
        window_days=window,
        window_start=found.window_start,
        days_used=found.days_used,
        days_left=found.days_left,
        latest_exit=found.latest_exit,
        earliest_reentry=found.earliest_reentry,
        exempt=covered(permits, asked.day),
        policy_version=policy.version,
    )


def _limit(asked: StayQuestionIn, policy: Policy) -> tuple[int, int]:
    if asked.days is not None and asked.window_days is not None:
        return asked.days, asked.window_days
    return policy.window_limit


def _stays(given: Iterable[StayIn]) -> Iterable[Stay]:
    return (Stay(stay.first, stay.last) for stay in given)
