"""All SQL of the revisions of lists and entries, and of national lists, which are written here. Never commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from service.access import Actor
from service.canonical import digest_of, plain
from service.hygiene import Change, ChangeAction, ChangeState, Terms
from service.list_store import entry_of
from service.list_tables import ListChangeRow, ListEntryRow, ListVersionRow, WatchlistRow
from service.transactions import add_new

NATIONAL = "national"  # the format of a list whose entries are written here, one by one


async def format_of(session: AsyncSession, list_: str) -> str | None:
    """The format of a list; None where there is none of that name. Waits for whoever changes it right now."""
    row = await session.scalar(select(WatchlistRow).where(WatchlistRow.name == list_).with_for_update())
    return row.format if row else None


async def found_list(session: AsyncSession, list_: str) -> None:
    """Start a national list, not in force until its terms are approved; one that exists stays as it is."""
    row = insert(WatchlistRow).values(name=list_, format=NATIONAL, active=False)
    await session.execute(row.on_conflict_do_nothing())


async def set_active(session: AsyncSession, list_: str, active: bool) -> bool:
    """Take a list into screening, or out of it; False when it was so before."""
    other = WatchlistRow.active.is_distinct_from(active)
    statement = update(WatchlistRow).where(WatchlistRow.name == list_, other).values(active=active)
    return await session.scalar(statement.returning(WatchlistRow.name)) is not None


# --- revisions -------------------------------------------------------------------------------------------------


async def add_change(session: AsyncSession, change: Change) -> None:
    """Keep a proposal."""
    terms = change.terms
    await add_new(
        session,
        ListChangeRow(
            id=change.id,
            list=change.list,
            entry_id=change.entry_id,
            revision=change.revision,
            action=change.action.value,
            owner=terms.owner,
            legal_basis=terms.legal_basis,
            instruction=terms.instruction,
            expires_on=terms.expires_on,
            review_on=terms.review_on,
            minimum_identifiers=terms.minimum_identifiers,
            payload=plain(change.entry) if change.entry else None,
            reason=change.reason,
            proposed_by=change.proposed_by,
            proposed_by_name=change.proposed_by_name,
            proposed_at=change.proposed_at,
        ),
    )


async def decide(
    session: AsyncSession, change: Change, state: ChangeState, *, actor: Actor, reason: str, now: datetime
) -> Change:
    """Write down who decided on a proposal, and how."""
    await session.execute(
        update(ListChangeRow)
        .where(ListChangeRow.id == change.id)
        .values(
            state=state.value,
            decided_by=str(actor.id),
            decided_by_name=actor.name,
            decided_at=now,
            decision_reason=reason,
        )
    )
    (decided,) = await history(session, change.list, change.entry_id, revision=change.revision)
    return decided


async def history(
    session: AsyncSession, list_: str, entry_id: str = "", *, revision: int | None = None
) -> list[Change]:
    """Every revision of a list or an entry, oldest first."""
    statement = select(ListChangeRow).where(ListChangeRow.list == list_, ListChangeRow.entry_id == entry_id)
    if revision is not None:
        statement = statement.where(ListChangeRow.revision == revision)
    rows = await session.scalars(statement.order_by(ListChangeRow.revision).execution_options(populate_existing=True))
    return [_change(row) for row in rows]


async def proposals(session: AsyncSession) -> list[Change]:
    """What waits for a second person, oldest first."""
    open_ = select(ListChangeRow).where(ListChangeRow.state == ChangeState.PROPOSED.value)
    return [_change(row) for row in await session.scalars(open_.order_by(ListChangeRow.proposed_at))]


async def due_for_review(session: AsyncSession, today: date) -> list[Change]:
    """Lists and entries in force whose review is due, the longest overdue first."""
    return [
        _change(row)
        for row in await session.scalars(
            _in_force()
            .where(ListChangeRow.review_on <= today, ListChangeRow.action != ChangeAction.WITHDRAW.value)
            .order_by(ListChangeRow.review_on, ListChangeRow.list, ListChangeRow.entry_id)
        )
    ]


async def lists_without_terms(session: AsyncSession) -> list[str]:
    """Active lists that nobody answers for: imported by the operator, and no terms approved since."""
    named = select(ListChangeRow.list).where(
        ListChangeRow.entry_id == "", ListChangeRow.state == ChangeState.APPROVED.value
    )
    statement = select(WatchlistRow.name).where(WatchlistRow.active, WatchlistRow.name.not_in(named))
    return list(await session.scalars(statement.order_by(WatchlistRow.name)))


async def lists_not_in_force(session: AsyncSession) -> list[str]:
    """Lists that are known here and not screened against: not approved yet, or withdrawn."""
    return list(await session.scalars(select(WatchlistRow.name).where(~WatchlistRow.active).order_by("name")))


async def terms_of(session: AsyncSession, list_: str, entry_id: str = "") -> Terms | None:
    """The terms in force of a list or an entry; None where none were approved."""
    row = await session.scalar(_in_force().where(ListChangeRow.list == list_, ListChangeRow.entry_id == entry_id))
    return _terms(row) if row else None


async def entries(session: AsyncSession, list_: str, *, limit: int, after: str) -> list[Change]:
    """The last approved revision of each entry of a national list, by id, after the id `after`."""
    wanted = _in_force().where(ListChangeRow.list == list_, ListChangeRow.entry_id > after)
    return [_change(row) for row in await session.scalars(wanted.order_by(ListChangeRow.entry_id).limit(limit))]


def lapsed_by(today: date) -> tuple[Any, Any]:
    """The lists and the entries, these as ``LIST:ID``, whose terms have expired: two queries to select from."""
    gone = _in_force().where(ListChangeRow.expires_on <= today)
    entry = ListChangeRow.list + ":" + ListChangeRow.entry_id
    return (
        gone.where(ListChangeRow.entry_id == "").with_only_columns(ListChangeRow.list),
        gone.where(ListChangeRow.entry_id != "").with_only_columns(entry),
    )


def _in_force() -> Any:
    """The last approved revision of everything."""
    later = aliased(ListChangeRow)
    approved = ChangeState.APPROVED.value
    return select(ListChangeRow).where(
        ListChangeRow.state == approved,
        ~select(later.id)
        .where(
            later.list == ListChangeRow.list,
            later.entry_id == ListChangeRow.entry_id,
            later.state == approved,
            later.revision > ListChangeRow.revision,
        )
        .exists(),
    )


def _terms(row: ListChangeRow) -> Terms:
    return Terms(row.owner, row.legal_basis, row.instruction, row.review_on, row.expires_on, row.minimum_identifiers)


def _change(row: ListChangeRow) -> Change:
    return Change(
        id=row.id,
        list=row.list,
        entry_id=row.entry_id,
        revision=row.revision,
        action=ChangeAction(row.action),
        terms=_terms(row),
        reason=row.reason,
        proposed_by=row.proposed_by,
        proposed_by_name=row.proposed_by_name,
        proposed_at=row.proposed_at,
        entry=entry_of(row.payload) if row.payload else None,
        state=ChangeState(row.state),
        decided_by_name=row.decided_by_name,
        decided_at=row.decided_at,
        decision_reason=row.decision_reason,
    )


# --- what screening asks ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class InForce:
    """When things lapse, and each list's instruction for entries that have none; ``("un-sc", "")`` is a list."""

    expiries: dict[tuple[str, str], date]
    instructions: dict[str, str]


