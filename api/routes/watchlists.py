"""Watchlists: what is in force, and bringing a new version in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request

from api.deps import ListName, ServicesDep, permit
from api.list_files import ListFormat, Mapping, received
from api.present_lists import known_list_out, terms_out
from api.schemas.lists import KnownListOut, ListImportOut, ListOut, SkippedOut
from service import entries, watchlists
from service.access import Action, Actor

router = APIRouter(prefix="/v1/watchlists", tags=["watchlists"])


@router.get("")
async def lists(services: ServicesDep, _actor: Annotated[Actor, permit(Action.READ_LISTS)]) -> list[ListOut]:
    """The lists in force, each with its version and when it came in."""
    return [
        ListOut(
            name=one.name,
            format=one.format,
            version=one.version,
            entries=one.entries,
            imported_at=one.imported_at,
            imported_by=one.imported_by,
            digest=one.digest.hex(),
            terms=terms_out(terms) if terms else None,
        )
        for one, terms in await entries.lists(services.database.sessions)
    ]


@router.get("/all")
async def known_lists(services: ServicesDep, _actor: Annotated[Actor, permit(Action.READ_LISTS)]) -> list[KnownListOut]:
    """Every list that is known here, by name: those in force, those that wait for their terms, those withdrawn."""
    return [known_list_out(one, terms) for one, terms in await entries.known(services.database.sessions)]


@router.put("/{name}")
async def put(
    request: Request,
    services: ServicesDep,
    name: ListName,
    format: ListFormat,
    actor: Annotated[Actor, permit(Action.IMPORT_LIST)],
    confirmed: Annotated[bool, Query(description="strike more than half of the entries in force")] = False,
    mapping: Mapping = None,
) -> ListImportOut:
    """Replace a list by the file in the body: all of it or nothing.

    The report says what changed and names every record that was left out. Until the answer, and after any
    error, the version before stays in force. A list that is new here is not screened against before its terms are
    approved by a second person; the file of a list in force is refused here and goes through `PUT …/drafts/ID`, which
    a second person decides on (a demonstration, which has one account, does without either).
    """
    async with received(request, name, mapping) as path:
        report = await watchlists.import_list(
            services.database.sessions,
            name,
            format,
            path,
            actor=actor,
            now=services.now(),
            confirmed=confirmed,
            needs_approval=not services.settings.demo,
            most_lost=services.settings.list_most_lost,
        )
    await services.screening.refresh()
    return ListImportOut(
        list=report.list,
        version=report.version,
        **{key: value for key, value in report.counts().items() if key != "skipped"},
        skipped=tuple(SkippedOut(reference=one.reference, reason=one.reason) for one in report.skipped),
        digest=report.digest.hex(),
        active=report.active,
    )
