"""Changed entries run against what was recorded: in bulk, once, and on after a kill."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update

from made_up import OFFICER, TRAVELLER, later
from service import rescreening
from service.clearances import clear
from service.clearing import HitOutcome
from service.database import Database
from service.decision import decide
from service.domain import Decision, Direction, FindingStatus, Outcome, PartialDate, TravelDocument
from service.hits import adjudicate, figures, queue
from service.inspection import Recorded, recorded
from service.list_tables import HitRow, ListEntryRow
from service.policy import default_policy
from service.rescreening import progress, withdraw_expired, work_off
from service.tables import FindingRow, OutboxRow
from watchlist.records import Entry, EntryName
from watchlists import NAMESAKE, PASSPORT, PEOPLE, SECOND_LINE, TERMS, Desk, clearance, person, rules, said

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


# --- the other way ---------------------------------------------------------------------------------------------


async def _causes(desk: Desk) -> list[tuple[str, str, str | None]]:
    """Rule, status and cause of every row of screening's findings, in the order of writing."""
    async with desk.database.sessions() as session:
        rows = await session.scalars(
            select(FindingRow).where(FindingRow.rule.like("W%")).order_by(FindingRow.recorded_at, FindingRow.rule)
        )
        return [(row.rule, row.status, row.cause) for row in rows]


async def _listed_and_met(desk: Desk) -> Recorded:
    await desk.bring(now=later(days=1))
    await _run(desk, now=later(days=1))
    return await desk.cross(occurred_at=later(days=2))


async def _waiting(desk: Desk) -> int:
    return len(await queue(desk.database.sessions, actor=SECOND_LINE))


async def test_an_entry_that_is_struck_takes_its_findings_along_however_old_the_movement(desk: Desk) -> None:
    made = await _listed_and_met(desk)
    assert (rules(made), await _waiting(desk)) == ({"W2"}, 1)
    await desk.bring(CROWD, now=later(days=200))
    assert await _run(desk, now=later(days=200)) == 0
    assert rules(await _now(desk, made)) == set()
    assert await _causes(desk) == [("W2", "raised", None), ("W2", "withdrawn", "list:wanted:3")]
    assert await _waiting(desk) == 0
    (figure,) = await figures(desk.database.sessions)
    assert (figure.hits, figure.waiting, figure.withdrawn) == (1, 0, 1)
    job = (await progress(desk.database.sessions))[0]
    assert (job.phase, job.entries, job.gone, job.withdrawn, job.raised) == ("done", 0, 1, 1, 0)


async def test_what_re_screening_raised_it_withdraws_and_raises_again(desk: Desk) -> None:
    made = await desk.cross(occurred_at=later(days=21))
    for day, people, standing, waiting in ((22, PEOPLE, {"W2"}, 1), (23, CROWD, set(), 0), (24, PEOPLE, {"W2"}, 1)):
        await desk.bring(people, now=later(days=day))
        assert await _run(desk, now=later(days=day)) == waiting
        assert (rules(await _now(desk, made)), await _waiting(desk)) == (standing, waiting)
        assert await _run(desk, now=later(days=day)) == 0
    assert len(await _causes(desk)) == 3
    assert await _count(desk, HitRow) == 1


async def test_an_entry_that_says_another_date_of_birth_hits_no_longer(desk: Desk) -> None:
    made = await _listed_and_met(desk)
    await desk.bring(PEOPLE | {"x1": person(alias=["Abu Jawhar"])}, now=later(days=3))
    await _run(desk, now=later(days=3))
    assert rules(await _now(desk, made)) == {"W2"}, "an alias more changes nothing"
    await desk.bring(PEOPLE | {"x1": person(birthDate=[], motherName=[])}, now=later(days=4))
    await _run(desk, now=later(days=4))
    assert rules(await _now(desk, made)) == {"W3"}, "the full name is still told, and what would clear it"
    assert {(rule, status) for rule, status, cause in await _causes(desk) if cause == "list:wanted:4"} == {
        ("W2", "withdrawn"),
        ("W3", "raised"),
    }
    await desk.bring(PEOPLE | {"x1": person(birthDate=["1951-11-30"])}, now=later(days=5))
    await _run(desk, now=later(days=5))
    assert rules(await _now(desk, made)) == set()


async def test_a_list_that_leaves_screening_takes_its_findings_along_and_brings_them_back(desk: Desk) -> None:
    await desk.bring({"x1": person()}, list_="second", now=later(days=1), needs_approval=True)
    await desk.approve(await desk.propose("second", now=later(days=1)), now=later(days=1))
    made = await desk.cross(occurred_at=later(days=2))
    other = await desk.cross(occurred_at=later(days=2), document=replace(PASSPORT, document_number="Q1"))
    await desk.approve(await desk.propose("second", terms=None, now=later(days=3)), now=later(days=3))
    await _run(desk, now=later(days=3))
    assert [rules(await _now(desk, one)) for one in (made, other)] == [set(), set()]
    await desk.approve(await desk.propose("second", now=later(days=4)), now=later(days=4))
    assert await _run(desk, now=later(days=4)) == 2
    assert [rules(await _now(desk, one)) for one in (made, other)] == [{"W2"}, {"W2"}]


