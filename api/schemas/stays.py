"""The calculator of days of stay, on the wire."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.schemas import base
from api.schemas.base import Wire

Day = Annotated[base.Day, Field(ge=date(1900, 1, 1), le=date(2199, 12, 31))]


class StayIn(Wire):
    """Presence from the day of entry to the day of exit, both counted; without `last` it goes on."""

    first: Day
    last: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> StayIn:
        if self.last is not None and self.last < self.first:
            raise ValueError("a stay ends no earlier than it begins")
        return self


class StayQuestionIn(Wire):
    """Stays of somebody who is not named, and the day to look at.

    `permits` are the times of residence permits and long-stay visas, whose days do not count. Without `days` and
    `window_days` the limit is that of the policy in force.
    """

    day: Day = Field(description="the reference day, on which the traveller is taken to be present")
    stays: Annotated[list[StayIn], Field(max_length=1000)]
    permits: list[StayIn] = Field(default=[], max_length=100)
    days: Annotated[int, Field(ge=1, le=3660)] | None = None
    window_days: Annotated[int, Field(ge=1, le=3660)] | None = None

    @model_validator(mode="after")
    def _both_or_none(self) -> StayQuestionIn:
        if (self.days is None) != (self.window_days is None):
            raise ValueError("give both days and window_days, or neither")
        if self.days is not None and self.window_days is not None and self.days > self.window_days:
            raise ValueError("more days are allowed than the window has")
        return self

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"day": "2026-04-10", "stays": [{"first": "2025-09-23", "last": "2025-11-02"}]}],
        },
    )


class AllowanceOut(BaseModel):
    """What is used and left in the window that ends with the day.

    `latest_exit` is the last day of a stay that goes on from the day, null where not even that day is allowed or no
    day would be too late; `earliest_reentry` the first day, from it on, on which somebody who stays away may be
    present. `exempt` says that the day itself lies under a permit, so that no limit holds on it.
    """

    day: date
    days_allowed: int
    window_days: int
    window_start: date
    days_used: int
    days_left: int
    latest_exit: date | None
    earliest_reentry: date | None
    exempt: bool
    policy_version: str
