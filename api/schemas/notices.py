"""Records opened without the right, and what supervisors are told of consultations, on the wire."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from api.schemas.base import Note, Wire
from service.notices import GlassReason, ReviewOutcome
from service.unusual import NoticeKind


class GlassIn(Wire):
    """A record to be opened without the right: by which reason, and in your words. `id` makes a repeat safe."""

    id: UUID
    movement_id: UUID
    reason_code: GlassReason
    reason: Annotated[Note, Field(min_length=10, examples=["the mother stands here, the child entered at your post"])]


class GlassOut(BaseModel):
    """A record opened: `GET /v1/broken-glass/{id}` shows it until `until`. The supervisors of both posts know."""

    id: UUID
    movement_id: UUID
    reason_code: GlassReason
    until: AwareDatetime


class NoticeOut(BaseModel):
    """What a supervisor should ask about. `details` hold codes, counts, ids and an officer's reason; nobody's name."""

    id: UUID
    kind: NoticeKind
    officer: str
    officer_name: str
    crossing_points: list[str]
    since: AwareDatetime
    raised_at: AwareDatetime
    review_by: AwareDatetime = Field(description="by when somebody is to say what it came to")
    overdue: bool = Field(description="nobody has, and that day is past")
    details: dict[str, Any]
    outcome: ReviewOutcome | None
    reviewed_by_name: str | None
    reviewed_at: AwareDatetime | None
    note: str | None


class ReviewIn(Wire):
    """What a notice came to."""

    outcome: ReviewOutcome
    note: Annotated[Note, Field(min_length=3)]
