"""The officer's flow: inspect a crossing, decide on it, look at it again."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request

from api.deps import Services, ServicesDep, permit, require
from api.present import decision_out, inspection_out, language_of
from api.schemas.inspection import DecisionIn, DecisionOut, InspectionIn, InspectionOut, ReceiptOut
from ocr.mrz import parse_text
from service import decision as deciding
from service import inspection as inspecting
from service import readings, restrictions
from service.access import Action, Actor, DeviceKind
from service.domain import (
    Crossing,
    Decision,
    FailedCheckDigit,
    OtherReading,
    PartialDate,
    Relation,
    TravelDocument,
    Traveller,
    Visa,
)
from service.person import person_keys
from service.wording import word

router = APIRouter(prefix="/v1/inspections", tags=["inspection"])


@router.post("", status_code=201)
async def create(
    request: Request,
    services: ServicesDep,
    asked: InspectionIn,
    actor: Annotated[Actor, permit(Action.INSPECT)],
) -> InspectionOut | ReceiptOut:
    """Screen a traveller, apply the rules, record the movement, and answer CLEAR or REFER with the reasons.

    Safe to repeat: the same id with the same data is answered with what was recorded. A camera gets a receipt
    only: whoever steals its key can ask neither the lists nor the log.
    """
    await require(request, actor, Action.INSPECT, asked.crossing_point)
    crossing = await _crossing(services, asked, actor)
    async with services.turns:
        made = await inspecting.inspect(
            services.database.sessions,
            services.screening.current,
            services.policy,
            crossing,
            actor=actor,
            now=services.now(),
            reading_id=asked.reading_id,
        )
    services.metrics.inspections.labels(made.inspection.verdict.value).inc()
    if DeviceKind.CAMERA in actor.roles:
        return ReceiptOut(id=asked.id, seq=made.seq, recorded_at=made.recorded_at)
    return inspection_out(made, actor, language_of(request))


@router.get("/{id}")
async def read(
    request: Request, services: ServicesDep, id: UUID, actor: Annotated[Actor, permit(Action.READ_MOVEMENTS)]
) -> InspectionOut:
    """What was recorded under this id, with the decisions so far. The look leaves its trace."""
    sessions, language = services.database.sessions, language_of(request)
    found = await inspecting.recorded(sessions, id, actor=actor)
    shown = inspection_out(found, actor, language)
    if await restrictions.restricted(sessions, [found.inspection.crossing.document.key]):
        shown.restricted = word("held.restricted_mark", {}, language)
    return shown


@router.post("/{id}/decision", status_code=201)
async def decide(
    services: ServicesDep, id: UUID, asked: DecisionIn, actor: Annotated[Actor, permit(Action.DECIDE)]
) -> DecisionOut:
    """Record the officer's decision, once. A change of mind names the decision that it `supersedes`.

    Reason codes of a refusal are those of the standard form, A to I.
    """
    decision = Decision(asked.id, id, asked.outcome, actor.name, services.now(), asked.reason_code, asked.supersedes)
    return decision_out(await deciding.decide(services.database.sessions, services.policy, decision, actor=actor))


async def _crossing(services: Services, asked: InspectionIn, actor: Actor) -> Crossing:
    traveller, document, failed = await _presented(services, asked, actor)
    return Crossing(
        id=asked.id,
        crossing_point=asked.crossing_point,
        direction=asked.direction,
        occurred_at=asked.occurred_at,
        document=document,
        traveller=traveller,
        clock=asked.clock,
        source=asked.source,
        person_keys=person_keys(traveller),
        failed_check_digits=failed,
        visa=Visa(**asked.visa.model_dump()) if asked.visa else None,
        admitted_until=asked.admitted_until,
        group_id=asked.group_id,
        accompanying=tuple(asked.accompanying),
        vehicle=asked.vehicle,
        address=asked.address,
        phone=asked.phone,
        sponsor=asked.sponsor,
        relations=tuple(Relation(each.to, each.kind) for each in asked.relations),
        consent=asked.consent,
        other_readings=tuple(OtherReading(each.source, each.field, each.value) for each in asked.other_readings),
        redress_number=asked.redress_number,
        form_number=asked.form_number,
    )


Presented = tuple[Traveller, TravelDocument, tuple[FailedCheckDigit, ...]]


async def _presented(services: Services, asked: InspectionIn, actor: Actor) -> Presented:
    """The typed document, else the officer's text, else the reading as accepted; with the typed names."""
    if asked.document is not None:
        traveller, document, failed = _typed(asked)
    else:
        if asked.mrz is not None:
            zone = parse_text(asked.mrz)
        else:
            assert asked.reading_id is not None  # the schema saw to it
            zone = await readings.accepted_zone(services.database.sessions, asked.reading_id, actor=actor)
        traveller, document, failed = readings.presented(zone, asked.occurred_at.date())
    said = replace(
        traveller,
        native_name=asked.native_name or None,
        father_name=asked.father_name or None,
        mother_name=asked.mother_name or None,
        other_nationalities=tuple(asked.other_nationalities),
    )
    return said, document, failed


def _typed(asked: InspectionIn) -> Presented:
    typed = asked.document
    assert typed is not None
    traveller = Traveller(
        typed.primary_identifier,
        typed.secondary_identifier,
        typed.nationality,
        PartialDate.parse(typed.date_of_birth),
        typed.sex,
    )
    expiry = PartialDate.parse(typed.date_of_expiry) if typed.date_of_expiry else None
    document = TravelDocument(typed.document_code.rstrip("<"), typed.issuing_state, typed.document_number, expiry)
    return traveller, document, ()
