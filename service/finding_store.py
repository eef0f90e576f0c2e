"""SQL of findings: as made, which stand, what a new judgement changes. Never commits.

Findings of protection are sealed and kept apart (`service.protection_store`); here is where the two ways part.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from service import protection_store
from service.domain import Crossing, Finding, FindingStatus, Movement, Severity
from service.driver import driver
from service.facts import next_fact
from service.mapping import finding_columns, finding_of
from service.rules.revision import Revision
from service.tables import FindingRow


async def add(session: AsyncSession, finding: Finding, crossing: Crossing, policy_version: str, now: datetime) -> None:
    """Record what was found on a crossing."""
    if finding.severity is Severity.PROTECTION:
        await protection_store.add_finding(session, finding, crossing, policy_version, now)
    else:
        await (await driver(session)).add("finding", finding_columns(finding, crossing, policy_version, now))


async def findings(session: AsyncSession, movement_id: UUID, occurred_at: datetime) -> tuple[Finding, ...]:
    """The last word on each finding of a movement, those of protection at the end; none of rules on trial."""
    rows = await finding_rows(session, movement_id, occurred_at)
    sealed = await protection_store.findings(session, movement_id)
    every = (*(finding_of(row) for row in rows), *sealed.values())
    return tuple(finding for finding in every if finding.status is not FindingStatus.SHADOW)


async def finding_rows(session: AsyncSession, movement_id: UUID, occurred_at: datetime) -> list[FindingRow]:
    """The last word on each finding of a movement, as raised or as withdrawn; none of protection is among them."""
    statement = (
        select(FindingRow)
        .where(FindingRow.movement_id == movement_id, FindingRow.occurred_at == occurred_at)
        .order_by(FindingRow.recorded_at, FindingRow.rule, FindingRow.id)
    )
    rows = list(await session.scalars(statement))
    replaced = {row.supersedes for row in rows}
    return [row for row in rows if row.id not in replaced]


async def standing(session: AsyncSession, movement: Movement) -> dict[UUID, Finding]:
    """The findings on a movement that stand, by the id of their row."""
    rows = await finding_rows(session, movement.id, movement.crossing.occurred_at)
    sealed = await protection_store.findings(session, movement.id)
    return {
        **{row.id: finding_of(row) for row in rows if row.status == FindingStatus.RAISED.value},
        **protection_store.standing(sealed),
    }


async def add_revision(
    session: AsyncSession,
    movement: Movement,
    change: Revision,
    standing: Mapping[UUID, Finding],
    *,
    policy_version: str,
    cause: str,
    heard_at: str,
    now: datetime,
) -> None:
    """Record what judging a movement again changed, with its cause, and an outbox row at the post of the cause."""
    rows = {_replaced_by(finding): row_id for row_id, finding in standing.items()}
    for finding in (*change.withdrawn, *change.raised):
        ended = rows[_replaced_by(finding)] if finding.status is FindingStatus.WITHDRAWN else None
        if finding.severity is Severity.PROTECTION:
            await protection_store.add_finding(
                session, finding, movement.crossing, policy_version, now, cause=cause, supersedes=ended
            )
            continue
        row = finding_columns(finding, movement.crossing, policy_version, now)
        await (await driver(session)).add("finding", {**row, "cause": cause, "supersedes": ended})
    shown = [f for f in (*change.withdrawn, *change.raised) if f.severity is not Severity.PROTECTION]
    if shown:
        body = {"movement_id": movement.id, "cause": cause, "findings": shown, "policy_version": policy_version}
        await next_fact(session, heard_at, "revision", body, now)


def _replaced_by(finding: Finding) -> tuple[object, ...]:
    """What a finding and its withdrawal have in common."""
    return (finding.rule, finding.message, finding.evidence, finding.params.get("field"))


async def left_in_doubt_by(session: AsyncSession, post: str) -> list[UUID]:
    """The movements with a finding that stands, and would be surer if `post` were heard; oldest first."""
    later = aliased(FindingRow)
    statement = (
        select(FindingRow.movement_id)
        .where(
            FindingRow.stale_posts.contains([post]),
            FindingRow.status == FindingStatus.RAISED.value,
            ~select(later.id).where(later.supersedes == FindingRow.id).exists(),
        )
        .group_by(FindingRow.movement_id)
        .order_by(func.min(FindingRow.occurred_at))
    )
    return list(await session.scalars(statement))
