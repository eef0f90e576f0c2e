"""Hits and clearances, on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.schemas.base import Moment, Note, Wire
from api.schemas.inspection import DocumentOut, FindingOut, TravellerOut
from api.schemas.lifecycle import ListedId, Said
from service.clearing import HitOutcome
from service.domain import Direction

ReasonCode = Annotated[str, StringConstraints(pattern=r"^[a-z_]{3,40}$")]


class ClearanceTermsIn(Wire):
    """A clearance along with `cleared`: the traveller is not referred for this entry until it expires."""

    id: UUID = Field(description="made by the client; the same id is answered with what was given")
    expires_at: Moment
    redress_number: bool = Field(default=False, description="give the traveller a number to carry")
    note: Note | None = None


class AdjudicationIn(Wire):
    """Who the traveller is. A change of mind names what it `supersedes`. Reason codes: GET /v1/hits/reasons."""

    id: UUID
    outcome: HitOutcome
    reason_code: ReasonCode
    note: Note | None = None
    supersedes: UUID | None = None
    clearance: ClearanceTermsIn | None = None

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "id": "01939c1e-a000-7c11-8f5e-0d8f3f1f2a04",
                    "outcome": "cleared",
                    "reason_code": "other_parents",
                    "clearance": {
                        "id": "01939c1e-a100-7c11-8f5e-0d8f3f1f2a05",
                        "expires_at": "2028-11-20T00:00:00Z",
                        "redress_number": True,
                    },
                }
            ]
        },
    )


class AdjudicationOut(BaseModel):
    """What second line said."""

    id: UUID
    outcome: HitOutcome
    reason_code: str
    reason: str
    note: str | None
    officer: str
    decided_at: datetime
    supersedes: UUID | None


class RaisedHitOut(BaseModel):
    """An entry met at one crossing. `instruction` is told once the hit is confirmed; `cause` is set when a list that
    changed later found it."""

    id: UUID
    list: str
    entry_id: str
    rule: str
    score: float
    movement_id: UUID
    crossing_point: str
    raised_at: datetime
    age_seconds: float
    open: bool
    cause: str | None
    finding: FindingOut | None
    adjudication: AdjudicationOut | None
    instruction: str | None


class HitCaseOut(BaseModel):
    """One traveller and the hits on him or her."""

    id: UUID
    traveller: TravellerOut
    document: DocumentOut
    direction: Direction
    age_seconds: float = Field(description="of the oldest hit that is shown")
    hits: list[RaisedHitOut]


class ReasonOut(BaseModel):
    """A reason code, what it goes with, and its text."""

    code: str
    outcome: HitOutcome
    text: str


class ClearanceIn(Wire):
    """A traveller, as recorded in a movement, who is not the one that an entry means."""

    id: UUID = Field(description="made by the client; the same id is answered with what was given")
    movement_id: UUID
    list: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    entry_id: ListedId
    reason_code: ReasonCode
    expires_at: Moment
    note: Note | None = None
    redress_number: bool = Field(default=False, description="give the traveller a number to carry")


class EndingOut(BaseModel):
    """Why a clearance ended; `changes` is what the entry said before and after, field by field."""

    cause: str
    ended_at: datetime
    ended_by: str
    reason: str
    changes: dict[str, dict[str, list[str]]]


class ClearanceOut(BaseModel):
    """A clearance and whether it stands."""

    id: UUID
    list: str
    entry_id: str
    traveller: TravellerOut
    document_key: str
    reason_code: str
    reason: str
    note: str | None
    cleared_by: str
    cleared_at: datetime
    expires_at: datetime
    redress_number: str | None
    stands: bool
    ending: EndingOut | None


class AdjudicatedOut(BaseModel):
    """The traveller's case after what was said, and the clearance if one was given."""

    case: HitCaseOut
    clearance: ClearanceOut | None


class RevocationIn(Wire):
    """Why a clearance ends at once."""

    reason: Said
