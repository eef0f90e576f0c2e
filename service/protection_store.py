"""SQL of protection: records sealed before they are written and opened after they are read. Never commits.

This is the one place where a finding of protection, or anything else that is said of somebody in need, is stored.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID, uuid4

from pydantic import TypeAdapter
from sqlalchemy import literal, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from service import envelope
from service.canonical import canonical, plain
from service.domain import Crossing, Finding, FindingStatus, Observation
from service.protection import Need, Observed, Partner, Record, Referral, Released, Said, Step, signs
from service.protection_tables import ProtectionCaseRow, ProtectionPartnerRow, ProtectionRecordRow
from service.sealed import Sealed
from service.transactions import add_new
from service.vault import Guarded

Kind = TypeVar("Kind", bound=Record)
_KINDS: Mapping[str, TypeAdapter[Any]] = {
    kind.__name__.lower(): TypeAdapter(kind) for kind in (Observed, Released, Referral, Step)
}
_FINDING = TypeAdapter(Finding)


async def open_case(session: AsyncSession, movement_id: UUID, post: str, now: datetime) -> None:
    """Let the desk know of a movement; once is enough."""
    row = insert(ProtectionCaseRow).values(movement_id=movement_id, crossing_point=post, opened_at=now)
    await session.execute(row.on_conflict_do_nothing())


async def add(session: AsyncSession, movement_id: UUID, record: Record) -> None:
    """Seal a record of a movement that the desk knows of."""
    body = {"kind": type(record).__name__.lower(), "record": plain(record)}
    await _seal(session, record.id, movement_id, body, record.at)


async def _seal(session: AsyncSession, id: UUID, movement_id: UUID, body: Mapping[str, Any], now: datetime) -> None:
    about = _about(movement_id, id)
    sealed = await envelope.seal(session, Guarded.PROTECTION, about, canonical(dict(body)), now)
    row = ProtectionRecordRow(
        id=id,
        movement_id=movement_id,
        recorded_at=now,
        key_id=sealed.key_id,
        nonce=sealed.nonce,
        sealed=sealed.text,
    )
    await add_new(session, row)


def _about(movement_id: UUID, record_id: UUID) -> str:
    """What a record is bound to: it opens in its own place only."""
    return f"{movement_id}/{record_id}"


async def _opened(session: AsyncSession, movement_ids: Iterable[UUID]) -> list[tuple[ProtectionRecordRow, Any]]:
    """Every record of some movements, opened, in the order in which they were written."""
    wanted = ProtectionRecordRow.movement_id.in_(list(movement_ids))
    rows = await session.scalars(select(ProtectionRecordRow).where(wanted).order_by(ProtectionRecordRow.number))
    found = []
    for row in rows.all():
        sealed = Sealed(row.key_id, row.nonce, row.sealed)
        found.append((row, json.loads(await envelope.open_sealed(session, _about(row.movement_id, row.id), sealed))))
    return found


async def records(session: AsyncSession, movement_ids: Iterable[UUID]) -> dict[UUID, list[Record]]:
    """What was said of each movement, oldest first: all but the findings."""
    found: dict[UUID, list[Record]] = {}
    for row, body in await _opened(session, movement_ids):
        if body["kind"] in _KINDS:
            found.setdefault(row.movement_id, []).append(_KINDS[body["kind"]].validate_python(body["record"]))
    return found


async def said(session: AsyncSession, movement_ids: Iterable[UUID]) -> list[list[Said]]:
    """What was observed and released on each of some movements."""
    by_movement = (await records(session, movement_ids)).values()
    return [[each for each in its if isinstance(each, Observed | Released)] for its in by_movement]


async def observed(session: AsyncSession, movement_id: UUID) -> frozenset[Observation]:
    """What officers observed on a movement, as far as it stands: what the rules are handed."""
    return frozenset[Observation]().union(*[signs(its) for its in await said(session, [movement_id])])


def referrals(its: Iterable[Record]) -> list[Referral]:
    """The referrals among a movement's records, each with its steps."""
    found: dict[UUID, Referral] = {}
    for each in its:
        if isinstance(each, Referral):
            found[each.id] = each
        elif isinstance(each, Step):
            to = found[each.referral]
            found[each.referral] = replace(to, steps=(*to.steps, each))
    return list(found.values())


