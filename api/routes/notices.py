"""Records opened without the right, and what supervisors are told: at once, and reviewed by another person."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from api.deps import ServicesDep, permit
from api.present import inspection_out, language_of
from api.schemas.inspection import InspectionOut
from api.schemas.notices import GlassIn, GlassOut, NoticeOut, ReviewIn
from service import notices, restrictions
from service.access import Action, Actor
from service.notice_tables import NoticeRow
from service.unusual import NoticeKind, review_by
from service.wording import word

router = APIRouter(prefix="/v1", tags=["supervision"])
Breaker = Annotated[Actor, permit(Action.BREAK_GLASS)]


@router.post("/broken-glass", status_code=201)
async def break_glass(services: ServicesDep, asked: GlassIn, actor: Breaker) -> GlassOut:
    """Open a record of another post for 15 minutes, with a reason that stays in the trail.

    The supervisors of that post and of yours are told at once, and one of them reviews it. What the protection desk
    knows is not opened by this.
    """
    made = await notices.break_glass(
        services.database.sessions,
        asked.id,
        asked.movement_id,
        asked.reason_code,
        asked.reason,
        actor=actor,
        now=services.now(),
    )
    return GlassOut(id=made.id, movement_id=made.movement_id, reason_code=made.code, until=made.until)


@router.get("/broken-glass/{id}")
async def look(request: Request, services: ServicesDep, id: UUID, actor: Breaker) -> InspectionOut:
    """The record that you have opened, while its time lasts. Each look leaves its trace."""
    sessions, language = services.database.sessions, language_of(request)
    found = await notices.look(sessions, id, actor=actor, now=services.now())
    shown = inspection_out(found, actor, language)
    if await restrictions.restricted(sessions, [found.inspection.crossing.document.key]):
        shown.restricted = word("held.restricted_mark", {}, language)
    return shown


@router.get("/notices")
async def listed(
    services: ServicesDep,
    actor: Annotated[Actor, permit(Action.READ_NOTICES)],
    open: Annotated[bool, Query(description="only those that nobody has reviewed")] = False,
    kind: Annotated[NoticeKind | None, Query(description="such as `break_glass`, records opened with a reason")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[NoticeOut]:
    """Glass broken and unusual consultation at your posts, the latest first. The look leaves its trace."""
    sessions = services.database.sessions
    found = await notices.listed(sessions, actor=actor, open_only=open, limit=limit, kind=kind)
    return [_notice_out(row, services.now()) for row in found]


@router.post("/notices/{id}/review", status_code=201)
async def review(
    services: ServicesDep, id: UUID, asked: ReviewIn, actor: Annotated[Actor, permit(Action.REVIEW_NOTICES)]
) -> NoticeOut:
    """Say what a notice came to, once. Who it is about does not review it."""
    row = await notices.review(
        services.database.sessions, id, asked.outcome, asked.note, actor=actor, now=services.now()
    )
    return _notice_out(row, services.now())


def _notice_out(row: NoticeRow, now: datetime) -> NoticeOut:
    by = review_by(NoticeKind(row.kind), row.raised_at)
    told = {name: getattr(row, name) for name in NoticeOut.model_fields if name not in ("review_by", "overdue")}
    return NoticeOut(**told, review_by=by, overdue=row.outcome is None and by < now)
