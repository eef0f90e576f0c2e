"""What travellers may ask for: all that is held on them, that it be corrected, that it be set apart."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.deps import ServicesDep, permit
from api.present import language_of
from api.rights_pdf import pdf
from api.schemas.retention import EndIn
from api.schemas.rights import (
    AnswerIn,
    ExportOut,
    ProtectedOut,
    RequestIn,
    RequestOut,
    RequestStepOut,
    RequestTrailOut,
    RestrictionIn,
    RestrictionOut,
    RulingOnDisclosureIn,
    SectionOut,
)
from service import restrictions, rights
from service.access import Action, Actor
from service.holdings import Section
from service.keeping import Telling
from service.restrictions import NewRestriction
from service.rights import Export, NewRequest
from service.rights_tables import RightsRequestRow
from service.wording import word

router = APIRouter(prefix="/v1/rights", tags=["rights"])
Handler = Annotated[Actor, permit(Action.HANDLE_RIGHTS)]
Limit = Annotated[int, Query(ge=1, le=500)]


@router.get("/requests")
async def read_requests(
    services: ServicesDep,
    actor: Annotated[Actor, permit(Action.READ_REQUESTS)],
    waiting: Annotated[bool, Query(description="only those that were not answered")] = True,
    limit: Limit = 100,
) -> list[RequestOut]:
    """Requests at your posts, the longest waiting first. The look leaves its trace."""
    found = await rights.listed(services.database.sessions, actor=actor, waiting=waiting, limit=limit)
    return [_request_out(each) for each in found]


@router.post("/requests", status_code=201)
async def receive(services: ServicesDep, asked: RequestIn, actor: Handler) -> RequestOut:
    """Record what somebody asks for. Until it is answered, the movement it names is not erased."""
    request = NewRequest(asked.id, asked.kind, asked.movement_id, asked.recipient, asked.identity_shown)
    return _request_out(await rights.record(services.database.sessions, request, actor=actor, now=services.now()))


@router.get("/requests/{id}")
async def read_request(
    services: ServicesDep, id: UUID, actor: Annotated[Actor, permit(Action.READ_REQUESTS)]
) -> RequestTrailOut:
    """A request and what was done for it: disclosures, corrections, restrictions. The look leaves its trace."""
    row, steps, placed = await rights.traced(services.database.sessions, id, actor=actor)
    return RequestTrailOut(
        **_request_out(row).model_dump(),
        steps=[RequestStepOut.model_validate(each, from_attributes=True) for each in steps],
        restrictions=[RestrictionOut.model_validate(each, from_attributes=True) for each in placed],
    )


@router.post("/requests/{id}/answer")
async def answer(services: ServicesDep, id: UUID, asked: AnswerIn, actor: Handler) -> RequestOut:
    """Say how a request was answered: by which correction or restriction, or why not."""
    return _request_out(
        await rights.answer(services.database.sessions, id, asked.answer, actor=actor, now=services.now())
    )


@router.post(
    "/requests/{id}/export",
    response_model=ExportOut,
    responses={200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}},
)
async def export(
    request: Request, services: ServicesDep, id: UUID, actor: Handler, format: Literal["json", "pdf"] = "json"
) -> ExportOut | Response:
    """All that is held on the person of a request of access, to be handed over; the trail says to whom.

    Others' data are left out. What the agency withholds is named, or neither confirmed nor denied; of protection
    nothing is said here: its own desk answers.
    """
    telling = services.parts.retention.telling
    made = await rights.export(services.database.sessions, id, telling, actor=actor, now=services.now())
    language = language_of(request)
    shown = _export_out(made, language)
    if format == "json":
        return shown
    name = f'attachment; filename="held-{id}.pdf"'
    return Response(pdf(shown, language), media_type="application/pdf", headers={"Content-Disposition": name})


@router.post("/requests/{id}/protection")
async def rule_on_protection(
    services: ServicesDep,
    id: UUID,
    asked: RulingOnDisclosureIn,
    actor: Annotated[Actor, permit(Action.RULE_ON_DISCLOSURE)],
) -> ProtectedOut:
    """Decide, as the protection desk, whether to hand over what it holds on the person of a request, and get it."""
    told = await rights.rule_on_protection(
        services.database.sessions, id, disclose=asked.disclose, reason=asked.reason, actor=actor, now=services.now()
    )
    return ProtectedOut(records=told)


@router.get("/restrictions")
async def read_restrictions(
    services: ServicesDep,
    actor: Handler,
    standing: Annotated[bool, Query(description="only those that have not ended")] = True,
    limit: Limit = 100,
) -> list[RestrictionOut]:
    """The restrictions at your posts, the latest first. The look leaves its trace."""
    found = await restrictions.listed(services.database.sessions, actor=actor, standing=standing, limit=limit)
    return [RestrictionOut.model_validate(each, from_attributes=True) for each in found]


@router.post("/restrictions", status_code=201)
async def restrict(services: ServicesDep, asked: RestrictionIn, actor: Handler) -> RestrictionOut:
    """Set the data of a document apart: for no statistics and no links, and marked to whoever opens a movement."""
    new = NewRestriction(asked.id, asked.movement_id, asked.ground, asked.reason)
    row = await restrictions.place(services.database.sessions, new, actor=actor, now=services.now())
    return RestrictionOut.model_validate(row, from_attributes=True)


@router.post("/restrictions/{id}/end")
async def end_restriction(services: ServicesDep, id: UUID, asked: EndIn, actor: Handler) -> RestrictionOut:
    """Let the data of a document be used again."""
    row = await restrictions.end(services.database.sessions, id, asked.reason, actor=actor, now=services.now())
    return RestrictionOut.model_validate(row, from_attributes=True)


def _request_out(row: RightsRequestRow) -> RequestOut:
    names = [name for name in RequestOut.model_fields if name != "corrections"]
    where = f"/v1/inspections/{row.movement_id}/corrections"
    return RequestOut(corrections=where, **{name: getattr(row, name) for name in names})


def _export_out(made: Export, language: str) -> ExportOut:
    return ExportOut(
        request=made.request,
        recipient=made.recipient,
        made_at=made.made_at,
        documents=list(made.documents),
        sections=[_section_out(each, language) for each in made.sections],
    )


def _section_out(section: Section, language: str) -> SectionOut:
    text = "" if section.telling is Telling.GIVEN else word(f"held.{section.telling}", {}, language)
    if section.name == "protection":
        text = word("held.protection", {}, language)
    title = word(f"held.title.{section.name}", {}, language)
    records = [dict(each) for each in section.records]
    if section.name == "findings":
        records = [{**each, "text": word(f"rule.{each['rule']}.title", {}, language)} for each in records]
    return SectionOut(name=section.name, title=title, telling=section.telling, text=text, records=records)
