"""What the service does with lists by itself, and how it goes: fetching, building, re-screening; and the figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter

from api.deps import ListName, Services, ServicesDep, permit
from api.present_lists import rescreening_out, source_out
from api.schemas.lifecycle import BuildingOut, FiguresOut, RescreeningOut, SourceOut
from api.schemas.people import PurposeIn
from service import hits, purposes, reimport, rescreening
from service.access import Action, Actor
from service.domain import ListingKind
from service.sources import Source

router = APIRouter(prefix="/v1/watchlists", tags=["watchlists"])
Reader = Annotated[Actor, permit(Action.READ_LISTS)]
Importer = Annotated[Actor, permit(Action.IMPORT_LIST)]


@router.get("/figures")
async def figures(services: ServicesDep, _actor: Reader) -> list[FiguresOut]:
    """Per list: hits, confirmed, cleared, undecided, waiting, median time to the final word. No personal data."""
    return [FiguresOut(**asdict(one)) for one in await hits.figures(services.database.sessions)]


@router.get("/{name}/figures")
async def entry_figures(services: ServicesDep, name: ListName, _actor: Reader) -> list[FiguresOut]:
    """The same per entry of a list, those most often cleared first: they go back to their owner."""
    return [FiguresOut(**asdict(one)) for one in await hits.figures(services.database.sessions, name)]


@router.get("/sources")
async def sources(services: ServicesDep, _actor: Reader) -> list[SourceOut]:
    """The lists that are fetched by themselves: last tried, last changed, last error, what waits for a person."""
    return await _told(services, services.fetching.sources)


@router.post("/sources/{name}/attempt")
async def fetch_now(services: ServicesDep, name: ListName, _actor: Importer) -> SourceOut:
    """Fetch a list now, whenever it was last tried; answers what came of it."""
    sessions, fetching, now = services.database.sessions, services.fetching, services.now()
    source = fetching.source(name)
    await reimport.attempt(sessions, fetching, source, due_before=now, now=now)
    await services.screening.refresh()
    return (await _told(services, [source]))[0]


@router.post("/sources/{name}/confirmation")
async def confirm(services: ServicesDep, name: ListName, actor: Importer) -> SourceOut:
    """Import the file that waits because it would strike too much of the list."""
    sessions, fetching = services.database.sessions, services.fetching
    await reimport.confirm(sessions, fetching, name, actor=actor, now=services.now())
    await services.screening.refresh()
    return (await _told(services, [fetching.source(name)]))[0]


async def _told(services: Services, sources: Sequence[Source]) -> list[SourceOut]:
    found = await reimport.statuses(services.database.sessions, sources)
    return [source_out(status, source) for status, source in zip(found, sources, strict=True)]


@router.get("/building")
async def building(services: ServicesDep, _actor: Reader) -> BuildingOut:
    """The index that is screened against, and how far the next one is."""
    screening = services.screening
    return BuildingOut(
        index_version=screening.index.version, entries=len(screening.index), **asdict(screening.progress)
    )


@router.get("/rescreenings")
async def rescreenings(services: ServicesDep, _actor: Reader) -> list[RescreeningOut]:
    """New and changed entries run against what was recorded before: how far, and what that raised; latest first."""
    return [rescreening_out(job) for job in await rescreening.progress(services.database.sessions)]


@router.get("/purposes")
async def read_purposes(services: ServicesDep, _actor: Reader) -> dict[str, ListingKind]:
    """The lists whose entries are documents reported lost or stolen (D3), or bans of entry (E5)."""
    return await purposes.purposes(services.database.sessions)


@router.put("/{name}/purpose", status_code=204)
async def set_purpose(
    services: ServicesDep, name: ListName, asked: PurposeIn, actor: Annotated[Actor, permit(Action.APPROVE_LIST)]
) -> None:
    """Say what a list is for beyond screening. Whoever hit on it is judged again within the minute."""
    await purposes.set_purpose(services.database.sessions, name, asked.purpose, actor=actor, now=services.now())
