"""What has had its time goes: planned with figures, announced before, erased under a role of its own, and proven.

Each class and month is a transaction of its own: safe to be killed, and finished by the next run. What was erased is an
event of the audit trail, and so under its signed checkpoints; it says how much and by which rule, and names nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit, envelope, retention_store
from service.access import Actor
from service.canonical import plain
from service.database import MONTHS_BACK, month_after
from service.keeping import DataClass, Retention
from service.retention_store import Due, Erased
from service.retention_tables import ErasureRow, NoticeRow

Sessions = async_sessionmaker[AsyncSession]
PURPOSE = "maintenance"
ONE_AT_A_TIME = sa.text("SELECT pg_advisory_xact_lock(hashtext('mabar erasure'))")
_SEALED = (DataClass.IMAGE, DataClass.CONTACT, DataClass.PROTECTION)
_PARTED = (DataClass.FINDING, DataClass.MOVEMENT)


@dataclass(frozen=True, slots=True)
class ClassPlan:
    """What of a class is there, what has had its time and goes, and what stays although it has, by reason.

    `waiting` goes only once it was announced long enough.
    """

    data_class: DataClass
    days: int
    citation: str
    cutoff: datetime
    records: int
    oldest: datetime | None
    months: tuple[Due, ...]
    waiting: int

    @property
    def going(self) -> int:
        return sum(each.going for each in self.months)


@dataclass(frozen=True, slots=True)
class Proof:
    """What was erased at once. `digest` is over all that went; `places` are those of erased events in their chains."""

    data_class: DataClass
    month: date
    cutoff: datetime
    erased: Mapping[str, int]
    kept: Mapping[str, int]
    keys: Sequence[str] = ()
    digest: bytes = b""
    places: Mapping[str, Sequence[tuple[int, int]]] | None = None


async def plan(erasers: Sessions, policy: Retention, *, now: datetime, actor: Actor | None) -> list[ClassPlan]:
    """What a run at that moment would erase; nothing is. The look leaves its trace."""
    async with erasers.begin() as session:
        announced = await _announced(session, now)
        totals = await retention_store.totals(session)
        await audit.record(session, actor, "read_retention_plan", purpose=PURPOSE)
        return [await _planned(session, policy, each, totals[each], announced, now) for each in DataClass]


async def _planned(
    session: AsyncSession,
    policy: Retention,
    class_: DataClass,
    total: tuple[int, datetime | None],
    announced: set[tuple[str, date]],
    now: datetime,
) -> ClassPlan:
    cutoff, period = policy.cutoff(class_, now), policy.periods[class_]
    months = tuple(await retention_store.due(session, class_, cutoff)) if policy.in_force(now) else ()
    waiting = sum(each.going for each in months if (class_.value, each.month) not in announced)
    return ClassPlan(class_, period.days, period.citation, cutoff, *total, months, waiting)


async def _announced(session: AsyncSession, now: datetime) -> set[tuple[str, date]]:
    """The classes and months that were announced long enough."""
    rows = await session.execute(select(NoticeRow.class_, NoticeRow.month).where(NoticeRow.erase_from <= now))
    return {(class_, month) for class_, month in rows}


# --- notice --------------------------------------------------------------------------------------------------------


async def announce(erasers: Sessions, policy: Retention, *, now: datetime) -> list[NoticeRow]:
    """Announce what will have had its time when the notice is over; what is new of it, for the operator to hear."""
    if not policy.in_force(now):
        return []
    made: list[NoticeRow] = []
    async with erasers.begin() as session:
        await session.execute(ONE_AT_A_TIME)
        known = {(row.class_, row.month) for row in await session.scalars(select(NoticeRow))}
        for class_ in DataClass:
            for each in await retention_store.due(session, class_, policy.cutoff(class_, now + policy.notice)):
                if each.going and (class_.value, each.month) not in known:
                    made.append(await _notice(session, policy, class_, each, now))
    return made


async def _notice(session: AsyncSession, policy: Retention, class_: DataClass, due: Due, now: datetime) -> NoticeRow:
    row = NoticeRow(
        class_=class_.value,
        month=due.month,
        announced_at=now,
        erase_from=now + policy.notice,
        records=due.going,
        policy_version=policy.version,
    )
    session.add(row)
    details = {"class": class_.value, "month": f"{due.month:%Y-%m}", "records": due.going}
    details |= {"erase_from": plain(row.erase_from), "policy": policy.version}
    await audit.record(session, None, "announce_erasure", purpose=PURPOSE, details=details)
    return row


# --- erasing -------------------------------------------------------------------------------------------------------


async def run(erasers: Sessions, policy: Retention, *, now: datetime) -> list[Proof]:
    """Erase what has had its time, was announced long enough and has no reason to stay; what went.

    A month whose records are gone loses its data key; one of which nothing is left, its partition.
    """
    if not policy.in_force(now):
        return []
    done: list[Proof] = []
    for class_ in DataClass:
        for month in await _months(erasers, policy, class_, now):
            if proof := await _erase(erasers, policy, class_, month, now):
                done.append(proof)
        if class_ in _SEALED and (proof := await _destroy_keys(erasers, policy, class_, now)):
            done.append(proof)
    await _drop_partitions(erasers, policy, now)
    return done


async def _months(erasers: Sessions, policy: Retention, class_: DataClass, now: datetime) -> list[date]:
    async with erasers() as session:
        announced = await _announced(session, now)
        found = await retention_store.due(session, class_, policy.cutoff(class_, now))
        return [each.month for each in found if each.going and (class_.value, each.month) in announced]


async def _erase(erasers: Sessions, policy: Retention, class_: DataClass, month: date, now: datetime) -> Proof | None:
    cutoff = policy.cutoff(class_, now)
    async with erasers.begin() as session:
        await session.execute(ONE_AT_A_TIME)
        kept = next((each.kept for each in await retention_store.due(session, class_, cutoff, month)), {})
        is_trail = class_ is DataClass.AUDIT
        places = await retention_store.erased_places(session, month, cutoff) if is_trail else None
        erased: Erased = await retention_store.erase(session, class_, month, cutoff)
        if not erased.rows:
            return None  # another process was quicker
        proof = Proof(class_, month, cutoff, erased.rows, kept, digest=erased.digest, places=places)
        await _prove(session, policy, proof, now)
        return proof


async def _destroy_keys(erasers: Sessions, policy: Retention, class_: DataClass, now: datetime) -> Proof | None:
    """Destroy the keys of months that are over and that nothing is sealed with any more."""
    async with erasers.begin() as session:
        await session.execute(ONE_AT_A_TIME)
        before = envelope.month_of(now - timedelta(days=2))  # another process's clock may be behind
        keys = await retention_store.spent_keys(session, class_, before)
        if not keys:
            return None
        await envelope.destroy(session, keys, now)
        digest = sha256("".join(keys).encode()).digest()
        proof = Proof(class_, before, policy.cutoff(class_, now), {}, {}, keys, digest)
        await _prove(session, policy, proof, now)
        return proof


async def _drop_partitions(erasers: Sessions, policy: Retention, now: datetime) -> None:
    """Drop the months that are over for findings and movements, but for those that are always kept ready."""
    over = [envelope.month_of(policy.cutoff(class_, now)) for class_ in _PARTED]
    async with erasers.begin() as session:
        await retention_store.forget_pseudonyms(session, min(over))
        await retention_store.drop_spent_partitions(session, min(*over, month_after(now.date(), -MONTHS_BACK)))


async def _prove(session: AsyncSession, policy: Retention, proof: Proof, now: datetime) -> None:
    """Record what went, where nobody can take it back: as a row, and as an event of the trail."""
    id = uuid4()
    said = {"erased": dict(proof.erased), "kept": dict(proof.kept), "keys": list(proof.keys)}
    row = insert(ErasureRow).values(
        {
            ErasureRow.id: id,
            ErasureRow.class_: proof.data_class.value,
            ErasureRow.month: proof.month,
            ErasureRow.cutoff: proof.cutoff,
            ErasureRow.policy_version: policy.version,
            ErasureRow.erased_at: now,
            ErasureRow.erased: said["erased"],
            ErasureRow.kept: said["kept"],
            ErasureRow.keys: said["keys"],
            ErasureRow.digest: proof.digest,
        }
    )
    await session.execute(row)
    details: dict[str, object] = {"class": proof.data_class.value, "month": f"{proof.month:%Y-%m}", **said}
    details |= {"cutoff": plain(proof.cutoff), "digest": proof.digest.hex(), "policy": policy.version}
    if proof.places:
        details["places"] = {chain: [list(each) for each in runs] for chain, runs in proof.places.items()}
    await audit.record(session, None, "erase", purpose=PURPOSE, subject=str(id), details=details)


# --- what was announced and erased ---------------------------------------------------------------------------------


async def notices(sessions: Sessions, *, limit: int) -> list[NoticeRow]:
    """What was announced, the latest first. No personal data."""
    async with sessions() as session:
        rows = select(NoticeRow).order_by(NoticeRow.announced_at.desc(), NoticeRow.class_, NoticeRow.month)
        return list(await session.scalars(rows.limit(limit)))


async def erasures(sessions: Sessions, *, limit: int) -> list[ErasureRow]:
    """What was erased, the latest first. No personal data."""
    async with sessions() as session:
        rows = select(ErasureRow).order_by(ErasureRow.erased_at.desc(), ErasureRow.id)
        return list(await session.scalars(rows.limit(limit)))
