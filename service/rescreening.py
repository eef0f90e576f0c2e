"""Run new and changed entries against what was recorded before: bulk, resumable, each step a transaction of its own.

A list names people who may have crossed yesterday, or who are inside the country. The movements of the last days are
looked at, and before them those of people who came in and did not leave. What is found is recorded as a finding on
that movement, with the list version as its cause, and goes into the queue of second line.

And the other way: when an entry is struck, withdrawn, expired, or changed so that it no longer hits, what was found
with it is withdrawn, on whatever movement and however it was found, with the version or the expiry as the cause.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit, clearance_store, finding_store, hit_store, rescreening_store, store
from service.domain import Crossing, Finding, FindingStatus, Movement
from service.identity import subject_of
from service.people_tables import WaitingRow
from service.rescreening_store import DONE, INSIDE, RECENT, WAITING, WATCH_RULES, WITHDRAWING, Rescreening
from service.rules.revision import Revision
from service.screening import ListsInForce
from service.transactions import retrying
from service.watch import rule_of, watch_findings
from watchlist.evidence import misread_key
from watchlist.index import Index
from watchlist.records import Entry, Hit, Strength, Subject

STEP = 500  # movements screened in one transaction
Sessions = async_sessionmaker[AsyncSession]
Found = list[tuple[Movement, list[Hit]]]


class Changed:
    """The entries to look for, as a sieve before the whole index, which alone says how telling a name is."""

    def __init__(self, entries: Iterable[Entry], gone: frozenset[str] | None = frozenset()) -> None:
        entries = list(entries)
        self.gone = gone  # entries to withdraw for, as findings name them; None is all of the list
        self._ids = {(entry.list, entry.id) for entry in entries}
        self._numbers = {misread_key(document.number) for entry in entries for document in entry.documents}
        self._names = Index.build(entries)

    def hits(self, lists: ListsInForce, crossing: Crossing, now: datetime) -> list[Hit]:
        """The strong hits of these entries, just as the desk would have had them, if they have not expired since."""
        subject = subject_of(crossing.traveller, crossing.document)
        number = misread_key(subject.document_number or "")
        if number not in self._numbers and not self._names.candidates(subject, 1):
            return []
        hits = lists.screen(subject, crossing.occurred_at)
        ours = [hit for hit in hits if hit.strength is Strength.STRONG and (hit.list, hit.entry_id) in self._ids]
        return _unexpired(lists, subject, ours, now)


def _unexpired(lists: ListsInForce, subject: Subject, hits: Sequence[Hit], now: datetime) -> list[Hit]:
    still = {(hit.list, hit.entry_id) for hit in lists.screen(subject, now)} if hits else set()
    return [hit for hit in hits if (hit.list, hit.entry_id) in still]


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
        if job is None or not _is_reflected(lists, job):
            break
        if changed is None or about != (job.list, job.version, job.created_at):
            about, changed = (job.list, job.version, job.created_at), await _changed(sessions, job)
        raised += await _step(sessions, lists, changed, job, days=days, now=now)
    return raised


def _is_reflected(lists: ListsInForce, job: Rescreening) -> bool:
    """Whether the lists screened against have taken in what the job is about, or the list's leaving."""
    return lists.covers(job.list, job.version) if job.active else not lists.covers(job.list, 0)


async def _changed(sessions: Sessions, job: Rescreening) -> Changed:
    async with sessions() as session:
        entries = await rescreening_store.changed_entries(session, job) if job.entries else []
        gone = await rescreening_store.gone_entries(session, job)
    return await asyncio.to_thread(Changed, entries, gone)


async def _step(
    sessions: Sessions, lists: ListsInForce, changed: Changed, job: Rescreening, *, days: int, now: datetime
) -> int:
    """One transaction's worth: begin, or look at the next movements, or go on to the next phase."""
    if job.phase == WAITING:
        return await _begin(sessions, job, now - timedelta(days=days))
    async with sessions() as session:
        movements = await rescreening_store.next_movements(session, job, STEP)
    screened = _screen_anew if job.phase == WITHDRAWING else _screen
    found = await asyncio.to_thread(screened, lists, changed, movements, now)
    return await _record(sessions, job, changed, _after(job, movements, now), found, now=now)


def _after(job: Rescreening, movements: Sequence[Movement], now: datetime) -> Rescreening:
    if movements:
        last = movements[-1].crossing
        examined = job.examined + (len(movements) if job.phase != WITHDRAWING else 0)
        return replace(job, cursor=(last.occurred_at, last.id), examined=examined)
    if job.phase == WITHDRAWING and job.entries and job.active:
        return replace(job, phase=INSIDE, cursor=None)
    if job.phase == INSIDE:
        return replace(job, phase=RECENT, cursor=None)
    return replace(job, phase=DONE, cursor=None, finished_at=now)


@retrying
async def _begin(sessions: Sessions, job: Rescreening, since: datetime) -> int:
    async with sessions.begin() as session:
        await rescreening_store.begin(session, job, since)
    return 0


def _screen(lists: ListsInForce, changed: Changed, movements: Sequence[Movement], now: datetime) -> Found:
    return [(movement, hits) for movement in movements if (hits := changed.hits(lists, movement.crossing, now))]


def _screen_anew(lists: ListsInForce, _: Changed, movements: Sequence[Movement], now: datetime) -> Found:
    """What each movement hits with the lists of now; what has expired since then does not count."""
    asked = [(movement, subject_of(movement.crossing.traveller, movement.crossing.document)) for movement in movements]
    return [
        (movement, _unexpired(lists, subject, lists.screen(subject, movement.crossing.occurred_at), now))
        for movement, subject in asked
    ]


