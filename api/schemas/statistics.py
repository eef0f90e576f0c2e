"""The centre's figures, on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, Field

from service.domain import Direction, Verdict
from service.figures import Figure

Measure = float | int | None


class FigureOut(BaseModel):
    """By what a figure can be asked (`by`), filtered, and what is told of it, the count of all first."""

    figure: Figure
    dimensions: list[str]
    filters: list[str]
    measures: list[str]


class CatalogueOut(BaseModel):
    """Which figures there are. Cells smaller than `smallest_cell` are withheld from you; at 1 nothing is."""

    figures: list[FigureOut]
    age_bands: list[str]
    smallest_cell: int


@dataclass(slots=True)  # and no model: a flow map has thousands of rows
class StatisticRowOut:
    """One row: its key, one text for each dimension, and its measures by name.

    A measure is null where it is `withheld` for being few, and where there is nothing to tell, such as a share of none.
    """

    key: tuple[str, ...]
    values: dict[str, Measure]
    compared: Annotated[dict[str, Measure] | None, Field(description="the same of the period compared with")]
    withheld: tuple[str, ...]


class PostFreshnessOut(BaseModel):
    """Until when a post was heard; null for one that writes here directly, so that nothing of it is missing."""

    crossing_point: str
    heard_until: datetime | None


class StatisticOut(BaseModel):
    """A figure: one row for each key that has any, and all of them together.

    Times in keys: hours in UTC, days and what is longer as at the posts; weekdays 1 (Monday) to 7; hours of the day 00
    to 23 as at the posts. Exact to the last commit before `as_of`.
    """

    figure: Figure
    dimensions: list[str]
    measures: list[str]
    rows: list[StatisticRowOut]
    total: StatisticRowOut
    first: date
    last: date
    against: date | None
    smallest_cell: int
    withheld: int = Field(description="in how many rows something is withheld")
    posts: list[PostFreshnessOut]
    as_of: datetime


class UsualOut(BaseModel):
    """What the days before had: a tenth fewer than `low`, half fewer than `median`, a tenth more than `high`."""

    low: float | None
    median: float | None
    high: float | None


class HourOut(BaseModel):
    """Movements within an hour of the day at the posts; null where withheld or still to come."""

    hour: int
    movements: int | None
    usual: UsualOut


class PostSoFarOut(BaseModel):
    """Movements of a post in one direction: so far, up to the last full hour, and what is usual up to that."""

    crossing_point: str
    direction: Direction
    movements: int | None
    to_last_hour: int | None
    usual: UsualOut


class UsualDayOut(BaseModel):
    """A day beside the same weekday of the weeks before. What is compared reaches to `until`, the last full hour."""

    day: date
    weeks: int
    until: datetime
    hours: list[HourOut]
    posts: list[PostSoFarOut]
    smallest_cell: int
    as_of: datetime


class PassageOut(BaseModel):
    """A movement of somebody. The pseudonym is the same for one document within a calendar month (UTC), and no longer.

    Nationality and age band are null where too few of that day, post and direction share them.
    """

    pseudonym: str
    day: date
    crossing_point: str
    direction: Direction
    nationality: str | None
    age_band: str | None
    verdict: Verdict
    rules: list[str]


class PassagePage(BaseModel):
    """A page, newest first; hand `next` back as `cursor` for the one after it."""

    items: list[PassageOut]
    next: str | None
