"""What is said of a movement after it was recorded: supplied, corrected, supplied as missed, rebutted."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request

from api.deps import Services, ServicesDep, permit
from api.present import inspection_out, language_of
from api.present_people import history_out
from api.schemas.inspection import InspectionOut
from api.schemas.people import CorrectionIn, HistoryOut, MissedIn, RebuttalIn, SupplementIn, SuppliedIn
from service import corrections
from service import inspection as inspecting
from service.access import Action, Actor
from service.correcting import Correction, CorrectionKind, Rebuttal
from service.domain import Crossing, Direction, PartialDate, Source, TravelDocument, Traveller

router = APIRouter(prefix="/v1/inspections", tags=["corrections"])
Corrector = Annotated[Actor, permit(Action.CORRECT_MOVEMENT)]


@router.get("/{id}/corrections")
async def read(
    request: Request, services: ServicesDep, id: UUID, actor: Annotated[Actor, permit(Action.READ_MOVEMENTS)]
) -> HistoryOut:
    """What was said of a movement after it was recorded, and how it counts now. The look leaves its trace."""
    found = await corrections.history(services.database.sessions, id, actor=actor)
    return history_out(found, language_of(request))


@router.post("/{id}/corrections", status_code=201)
async def correct(
    request: Request, services: ServicesDep, id: UUID, asked: CorrectionIn, actor: Corrector
) -> HistoryOut:
    """Say what a movement should have said, or that it never was, and on what evidence.

    What was recorded stays. Every movement that the correction can affect is judged again before the answer; whoever
    is somebody else by it is screened anew.
    """
    said = _said(services, id, asked, actor, asked.kind, asked.reason)
    return await _corrected(request, services, said, actor)


@router.post("/{id}/supplement", status_code=201)
async def supplement(
    request: Request,
    services: ServicesDep,
    id: UUID,
    asked: SupplementIn,
    actor: Annotated[Actor, permit(Action.DECIDE)],
) -> HistoryOut:
    """Add what the desk learnt afterwards: a child's relation to the adult, a consent, the sponsor, a contact."""
    said = _said(services, id, asked, actor, CorrectionKind.DATA, "supplied at the desk")
    return await _corrected(request, services, said, actor, supplied=True)


def _said(
    services: Services, id: UUID, asked: CorrectionIn | SupplementIn, actor: Actor, kind: CorrectionKind, reason: str
) -> Correction:
    changes = _changes(asked.changes)
    return Correction(asked.id, id, kind, changes, reason, asked.evidence, actor.name, "", services.now())


def _changes(asked: SuppliedIn | None) -> dict[str, Any]:
    """What was named, null among it; as JSON holds it."""
    return asked.model_dump(mode="json", exclude_unset=True) if asked else {}


async def _corrected(
    request: Request, services: Services, said: Correction, actor: Actor, *, supplied: bool = False
) -> HistoryOut:
    found = await corrections.correct(
        services.database.sessions, services.screening.current, services.policy, said, actor=actor, supplied=supplied
    )
    return history_out(found, language_of(request))


@router.post("/{id}/missed", status_code=201)
async def missed(request: Request, services: ServicesDep, id: UUID, asked: MissedIn, actor: Corrector) -> InspectionOut:
    """Supply a movement of the same traveller and document that nobody recorded: an exit by its stamp or ticket.

    It is recorded as one keyed from paper, and everything after it is judged again.
    """
    sessions, now = services.database.sessions, services.now()
    crossing = await corrections.like(sessions, id, _missed(asked), actor=actor)
    said = Correction(
        asked.correction_id,
        asked.id,
        CorrectionKind.MISSED,
        {},
        asked.reason,
        asked.evidence,
        actor.name,
        asked.crossing_point,
        now,
    )
    made = await inspecting.inspect(
        sessions, services.screening.current, services.policy, crossing, actor=actor, now=now, missed=said
    )
    return inspection_out(made, actor, language_of(request))


def _missed(asked: MissedIn) -> Crossing:
    """The movement, of nobody yet."""
    return Crossing(
        asked.id,
        asked.crossing_point,
        Direction(asked.direction),
        asked.occurred_at,
        TravelDocument("", "", ""),
        Traveller("", "", "", PartialDate(None)),
        asked.clock,
        Source.PAPER,
    )


@router.post("/{id}/rebuttals", status_code=201)
async def rebut(request: Request, services: ServicesDep, id: UUID, asked: RebuttalIn, actor: Corrector) -> HistoryOut:
    """Withdraw a finding on evidence: one of the grounds that the finding itself names, and what was shown.

    It stays withdrawn as long as the finding would say the same on the same records.
    """
    said = Rebuttal(
        asked.id,
        id,
        asked.id,
        "",
        bytes.fromhex(asked.claim),
        asked.ground,
        asked.evidence,
        actor.name,
        "",
        services.now(),
    )
    found = await corrections.rebut(services.database.sessions, services.policy, said, actor=actor)
    return history_out(found, language_of(request))