# --- findings ----------------------------------------------------------------------------------------------------


async def add_finding(
    session: AsyncSession,
    finding: Finding,
    crossing: Crossing,
    policy_version: str,
    now: datetime,
    *,
    cause: str | None = None,
    supersedes: UUID | None = None,
) -> None:
    """Seal a finding of protection, or its withdrawal, which names what it supersedes and why."""
    if finding.status is not FindingStatus.SHADOW:  # what a rule on trial finds is no case for anybody
        await open_case(session, crossing.id, crossing.crossing_point, now)
    body = {
        "kind": "finding",
        "finding": plain(finding),
        "policy_version": policy_version,
        "cause": cause,
        "supersedes": plain(supersedes),
    }
    await _seal(session, uuid4(), crossing.id, body, now)


async def findings(session: AsyncSession, movement_id: UUID) -> dict[UUID, Finding]:
    """The last word on each finding of protection on a movement, by the id of its record."""
    last: dict[UUID, Finding] = {}
    for row, body in await _opened(session, [movement_id]):
        if body["kind"] == "finding":
            last[row.id] = _FINDING.validate_python(body["finding"])
            if body["supersedes"]:
                last.pop(UUID(body["supersedes"]), None)
    return last


def standing(found: Mapping[UUID, Finding]) -> dict[UUID, Finding]:
    """Those that stand."""
    return {id: finding for id, finding in found.items() if finding.status is FindingStatus.RAISED}


# --- cases and partners ------------------------------------------------------------------------------------------

Place = tuple[datetime, UUID]


async def cases(
    session: AsyncSession, posts: frozenset[str] | None, *, limit: int, before: Place | None
) -> list[ProtectionCaseRow]:
    """The movements that the desk knows of, the latest first; `posts` None is every post."""
    row = ProtectionCaseRow
    statement = select(row).order_by(row.opened_at.desc(), row.movement_id.desc()).limit(limit)
    if posts is not None:
        statement = statement.where(row.crossing_point.in_(sorted(posts)))
    if before is not None:
        statement = statement.where(
            tuple_(row.opened_at, row.movement_id) < tuple_(literal(before[0]), literal(before[1]))
        )
    return list(await session.scalars(statement))


async def case(session: AsyncSession, movement_id: UUID) -> ProtectionCaseRow | None:
    """A movement that the desk knows of; None when it does not."""
    return await session.get(ProtectionCaseRow, movement_id)


async def movement_of(session: AsyncSession, record_id: UUID) -> UUID | None:
    """The movement that a record is about."""
    row = await session.get(ProtectionRecordRow, record_id)
    return row.movement_id if row else None


async def put_partner(session: AsyncSession, partner: Partner) -> None:
    """Add a partner to the directory, or say anew what it says of one."""
    values = {
        **{f"name_{language}": partner.names[language] for language in ("en", "ar", "ckb")},
        "crossing_points": sorted(partner.crossing_points),
        "needs": sorted(partner.needs),
        "contact": partner.contact,
        "active": partner.active,
        "changed_by": partner.changed_by,
        "changed_at": partner.changed_at,
    }
    row = insert(ProtectionPartnerRow).values(code=partner.code, **values)
    await session.execute(row.on_conflict_do_update(index_elements=["code"], set_=values))


async def partners(session: AsyncSession) -> list[Partner]:
    """The directory, by code."""
    rows = await session.scalars(select(ProtectionPartnerRow).order_by(ProtectionPartnerRow.code))
    return [
        Partner(
            row.code,
            {"en": row.name_en, "ar": row.name_ar, "ckb": row.name_ckb},
            frozenset(row.crossing_points),
            frozenset(map(Need, row.needs)),
            row.contact,
            row.active,
            row.changed_by,
            row.changed_at,
        )
        for row in rows
    ]
