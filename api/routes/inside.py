"""Who is inside: overstayers as of any day, expected exits, people counted by right and by post."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request

from api.deps import Services, ServicesDep, permit
from api.present import document_out, language_of, traveller_out
from api.schemas.base import Day
from api.schemas.inside import ContactOut, InsideCountOut, InsideCountsOut, InsiderOut, InsiderPage
from service import inside, restrictions
from service.access import Action, Actor
from service.cursors import cursor_of, place_of
from service.inside import Insider
from service.wording import word

router = APIRouter(prefix="/v1/inside", tags=["inside"])
Reader = Annotated[Actor, permit(Action.READ_INSIDE)]
Limit = Annotated[int, Query(ge=1, le=200)]
On = Annotated[
    Day | None,
    Query(ge=date(2000, 1, 1), le=date(2199, 12, 31), description="the end of that day at the posts; without it, now"),
]


@router.get("/overstayers")
async def overstayers(
    request: Request, services: ServicesDep, actor: Reader, on: On = None, limit: Limit = 50, cursor: str | None = None
) -> InsiderPage:
    """Who was inside for longer than allowed, by what is known now: the longest overdue first, at the actor's posts.

    Exact to the last commit. Like a finding, each row says what would rebut it. The look leaves its trace.
    """
    as_of = inside.moment_of(on, services.policy, services.now())
    found, more = await inside.overstayers(
        services.database.sessions,
        services.policy,
        as_of,
        actor=actor,
        limit=limit,
        after=place_of(cursor) if cursor else None,
    )
    return await _page(services, found, more, as_of, language_of(request))


@router.get("/expected-exits")
async def expected_exits(
    request: Request,
    services: ServicesDep,
    actor: Reader,
    days: Annotated[int, Query(ge=1, le=366)] = 7,
    limit: Limit = 50,
    cursor: str | None = None,
) -> InsiderPage:
    """Who is inside and must leave within some days, the first to leave first, at the actor's posts.

    Exact to the last commit. The look leaves its trace.
    """
    now = services.now()
    found, more = await inside.expected_exits(
        services.database.sessions,
        services.policy,
        days,
        actor=actor,
        now=now,
        limit=limit,
        after=place_of(cursor) if cursor else None,
    )
    return await _page(services, found, more, now, language_of(request))


@router.get("/counts")
async def counts(
    services: ServicesDep, actor: Annotated[Actor, permit(Action.READ_STATISTICS)], on: On = None
) -> InsideCountsOut:
    """How many foreigners were inside, by the post they came by and the right they stay by. No personal data."""
    as_of = inside.moment_of(on, services.policy, services.now())
    found = await inside.counts(services.database.sessions, as_of, actor=actor)
    return InsideCountsOut(
        as_of=as_of,
        inside=sum(count.inside for count in found),
        overdue=sum(count.overdue for count in found),
        counts=[InsideCountOut(**asdict(count)) for count in found],
    )


async def _page(services: Services, found: list[Insider], more: bool, as_of: datetime, language: str) -> InsiderPage:
    apart = await restrictions.restricted(services.database.sessions, {each.entry.document.key for each in found})
    following = cursor_of(found[-1].stay.due_at, found[-1].stay.entry_id) if more else None
    return InsiderPage(as_of=as_of, items=[_insider_out(each, language, apart) for each in found], next=following)


def _insider_out(each: Insider, language: str, apart: Collection[str]) -> InsiderOut:
    entry, stay = each.entry, each.stay
    return InsiderOut(
        movement_id=stay.entry_id,
        crossing_point=stay.crossing_point,
        entered_at=stay.entered_at,
        traveller=traveller_out(entry.traveller),
        document=document_out(entry.document),
        until=stay.until,
        basis=stay.basis,
        days_over=each.days_over,
        contact=ContactOut(
            phone=entry.phone,
            address=entry.address,
            sponsor=entry.sponsor,
            vehicle=entry.vehicle,
            group_id=entry.group_id,
        ),
        rebuttable_by=list(each.rebuttable_by),
        rebuttal_texts=[word(message, {}, language) for message in each.rebuttable_by],
        unheard={post.code: post.heard_until for post in each.unheard},
        restricted=entry.document.key in apart,
    )
