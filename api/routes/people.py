"""Links between documents that may be one person's, and groups that travel together."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request

from api.deps import ServicesDep, permit, require
from api.present import language_of
from api.present_people import company_out, group_out, link_out
from api.schemas.people import CompanyOut, GroupId, GroupIn, GroupOut, Key, LinkOut, RulingIn, WaitingOut
from service import groups, links, waiting
from service.access import Action, Actor
from service.groups import Group
from service.linking import Ruled, pair_of

router = APIRouter(prefix="/v1", tags=["people"])
Linker = Annotated[Actor, permit(Action.LINK_PERSONS)]


@router.get("/links")
async def read_links(
    services: ServicesDep,
    actor: Linker,
    document: Annotated[Key | None, Query(description="of this document", examples=["JOR:T1234567"])] = None,
    open: Annotated[bool, Query(description="only those that nobody has ruled on")] = False,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[LinkOut]:
    """Documents that may be one person's, the latest proposed first, with the evidence. The look leaves its trace."""
    found = await links.listed(services.database.sessions, actor=actor, document=document, open_only=open, limit=limit)
    return [link_out(each) for each in found]


@router.post("/links/rulings", status_code=201)
async def rule(request: Request, services: ServicesDep, asked: RulingIn, actor: Linker) -> LinkOut:
    """Confirm that two documents are one person's, split them, or leave them to likeness again.

    Every movement whose traveller has other movements by it is judged again, with the ruling as the cause.
    """
    await require(request, actor, Action.LINK_PERSONS, asked.crossing_point)
    said = Ruled(
        asked.id,
        pair_of(*asked.documents),
        asked.ruling,
        asked.reason,
        asked.evidence,
        actor.name,
        asked.crossing_point,
        services.now(),
        asked.supersedes,
    )
    return link_out(await links.rule(services.database.sessions, services.policy, said, actor=actor))


@router.post("/groups", status_code=201)
async def open_group(
    request: Request, services: ServicesDep, asked: GroupIn, actor: Annotated[Actor, permit(Action.DECIDE)]
) -> GroupOut:
    """Open a coach, a family or pilgrims with a leader. Members are captured by inspections that name its id."""
    await require(request, actor, Action.DECIDE, asked.crossing_point)
    group = Group(**asked.model_dump(), opened_by=actor.name, opened_at=services.now())
    return group_out(await groups.open_group(services.database.sessions, group, actor=actor))


@router.get("/groups")
async def read_groups(
    services: ServicesDep,
    actor: Annotated[Actor, permit(Action.READ_MOVEMENTS)],
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[GroupOut]:
    """The groups opened at your posts, the latest first."""
    return [group_out(each) for each in await groups.listed(services.database.sessions, actor=actor, limit=limit)]


@router.get("/groups/{id}")
async def read_group(
    request: Request,
    services: ServicesDep,
    id: GroupId,
    actor: Annotated[Actor, permit(Action.READ_MOVEMENTS)],
) -> CompanyOut:
    """A group with its members: who came in with it, who has left, and who is missing. The look leaves its trace."""
    sessions, now = services.database.sessions, services.now()
    found = await groups.company(sessions, services.policy, id, actor=actor, now=now)
    return company_out(found, language_of(request))


@router.get("/waiting")
async def read_waiting(services: ServicesDep, _actor: Annotated[Actor, permit(Action.READ_STATISTICS)]) -> WaitingOut:
    """How many movements only time can tell more about, and whether the chore that judges them keeps up."""
    found = await waiting.progress(services.database.sessions, now=services.now())
    return WaitingOut(movements=found.movements, due=found.due, due_since=found.due_since, next_due=found.next_due)
