"""The protection desk, on the wire: codes alone, no free text of anybody in need."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from api.schemas.base import Name, PostCode, Wire
from api.schemas.inspection import DocumentOut, FindingOut, TravellerOut
from service.access import ALL_POSTS
from service.domain import Direction, Observation, Outcome
from service.protection import Need, ReferralStatus, ReleaseReason, StepReason

PartnerCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
Filled = Annotated[Name, StringConstraints(min_length=1)]
_ID = Field(description="made by the client; the same id again changes nothing")


class ObservationsIn(Wire):
    """What an officer saw or was told; never what a machine inferred."""

    id: UUID = _ID
    signs: Annotated[list[Observation], Field(min_length=1, max_length=len(Observation))]

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"id": "01930000-0000-7000-8000-00000000000a", "signs": ["asylum_wish"]}]},
    )


class ObservationsOut(BaseModel):
    """That it is recorded. `refusal_stands`: a refusal was recorded before and must be replaced by another decision."""

    id: UUID
    refusal_stands: bool


class ReleaseIn(Wire):
    """Why a refusal is barred no longer."""

    id: UUID = _ID
    reason: ReleaseReason


class ReferralIn(Wire):
    """To whom of the directory, and what for."""

    id: UUID = _ID
    partner: PartnerCode
    needs: Annotated[list[Need], Field(min_length=1, max_length=len(Need))]


class StepIn(Wire):
    """What became of a referral. Declined, closed and withdrawn need a reason; accepted has none."""

    id: UUID = _ID
    status: ReferralStatus
    reason: StepReason | None = None


class ReferralStepOut(BaseModel):
    """A step of a referral."""

    id: UUID
    status: ReferralStatus
    reason: StepReason | None
    officer: str
    at: datetime


class ReferralOut(BaseModel):
    """A referral, where it stands, and its history, oldest first."""

    id: UUID
    partner: str
    needs: list[Need]
    status: ReferralStatus
    officer: str
    at: datetime
    steps: list[ReferralStepOut]


class SaidOut(BaseModel):
    """An observation (with `signs`) or a release (with `reason`)."""

    id: UUID
    signs: list[Observation] = []
    reason: ReleaseReason | None = None
    officer: str
    at: datetime


class ProtectionCaseOut(BaseModel):
    """A movement and all that the protection desk knows of it. `barred`: nobody may be refused on it."""

    movement_id: UUID
    crossing_point: str
    direction: Direction
    occurred_at: datetime
    opened_at: datetime
    traveller: TravellerOut
    document: DocumentOut
    decision: Outcome | None
    barred: bool
    signs: list[Observation]
    findings: list[FindingOut]
    referrals: list[ReferralOut]
    history: list[SaidOut]


class ProtectionCasePage(BaseModel):
    """A page of cases, the latest first; hand `next` back as `cursor` for the one after it."""

    items: list[ProtectionCaseOut]
    next: str | None


class PartnerIn(Wire):
    """A partner of the directory. `crossing_points` are codes, or ``*`` alone for all of them."""

    name_en: Filled
    name_ar: Filled
    name_ckb: Filled
    crossing_points: Annotated[list[PostCode] | list[Annotated[str, StringConstraints(pattern=r"^\*$")]], Field()]
    needs: Annotated[list[Need], Field(min_length=1)]
    contact: Annotated[Name, StringConstraints(min_length=1), Field(description="how the desk reaches the partner")]
    active: bool = True

    @model_validator(mode="after")
    def _all_stands_alone(self) -> PartnerIn:
        if ALL_POSTS in self.crossing_points and len(self.crossing_points) > 1:
            raise ValueError("all crossing points are named alone")
        return self


class PartnerOut(BaseModel):
    """A partner as the directory has it."""

    code: str
    names: dict[str, str]
    crossing_points: list[str]
    needs: list[Need]
    contact: str
    active: bool
    changed_by: str
    changed_at: datetime | None
