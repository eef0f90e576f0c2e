"""The queue of second line, and clearances."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import AfterValidator

from api.deps import ServicesDep, permit
from api.present import language_of
from api.present_lists import case_out, clearance_out
from api.schemas.hits import (
    AdjudicatedOut,
    AdjudicationIn,
    ClearanceIn,
    ClearanceOut,
    HitCaseOut,
    ReasonOut,
    RevocationIn,
)
from service import clearances, hits
from service.access import Action, Actor
from service.clearances import NewClearance
from service.clearing import REASONS
from service.hit_store import Adjudication
from service.redress import read_redress_number
from service.wording import word

router = APIRouter(prefix="/v1", tags=["hits"])
Reader = Annotated[Actor, permit(Action.READ_HITS)]
Clearer = Annotated[Actor, permit(Action.CLEAR_HIT)]


@router.get("/hits")
async def queue(
    request: Request,
    services: ServicesDep,
    actor: Reader,
    list: Annotated[str | None, Query(max_length=64, description="of this list alone")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[HitCaseOut]:
    """The hits that wait for second line at your posts, the longest waiting first, grouped by traveller."""
    found = await hits.queue(services.database.sessions, actor=actor, list_=list, limit=limit)
    return [case_out(case, services.now(), language_of(request)) for case in found]


@router.get("/hits/reasons")
async def reasons(
    request: Request, _services: ServicesDep, _actor: Annotated[Actor, permit(Action.READ_REFERENCE)]
) -> list[ReasonOut]:
    """The coded reasons of an adjudication and of a clearance."""
    language = language_of(request)
    return [
        ReasonOut(code=code, outcome=outcome, text=word(f"reason.{code}", {}, language))
        for code, outcome in REASONS.items()
    ]


@router.get("/hits/cases/{id}")
async def read_case(request: Request, services: ServicesDep, id: UUID, actor: Reader) -> HitCaseOut:
    """A traveller's hits, those adjudicated among them. The look leaves its trace."""
    found = await hits.case(services.database.sessions, id, actor=actor)
    return case_out(found, services.now(), language_of(request))


@router.post("/hits/{id}/adjudication", status_code=201)
async def adjudicate(
    request: Request,
    services: ServicesDep,
    id: UUID,
    asked: AdjudicationIn,
    actor: Annotated[Actor, permit(Action.ADJUDICATE_HIT)],
) -> AdjudicatedOut:
    """Say who the traveller is: the listed one, another, or not known yet; with a coded reason.

    It holds for every hit of this traveller on this entry that waits. A confirmed hit shows the entry's instruction.
    """
    said = Adjudication(
        asked.id, id, asked.outcome, asked.reason_code, actor.name, services.now(), asked.note, asked.supersedes
    )
    new = _clearance(asked, id) if asked.clearance else None
    case, given = await hits.adjudicate(services.database.sessions, said, actor=actor, clearance=new)
    now, language = services.now(), language_of(request)
    return AdjudicatedOut(
        case=case_out(case, now, language), clearance=clearance_out(given, now, language) if given else None
    )


def _clearance(asked: AdjudicationIn, hit_id: UUID) -> NewClearance:
    """What is asked along with an adjudication; the use case takes movement, list and entry from the hit."""
    wanted = asked.clearance
    assert wanted is not None
    return NewClearance(
        id=wanted.id,
        movement_id=hit_id,
        list="",
        entry_id="",
        reason_code=asked.reason_code,
        expires_at=wanted.expires_at,
        note=wanted.note,
        numbered=wanted.redress_number,
    )


@router.post("/clearances", status_code=201)
async def clear(request: Request, services: ServicesDep, asked: ClearanceIn, actor: Clearer) -> ClearanceOut:
    """Clear the traveller of a movement of an entry that screening found on it: a namesake is not referred again.

    It stands through new names, merges and imports, and lapses when the entry says something else of its person.
    """
    new = NewClearance(
        **asked.model_dump(exclude={"redress_number"}),
        numbered=asked.redress_number,
    )
    given = await clearances.clear(services.database.sessions, new, actor=actor, now=services.now())
    return clearance_out(given, services.now(), language_of(request))


@router.get("/clearances")
async def list_clearances(
    request: Request,
    services: ServicesDep,
    actor: Clearer,
    list: Annotated[str | None, Query(max_length=64)] = None,
    entry_id: Annotated[str | None, Query(max_length=200)] = None,
    redress_number: Annotated[Annotated[str, AfterValidator(read_redress_number)] | None, Query(max_length=20)] = None,
    document: Annotated[str | None, Query(max_length=40, examples=["IRQ:A19927730"])] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[ClearanceOut]:
    """Clearances, the latest first, each with whether it stands and why not. The look leaves its trace."""
    found = await clearances.listed(
        services.database.sessions,
        actor=actor,
        list_=list,
        entry_id=entry_id,
        redress_number=redress_number,
        document_key=document,
        limit=limit,
    )
    return [clearance_out(one, services.now(), language_of(request)) for one in found]


@router.post("/clearances/{id}/revocation", status_code=201)
async def revoke(
    request: Request, services: ServicesDep, id: UUID, asked: RevocationIn, actor: Clearer
) -> ClearanceOut:
    """End a clearance at once, with the reason."""
    ended = await clearances.revoke(services.database.sessions, id, asked.reason, actor=actor, now=services.now())
    return clearance_out(ended, services.now(), language_of(request))
