"""Paper forms on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.base import Note, PostCode, Wire
from service.paper import MOST


class FormsIn(Wire):
    """How many forms, and for which crossing point."""

    crossing_point: PostCode
    count: Annotated[int, Field(ge=1, le=MOST)] = 20

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"crossing_point": "IQ-ZUR", "count": 20}]}
    )


class MissingOut(BaseModel):
    """A form that was printed and never keyed."""

    number: str
    issued_at: datetime


class SpoiltIn(Wire):
    """Why a form was not filled in."""

    reason: Annotated[Note, Field(min_length=3, max_length=300)]

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "ink ran over the names"}]})


class SpoiltOut(BaseModel):
    """A form that was spoilt, and is kept: why, and who said so when."""

    number: str
    reason: str
    spoilt_by: str
    spoilt_at: datetime


class NamedOut(BaseModel):
    """A form's number, and the movements that name it."""

    number: str
    movements: list[UUID]


class ReconciliationOut(BaseModel):
    """A crossing point's printed forms beside what was keyed from them."""

    crossing_point: str
    issued: int
    keyed: int
    missing: list[MissingOut]
    spoilt: list[SpoiltOut]
    doubled: list[NamedOut]
    unknown: list[NamedOut]
