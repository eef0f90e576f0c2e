"""Run new and changed entries against what was recorded before: bulk, resumable, each step a transaction of its own.

A list names people who may have crossed yesterday, or who are inside the country. The movements of the last days are
looked at, and before them those of people who came in and did not leave. What is found is recorded as a finding on
that movement, with the list version as its cause, and goes into the queue of second line.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit, clearance_store, finding_store, hit_store, rescreening_store, store
from service.domain import Crossing, Movement
from service.identity import subject_of
from service.rescreening_store import DONE, INSIDE, RECENT, WAITING, Rescreening
from service.rules.revision import Revision
from service.screening import ListsInForce
from service.transactions import retrying
from service.watch import watch_findings
from watchlist.evidence import misread_key
from watchlist.index import Index
from watchlist.records import Entry, Hit, Strength

STEP = 500  # movements screened in one transaction
Sessions = async_sessionmaker[AsyncSession]
Found = list[tuple[Movement, list[Hit]]]


class Changed:
    """The entries to look for, as a sieve before the whole index, which alone says how telling a name is."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        entries = list(entries)
        self._ids = {(entry.list, entry.id) for entry in entries}
        self._numbers = {misread_key(document.number) for entry in entries for document in entry.documents}
        self._names = Index.build(entries)

    def hits(self, lists: ListsInForce, crossing: Crossing) -> list[Hit]:
        """The strong hits of these entries, just as the desk would have had them."""
        subject = subject_of(crossing.traveller, crossing.document)
        number = misread_key(subject.document_number or "")
        if number not in self._numbers and not self._names.candidates(subject, 1):
            return []
        hits = lists.screen(subject, crossing.occurred_at)
        return [hit for hit in hits if hit.strength is Strength.STRONG and (hit.list, hit.entry_id) in self._ids]


async def work_off(
    sessions: Sessions, lists: ListsInForce, *, days: int, now: datetime, steps: int | None = None
) -> int:
    """Carry on with everything that waits, the oldest first; returns how many hits that raised.

    `lists` are those in force; a version that is not among them yet is left for the next time. `days` is the window.
    `steps` ends after so many transactions. Safe to be killed, and to be called by several processes at once.
    """
    raised, about, changed = 0, None, None
    while steps is None or (steps := steps - 1) >= 0:
        async with sessions() as session:
            job = await rescreening_store.next_open(session)
        if job is None or not lists.covers(job.list, job.version):
            break
        if changed is None or about != (job.list, job.version, job.created_at):
            about, changed = (job.list, job.version, job.created_at), await _changed(sessions, job)
        raised += await _step(sessions, lists, changed, job, days=days, now=now)
    return raised


async def _changed(sessions: Sessions, job: Rescreening) -> Changed:
    async with sessions() as session:
        entries = await rescreening_store.changed_entries(session, job)
    return await asyncio.to_thread(Changed, entries)


async def _step(
    sessions: Sessions, lists: ListsInForce, changed: Changed, job: Rescreening, *, days: int, now: datetime
) -> int:
    """One transaction's worth: begin, or look at the next movements, or go on to the next phase."""
    if job.phase == WAITING:
        return await _begin(sessions, job, now - timedelta(days=days))
    async with sessions() as session:
        movements = await rescreening_store.next_movements(session, job, STEP)
    found = await asyncio.to_thread(_screen, lists, changed, movements)
    return await _record(sessions, job, _after(job, movements, now), found, now=now)


def _after(job: Rescreening, movements: Sequence[Movement], now: datetime) -> Rescreening:
    if movements:
        last = movements[-1].crossing
        return replace(job, cursor=(last.occurred_at, last.id), examined=job.examined + len(movements))
    if job.phase == INSIDE:
        return replace(job, phase=RECENT, cursor=None)
    return replace(job, phase=DONE, cursor=None, finished_at=now)


@retrying
async def _begin(sessions: Sessions, job: Rescreening, since: datetime) -> int:
    async with sessions.begin() as session:
        await rescreening_store.begin(session, job, since)
    return 0


def _screen(lists: ListsInForce, changed: Changed, movements: Sequence[Movement]) -> Found:
    return [(movement, hits) for movement in movements if (hits := changed.hits(lists, movement.crossing))]


@retrying
async def _record(sessions: Sessions, job: Rescreening, to: Rescreening, found: Found, *, now: datetime) -> int:
    """What was found and how far we are, both or neither; nothing where another process was quicker."""
    async with sessions() as session, session.begin() as transaction:
        await store.lock(session, {key for movement, _ in found for key in _lock_keys(movement.crossing)})
        raised = sum([await _raise(session, job, movement, hits, now) for movement, hits in found])
        to = replace(to, raised=job.raised + raised)
        if not await rescreening_store.advance(session, job, to):
            await transaction.rollback()
            return 0
        if to.phase == DONE:
            details = {"version": to.version, "examined": to.examined, "raised": to.raised}
            await audit.record(session, None, "rescreen", purpose="border_control", subject=to.list, details=details)
    return raised


def _lock_keys(crossing: Crossing) -> tuple[str, ...]:
    return (crossing.document.key, *crossing.person_keys)


async def _raise(
    session: AsyncSession, job: Rescreening, movement: Movement, hits: Sequence[Hit], now: datetime
) -> int:
    """The findings that the hits add to what stands on the movement, and a place in the queue."""
    crossing = movement.crossing
    given = await clearance_store.given_for(session, [(hit.list, hit.entry_id) for hit in hits], crossing)
    standing = await finding_store.standing(session, movement)
    known = {(finding.rule, finding.evidence) for finding in standing.values()}
    fresh = [f for f in watch_findings(hits, crossing, given) if (f.rule, f.evidence) not in known]
    if not any(finding.rule in hit_store.HIT_RULES for finding in fresh):
        return 0
    inspection, _, _ = await store.inspection(session, movement.id)
    cause = f"list:{job.list}:{job.version}"
    await finding_store.add_revision(
        session,
        movement,
        Revision((), tuple(fresh)),
        standing,
        policy_version=inspection.policy_version,
        cause=cause,
        heard_at=crossing.crossing_point,
        now=now,
    )
    return await hit_store.raise_hits(session, crossing, fresh, now, cause=cause)


async def progress(sessions: Sessions) -> list[Rescreening]:
    """The latest re-screenings, done or not."""
    async with sessions() as session:
        return await rescreening_store.page(session)
