"""Crossing points: reference data, and until when a relayed post was heard."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from api.deps import ServicesDep, permit
from api.schemas.base import PostCode
from api.schemas.log import CrossingPointOut, FreshnessOut, ListAgeOut, WatermarkIn
from service import freshness, reevaluation
from service.access import Action, Actor
from service.domain import CrossingPoint

router = APIRouter(prefix="/v1/crossing-points", tags=["reference"])


@router.get("")
async def crossing_points(
    services: ServicesDep, _actor: Annotated[Actor, permit(Action.READ_REFERENCE)]
) -> list[CrossingPointOut]:
    """All crossing points, with the watermark of those that report through a relay."""
    return [_out(point) for point in await freshness.crossing_points(services.database.sessions)]


@router.get("/freshness")
async def read_freshness(
    services: ServicesDep, _actor: Annotated[Actor, permit(Action.READ_REFERENCE)]
) -> FreshnessOut:
    """The lists and the policy that are in force here now, for the eyes of whoever relies on them."""
    in_force = services.screening.current
    return FreshnessOut(
        index_version=in_force.version,
        policy_version=services.policy.at(services.now()).version,
        lists=[ListAgeOut(name=one.name, version=one.version, imported_at=one.imported_at) for one in in_force.lists],
    )


@router.put("/{code}/watermark")
async def put_watermark(
    services: ServicesDep,
    code: PostCode,
    asked: WatermarkIn,
    actor: Annotated[Actor, permit(Action.MANAGE_POSTS, post="code")],
) -> CrossingPointOut:
    """Say until when a post was heard; null says that it writes here directly.

    Irregularities that a movement not yet heard could explain stay notices until the watermark has passed them; those
    that it passes now are judged again before the answer.
    """
    sessions = services.database.sessions
    point = await freshness.hear(sessions, code, asked.heard_until, actor=actor)
    await reevaluation.after_watermark(sessions, services.policy, code, actor=actor, now=services.now())
    return _out(point)


def _out(point: CrossingPoint) -> CrossingPointOut:
    latitude, longitude = point.position
    return CrossingPointOut(
        code=point.code,
        kind=point.kind,
        names=dict(point.names),
        latitude=latitude,
        longitude=longitude,
        jurisdiction=point.jurisdiction,
        heard_until=point.heard_until,
    )
