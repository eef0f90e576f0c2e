"""The protection desk: what officers observed, who is released, who is referred to whom."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request

from api.deps import ServicesDep, permit
from api.present import language_of
from api.present_protection import case_out, partner_out
from api.schemas.base import PostCode
from api.schemas.protection import (
    ObservationsIn,
    ObservationsOut,
    PartnerIn,
    PartnerOut,
    ProtectionCaseOut,
    ProtectionCasePage,
    ReferralIn,
    ReleaseIn,
    StepIn,
)
from service import protection_desk
from service.access import Action, Actor
from service.cursors import cursor_of, place_of
from service.protection import Observed, Partner, Referral, Released, Step

router = APIRouter(tags=["protection"])
Desk = Annotated[Actor, permit(Action.PROTECT)]
Reader = Annotated[Actor, permit(Action.READ_PROTECTION)]


@router.post("/v1/inspections/{id}/observations", status_code=201)
async def observe(
    services: ServicesDep, id: UUID, asked: ObservationsIn, actor: Annotated[Actor, permit(Action.OBSERVE)]
) -> ObservationsOut:
    """Pass on what was seen or told at the desk. It is sealed for the protection desk, and cannot be read back here.

    From a wish for asylum, or a fear of return, on, a refusal on the traveller's movements is answered with the
    problem `refusal-barred` until the protection desk has released it.
    """
    seen = Observed(asked.id, tuple(dict.fromkeys(asked.signs)), actor.name, services.now())
    stands = await protection_desk.observe(services.database.sessions, services.policy, id, seen, actor=actor)
    return ObservationsOut(id=asked.id, refusal_stands=stands)


@router.get("/v1/protection/cases")
async def cases(
    request: Request,
    services: ServicesDep,
    actor: Reader,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: str | None = None,
) -> ProtectionCasePage:
    """The movements that the desk knows of, the latest first. The look leaves its trace."""
    before = place_of(cursor) if cursor else None
    found, more = await protection_desk.cases(services.database.sessions, actor=actor, limit=limit, before=before)
    shown = [case_out(case, language_of(request)) for case in found]
    following = cursor_of(found[-1].opened_at, found[-1].movement.id) if more else None
    return ProtectionCasePage(items=shown, next=following)


@router.get("/v1/protection/cases/{movement_id}")
async def case(request: Request, services: ServicesDep, movement_id: UUID, actor: Reader) -> ProtectionCaseOut:
    """A movement with its findings of protection, what was observed, and its referrals. The look leaves its trace."""
    found = await protection_desk.case(services.database.sessions, movement_id, actor=actor)
    return case_out(found, language_of(request))


@router.post("/v1/protection/cases/{movement_id}/release", status_code=201)
async def release(
    request: Request, services: ServicesDep, movement_id: UUID, asked: ReleaseIn, actor: Desk
) -> ProtectionCaseOut:
    """End the bar on refusal. A wish for asylum that is expressed later bars it again."""
    said = Released(asked.id, asked.reason, actor.name, services.now())
    found = await protection_desk.release(services.database.sessions, services.policy, movement_id, said, actor=actor)
    return case_out(found, language_of(request))


@router.post("/v1/protection/cases/{movement_id}/referrals", status_code=201)
async def refer(
    request: Request, services: ServicesDep, movement_id: UUID, asked: ReferralIn, actor: Desk
) -> ProtectionCaseOut:
    """Hand somebody on to a partner who takes referrals from that crossing point, and helps with that."""
    referral = Referral(asked.id, asked.partner, tuple(dict.fromkeys(asked.needs)), actor.name, services.now())
    found = await protection_desk.refer(services.database.sessions, movement_id, referral, actor=actor)
    return case_out(found, language_of(request))


@router.post("/v1/protection/referrals/{id}/steps", status_code=201)
async def step(request: Request, services: ServicesDep, id: UUID, asked: StepIn, actor: Desk) -> ProtectionCaseOut:
    """Say what became of a referral: accepted or declined, then closed; or withdrawn before."""
    made = Step(asked.id, id, asked.status, actor.name, services.now(), asked.reason)
    found = await protection_desk.step(services.database.sessions, made, actor=actor)
    return case_out(found, language_of(request))


@router.get("/v1/protection/partners")
async def partners(
    services: ServicesDep,
    _actor: Annotated[Actor, permit(Action.READ_PARTNERS)],
    crossing_point: PostCode | None = None,
) -> list[PartnerOut]:
    """The directory of partners, or those who take referrals from a crossing point."""
    found = await protection_desk.partners(services.database.sessions, crossing_point)
    return [partner_out(partner) for partner in found]


@router.put("/v1/protection/partners/{code}")
async def put_partner(
    services: ServicesDep,
    code: Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$", description="the partner's code here")],
    asked: PartnerIn,
    actor: Annotated[Actor, permit(Action.MANAGE_PARTNERS)],
) -> PartnerOut:
    """Add a partner, or say anew what the directory says of one. One who takes no more referrals is not `active`."""
    partner = Partner(
        code=code,
        names={"en": asked.name_en, "ar": asked.name_ar, "ckb": asked.name_ckb},
        crossing_points=frozenset(asked.crossing_points),
        needs=frozenset(asked.needs),
        contact=asked.contact,
        active=asked.active,
        changed_by=actor.name,
        changed_at=services.now(),
    )
    return partner_out(await protection_desk.put_partner(services.database.sessions, partner, actor=actor))