async def test_what_second_line_said_of_it_stays(desk: Desk) -> None:
    await _listed_and_met(desk)
    (case,) = await queue(desk.database.sessions, actor=SECOND_LINE)
    word = said(case.hits[0].hit.id, HitOutcome.CONFIRMED, "same_person", decided_at=later(days=2, hours=1))
    await adjudicate(desk.database.sessions, word, actor=SECOND_LINE)
    await desk.bring(CROWD, now=later(days=3))
    await _run(desk, now=later(days=3))
    (figure,) = await figures(desk.database.sessions)
    assert (figure.confirmed, figure.withdrawn) == (1, 0)


SARMAD = Entry("", "", (EntryName("Sarmad Jawhar al-Tarifi"),), ("1979-03-14",), ("IRQ",), "M")


async def test_what_was_found_with_an_entry_ends_on_the_day_of_its_expiry_once(desk: Desk) -> None:
    await desk.approve(await desk.propose("national"))
    await desk.approve(await desk.propose("national", "case-1", entry=SARMAD))
    made = await desk.cross(occurred_at=later(days=2))
    assert rules(made) == {"W2"}
    expiry = datetime.combine(TERMS.expires_on or date.max, time(), UTC)
    sessions = desk.database.sessions
    assert await withdraw_expired(sessions, now=expiry - timedelta(seconds=1)) == 0
    assert sorted(await asyncio.gather(*(withdraw_expired(sessions, now=expiry) for _ in range(2)))) == [0, 1]
    assert await withdraw_expired(sessions, now=expiry) == 0
    assert (rules(await _now(desk, made)), await _waiting(desk)) == (set(), 0)
    assert (await _causes(desk))[-1] == ("W2", "withdrawn", "expiry:national:case-1")
    assert await _run(desk, days=540, now=expiry) == 0, "no re-screening raises it again"


async def test_a_publishers_last_day_ends_what_was_found_and_so_do_the_terms_of_a_list(desk: Desk) -> None:
    await desk.bring({"x1": person()}, list_="second", now=later(days=1))
    await desk.approve(await desk.propose("second", now=later(days=1)), now=later(days=1))
    await desk.bring(now=later(days=1))
    made = await desk.cross(occurred_at=later(days=2))
    async with desk.database.sessions.begin() as session:
        await session.execute(
            update(ListEntryRow)
            .where(ListEntryRow.list == "wanted", ListEntryRow.entry_id == "x1")
            .values(payload=ListEntryRow.payload.op("||")({"valid_until": str(later(days=9).date())}))
        )
    assert await withdraw_expired(desk.database.sessions, now=later(days=9)) == 0
    assert await withdraw_expired(desk.database.sessions, now=later(days=10)) == 1
    found = (await _now(desk, made)).inspection.findings
    standing = [f for f in found if f.rule == "W2" and f.status is FindingStatus.RAISED]
    assert [f.params["list"] for f in standing] == ["second"]
    assert await withdraw_expired(desk.database.sessions, now=later(days=500)) == 1


async def test_a_list_whose_terms_had_expired_is_run_as_a_whole_once_they_are_renewed(desk: Desk) -> None:
    ends = replace(TERMS, review_on=later(days=2).date(), expires_on=later(days=5).date())
    await desk.approve(await desk.propose("wanted", terms=ends))
    await desk.bring(now=later(days=1))
    await _run(desk, now=later(days=1))
    made = await desk.cross(occurred_at=later(days=7))
    assert rules(made) == set(), "the list had expired"
    for renewed, raised in ((8, 1), (9, 0)):  # the second time, nothing had lapsed
        at = later(days=renewed)
        await desk.approve(await desk.propose("wanted", now=at), now=at)
        assert await _run(desk, now=at) == raised
    assert rules(await _now(desk, made)) == {"W2"}


async def test_withdrawing_goes_on_where_it_was_killed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rescreening, "STEP", 2)
    await desk.bring(now=later(days=1))
    made = [
        await desk.cross(document=replace(PASSPORT, document_number=f"K{n}"), occurred_at=later(days=2, minutes=n))
        for n in range(5)
    ]
    await desk.bring(CROWD, now=later(days=3))
    await _run(desk, now=later(days=1), steps=3)
    await _run(desk, now=later(days=3), steps=3)
    assert [len(rules(await _now(desk, one))) for one in made] != [0] * 5
    job = (await progress(desk.database.sessions))[0]
    assert job.phase != "done"
    await asyncio.gather(*(_run(desk, now=later(days=3)) for _ in range(2)))
    assert [rules(await _now(desk, one)) for one in made] == [set()] * 5
    withdrawn = [cause for _, status, cause in await _causes(desk) if status == "withdrawn"]
    assert withdrawn == ["list:wanted:3"] * 5
    assert (await progress(desk.database.sessions))[0].withdrawn == 5