async def last_decision(session: AsyncSession) -> datetime | None:
    """When something was last approved: what screening asks changes with it."""
    moment: datetime | None = await session.scalar(
        select(func.max(ListChangeRow.decided_at)).where(ListChangeRow.state == ChangeState.APPROVED.value)
    )
    return moment


async def in_force(session: AsyncSession) -> InForce:
    """The terms that screening needs."""
    rows = list(await session.scalars(_in_force()))
    return InForce(
        {(row.list, row.entry_id): row.expires_on for row in rows if row.expires_on},
        {row.list: row.instruction for row in rows if not row.entry_id},
    )


# --- the entries of a national list ----------------------------------------------------------------------------


async def put_in_force(session: AsyncSession, change: Change, *, actor: Actor, now: datetime) -> int:
    """Write an approved revision of an entry as a new version of its list; returns that version."""
    last = await session.scalar(
        select(ListVersionRow).where(ListVersionRow.list == change.list, ListVersionRow.state == "current")
    )
    version = (last.version if last else 0) + 1
    before = await _close(session, change.list, change.entry_id, version)
    kept = change.entry if change.action is not ChangeAction.WITHDRAW else None
    if kept is not None:
        values = {"first_version": version, "digest": digest_of(kept), "payload": plain(kept)}
        await session.execute(insert(ListEntryRow).values(list=change.list, entry_id=change.entry_id, **values))
    if last:
        last.state = "superseded"
        await session.flush()  # the one current version makes room for the next
    entries = (last.counts["entries"] if last else 0) + (kept is not None) - before
    counts = {"added": int(not before), "changed": int(bool(before and kept)), "removed": int(before and not kept)}
    session.add(
        ListVersionRow(
            list=change.list,
            version=version,
            digest=digest_of([(last.digest if last else b""), change.id]),
            imported_at=now,
            imported_by=actor.name,
            counts=counts | {"entries": entries, "unchanged": entries - int(kept is not None), "skipped": 0},
            report={"change": str(change.id)},
            state="current",
        )
    )
    await session.flush()
    return version


async def _close(session: AsyncSession, list_: str, entry_id: str, version: int) -> bool:
    """End what stood of an entry; whether anything did."""
    closed = await session.execute(
        update(ListEntryRow)
        .where(ListEntryRow.list == list_, ListEntryRow.entry_id == entry_id, ListEntryRow.last_version.is_(None))
        .values(last_version=version - 1)
        .returning(ListEntryRow.entry_id)
    )
    return closed.scalar() is not None


async def versions(session: AsyncSession, list_: str, *, limit: int = 100) -> list[ListVersionRow]:
    """The versions of a list, the latest first."""
    statement = select(ListVersionRow).where(ListVersionRow.list == list_)
    return list(await session.scalars(statement.order_by(ListVersionRow.version.desc()).limit(limit)))
