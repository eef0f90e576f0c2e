"""The movement log and the crossing points, on the wire."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from api.schemas.base import Moment, Wire
from api.schemas.inspection import DocumentOut, TravellerOut
from service.domain import Clock, Direction, Outcome, PostKind, Source, Verdict


class MovementOut(BaseModel):
    """One line of the movement log."""

    id: UUID
    seq: int
    crossing_point: str
    direction: Direction
    occurred_at: datetime
    recorded_at: datetime
    clock: Clock
    source: Source
    document: DocumentOut
    traveller: TravellerOut
    verdict: Verdict
    rules: list[str]
    decision: Outcome | None
    index_version: str
    policy_version: str
    restricted: bool = Field(description="the traveller contests these data: for no statistics and no links")


class MovementPage(BaseModel):
    """A page of the log, newest first; hand `next` back as `cursor` for the one after it."""

    items: list[MovementOut]
    next: str | None


class CountOut(BaseModel):
    """How many crossed one way at one post within one hour (UTC)."""

    crossing_point: str
    direction: Direction
    hour: datetime
    movements: int
    referred: int


class ListAgeOut(BaseModel):
    """A list in force, and since when its version is."""

    name: str
    version: int
    imported_at: datetime


class FreshnessOut(BaseModel):
    """How old is what a traveller is checked against now."""

    index_version: str
    policy_version: str
    lists: list[ListAgeOut]


class CrossingPointOut(BaseModel):
    """A crossing point. `heard_until` is null for a post that writes here directly."""

    code: str
    kind: PostKind
    names: dict[str, str]
    latitude: float
    longitude: float
    jurisdiction: str
    heard_until: datetime | None


class WatermarkIn(Wire):
    """Until when a relayed post was heard; null when it writes here directly."""

    heard_until: Moment | None


class RefusedOut(BaseModel):
    """A line that was not taken in, by its number in the body."""

    line: int
    reason: str


class LogImportOut(BaseModel):
    """What became of an import's lines; `more` says that lines after `last_line` were not looked at."""

    recorded: int
    known: int
    refused: list[RefusedOut]
    last_line: int
    more: bool
