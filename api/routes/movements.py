"""The movement log: filtered pages, streamed exports, counts."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime

from api.deps import ServicesDep, permit, require
from api.present import movement_out
from api.rows import as_csv, as_ndjson
from api.schemas.base import DocumentNumber, PostCode, State
from api.schemas.log import CountOut, MovementPage
from service import disclosure, movement_log
from service.access import ALL_POSTS, Action, Actor
from service.domain import Direction, Verdict
from service.movement_log import Filter

router = APIRouter(prefix="/v1/movements", tags=["movements"])


async def wanted_of(
    since: Annotated[AwareDatetime | None, Query(alias="from", description="included")] = None,
    until: Annotated[AwareDatetime | None, Query(alias="to", description="not included")] = None,
    crossing_point: PostCode | None = None,
    direction: Direction | None = None,
    nationality: State | None = None,
    document_number: DocumentNumber | None = None,
    issuing_state: State | None = None,
    rule: Annotated[str | None, Query(pattern=r"^[A-Z]\d{1,2}$", examples=["M2"])] = None,
    verdict: Verdict | None = None,
) -> Filter:
    """The filter that the query asks for; the posts of the asker are added by `_within`."""
    return Filter(
        since=since,
        until=until,
        crossing_point=crossing_point,
        direction=direction,
        nationality=nationality,
        document_number=document_number,
        issuing_state=issuing_state,
        rule=rule,
        verdict=verdict,
    )


Wanted = Annotated[Filter, Depends(wanted_of)]


async def _within(request: Request, wanted: Filter, actor: Actor, action: Action) -> Filter:
    """`wanted`, cut to the posts that `actor` serves. A foreign post asked for by name is refused."""
    if wanted.crossing_point is not None:
        await require(request, actor, action, wanted.crossing_point)
    return replace(wanted, posts=None if ALL_POSTS in actor.posts else actor.posts)


@router.get("")
async def page(
    request: Request,
    services: ServicesDep,
    wanted: Wanted,
    actor: Annotated[Actor, permit(Action.READ_MOVEMENTS)],
    limit: Annotated[int, Query(ge=1, le=movement_log.PAGE_MOST)] = 50,
    cursor: str | None = None,
) -> MovementPage:
    """Movements, newest first. Pages neither skip nor repeat while new movements arrive."""
    wanted = await _within(request, wanted, actor, Action.READ_MOVEMENTS)
    lines, following = await disclosure.page(
        services.database.reader_sessions, services.database.sessions, wanted, actor=actor, limit=limit, cursor=cursor
    )
    return MovementPage(items=[movement_out(line) for line in lines], next=following)


@router.get("/counts")
async def counts(
    request: Request, services: ServicesDep, wanted: Wanted, actor: Annotated[Actor, permit(Action.READ_STATISTICS)]
) -> list[CountOut]:
    """How many crossed, by post, direction and hour (UTC). No personal data."""
    wanted = await _within(request, wanted, actor, Action.READ_STATISTICS)
    async with services.database.reader_sessions() as session:
        return [CountOut(**asdict(count)) for count in await movement_log.counts(session, wanted)]


@router.get("/export", response_class=StreamingResponse)
async def export(
    request: Request,
    services: ServicesDep,
    wanted: Wanted,
    actor: Annotated[Actor, permit(Action.EXPORT_MOVEMENTS)],
    format: Literal["csv", "ndjson"] = "csv",
) -> StreamingResponse:
    """The filtered log as a file, oldest first, streamed. The export is audited before its first byte."""
    wanted = await _within(request, wanted, actor, Action.EXPORT_MOVEMENTS)
    lines = await disclosure.export(services.database.reader_sessions, services.database.sessions, wanted, actor=actor)
    rows = (movement_out(line) async for line in lines)
    body, media_type = (as_csv(rows), "text/csv; charset=utf-8") if format == "csv" else (as_ndjson(rows), _NDJSON)
    disposition = {"Content-Disposition": f'attachment; filename="movements.{format}"'}
    return StreamingResponse(body, media_type=media_type, headers=disposition)


_NDJSON = "application/x-ndjson"
