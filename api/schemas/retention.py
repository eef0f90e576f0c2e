"""Retention on the wire: plans, notices, proofs, legal holds. None but the holds names anybody's record."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.base import Note, Wire
from service.keeping import DataClass

Said = Annotated[Note, Field(min_length=1, description="in the officer's words")]


class MonthOut(BaseModel):
    """What of a month has had its time: how much goes, and how much stays, by reason."""

    month: date
    going: int
    kept: dict[str, int]


class ClassPlanOut(BaseModel):
    """A class of records: its period and the law behind it, what is there, what a run would erase."""

    data_class: DataClass
    days: int
    citation: str
    cutoff: datetime
    records: int
    oldest: datetime | None
    going: int
    waiting: int = Field(description="of what is going: not announced long enough yet")
    months: list[MonthOut]


class PlanOut(BaseModel):
    """What a run at this moment would erase."""

    policy: str
    as_of: datetime
    notice_days: int
    classes: list[ClassPlanOut]


class ErasureNoticeOut(BaseModel):
    """That records of a class and month will be erased, and from when."""

    data_class: DataClass
    month: date
    announced_at: datetime
    erase_from: datetime
    records: int
    policy_version: str


class ErasureOut(BaseModel):
    """What was erased; `digest` is over all of it. The audit trail has the same, under its checkpoints."""

    id: UUID
    data_class: DataClass
    month: date
    cutoff: datetime
    policy_version: str
    erased_at: datetime
    erased: dict[str, int]
    kept: dict[str, int]
    keys: list[str]
    digest: str


class HoldIn(Wire):
    """What must not be erased, why, and by which law."""

    id: UUID = Field(description="made by the client; the same id with the same content is answered again")
    movement_id: UUID
    whole_document: bool = Field(default=False, description="every movement with its document, later ones too")
    reason: Said
    legal_basis: Said
    review_on: date

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "id": "01939c1e-7d3a-7c11-8f5e-0d8f3f1f2b11",
                    "movement_id": "01939c1e-7d3a-7c11-8f5e-0d8f3f1f2b01",
                    "whole_document": True,
                    "reason": "appeal against a refusal is pending",
                    "legal_basis": "order of the court of 2026-11-20",
                    "review_on": "2027-05-20",
                }
            ]
        },
    )


class EndIn(Wire):
    """Why something ends."""

    reason: Said


class HoldOut(BaseModel):
    """A legal hold as it stands."""

    id: UUID
    movement_id: UUID
    whole_document: bool
    crossing_point: str
    reason: str
    legal_basis: str
    review_on: date
    placed_by: str
    placed_at: datetime
    ended_by: str | None
    ended_at: datetime | None
    end_reason: str | None
