"""Paper forms: printed with their numbers, and reconciled with what was keyed from them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Request, Response

from api.deps import ServicesDep, permit, require
from api.paper_forms import pdf
from api.schemas.base import PostCode
from api.schemas.paper import FormsIn, MissingOut, NamedOut, ReconciliationOut, SpoiltIn, SpoiltOut
from service import paper
from service.access import Action, Actor
from service.forms import read_form_number

router = APIRouter(prefix="/v1/paper-forms", tags=["paper"])
PDF = "application/pdf"


@router.post("", status_code=201, response_class=Response, responses={201: {"content": {PDF: {}}}})
async def issue(
    request: Request, services: ServicesDep, asked: FormsIn, actor: Annotated[Actor, permit(Action.HANDLE_PAPER)]
) -> Response:
    """New numbered forms of a crossing point as a PDF, two to a sheet, each with its number as a barcode (Code 128).

    Every call gives new numbers, and every number counts as printed.
    """
    await require(request, actor, Action.HANDLE_PAPER, asked.crossing_point)
    issued = await paper.issue(
        services.database.sessions, asked.crossing_point, asked.count, actor=actor, now=services.now()
    )
    name = f"forms-{issued.numbers[0]}.pdf"
    return Response(pdf(issued), 201, {"Content-Disposition": f'attachment; filename="{name}"'}, PDF)


@router.post("/{number}/spoilt", status_code=201)
async def spoil(
    request: Request,
    services: ServicesDep,
    number: str,
    asked: SpoiltIn,
    actor: Annotated[Actor, permit(Action.HANDLE_PAPER)],
) -> SpoiltOut:
    """Say that a form was spoilt instead of filled in. It is accounted for in the reconciliation, and to be kept.

    The same again changes nothing. Of a form from which a movement was keyed it cannot be said.
    """
    sessions, number = services.database.sessions, read_form_number(number)
    await require(request, actor, Action.HANDLE_PAPER, await paper.post_of(sessions, number))
    said = await paper.spoil(sessions, number, asked.reason, actor=actor, now=services.now())
    return SpoiltOut(number=number, **asdict(said))


@router.get("/reconciliation")
async def reconcile(
    request: Request,
    services: ServicesDep,
    crossing_point: PostCode,
    actor: Annotated[Actor, permit(Action.HANDLE_PAPER)],
) -> ReconciliationOut:
    """Which printed forms were neither keyed nor spoilt, which were spoilt, which were keyed more than once (or keyed
    although spoilt), and which numbers were keyed and never printed."""
    await require(request, actor, Action.HANDLE_PAPER, crossing_point)
    found = await paper.reconcile(services.database.sessions, crossing_point, actor=actor)
    return ReconciliationOut(
        crossing_point=crossing_point,
        issued=found.issued,
        keyed=found.keyed,
        missing=[MissingOut(number=number, issued_at=at) for number, at in found.missing.items()],
        spoilt=[SpoiltOut(number=number, **asdict(said)) for number, said in found.spoilt.items()],
        doubled=[NamedOut(number=number, movements=list(ids)) for number, ids in found.doubled.items()],
        unknown=[NamedOut(number=number, movements=list(ids)) for number, ids in found.unknown.items()],
    )