@retrying
async def _record(
    sessions: Sessions, job: Rescreening, changed: Changed, to: Rescreening, found: Found, *, now: datetime
) -> int:
    """What was found and how far we are, both or neither; nothing where another process was quicker."""
    withdrawn = raised = 0
    async with sessions() as session, session.begin() as transaction:
        await _lock(session, (movement for movement, _ in found))
        for movement, hits in found:
            if job.phase == WITHDRAWING:
                withdrawn += await _withdraw(session, job, changed.gone, movement, hits, now)
            else:
                raised += await _raise(session, job, movement, hits, now)
        to = replace(to, raised=job.raised + raised, withdrawn=job.withdrawn + withdrawn)
        if not await rescreening_store.advance(session, job, to):
            await transaction.rollback()
            return 0
        if to.phase == DONE:
            details = {name: getattr(to, name) for name in ("version", "examined", "raised", "withdrawn")}
            await audit.record(session, None, "rescreen", purpose="border_control", subject=to.list, details=details)
    return raised


async def _lock(session: AsyncSession, movements: Iterable[Movement]) -> None:
    crossings = [movement.crossing for movement in movements]
    await store.lock(session, {key for one in crossings for key in (one.document.key, *one.person_keys)})


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
    await _revise(session, movement, Revision((), tuple(fresh)), standing, cause=_cause(job), now=now)
    await hit_store.raise_hits(session, crossing, fresh, now, cause=_cause(job))
    return sum(finding.rule in hit_store.HIT_RULES for finding in fresh)


async def _withdraw(
    session: AsyncSession,
    job: Rescreening,
    gone: frozenset[str] | None,
    movement: Movement,
    hits: Sequence[Hit],
    now: datetime,
) -> int:
    """Withdraw what `hits` bear out no longer of the findings with these entries; how many that were.

    What an entry still says, more or less than before, is raised in the place of what was withdrawn.
    """
    standing = await finding_store.standing(session, movement)
    about = [finding for finding in standing.values() if finding.rule in WATCH_RULES and _is_among(finding, gone, job)]
    rules = {f"{hit.list}:{hit.entry_id}": rule_of(hit) for hit in hits}
    past = [finding for finding in about if not _is_borne_out(finding, rules.get(finding.evidence[0]))]
    if not past:
        return 0
    named = {finding.evidence[0] for finding in past}
    ours = [hit for hit in hits if f"{hit.list}:{hit.entry_id}" in named]
    given = await clearance_store.given_for(session, [(hit.list, hit.entry_id) for hit in ours], movement.crossing)
    known = {(finding.rule, finding.evidence) for finding in about}
    fresh = tuple(f for f in watch_findings(ours, movement.crossing, given) if (f.rule, f.evidence) not in known)
    await _revise(session, movement, Revision(_withdrawn(past), fresh), standing, cause=_cause(job), now=now)
    await hit_store.raise_hits(session, movement.crossing, fresh, now, cause=_cause(job))
    return len(past)


def _is_among(finding: Finding, gone: frozenset[str] | None, job: Rescreening) -> bool:
    return finding.params["list"] == job.list and (gone is None or finding.evidence[0] in gone)


def _is_borne_out(finding: Finding, rule: str | None) -> bool:
    """Whether a finding still holds, the entry being hit by that rule now; a clearance is told of any hit."""
    return rule is not None and finding.rule in (rule, "W4")


def _withdrawn(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(replace(finding, status=FindingStatus.WITHDRAWN) for finding in findings)


def _cause(job: Rescreening) -> str:
    return f"list:{job.list}:{job.version}"


async def _revise(
    session: AsyncSession,
    movement: Movement,
    change: Revision,
    standing: Mapping[UUID, Finding],
    *,
    cause: str,
    now: datetime,
) -> None:
    inspection, _, _ = await store.inspection(session, movement.id)
    policy, post = inspection.policy_version, movement.crossing.crossing_point
    await finding_store.add_revision(
        session, movement, change, standing, policy_version=policy, cause=cause, heard_at=post, now=now
    )
    row = insert(WaitingRow).values(movement_id=movement.id, due_at=now, cause=cause)  # D3 and E5 rest on hits
    await session.execute(row.on_conflict_do_nothing())


async def withdraw_expired(sessions: Sessions, *, now: datetime) -> int:
    """Withdraw the findings that stand although their entry, or its list, has expired; how many that were.

    What was withdrawn is not met again: safe to be killed, repeated, and called by several processes at once.
    """
    total = 0
    while True:
        async with sessions() as session:
            found = await rescreening_store.next_expired(session, now.date(), STEP)
        if not found:
            return total
        total += await _end(sessions, found, now=now)


@retrying
async def _end(sessions: Sessions, found: Sequence[tuple[Movement, str]], *, now: datetime) -> int:
    ended = 0
    async with sessions.begin() as session:
        await _lock(session, (movement for movement, _ in found))
        for movement, entry in dict.fromkeys(found):
            standing = await finding_store.standing(session, movement)
            past = [f for f in standing.values() if f.rule in WATCH_RULES and f.evidence[0] == entry]
            if past:
                change = Revision(_withdrawn(past), ())
                await _revise(session, movement, change, standing, cause=f"expiry:{entry}", now=now)
            ended += len(past)
        if ended:
            details = {"withdrawn": ended}
            await audit.record(session, None, "withdraw_expired", purpose="border_control", details=details)
    return ended


async def progress(sessions: Sessions) -> list[Rescreening]:
    """The latest re-screenings, done or not."""
    async with sessions() as session:
        return await rescreening_store.page(session)
