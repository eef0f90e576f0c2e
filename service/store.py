"""All SQL of the movement log: domain values in, domain values out. Never commits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from service import finding_store
from service.access import Actor
from service.domain import (
    Crossing,
    CrossingPoint,
    Decision,
    Finding,
    Inspection,
    Movement,
    Outcome,
    Severity,
)
from service.driver import driver
from service.errors import NotFound, OtherPost
from service.facts import next_fact
from service.mapping import crossing_of, crossing_point, movement_columns
from service.tables import (
    CrossingPointRow,
    DecisionRow,
    InspectionKeyRow,
    MovementRow,
    ReadingRow,
)
from service.transactions import add_new

# --- crossing points -------------------------------------------------------------------------------------------


async def put_crossing_points(session: AsyncSession, points: Iterable[CrossingPoint]) -> None:
    """Add or bring up to date; a post's watermark is left as it is."""
    for point in points:
        values: dict[str, Any] = {
            "kind": point.kind.value,
            **{f"name_{language}": point.names[language] for language in ("en", "ar", "ckb")},
            "latitude": point.position[0],
            "longitude": point.position[1],
            "jurisdiction": point.jurisdiction,
        }
        statement = insert(CrossingPointRow).values(code=point.code, **values)
        await session.execute(statement.on_conflict_do_update(index_elements=["code"], set_=values))


async def crossing_points(session: AsyncSession) -> dict[str, CrossingPoint]:
    """All crossing points by code."""
    rows = await (await driver(session)).rows(_CROSSING_POINTS)
    return {row["code"]: crossing_point(*row) for row in rows}


_CROSSING_POINTS = """
    SELECT code, kind, name_en, name_ar, name_ckb, latitude, longitude, jurisdiction, heard_until
    FROM crossing_point ORDER BY code
"""


async def set_watermark(session: AsyncSession, code: str, heard_until: datetime | None) -> CrossingPoint:
    """Say until when a post was heard. Raises NotFound for an unknown post."""
    row = await session.get(CrossingPointRow, code)
    if row is None:
        raise NotFound(f"there is no crossing point {code}")
    row.heard_until = heard_until
    return (await crossing_points(session))[code]


# --- idempotency and order -------------------------------------------------------------------------------------


async def claim(session: AsyncSession, crossing: Crossing, request_hash: bytes, now: datetime) -> bool:
    """Take the id of a crossing; False when it is taken. Waits for whoever is taking it right now."""
    asked = (await driver(session)).rows(_CLAIM, crossing.id, request_hash, crossing.occurred_at, now)
    return bool(await asked)


_CLAIM = """
    INSERT INTO inspection_key (id, request_hash, occurred_at, created_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT DO NOTHING RETURNING id
"""


async def claimed_hash(session: AsyncSession, movement_id: UUID) -> bytes | None:
    """The hash of the request that took an id; None when nobody did."""
    found: bytes | None = await session.scalar(
        select(InspectionKeyRow.request_hash).where(InspectionKeyRow.id == movement_id)
    )
    return found


async def lock(session: AsyncSession, keys: Iterable[str]) -> None:
    """Wait for every other transaction that holds one of these keys; sorted, so that no two wait for each other."""
    if wanted := sorted(set(keys)):
        await (await driver(session)).do(_LOCK, wanted)


_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(key, 0)) FROM unnest($1::text[]) AS key"


# --- movements -------------------------------------------------------------------------------------------------


def last_outcome() -> Any:
    """The outcome of the decision that no other one replaced, as a column beside `MovementRow`."""
    return _of_last_decision(DecisionRow.outcome).label("decision")


def last_reason() -> Any:
    """The reason code of the same decision."""
    return _of_last_decision(DecisionRow.reason_code).label("reason_code")


def _of_last_decision(what: Any) -> Any:
    later = aliased(DecisionRow)
    return (
        select(what)
        .where(
            DecisionRow.movement_id == MovementRow.id,
            ~select(later.id).where(later.supersedes == DecisionRow.id).exists(),
        )
        .correlate(MovementRow)
        .limit(1)
        .scalar_subquery()
    )


