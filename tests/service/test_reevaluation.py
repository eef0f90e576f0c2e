"""Late facts raise and withdraw findings on the movements that they can affect, with their cause, and on no others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from made_up import DOCUMENT, OFFICER, TRAVELLER, crossing, later
from service.database import Database
from service.decision import decide
from service.domain import (
    Clock,
    Crossing,
    Decision,
    Direction,
    FindingStatus,
    Outcome,
    PartialDate,
    Severity,
    Source,
    Verdict,
)
from service.freshness import bring_up_to_date, hear
from service.inspection import Recorded, inspect, recorded
from service.policy import default_policy
from service.reevaluation import after_watermark
from service.tables import FindingRow, OutboxRow
from watchlist.index import Index

NOBODY = Index.build(())
KEYED = later(days=9)  # when everything is known


@pytest.fixture
async def database(clone: Database) -> AsyncIterator[Database]:
    await bring_up_to_date(clone.sessions)
    yield clone


async def _inspect(database: Database, made: Crossing, now: datetime | None = None) -> Recorded:
    now = now or made.occurred_at + timedelta(seconds=1)
    return await inspect(database.sessions, NOBODY, default_policy(), made, actor=OFFICER, now=now)


async def _m2(database: Database, movement_id: UUID) -> list[tuple[Severity, FindingStatus]]:
    told = await recorded(database.sessions, movement_id, actor=OFFICER)
    return [(f.severity, f.status) for f in told.inspection.findings if f.rule == "M2"]


async def _twice_inside(database: Database) -> tuple[Crossing, Crossing]:
    first, second = crossing(), crossing(occurred_at=later(days=4))
    await _inspect(database, first)
    await _inspect(database, second)
    assert await _m2(database, second.id) == [(Severity.IRREGULAR, FindingStatus.RAISED)]
    return first, second


async def test_a_missed_exit_keyed_from_paper_withdraws_what_it_explains(database: Database) -> None:
    _, second = await _twice_inside(database)
    missed = crossing(
        direction=Direction.EXIT,
        crossing_point="IQ-ZUR",
        occurred_at=later(days=2),
        source=Source.PAPER,
        clock=Clock.UNCERTAIN,
    )
    await _inspect(database, missed, now=KEYED)
    assert await _m2(database, second.id) == [(Severity.IRREGULAR, FindingStatus.WITHDRAWN)]
    told = await recorded(database.sessions, second.id, actor=OFFICER)
    assert told.inspection.verdict is Verdict.CLEAR
    async with database.sessions() as session:
        withdrawn = (await session.scalars(select(FindingRow).where(FindingRow.status == "withdrawn"))).one()
        facts = list(await session.scalars(select(OutboxRow.kind).where(OutboxRow.crossing_point == "IQ-ZUR")))
    assert (withdrawn.cause, withdrawn.movement_id, withdrawn.recorded_at) == (str(missed.id), second.id, KEYED)
    assert facts == ["movement", "revision"]


async def test_an_entry_that_comes_late_raises_what_was_not_seen(database: Database) -> None:
    entry = crossing(occurred_at=later(days=3))
    assert (await _inspect(database, entry)).inspection.verdict is Verdict.CLEAR
    await _inspect(database, crossing(crossing_point="IQ-ZUR"), now=KEYED)
    assert await _m2(database, entry.id) == [(Severity.IRREGULAR, FindingStatus.RAISED)]


async def test_a_refusal_that_comes_late_takes_the_presence_away(database: Database) -> None:
    first, second = await _twice_inside(database)
    refused = Decision(uuid4(), first.id, Outcome.REFUSED, OFFICER.name, KEYED, "A")
    await decide(database.sessions, default_policy(), refused, actor=OFFICER)
    assert await _m2(database, second.id) == [(Severity.IRREGULAR, FindingStatus.WITHDRAWN)]


async def test_a_post_that_is_heard_settles_the_doubt(database: Database) -> None:
    await _inspect(database, crossing())
    await hear(database.sessions, "IQ-ZUR", later(hours=1), actor=OFFICER)
    second = crossing(occurred_at=later(days=4))
    await _inspect(database, second)
    assert await _m2(database, second.id) == [(Severity.NOTICE, FindingStatus.RAISED)]
    await hear(database.sessions, "IQ-ZUR", KEYED, actor=OFFICER)
    changed = await after_watermark(database.sessions, default_policy(), "IQ-ZUR", actor=OFFICER, now=KEYED)
    assert changed == 2
    assert sorted(await _m2(database, second.id)) == [
        (Severity.IRREGULAR, FindingStatus.RAISED),
        (Severity.NOTICE, FindingStatus.WITHDRAWN),
    ]
    assert await after_watermark(database.sessions, default_policy(), "IQ-ZUR", actor=OFFICER, now=KEYED) == 0


async def test_others_are_left_alone(database: Database) -> None:
    somebody = replace(
        TRAVELLER, primary_identifier="YAYLADAG", secondary_identifier="KEREM", date_of_birth=PartialDate(1970, 1, 9)
    )
    other = replace(DOCUMENT, document_number="T1")
    await _inspect(database, crossing(traveller=somebody, document=other))
    await _inspect(database, crossing(traveller=somebody, document=other, occurred_at=later(days=1)))
    await _twice_inside(database)
    async with database.sessions() as session:
        before = await session.scalar(select(func.count()).select_from(FindingRow))
    late = crossing(direction=Direction.EXIT, occurred_at=later(days=2), source=Source.PAPER)
    await _inspect(database, late, now=KEYED)
    async with database.sessions() as session:
        changed = list(await session.scalars(select(FindingRow).where(FindingRow.cause == str(late.id))))
        after = await session.scalar(select(func.count()).select_from(FindingRow))
    assert [row.rule for row in changed] == ["M2"]
    assert after == (before or 0) + 1
