"""Whether the service lives and is ready, and what a monitor collects."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from api import logs, metrics
from api.deps import Probe, ServicesDep, permit
from service.access import Action, Actor
from service.errors import Unavailable

router = APIRouter(tags=["health"])
PATIENCE = 2.0  # seconds until a part that does not answer counts as missing


class Health(BaseModel):
    """That it is well. When it is not, the answer is a problem."""

    status: Literal["ok"] = "ok"


@router.get("/health/live")
async def live() -> Health:
    """The process answers. No credential needed."""
    return Health()


@router.get("/health/ready")
async def ready(services: ServicesDep) -> Health:
    """Every part that a crossing needs answers: database, lists, reader. No credential needed."""
    names = sorted(services.probes)
    answers = await asyncio.gather(*(_answers(services.probes[name]) for name in names))
    missing = [name for name, answered in zip(names, answers, strict=True) if not answered]
    if missing:
        logs.get_logger().warning("not ready", missing=missing)
        raise Unavailable(f"not ready: {', '.join(missing)}")
    return Health()


async def _answers(probe: Probe) -> bool:
    try:
        async with asyncio.timeout(PATIENCE):
            return await probe()
    except Exception:  # whatever a part raises, it is not ready; what it was is for the log of its own use
        return False


@router.get("/metrics", response_class=Response)
async def collect(services: ServicesDep, _actor: Annotated[Actor, permit(Action.READ_METRICS)]) -> Response:
    """Durations and counts in Prometheus's text format, for the key of a monitor."""
    return Response(services.metrics.exposition(), media_type=metrics.CONTENT_TYPE)
