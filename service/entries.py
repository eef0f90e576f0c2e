"""The life of a list and of a national entry: proposed by one person, put into force by another, reviewed, ended.

Every revision stays, with who, when and why. Use cases, one transaction each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit, clearance_store, entry_store, rescreening_store, store
from service.access import Actor
from service.entry_store import NATIONAL
from service.errors import ChangeRefused, NotFound
from service.hygiene import (
    Change,
    ChangeAction,
    ChangeState,
    Terms,
    differences,
    lapsed,
    require_dates,
    require_minimum,
    require_second_person,
)
from service.list_store import KnownList, ListInForce, known_lists, lists_in_force
from service.list_tables import ListVersionRow
from service.transactions import retrying
from watchlist.records import Entry

Sessions = async_sessionmaker[AsyncSession]
PURPOSE = "watchlist"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What somebody wants changed. `terms` None withdraws. `entry_id` empty is the list itself; else `entry` says whom
    it means, but for a withdrawal."""

    id: UUID
    list: str
    reason: str
    terms: Terms | None
    entry_id: str = ""
    entry: Entry | None = None


@retrying
async def propose(sessions: Sessions, wanted: Proposal, *, actor: Actor, now: datetime) -> Change:
    """Write a proposal down; nothing changes before another person approved it. A list that is new here begins so.

    The same id again is answered with what was proposed.

    Raises:
        ThinEntry: the entry cannot tell its person from a namesake, or a date will not do.
        ChangeRefused: another proposal waits, entries of this list come from a file, or there is nothing to withdraw.
        NotFound: an entry of a list that does not exist.
        ConflictingReplay: the id is that of a proposal for another entry.
    """
    async with sessions.begin() as session:
        await store.lock(session, [f"list:{wanted.list}"])
        before = await entry_store.history(session, wanted.list, wanted.entry_id)
        if same := next((change for change in before if change.id == wanted.id), None):
            return same
        if any(change.state is ChangeState.PROPOSED for change in before):
            raise ChangeRefused("a proposal waits already; it must be decided on first")
        await _require_list(session, wanted)
        change = _change(wanted, before, actor, now)
        await entry_store.add_change(session, change)
        details = {"entry_id": wanted.entry_id, "revision": change.revision, "change": change.action.value}
        await audit.record(session, actor, "propose_change", purpose=PURPOSE, subject=wanted.list, details=details)
        return change


async def _require_list(session: AsyncSession, wanted: Proposal) -> None:
    format_ = await entry_store.format_of(session, wanted.list)
    if not wanted.entry_id:
        await entry_store.found_list(session, wanted.list)
    elif format_ is None:
        raise NotFound(f"there is no list {wanted.list}")
    elif format_ != NATIONAL:
        raise ChangeRefused(f"the entries of {wanted.list} come from its publisher's file")


def _change(wanted: Proposal, before: list[Change], actor: Actor, now: datetime) -> Change:
    """The next revision, having made sure that it says enough."""
    approved = [change for change in before if change.state is ChangeState.APPROVED]
    last = approved[-1] if approved and approved[-1].action is not ChangeAction.WITHDRAW else None
    if wanted.terms is None and last is None:
        raise ChangeRefused("there is nothing in force to be withdrawn")
    action = ChangeAction.WITHDRAW if wanted.terms is None else ChangeAction.AMEND if last else ChangeAction.CREATE
    terms = wanted.terms or (last.terms if last else None)
    assert terms is not None
    entry = None
    if action is not ChangeAction.WITHDRAW:
        require_dates(terms, now.date(), entry=bool(wanted.entry_id))
        entry = _entry(wanted, terms)
    return Change(
        id=wanted.id,
        list=wanted.list,
        entry_id=wanted.entry_id,
        revision=len(before) + 1,
        action=action,
        terms=terms,
        reason=wanted.reason,
        proposed_by=str(actor.id),
        proposed_by_name=actor.name,
        proposed_at=now,
        entry=entry,
    )


def _entry(wanted: Proposal, terms: Terms) -> Entry | None:
    if not wanted.entry_id:
        return None
    if wanted.entry is None:
        raise ChangeRefused("a proposal for an entry says whom it means")
    entry = replace(wanted.entry, id=wanted.entry_id, list=wanted.list, instruction=terms.instruction)
    require_minimum(entry)
    return entry


