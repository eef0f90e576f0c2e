"""What is kept how long: the plan with its figures, notices, proofs of erasure, legal holds."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.deps import ServicesDep, permit
from api.schemas.base import Day
from api.schemas.retention import (
    ClassPlanOut,
    EndIn,
    ErasureNoticeOut,
    ErasureOut,
    HoldIn,
    HoldOut,
    MonthOut,
    PlanOut,
)
from service import holds, retention
from service.access import Action, Actor
from service.holds import NewHold
from service.keeping import DataClass
from service.retention import ClassPlan
from service.retention_tables import ErasureRow, LegalHoldRow, NoticeRow

router = APIRouter(prefix="/v1/retention", tags=["retention"])
Reader = Annotated[Actor, permit(Action.READ_RETENTION)]
Holder = Annotated[Actor, permit(Action.MANAGE_HOLDS)]
Limit = Annotated[int, Query(ge=1, le=500)]


@router.get("/plan")
async def plan(
    services: ServicesDep,
    actor: Reader,
    on: Annotated[Day | None, Query(le=date(2199, 12, 31), description="as of the end of a day to come")] = None,
) -> PlanOut:
    """What a run would erase, now or at the end of a day to come, class by class and month by month, and what stays,
    why. Erases nothing."""
    policy, now = services.parts.retention, services.now()
    if on is not None:
        now = max(now, datetime.combine(on, time.max, UTC))
    found = await retention.plan(services.database.eraser_sessions, policy, now=now, actor=actor)
    return PlanOut(
        policy=policy.version, as_of=now, notice_days=policy.notice.days, classes=[_class_out(each) for each in found]
    )


def _class_out(each: ClassPlan) -> ClassPlanOut:
    months = [MonthOut(month=due.month, going=due.going, kept=dict(due.kept)) for due in each.months]
    return ClassPlanOut(
        data_class=each.data_class,
        days=each.days,
        citation=each.citation,
        cutoff=each.cutoff,
        records=each.records,
        oldest=each.oldest,
        going=each.going,
        waiting=each.waiting,
        months=months,
    )


@router.get("/notices")
async def notices(services: ServicesDep, _actor: Reader, limit: Limit = 100) -> list[ErasureNoticeOut]:
    """What was announced to be erased, the latest first. Nothing is erased that was not."""
    found = await retention.notices(services.database.sessions, limit=limit)
    return [_notice_out(each) for each in found]


def _notice_out(row: NoticeRow) -> ErasureNoticeOut:
    names = ("month", "announced_at", "erase_from", "records", "policy_version")
    return ErasureNoticeOut(data_class=DataClass(row.class_), **{name: getattr(row, name) for name in names})


@router.get("/erasures")
async def erasures(services: ServicesDep, _actor: Reader, limit: Limit = 100) -> list[ErasureOut]:
    """What was erased, the latest first; the audit trail proves each (`erase`). No personal data."""
    return [_erasure_out(each) for each in await retention.erasures(services.database.sessions, limit=limit)]


def _erasure_out(row: ErasureRow) -> ErasureOut:
    names = ("id", "month", "cutoff", "policy_version", "erased_at", "erased", "kept", "keys")
    return ErasureOut(
        data_class=DataClass(row.class_), digest=row.digest.hex(), **{name: getattr(row, name) for name in names}
    )


@router.get("/holds")
async def read_holds(
    services: ServicesDep,
    actor: Holder,
    standing: Annotated[bool, Query(description="only those that have not ended")] = True,
    limit: Limit = 100,
) -> list[HoldOut]:
    """Legal holds at your posts, the first to be looked at again first. The look leaves its trace."""
    found = await holds.listed(services.database.sessions, actor=actor, standing=standing, limit=limit)
    return [_hold_out(each) for each in found]


@router.post("/holds", status_code=201)
async def place_hold(services: ServicesDep, asked: HoldIn, actor: Holder) -> HoldOut:
    """Keep a movement, or all of its document, from being erased. Takes effect at once."""
    hold = NewHold(asked.id, asked.movement_id, asked.whole_document, asked.reason, asked.legal_basis, asked.review_on)
    return _hold_out(await holds.place(services.database.sessions, hold, actor=actor, now=services.now()))


@router.post("/holds/{id}/end")
async def end_hold(services: ServicesDep, id: UUID, asked: EndIn, actor: Holder) -> HoldOut:
    """End a hold; another supervisor than placed it does. What it kept goes with the next run, if its time is up."""
    return _hold_out(await holds.end(services.database.sessions, id, asked.reason, actor=actor, now=services.now()))


def _hold_out(row: LegalHoldRow) -> HoldOut:
    names = ("id", "movement_id", "crossing_point", "reason", "legal_basis", "review_on", "placed_at", "ended_at")
    return HoldOut(
        whole_document=row.document_key is not None,
        placed_by=row.placed_by_name,
        ended_by=row.ended_by_name,
        end_reason=row.end_reason,
        **{name: getattr(row, name) for name in names},
    )
