"""A traveller's requests on the wire: what is held, handed over; restrictions."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from api.schemas.base import Wire
from api.schemas.retention import Said
from service.keeping import Telling
from service.restrictions import Ground


class RequestIn(Wire):
    """What somebody asks for, on the strength of one of his or her movements."""

    id: UUID = Field(description="made by the client; the same id with the same content is answered again")
    kind: Literal["access", "rectification", "restriction"]
    movement_id: UUID
    recipient: Literal["traveller", "representative", "authority"] = "traveller"
    identity_shown: Said = Field(description="how it was shown that it is the traveller, or who acts for him or her")


class RequestOut(BaseModel):
    """A request, and what became of it. What corrects the record is sent to `corrections`."""

    id: UUID
    kind: str
    movement_id: UUID
    crossing_point: str
    recipient: str
    identity_shown: str
    received_by: str
    received_at: datetime
    answered_at: datetime | None
    answer: str | None
    corrections: str = Field(description="where the movement is corrected")


class RequestStepOut(BaseModel):
    """What was done for a request; `details` hold codes, counts and ids."""

    at: datetime
    action: str
    officer: str
    details: dict[str, Any]


class AnswerIn(Wire):
    """How a request was answered, other than by handing over what is held."""

    answer: Said


class SectionOut(BaseModel):
    """One class of what is held, and how much is told of it."""

    name: str
    title: str
    telling: Telling
    text: str = Field(description="what is told where the records are not given")
    records: list[dict[str, Any]]


class ExportOut(BaseModel):
    """All that is held on one person, as it is handed over."""

    request: UUID
    recipient: str
    made_at: datetime
    documents: list[str]
    sections: list[SectionOut]


class RulingOnDisclosureIn(Wire):
    """Whether the protection desk hands over what it holds on the person of a request."""

    disclose: bool
    reason: Said


class ProtectedOut(BaseModel):
    """What the protection desk hands over; nothing where it does not, or holds nothing."""

    records: list[dict[str, Any]]


class RestrictionIn(Wire):
    """The document of a movement whose data are not to be used for statistics and links."""

    id: UUID = Field(description="made by the client; the same id with the same content is answered again")
    movement_id: UUID
    ground: Ground
    reason: Said


class RestrictionOut(BaseModel):
    """A restriction as it stands."""

    id: UUID
    movement_id: UUID
    crossing_point: str
    ground: Ground
    reason: str
    placed_by: str
    placed_at: datetime
    ended_by: str | None
    ended_at: datetime | None
    end_reason: str | None


class RequestTrailOut(RequestOut):
    """A request with what was done for it, oldest first, and the restrictions of its document, ended ones too."""

    steps: list[RequestStepOut]
    restrictions: list[RestrictionOut]
