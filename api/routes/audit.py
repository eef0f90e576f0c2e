"""The audit trail: searched, and proven unaltered to whoever holds an earlier checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from api.deps import ServicesDep, permit, require
from api.schemas.audit import CheckpointsOut, EventOut, EventPage, InclusionOut, ProofOut, TrailFilter
from api.schemas.base import MOST_OF_A_LOG
from service import trail
from service.access import ALL_POSTS, Action, Actor
from service.trail import Proof
from service.trail_store import Wanted

router = APIRouter(prefix="/v1/audit", tags=["audit"])
Auditor = Annotated[Actor, permit(Action.READ_AUDIT)]
Size = Annotated[
    int | None, Query(ge=1, le=MOST_OF_A_LOG, description="events of the tree; all that there are when left out")
]


@router.get("/events")
async def events(
    request: Request, services: ServicesDep, asked: Annotated[TrailFilter, Query()], actor: Auditor
) -> EventPage:
    """Who did or saw what, newest first. The search is itself recorded."""
    wanted = Wanted(**{name: getattr(asked, name) for name in Wanted.__dataclass_fields__ if name != "posts"})
    if asked.crossing_point:
        await require(request, actor, Action.READ_AUDIT, asked.crossing_point)
    elif ALL_POSTS not in actor.posts:
        wanted = replace(wanted, posts=actor.posts)
    sessions = services.database.sessions
    found, names = await trail.search(sessions, wanted, actor=actor, limit=asked.limit, before=asked.before)
    items = [_event_out(event, names) for event in found]
    return EventPage(items=items, next=items[-1].id if len(items) == asked.limit else None)


def _event_out(event: Any, names: Mapping[str, str]) -> EventOut:
    shown = EventOut.model_validate(event, from_attributes=True)
    return shown.model_copy(update={"actor_name": names.get(event.actor)})


@router.get("/checkpoints")
async def checkpoints(services: ServicesDep, _actor: Auditor) -> CheckpointsOut:
    """The latest signed checkpoint of each chain, to be kept where the service cannot reach it."""
    notes = await trail.checkpoints(services.database.sessions)
    return CheckpointsOut(key=services.parts.signer.verifier, checkpoints=notes)


@router.get("/proofs/inclusion")
async def inclusion(
    services: ServicesDep, actor: Auditor, event: Annotated[int, Query(ge=1, le=MOST_OF_A_LOG)], size: Size = None
) -> InclusionOut:
    """That an event stands in its chain, unaltered, as of a checkpoint's size. Looking is itself recorded."""
    found, proof = await trail.inclusion(services.database.sessions, event, size, actor=actor)
    return InclusionOut(chain=found.chain, leaf=found.seq - 1, event=found.text, **_proof(proof))


@router.get("/proofs/consistency")
async def consistency(
    services: ServicesDep,
    _actor: Auditor,
    chain: str,
    old: Annotated[int, Query(ge=1, le=MOST_OF_A_LOG)],
    new: Size = None,
) -> ProofOut:
    """That a chain still begins with what an earlier checkpoint sealed: nothing was altered, left out or put in."""
    return ProofOut(**_proof(await trail.consistency(services.database.sessions, chain, old, new)))


def _proof(proof: Proof) -> dict[str, Any]:
    return {"size": proof.size, "root": proof.root.hex(), "hashes": [one.hex() for one in proof.hashes]}
