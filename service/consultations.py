"""The chore that goes through the trail for unusual consultation (`service.unusual`) and tells supervisors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit
from service.list_tables import HitRow
from service.notices import tell
from service.tables import AccountRow, AuditRow, InspectionKeyRow, MovementRow
from service.unusual import DAY, MANY, Look, Thresholds, Unusual, Usual, unusual
from watchlist.names import fold, stem

USUAL_DAYS = 28
_DEALT = ("inspect", "decide", "adjudicate", "claim_case")
_BY_OFFICER = AuditRow.actor_kind == "account"


def _is_look() -> ColumnElement[bool]:
    """What shows travellers, and not the trail, the notices, lists or policies."""
    others = (
        "read_audit",
        "read_notices",
        "read_entries",
        "read_list_history",
        "read_list_drafts",
        "read_proposals",
        "read_reviews",
    )
    return or_(AuditRow.action.like(r"read\_%"), AuditRow.action.in_(("screen", "export_movements"))) & (
        AuditRow.action.not_in(others)
    )


async def work_off(sessions: async_sessionmaker[AsyncSession], limits: Thresholds, *, now: datetime) -> int:
    """Look at the last day beside the four weeks before it; how many notices were raised."""
    async with sessions.begin() as session:
        looks = await _looks(session, now - DAY)
        officers = await _usual(session, AuditRow.actor, now)
        posts = await _usual(session, AuditRow.crossing_point, now)
        names = {str(id): name for id, name in await session.execute(select(AccountRow.id, AccountRow.display_name))}
        found = unusual(await _known(session, looks, names), officers, posts, limits)
        return sum([await _told(session, each, names, now) for each in found])


async def _told(session: AsyncSession, found: Unusual, names: Mapping[str, str], now: datetime) -> bool:
    details = {"measured": found.measured, "usual": round(found.usual, 3), "subject": found.subject}
    name = names.get(found.officer, MANY)
    told = await tell(
        session, found.kind, found.officer, name, found.posts, since=found.since, now=now, details=details
    )
    if told:
        await audit.record(session, None, "raise_notice", purpose="supervision", details={"kind": found.kind.value})
    return told


async def _looks(session: AsyncSession, since: datetime) -> list[Look]:
    rows = await session.scalars(
        select(AuditRow)
        .where(AuditRow.at >= since, _BY_OFFICER, or_(_is_look(), AuditRow.action.in_(_DEALT)))
        .order_by(AuditRow.id)
    )
    return [_look(row) for row in rows]


def _look(row: AuditRow) -> Look:
    search = row.action == "screen" or "document_number" in row.details or "document" in row.details
    return Look(row.at, row.actor, row.crossing_point, row.subject, search=search, dealt=row.action in _DEALT)


async def _known(session: AsyncSession, looks: list[Look], names: Mapping[str, str]) -> list[Look]:
    """The looks, with whether a list has hit on the record, and whether it bears the officer's name."""
    ids = {id for look in looks if not look.dealt and (id := _uuid(look.subject))}
    watched = set(await session.scalars(select(HitRow.movement_id).where(HitRow.movement_id.in_(ids))))
    same = (MovementRow.occurred_at == InspectionKeyRow.occurred_at) & (MovementRow.id == InspectionKeyRow.id)
    columns = (MovementRow.id, MovementRow.primary_identifier, MovementRow.secondary_identifier)
    rows = await session.execute(select(*columns).join(InspectionKeyRow, same).where(InspectionKeyRow.id.in_(ids)))
    bearers = {id: _words(f"{primary} {secondary}") for id, primary, secondary in rows}
    officers = {officer: _words(name) for officer, name in names.items()}
    return [
        replace(
            look,
            watched=(id := _uuid(look.subject)) in watched,
            own_name=len(officers.get(look.officer, frozenset()) & bearers.get(id, frozenset())) > 1 if id else False,
        )
        for look in looks
    ]


def _words(name: str) -> frozenset[str]:
    """The words of a name, told apart as screening does and by nothing that spelling changes."""
    return frozenset(stem(word) for word in fold(name))


def _uuid(subject: str | None) -> UUID | None:
    try:
        return UUID(subject or "")
    except ValueError:
        return None


async def _usual(session: AsyncSession, who: Any, now: datetime) -> dict[str, Usual]:
    """What was usual of an officer in the weeks before the last day; of a post, of one officer there."""
    hour = func.date_trunc("hour", AuditRow.at, "UTC")
    of_one = func.count() / func.count(AuditRow.actor.distinct())
    rows = await session.execute(
        select(who, hour, of_one)
        .where(AuditRow.at >= now - timedelta(USUAL_DAYS + 1), AuditRow.at < now - DAY, _BY_OFFICER, _is_look())
        .group_by(who, hour)
    )
    by_hour: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    hours: dict[str, int] = defaultdict(int)
    for name, at, looks in rows:
        by_hour[name or ""][at.hour] += looks
        hours[name or ""] += 1
    return {name: Usual(dict(counted), hours[name]) for name, counted in by_hour.items()}
