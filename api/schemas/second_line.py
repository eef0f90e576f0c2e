"""Second line's queue, on the wire."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from api.schemas.base import Wire
from api.schemas.inspection import DocumentOut, TravellerOut
from service.domain import Clock, Direction, Outcome, Source


class ClaimIn(Wire):
    """Take a case; `take_over` takes it from the officer who has it, who is told by the refusal of the next word."""

    take_over: bool = False


class ClaimOut(BaseModel):
    """Who has taken a case. It counts until `until`, unless it is taken again by then; `mine` says that you have it."""

    officer: str
    mine: bool
    claimed_at: datetime
    until: datetime


class WaitingCaseOut(BaseModel):
    """A movement that waits for second line: it was referred, or somebody on a list was met and not told apart yet."""

    movement_id: UUID
    crossing_point: str
    direction: Direction
    occurred_at: datetime
    traveller: TravellerOut
    document: DocumentOut
    rules: list[str] = Field(description="what was found when it was recorded")
    since: datetime
    age_seconds: float
    referred_by: str | None = Field(description="who sent the traveller here; null where only a hit waits")
    hit_case: UUID | None = Field(description="GET /v1/hits/cases/{id}; null where no hit waits")
    open_hits: int
    claim: ClaimOut | None
    restricted: bool = Field(description="the traveller contests these data: for no statistics and no links")


class JourneyOut(BaseModel):
    """Another movement of the traveller, as it counts now."""

    id: UUID
    crossing_point: str
    direction: Direction
    occurred_at: datetime
    clock: Clock
    source: Source
    document: DocumentOut
    decision: Outcome | None


class JourneysOut(BaseModel):
    """The traveller's other movements at whichever post, oldest first; `documents` are the keys of those shown."""

    documents: list[str]
    movements: list[JourneyOut]