@retrying
async def decide(
    sessions: Sessions,
    list_: str,
    entry_id: str,
    revision: int,
    *,
    approve: bool,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Change:
    """Approve or reject a proposal. What is approved is in force with the answer, and screened against in seconds.

    Raises:
        NotFound: there is no such revision.
        Forbidden: who proposed it cannot approve it.
        ChangeRefused: it was decided on before.
    """
    async with sessions.begin() as session:
        await store.lock(session, [f"list:{list_}"])
        found = await entry_store.history(session, list_, entry_id, revision=revision)
        if not found:
            raise NotFound("there is no such proposal")
        (change,) = found
        if change.state is not ChangeState.PROPOSED:
            raise ChangeRefused(f"this proposal was {change.state} before")
        require_second_person(change, str(actor.id), approves=approve)
        state = ChangeState.APPROVED if approve else ChangeState.REJECTED
        decided = await entry_store.decide(session, change, state, actor=actor, reason=reason, now=now)
        if approve:
            await _put_in_force(session, decided, actor=actor, now=now)
        details = {"entry_id": entry_id, "revision": revision, "state": state.value}
        await audit.record(session, actor, "decide_change", purpose=PURPOSE, subject=list_, details=details)
        return decided


async def _put_in_force(session: AsyncSession, change: Change, *, actor: Actor, now: datetime) -> None:
    if change.entry_id:
        version = await entry_store.put_in_force(session, change, actor=actor, now=now)
        await clearance_store.settle(session, change.list, version, said_by=actor.name, now=now)
        fresh = int(change.action is not ChangeAction.WITHDRAW)
        gone = int(change.action is not ChangeAction.CREATE)
        await rescreening_store.enqueue(session, change.list, version, fresh, now, gone=gone)
        return
    active = change.action is not ChangeAction.WITHDRAW
    switched = await entry_store.set_active(session, change.list, active)
    renewed = active and await _had_lapsed(session, change, now)
    current = await entry_store.versions(session, change.list, limit=1)
    if (switched or renewed) and current:  # it comes into screening, or leaves it, with all that it holds
        held = int(current[0].counts["entries"])
        fresh = held if active else 0
        await rescreening_store.enqueue(session, change.list, current[0].version, fresh, now, gone=held, whole=True)


async def _had_lapsed(session: AsyncSession, change: Change, now: datetime) -> bool:
    """Whether the terms that a change renews had expired, so that nothing of the list matched for a while."""
    earlier = await entry_store.history(session, change.list)
    before = [one for one in earlier if one.state is ChangeState.APPROVED and one.revision < change.revision]
    return bool(before) and lapsed(before[-1].terms.expires_on, now)


# --- looking ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Revised:
    """A revision, and what it says otherwise than the one in force before it: field -> before, after."""

    change: Change
    differences: Mapping[str, Mapping[str, object]]


async def history(sessions: Sessions, list_: str, entry_id: str = "", *, actor: Actor) -> list[Revised]:
    """Every revision of a list or an entry, oldest first; the look at a person leaves its trace.

    Raises:
        NotFound: nothing was ever proposed for it, nor, of a list, imported.
    """
    async with sessions.begin() as session:
        found = await entry_store.history(session, list_, entry_id)
        if not found and (entry_id or not await entry_store.versions(session, list_, limit=1)):
            raise NotFound("nothing was ever proposed for this")
        if entry_id:
            await _trace(session, actor, "read_entry", list_, {"entry_id": entry_id})
        return list(_revised(found))


def _revised(changes: Iterable[Change]) -> Iterator[Revised]:
    in_force: Change | None = None
    for change in changes:
        yield Revised(change, differences(in_force, change))
        if change.state is ChangeState.APPROVED:
            in_force = change


async def entries(sessions: Sessions, list_: str, *, actor: Actor, limit: int = 100, after: str = "") -> list[Change]:
    """The entries of a national list as last approved, by id; the look leaves its trace."""
    async with sessions.begin() as session:
        found = await entry_store.entries(session, list_, limit=limit, after=after)
        await _trace(session, actor, "read_entries", list_, {"entries": len(found)})
        return found


async def proposals(sessions: Sessions, *, actor: Actor) -> list[Change]:
    """What waits for a second person, oldest first; the look leaves its trace."""
    async with sessions.begin() as session:
        found = await entry_store.proposals(session)
        await _trace(session, actor, "read_proposals", "", {"proposals": len(found)})
        return found


@dataclass(frozen=True, slots=True)
class Reviews:
    """What somebody must look at: lists and entries whose review is due, lists in force that nobody answers for, and
    lists that are not screened against."""

    due: tuple[Change, ...]
    lists_without_terms: tuple[str, ...]
    lists_not_in_force: tuple[str, ...]


async def reviews(sessions: Sessions, *, actor: Actor, now: datetime) -> Reviews:
    """The longest overdue first; the look leaves its trace."""
    async with sessions.begin() as session:
        due = await entry_store.due_for_review(session, now.date())
        await _trace(session, actor, "read_reviews", "", {"due": len(due)})
        without = await entry_store.lists_without_terms(session)
        return Reviews(tuple(due), tuple(without), tuple(await entry_store.lists_not_in_force(session)))


async def lists(sessions: Sessions) -> list[tuple[ListInForce, Terms | None]]:
    """The lists in force, each with its terms. No personal data."""
    async with sessions() as session:
        in_force = await lists_in_force(session)
        return [(one, await entry_store.terms_of(session, one.name)) for one in in_force]


async def known(sessions: Sessions) -> list[tuple[KnownList, Terms | None]]:
    """Every list that is known here, in force or not, each with its terms. No personal data."""
    async with sessions() as session:
        return [(one, await entry_store.terms_of(session, one.name)) for one in await known_lists(session)]


async def versions(sessions: Sessions, list_: str) -> list[ListVersionRow]:
    """The versions of a list with what each changed, the latest first. No personal data."""
    async with sessions() as session:
        return await entry_store.versions(session, list_)


async def _trace(session: AsyncSession, actor: Actor, action: str, list_: str, details: dict[str, object]) -> None:
    await audit.record(session, actor, action, purpose=PURPOSE, subject=list_ or None, details=details)
