"""A list file is handed in by one person and put into force by another, who saw what it changes. Use cases.

What the second person looks at is kept as it was read: nothing is read again on approval, so what comes into force is
what was shown. One file of a list waits at a time, and only against the version that it was compared with.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit, draft_store, list_store, store
from service.access import Actor
from service.draft_store import Draft, DraftWriter, EntryChange
from service.errors import ChangeRefused, ConflictingReplay, NotFound, SuspiciousImport
from service.hygiene import ChangeState, require_second_person
from service.list_store import SUSPICIOUS_LOSS, strikes_much
from service.sifting import Effect, differences
from service.transactions import retrying
from service.watchlists import file_digest, read_into, require_fillable, require_format, take_effect
from watchlist.sources.formats import DELTA, open_list

Sessions = async_sessionmaker[AsyncSession]
PURPOSE = "watchlist"


async def hand_in(
    sessions: Sessions, draft_id: UUID, name: str, format_: str, path: Path, *, actor: Actor, now: datetime
) -> Draft:
    """Read a list file whole and write down what it would change; nothing changes before another person approved it.

    The same id again is answered with what was handed in.

    Raises:
        UnknownListFormat: there is no such format.
        ListFileError: the file is not what its format says, or ends in the middle; the message says where.
        ChangeRefused: a file of this list waits already, its entries are written here one by one, a delta has no list
            to change, or the file changes nothing.
        ConflictingReplay: the id is that of another file.
    """
    require_format(format_)
    digest = await asyncio.to_thread(file_digest, path)
    async with sessions.begin() as session:
        await store.lock(session, [f"list:{name}", f"draft:{draft_id}"])
        if same := await draft_store.draft(session, draft_id):
            return _same(same, name, digest)
        if await draft_store.waiting_for(session, name):
            raise ChangeRefused(f"a file of {name} waits already; it must be decided on first")
        await require_fillable(session, name, format_)
        writer = await DraftWriter.begin(session, draft_id, name, delta=format_ == DELTA)
        await read_into(session, writer.take, name, open_list(format_, path))
        draft = await writer.finish(format_, digest, actor=actor, now=now)
        if not any(draft.counts[effect] for effect in Effect):
            raise ChangeRefused(_nothing(draft))
        details = {"draft": str(draft.id), **draft.counts}
        await audit.record(session, actor, "hand_in_list", purpose=PURPOSE, subject=name, details=details)
        return draft


def _same(earlier: Draft, name: str, digest: bytes) -> Draft:
    if (earlier.list, earlier.digest) != (name, digest):
        raise ConflictingReplay(earlier.id)
    return earlier


def _nothing(draft: Draft) -> str:
    left_out = f"; {len(draft.skipped)} of its records were left out" if draft.skipped else ""
    return f"the file changes nothing of {draft.list}{left_out}"


@retrying
async def decide(
    sessions: Sessions,
    name: str,
    draft_id: UUID,
    *,
    approve: bool,
    reason: str,
    confirmed: bool = False,
    needs_approval: bool = True,
    most_lost: float = SUSPICIOUS_LOSS,
    actor: Actor,
    now: datetime,
) -> Draft:
    """Put a list file into force, or reject it. Screened against in seconds; a list that is new here first needs its
    terms approved (`needs_approval`).

    Raises:
        NotFound: there is no such draft.
        Forbidden: who handed it in cannot put it into force.
        ChangeRefused: it was decided on before, or the list has another version by now.
        SuspiciousImport: it strikes more than `most_lost` of the entries in force, and nobody `confirmed` that.
    """
    async with sessions.begin() as session:
        await store.lock(session, [f"list:{name}"])
        draft = await _found(session, name, draft_id)
        if draft.state is not ChangeState.PROPOSED:
            raise ChangeRefused(f"this file was {draft.state} before")
        require_second_person(draft, str(actor.id), approves=approve)
        state, version = ChangeState.REJECTED, None
        details: dict[str, object] = {"draft": str(draft_id)}
        if approve:
            await _require_current(session, draft)
            if is_doubtful(draft, most_lost) and not confirmed:
                raise SuspiciousImport(name, draft.counts["removed"], _stood(draft))
            delta = draft.format == DELTA
            report = await draft_store.put_in_force(session, draft, active=not needs_approval, delta=delta, now=now)
            lapsed = await take_effect(session, report, said_by=actor.name, now=now)
            state, version = ChangeState.APPROVED, report.version
            details |= {**report.counts(), "lapsed_clearances": lapsed}
        decided = await draft_store.decide(session, draft, state, version=version, actor=actor, reason=reason, now=now)
        details |= {"state": state.value}
        await audit.record(session, actor, "decide_list", purpose=PURPOSE, subject=name, details=details)
        return decided


async def _found(session: AsyncSession, name: str, draft_id: UUID) -> Draft:
    draft = await draft_store.draft(session, draft_id)
    if draft is None or draft.list != name:
        raise NotFound("no such file was handed in")
    return draft


async def _require_current(session: AsyncSession, draft: Draft) -> None:
    if await list_store.last_version(session, draft.list) != draft.base_version:
        raise ChangeRefused(f"{draft.list} has changed since; reject this file and hand it in again")


def _stood(draft: Draft) -> int:
    return draft.counts["changed"] + draft.counts["removed"] + draft.counts["unchanged"]


def is_doubtful(draft: Draft, most_lost: float) -> bool:
    """Whether the file would strike so much that somebody must say that it is right."""
    return strikes_much(draft.counts["removed"], _stood(draft), most_lost)


# --- looking ---------------------------------------------------------------------------------------------------


async def drafts(sessions: Sessions, *, actor: Actor, limit: int = 100) -> list[Draft]:
    """The files that wait, the longest waiting first; then those decided on, the latest first."""
    async with sessions.begin() as session:
        found = await draft_store.drafts(session, limit)
        await _trace(session, actor, None, {"drafts": len(found)})
        return found


async def draft(sessions: Sessions, name: str, draft_id: UUID, *, actor: Actor) -> Draft:
    """One file, with what was left out of it. Raises NotFound."""
    async with sessions.begin() as session:
        found = await _found(session, name, draft_id)
        await _trace(session, actor, name, {"draft": str(draft_id)})
        return found


@dataclass(frozen=True, slots=True)
class Shown:
    """What a file does to an entry, and what that entry says otherwise: field -> before, after."""

    change: EntryChange
    differences: Mapping[str, Mapping[str, Any]]


async def changes(
    sessions: Sessions,
    name: str,
    draft_id: UUID,
    effect: Effect | None = None,
    *,
    actor: Actor,
    limit: int = 100,
    after: str = "",
) -> list[Shown]:
    """What a waiting file does, entry by entry, by id; nothing once it was decided on. The look leaves its trace.

    Raises:
        NotFound: there is no such draft.
    """
    async with sessions.begin() as session:
        of = await _found(session, name, draft_id)
        found = await draft_store.changes(session, of, effect, limit=limit, after=after)
        await _trace(session, actor, name, {"draft": str(draft_id), "entries": len(found)})
        return [Shown(one, differences(one.before, one.after)) for one in found]


async def _trace(session: AsyncSession, actor: Actor, list_: str | None, details: dict[str, object]) -> None:
    await audit.record(session, actor, "read_list_drafts", purpose=PURPOSE, subject=list_, details=details)