async def add_inspection(
    session: AsyncSession,
    inspection: Inspection,
    *,
    on_trial: Iterable[Finding] = (),
    actor: Actor,
    now: datetime,
    reading_id: UUID | None,
) -> int:
    """Record movement, findings and outbox row; returns the movement's number at its post.

    `on_trial` is what rules in shadow found: kept beside the findings, and told to nobody.
    """
    crossing = inspection.crossing
    shown = [finding for finding in inspection.findings if finding.severity is not Severity.PROTECTION]
    body = {
        "crossing": crossing,
        "recorded_at": now,
        "verdict": inspection.verdict,
        "findings": shown,
        "index_version": inspection.index_version,
        "policy_version": inspection.policy_version,
    }
    seq = await next_fact(session, crossing.crossing_point, "movement", body, now)
    columns = movement_columns(crossing)
    columns |= {
        "seq": seq,
        "recorded_at": now,
        "received_at": now,
        "reading_id": reading_id,
        "verdict": inspection.verdict.value,
        "rules": sorted({finding.rule for finding in shown}),
        "index_version": inspection.index_version,
        "policy_version": inspection.policy_version,
        "officer": None if actor.is_device else actor.name,
        "device": actor.name if actor.is_device else None,
    }
    await (await driver(session)).add("movement", columns)
    for finding in (*inspection.findings, *on_trial):
        await finding_store.add(session, finding, crossing, inspection.policy_version, now)
    return seq


async def inspection(session: AsyncSession, movement_id: UUID) -> tuple[Inspection, int, datetime]:
    """What was recorded, with its number and when. Raises NotFound."""
    row = await _movement_row(session, movement_id)
    findings = await finding_store.findings(session, row.id, row.occurred_at)
    return Inspection(crossing_of(row), findings, row.index_version, row.policy_version), row.seq, row.recorded_at


async def _movement_row(session: AsyncSession, movement_id: UUID) -> MovementRow:
    key = await session.get(InspectionKeyRow, movement_id)  # names the partition
    row = await session.get(MovementRow, (key.occurred_at, movement_id)) if key else None
    if key and row is None:  # the database keeps it from who acts
        raise OtherPost
    if row is None:
        raise NotFound("no movement is recorded under this id")
    return row


async def movement(session: AsyncSession, movement_id: UUID) -> Movement:
    """A movement as recorded, with its last decision. Raises NotFound."""
    row = await _movement_row(session, movement_id)
    made = await decisions(session, movement_id)
    return Movement(crossing_of(row), row.recorded_at, row.seq, made[-1].outcome if made else None)


async def place_of(session: AsyncSession, movement_id: UUID) -> tuple[str, datetime]:
    """Crossing point and time of a movement. Raises NotFound."""
    row = await _movement_row(session, movement_id)
    return row.crossing_point, row.occurred_at


# --- decisions -------------------------------------------------------------------------------------------------


async def decisions(session: AsyncSession, movement_id: UUID) -> tuple[Decision, ...]:
    """All decisions on a movement, oldest first: each names the one before it."""
    rows = await session.scalars(select(DecisionRow).where(DecisionRow.movement_id == movement_id))
    after = {row.supersedes: row for row in rows}
    chain: list[Decision] = []
    while row := after.get(chain[-1].id if chain else None):
        outcome = Outcome(row.outcome)
        chain.append(
            Decision(row.id, movement_id, outcome, row.officer, row.decided_at, row.reason_code, row.supersedes)
        )
    return tuple(chain)


async def add_decision(session: AsyncSession, decision: Decision, post: str, movement_occurred_at: datetime) -> None:
    """Record a decision and its outbox row."""
    await next_fact(session, post, "decision", {"decision": decision}, decision.decided_at)
    await add_new(
        session,
        DecisionRow(
            id=decision.id,
            movement_id=decision.movement_id,
            movement_occurred_at=movement_occurred_at,
            outcome=decision.outcome.value,
            reason_code=decision.reason_code,
            officer=decision.officer,
            decided_at=decision.decided_at,
            supersedes=decision.supersedes,
        ),
    )


# --- readings --------------------------------------------------------------------------------------------------


async def add_reading(
    session: AsyncSession,
    reading_id: UUID,
    payload: Mapping[str, Any],
    *,
    actor: Actor,
    post: str | None,
    image_digest: bytes | None,
    now: datetime,
) -> None:
    """Keep what was read; the image is not kept."""
    session.add(
        ReadingRow(
            id=reading_id,
            created_at=now,
            crossing_point=post,
            actor=actor.name,
            payload=dict(payload),
            image_digest=image_digest,
        )
    )
    await session.flush()


async def reading(session: AsyncSession, reading_id: UUID) -> tuple[Mapping[str, Any], str | None]:
    """What was kept of a reading, and the post that it was made for, if one was named. Raises NotFound."""
    row = await session.get(ReadingRow, reading_id)
    if row is None:
        raise NotFound("no reading is kept under this id")
    return row.payload, row.crossing_point
