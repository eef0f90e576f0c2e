"""Who is inside, on the wire."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from api.schemas.inspection import DocumentOut, TravellerOut


class ContactOut(BaseModel):
    """By what somebody can be reached, as said on entry."""

    phone: str | None
    address: str | None
    sponsor: str | None
    vehicle: str | None
    group_id: str | None


class InsiderOut(BaseModel):
    """Somebody inside by the records.

    `until` is the last day of the stay and `basis` what says so: `recorded` by an officer, `permit`, `visa`, the
    citation of a law, or `window` where the days in the window are used up before. `rebuttable_by` says what would
    show that this is not so, `unheard` which posts may hold an exit not yet known here.
    """

    movement_id: UUID = Field(description="of the entry")
    crossing_point: str
    entered_at: datetime
    traveller: TravellerOut
    document: DocumentOut
    until: date
    basis: str
    days_over: int
    contact: ContactOut
    rebuttable_by: list[str]
    rebuttal_texts: list[str]
    unheard: dict[str, datetime | None]
    restricted: bool = Field(description="the traveller contests these data: for no statistics and no links")


class InsiderPage(BaseModel):
    """A page, as of a moment; hand `next` back as `cursor`, with the same question, for the one after it."""

    as_of: datetime
    items: list[InsiderOut]
    next: str | None


class InsideCountOut(BaseModel):
    """People inside who came by a post and stay by a right; `overdue` of them for longer than it allows."""

    crossing_point: str
    basis: str
    inside: int
    overdue: int


class InsideCountsOut(BaseModel):
    """How many were inside at a moment, nationals not counted."""

    as_of: datetime
    inside: int
    overdue: int
    counts: list[InsideCountOut]
