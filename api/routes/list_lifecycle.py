"""The life of lists and national entries: proposed by one person, approved by another, reviewed, withdrawn."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from api.deps import ListName, Services, ServicesDep, permit
from api.present import language_of
from api.present_lists import change_out, preview_out, revision_out, version_out
from api.schemas.base import MOST
from api.schemas.lifecycle import (
    ChangeOut,
    EntryId,
    EntryIn,
    ListHistoryOut,
    ListTermsIn,
    MergeIn,
    MergeOut,
    PersonIn,
    ReviewsOut,
    RevisionOut,
    VerdictIn,
    WithdrawalIn,
)
from api.schemas.lists import PreviewOut
from service import clearances, entries, screening
from service.access import Action, Actor
from service.entries import Proposal
from service.hygiene import Terms
from watchlist.records import Entry, EntryDocument, EntryName

router = APIRouter(prefix="/v1/watchlists", tags=["watchlists"])
Editor = Annotated[Actor, permit(Action.EDIT_LIST)]
Approver = Annotated[Actor, permit(Action.APPROVE_LIST)]
Reader = Annotated[Actor, permit(Action.READ_LISTS)]
Revision = Annotated[int, Path(ge=1, le=MOST)]


# --- what waits for somebody


@router.get("/proposals")
async def proposals(services: ServicesDep, actor: Reader) -> list[ChangeOut]:
    """What waits for a second person, oldest first. The look leaves its trace."""
    return [change_out(change) for change in await entries.proposals(services.database.sessions, actor=actor)]


@router.get("/reviews")
async def reviews(services: ServicesDep, actor: Reader) -> ReviewsOut:
    """Lists and entries whose review is due, lists that nobody answers for, lists that are not in force."""
    found = await entries.reviews(services.database.sessions, actor=actor, now=services.now())
    return ReviewsOut(
        due=[change_out(change) for change in found.due],
        lists_without_terms=list(found.lists_without_terms),
        lists_not_in_force=list(found.lists_not_in_force),
    )


# --- a list


@router.put("/{name}/terms", status_code=201)
async def propose_terms(services: ServicesDep, name: ListName, asked: ListTermsIn, actor: Editor) -> ChangeOut:
    """Propose who answers for a list, on which ground, and what the officer is to do. In force once approved.

    For a name that is new here, a list begins whose entries are written one by one.
    """
    return await _propose(services, Proposal(asked.id, name, asked.reason, _terms(asked)), actor)


@router.post("/{name}/withdrawal", status_code=201)
async def propose_withdrawal(services: ServicesDep, name: ListName, asked: WithdrawalIn, actor: Editor) -> ChangeOut:
    """Propose to take a whole list out of screening."""
    return await _propose(services, Proposal(asked.id, name, asked.reason, None), actor)


@router.post("/{name}/terms/{revision}/decision", status_code=201)
async def decide_terms(
    services: ServicesDep, name: ListName, revision: Revision, asked: VerdictIn, actor: Approver
) -> ChangeOut:
    """Approve or reject what another person proposed for a list."""
    return await _decide(services, name, "", revision, asked, actor)


@router.get("/{name}/history")
async def list_history(services: ServicesDep, name: ListName, actor: Reader) -> ListHistoryOut:
    """Who decided what about a list, when and why; and every version of it with what it changed."""
    sessions = services.database.sessions
    return ListHistoryOut(
        revisions=[revision_out(one) for one in await entries.history(sessions, name, actor=actor)],
        versions=[version_out(row) for row in await entries.versions(sessions, name)],
    )


# --- an entry of a national list


@router.get("/{name}/entries")
async def list_entries(
    services: ServicesDep,
    name: ListName,
    actor: Reader,
    after: Annotated[str, Query(max_length=80, description="the last id of the page before")] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[ChangeOut]:
    """The entries of a national list as last approved, by id. The look leaves its trace."""
    found = await entries.entries(services.database.sessions, name, actor=actor, limit=limit, after=after)
    return [change_out(change) for change in found]


@router.put("/{name}/entries/{entry_id}", status_code=201)
async def propose_entry(
    services: ServicesDep, name: ListName, entry_id: EntryId, asked: EntryIn, actor: Editor
) -> ChangeOut:
    """Propose a new entry, or another text of one. Screened against once another person approved it.

    An entry that cannot tell its person from a namesake is refused with what it lacks.
    """
    entry = _entry(name, entry_id, asked)
    return await _propose(services, Proposal(asked.id, name, asked.reason, _terms(asked), entry_id, entry), actor)


@router.post("/{name}/entries/{entry_id}/preview")
async def preview_entry(
    request: Request, services: ServicesDep, name: ListName, entry_id: EntryId, asked: PersonIn, actor: Editor
) -> PreviewOut:
    """What an entry would do if it said this: how its names are compared, which travellers it would stop, and which
    entries in force are like it. Nothing is written but the trace of the look."""
    entry = _entry(name, entry_id, asked)
    lists, now = services.screening.current, services.now()
    found = await screening.preview(services.database.sessions, lists, entry, actor=actor, now=now)
    return preview_out(found, language_of(request))


@router.get("/{name}/entries/{entry_id}")
async def entry_history(services: ServicesDep, name: ListName, entry_id: EntryId, actor: Reader) -> list[RevisionOut]:
    """Every revision of an entry: who, when, why, and what it said before and after. The look leaves its trace."""
    found = await entries.history(services.database.sessions, name, entry_id, actor=actor)
    return [revision_out(one) for one in found]


@router.post("/{name}/entries/{entry_id}/withdrawal", status_code=201)
async def propose_entry_withdrawal(
    services: ServicesDep, name: ListName, entry_id: EntryId, asked: WithdrawalIn, actor: Editor
) -> ChangeOut:
    """Propose to take an entry out of screening."""
    return await _propose(services, Proposal(asked.id, name, asked.reason, None, entry_id), actor)


@router.post("/{name}/entries/{entry_id}/{revision}/decision", status_code=201)
async def decide_entry(
    services: ServicesDep, name: ListName, entry_id: EntryId, revision: Revision, asked: VerdictIn, actor: Approver
) -> ChangeOut:
    """Approve or reject what another person proposed for an entry."""
    return await _decide(services, name, entry_id, revision, asked, actor)


@router.post("/{name}/merges", status_code=201)
async def merge(services: ServicesDep, name: ListName, asked: MergeIn, actor: Editor) -> MergeOut:
    """Say that an entry that is gone lives on under another id: clearances follow it.

    They lapse where the other entry says something else of its person. An entry that comes back under another id
    with all that it said before is recognised without this.
    """
    lapsed = await clearances.merge(
        services.database.sessions, name, asked.old_id, asked.new_id, asked.reason, actor=actor, now=services.now()
    )
    return MergeOut(lapsed_clearances=lapsed)


def _entry(name: str, entry_id: str, asked: PersonIn) -> Entry:
    return Entry(
        id=entry_id,
        list=name,
        names=tuple(EntryName(each.text, each.kind) for each in asked.names),
        dates_of_birth=tuple(asked.dates_of_birth),
        nationalities=tuple(asked.nationalities),
        sex=asked.sex,
        documents=tuple(EntryDocument(each.number, each.kind, each.issuing_state) for each in asked.documents),
        mother_names=tuple(asked.mother_names),
        father_names=tuple(asked.father_names),
        kind=asked.kind,
        reference=asked.reference,
    )


def _terms(asked: ListTermsIn | EntryIn) -> Terms:
    minimum = asked.minimum_identifiers if isinstance(asked, ListTermsIn) else True
    return Terms(asked.owner, asked.legal_basis, asked.instruction, asked.review_on, asked.expires_on, minimum)


async def _propose(services: Services, proposal: Proposal, actor: Actor) -> ChangeOut:
    return change_out(await entries.propose(services.database.sessions, proposal, actor=actor, now=services.now()))


async def _decide(
    services: Services, name: str, entry_id: str, revision: int, asked: VerdictIn, actor: Actor
) -> ChangeOut:
    decided = await entries.decide(
        services.database.sessions,
        name,
        entry_id,
        revision,
        approve=asked.approve,
        reason=asked.reason,
        actor=actor,
        now=services.now(),
    )
    return change_out(decided)
