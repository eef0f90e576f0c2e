"""Changed entries run against what was recorded: in bulk, once, and on after a kill."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from made_up import OFFICER, TRAVELLER, later
from service import rescreening
from service.clearances import clear
from service.database import Database
from service.decision import decide
from service.domain import Decision, Direction, FindingStatus, Outcome, PartialDate, TravelDocument
from service.hits import queue
from service.inspection import Recorded, recorded
from service.policy import default_policy
from service.rescreening import progress, work_off
from service.tables import FindingRow, HitRow, OutboxRow
from watchlists import NAMESAKE, PASSPORT, PEOPLE, SECOND_LINE, Desk, clearance, person, rules

CROWD = {key: values for key, values in PEOPLE.items() if key != "x1"}


@pytest.fixture
async def desk(clone: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    opened = await Desk.open(clone, tmp_path)
    await opened.bring(CROWD)
    await _run(opened)
    yield opened


async def _run(desk: Desk, *, days: int = 30, now: Any = None, **more: Any) -> int:
    now = now or later(days=40)
    return await work_off(desk.database.sessions, desk.screening.current, days=days, now=now, **more)


async def _others(desk: Desk, count: int) -> None:
    for n in range(count):
        someone = replace(
            TRAVELLER, primary_identifier=f"OZKANL{'AEIOU'[n % 5]}", date_of_birth=PartialDate(1950 + n, 5, 6)
        )
        await desk.cross(someone, TravelDocument("P", "TUR", f"T{n:07d}"), occurred_at=later(days=20, minutes=n))


async def _now(desk: Desk, made: Recorded) -> Recorded:
    return await recorded(desk.database.sessions, made.inspection.crossing.id, actor=OFFICER)


async def _count(desk: Desk, table: type) -> int:
    async with desk.database.sessions() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_a_new_entry_finds_who_crossed_and_says_what_made_it_look(desk: Desk) -> None:
    await _others(desk, 5)
    made = await desk.cross(occurred_at=later(days=21))
    assert rules(made) == set()
    await desk.bring(now=later(days=22))
    assert await _run(desk) == 1
    told = await _now(desk, made)
    assert rules(told) == {"W2"}
    (waiting,) = await queue(desk.database.sessions, actor=SECOND_LINE)
    assert (waiting.hits[0].hit.cause, waiting.hits[0].hit.movement_id) == (
        "list:wanted:2",
        made.inspection.crossing.id,
    )
    async with desk.database.sessions() as session:
        finding = (await session.scalars(select(FindingRow).where(FindingRow.rule == "W2"))).one()
        last = (await session.scalars(select(OutboxRow).order_by(OutboxRow.seq.desc()).limit(1))).one()
    assert (finding.cause, finding.status) == ("list:wanted:2", FindingStatus.RAISED.value)
    assert (last.kind, last.body["cause"]) == ("revision", "list:wanted:2")
    job = (await progress(desk.database.sessions))[0]
    assert (job.phase, job.examined, job.total, job.raised, job.entries) == ("done", 6, 6, 1, 1)


async def test_it_is_done_once_and_an_import_that_changes_nothing_asks_for_nothing(desk: Desk) -> None:
    await desk.cross(occurred_at=later(days=21))
    await desk.bring(now=later(days=22))
    assert await _run(desk) == 1
    assert await _run(desk) == 0
    await desk.bring(now=later(days=23))
    assert len(await progress(desk.database.sessions)) == 2
    await desk.bring(PEOPLE | {"x1": person(alias=["Abu Jawhar"])}, now=later(days=24))
    assert await _run(desk) == 0, "the entry says more, and this movement has its finding already"
    assert await _count(desk, HitRow) == 1
    async with desk.database.sessions() as session:
        assert len(list(await session.scalars(select(FindingRow.id).where(FindingRow.rule == "W2")))) == 1


async def test_the_window_and_the_people_inside_bound_who_is_looked_at(desk: Desk) -> None:
    inside = await desk.cross()
    gone = replace(NAMESAKE, mother_name="SUAD ALI"), replace(PASSPORT, document_number="G1")
    left = [
        await desk.cross(*gone, occurred_at=later(days=1)),
        await desk.cross(*gone, occurred_at=later(days=2), direction=Direction.EXIT),
    ]
    refused = await desk.cross(NAMESAKE, replace(PASSPORT, document_number="R1"), occurred_at=later(days=3))
    refusal = Decision(uuid4(), refused.inspection.crossing.id, Outcome.REFUSED, OFFICER.name, later(days=3), "A")
    await decide(desk.database.sessions, default_policy(), refusal, actor=OFFICER)
    await desk.bring(now=later(days=40))
    assert await _run(desk, days=30, now=later(days=40)) == 1
    assert rules(await _now(desk, inside)) == {"W2"}
    assert [rules(await _now(desk, made)) for made in (*left, refused)] == [set()] * 3
    await desk.bring(CROWD | {"x9": person()}, now=later(days=41))
    assert await _run(desk, days=60, now=later(days=41)) == 4


async def test_it_goes_on_where_it_was_killed_and_two_at_once_do_it_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rescreening, "STEP", 2)
    await _others(desk, 5)
    await desk.cross(occurred_at=later(days=21))
    await desk.bring(now=later(days=22))
    await _run(desk, steps=4)
    job = (await progress(desk.database.sessions))[0]
    assert (job.phase, job.examined) == ("recent", 4)

    async def die(*_: object, **__: object) -> bool:
        raise ConnectionAbortedError

    with monkeypatch.context() as broken:
        broken.setattr(rescreening.rescreening_store, "advance", die)
        with pytest.raises(ConnectionAbortedError):
            await _run(desk)
    assert await _count(desk, HitRow) == 0, "what was found is undone with the step that was cut off"
    raised = await asyncio.gather(*(_run(desk) for _ in range(3)))
    assert (sum(raised), await _count(desk, HitRow)) == (1, 1)
    job = (await progress(desk.database.sessions))[0]
    assert (job.phase, job.examined) == ("done", 6)


async def test_who_was_cleared_is_left_alone(desk: Desk) -> None:
    await desk.bring(now=later(days=1))
    await _run(desk)
    made = await desk.cross(occurred_at=later(days=2))
    await clear(desk.database.sessions, clearance(made), actor=SECOND_LINE, now=later(days=2, hours=1))
    await desk.cross(occurred_at=later(days=5), direction=Direction.EXIT)
    await desk.bring(PEOPLE | {"x1": person(alias=["Abu Jawhar"])}, now=later(days=6))
    assert await _run(desk) == 0
    assert len(await progress(desk.database.sessions)) == 3


async def test_a_list_that_comes_into_screening_is_run_as_a_whole(desk: Desk) -> None:
    made = await desk.cross(occurred_at=later(days=21))
    await desk.bring({"x1": person()}, list_="second", now=later(days=22), needs_approval=True)
    assert await _run(desk) == 0
    await desk.approve(await desk.propose("second", now=later(days=23)), now=later(days=23))
    assert await _run(desk) == 1
    assert rules(await _now(desk, made)) == {"W2"}


async def test_a_version_that_is_not_screened_against_yet_waits(desk: Desk) -> None:
    await desk.cross(occurred_at=later(days=21))
    before = desk.screening.current
    await desk.bring(now=later(days=22))
    stale = await work_off(desk.database.sessions, before, days=30, now=later(days=40))
    assert stale == 0
    assert (await progress(desk.database.sessions))[0].phase == "waiting"
    assert await _run(desk) == 1
