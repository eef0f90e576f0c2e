"""List files that one person hands in and another puts into force, having seen what each changes."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from api.deps import ListName, Services, ServicesDep, permit
from api.list_files import ListFormat, Mapping, received
from api.present_lists import draft_out, entry_change_out, whole_draft_out
from api.schemas.lists import DraftOut, DraftVerdictIn, EntryChangeOut, WholeDraftOut
from service import drafts
from service.access import Action, Actor
from service.draft_store import Draft
from service.sifting import Effect

router = APIRouter(prefix="/v1/watchlists", tags=["watchlists"])
Reader = Annotated[Actor, permit(Action.READ_LISTS)]


@router.get("/drafts")
async def list_drafts(
    services: ServicesDep, actor: Reader, limit: Annotated[int, Query(ge=1, le=500)] = 50
) -> list[DraftOut]:
    """The files that wait for a second person, the longest waiting first; then those decided on, the latest first."""
    found = await drafts.drafts(services.database.sessions, actor=actor, limit=limit)
    return [draft_out(one, services.settings.list_most_lost) for one in found]


FILE = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}, "required": True}


@router.put("/{name}/drafts/{draft_id}", status_code=201, openapi_extra={"requestBody": FILE})
async def hand_in(
    request: Request,
    services: ServicesDep,
    name: ListName,
    draft_id: UUID,
    format: ListFormat,
    actor: Annotated[Actor, permit(Action.IMPORT_LIST)],
    mapping: Mapping = None,
) -> WholeDraftOut:
    """Hand in the file in the body. It is read whole and compared with the version in force; nothing changes before
    another person approved it.

    The id is made by the client: the same id again is answered with what was handed in. A file that cannot be read is
    refused, and the refusal says where in the file the trouble is. One file of a list waits at a time.
    """
    async with received(request, name, mapping) as path:
        sessions, now = services.database.sessions, services.now()
        found = await drafts.hand_in(sessions, draft_id, name, format, path, actor=actor, now=now)
    return _whole(services, found)


@router.get("/{name}/drafts/{draft_id}")
async def read_draft(services: ServicesDep, name: ListName, draft_id: UUID, actor: Reader) -> WholeDraftOut:
    """One file, with every record that was left out of it and why. The look leaves its trace."""
    return _whole(services, await drafts.draft(services.database.sessions, name, draft_id, actor=actor))


@router.get("/{name}/drafts/{draft_id}/changes")
async def read_changes(
    services: ServicesDep,
    name: ListName,
    draft_id: UUID,
    actor: Reader,
    effect: Annotated[Effect | None, Query(description="these alone")] = None,
    after: Annotated[str, Query(max_length=400, description="the last id of the page before")] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[EntryChangeOut]:
    """What a waiting file adds, changes and strikes, entry by entry, by id; nothing once it was decided on. The look
    leaves its trace."""
    sessions = services.database.sessions
    found = await drafts.changes(sessions, name, draft_id, effect, actor=actor, limit=limit, after=after)
    return [entry_change_out(one) for one in found]


@router.post("/{name}/drafts/{draft_id}/decision", status_code=201)
async def decide(
    services: ServicesDep,
    name: ListName,
    draft_id: UUID,
    asked: DraftVerdictIn,
    actor: Annotated[Actor, permit(Action.APPROVE_LIST)],
) -> WholeDraftOut:
    """Put a file into force that another person handed in, or reject it. What comes into force is what was shown.

    A list that is new here is screened against once its terms are approved as well.
    """
    decided = await drafts.decide(
        services.database.sessions,
        name,
        draft_id,
        approve=asked.approve,
        reason=asked.reason,
        confirmed=asked.confirmed,
        needs_approval=not services.settings.demo,
        most_lost=services.settings.list_most_lost,
        actor=actor,
        now=services.now(),
    )
    if asked.approve:
        await services.screening.refresh()
    return _whole(services, decided)


def _whole(services: Services, draft: Draft) -> WholeDraftOut:
    return whole_draft_out(draft, services.settings.list_most_lost)
