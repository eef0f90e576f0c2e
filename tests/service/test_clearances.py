"""Clearances on a real PostgreSQL: honoured through every change that leaves the person the same, and no further."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from made_up import NOON, later
from service import clearance_store
from service.clearances import clear, listed, merge, revoke
from service.clearing import Clearance, EndingCause
from service.database import Database
from service.domain import Direction, Verdict
from service.errors import ClearanceRefused, ConflictingReplay, Forbidden, NotFound
from service.inspection import Recorded
from watchlists import ANN, NAMESAKE, PEOPLE, RENEWED, SECOND_LINE, Desk, clearance, officer, person, rules

HONOURED, HIT = {"W4.honoured"}, {"W2"}


@pytest.fixture
async def desk(clone: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    opened = await Desk.open(clone, tmp_path)
    await opened.bring()
    yield opened


async def _again(desk: Desk, days: int, **more: Any) -> Recorded:
    way = Direction.EXIT if days % 2 else Direction.ENTRY
    return await desk.cross(**{"occurred_at": later(days=days), "direction": way, **more})


async def _cleared(desk: Desk, **more: Any) -> Clearance:
    made = await desk.cross()
    assert (made.inspection.verdict, rules(made)) == (Verdict.REFER, HIT)
    return await clear(desk.database.sessions, clearance(made, **more), actor=SECOND_LINE, now=later(hours=1))


async def test_a_namesake_once_cleared_is_not_referred_again_and_the_officer_is_told(desk: Desk) -> None:
    given = await _cleared(desk)
    made = await _again(desk, 1)
    assert (made.inspection.verdict, rules(made)) == (Verdict.CLEAR, HONOURED)
    (told,) = [finding for finding in made.inspection.findings if finding.rule == "W4"]
    assert (told.params["cleared_by"], told.params["clearance_id"]) == (SECOND_LINE.name, str(given.id))


async def test_it_is_honoured_after_the_entry_was_renamed_merged_and_imported_again(desk: Desk) -> None:
    await _cleared(desk)
    renamed = person(name=["Sarmad Jawhar al-Tareefi", "Sarmad J. Tarifi"], alias=["Abu Jawhar"])
    await desk.bring({**PEOPLE, "x1": renamed}, now=later(days=1))
    assert rules(await _again(desk, 1)) == HONOURED

    others = {key: values for key, values in PEOPLE.items() if key != "x1"}
    await desk.bring(others | {"merged-9": renamed}, now=later(days=2))
    assert rules(await _again(desk, 3)) == HONOURED

    await desk.bring(others, now=later(days=4))
    assert rules(await _again(desk, 5)) == set()
    await desk.bring(others | {"merged-9": renamed}, now=later(days=6))
    await desk.bring(others | {"merged-9": renamed}, now=later(days=7))
    assert rules(await _again(desk, 7)) == HONOURED


async def test_it_lapses_after_the_date_of_birth_changed_and_says_so(desk: Desk) -> None:
    given = await _cleared(desk)
    corrected = person(birthDate=["1979-03-14", "1979-04-14"])
    await desk.bring({**PEOPLE, "x1": corrected}, now=later(days=2))
    made = await _again(desk, 3)
    assert (made.inspection.verdict, rules(made)) == (Verdict.REFER, {"W2", "W4.lapsed"})
    (told,) = [finding for finding in made.inspection.findings if finding.rule == "W4"]
    assert told.params["changed"] == ["date_of_birth"]
    changes = {"date_of_birth": {"before": ["1979-03-14"], "after": ["1979-03-14", "1979-04-14"]}}
    assert told.params["changes"] == changes
    (ended,) = await listed(desk.database.sessions, actor=SECOND_LINE, list_="wanted")
    assert ended.id == given.id and ended.ending is not None
    assert (ended.ending.cause, ended.ending.changes) == (EndingCause.LAPSED, changes)
    await desk.bring({**PEOPLE, "x1": person()}, now=later(days=4))
    assert rules(await _again(desk, 5)) == {"W2", "W4.lapsed"}, "what lapsed does not come back by itself"


@pytest.mark.parametrize(
    "change",
    [
        {"gender": []},
        {"motherName": ["Hana Fadhil"]},
        {"passportNumber": ["A19927731"]},
        {"nationality": ["iq", "sy"]},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_it_lapses_with_every_other_identifier(desk: Desk, change: dict[str, list[str]]) -> None:
    await _cleared(desk)
    await desk.bring({**PEOPLE, "x1": person(**change)}, now=later(days=2))
    (ended,) = await listed(desk.database.sessions, actor=SECOND_LINE)
    assert ended.ending is not None and len(ended.ending.changes) == 1


async def test_a_manager_says_that_an_entry_lives_on_as_another(desk: Desk) -> None:
    await _cleared(desk)
    others = {key: values for key, values in PEOPLE.items() if key != "x1"}
    twin = {**others, "x1": person(), "y1": person(name=["Sarmad Jawhar Tarifi"], weakAlias=["Zaytun"])}
    await desk.bring(twin, now=later(days=1))
    sessions = desk.database.sessions
    with pytest.raises(ClearanceRefused):
        await merge(sessions, "wanted", "x1", "y1", "the publisher says so", actor=ANN, now=later(days=1))
    await desk.bring({key: values for key, values in twin.items() if key != "x1"}, now=later(days=2))
    assert rules(await _again(desk, 2)) == HIT, "y1 was on the list before: it may be another person"
    assert await merge(sessions, "wanted", "x1", "y1", "the publisher says so", actor=ANN, now=later(days=3)) == 0
    assert rules(await _again(desk, 3)) == HONOURED
    with pytest.raises(NotFound):
        await merge(sessions, "wanted", "x1", "nobody", "again", actor=ANN, now=later(days=4))


async def test_a_merge_into_an_entry_that_says_otherwise_lets_it_lapse(desk: Desk) -> None:
    await _cleared(desk)
    people = {key: values for key, values in PEOPLE.items() if key != "x1"}
    await desk.bring(people | {"y1": person(birthDate=["1979-03-14", "1980"])}, now=later(days=1))
    lapsed = await merge(desk.database.sessions, "wanted", "x1", "y1", "says so", actor=ANN, now=later(days=2))
    assert lapsed == 1
    assert rules(await _again(desk, 3)) == {"W2", "W4.lapsed"}


async def test_a_redress_number_is_found_whatever_the_passport(desk: Desk) -> None:
    given = await _cleared(desk, numbered=True)
    assert given.redress_number
    nameless = replace(NAMESAKE, mother_name=None)
    without = await _again(desk, 1, traveller=nameless, document=RENEWED)
    assert (without.inspection.verdict, rules(without)) == (Verdict.REFER, {"W2", "W4.unsure"})
    shown = await _again(desk, 2, traveller=nameless, document=RENEWED, redress_number=given.redress_number)
    assert rules(shown) == HONOURED
    found = await listed(desk.database.sessions, actor=SECOND_LINE, redress_number=given.redress_number)
    assert [one.id for one in found] == [given.id]


async def test_a_traveller_has_one_number_for_all_entries(desk: Desk) -> None:
    first = await _cleared(desk, numbered=True)
    await desk.bring({**PEOPLE, "x2": person()}, now=later(days=1))
    made = await _again(desk, 1)
    assert rules(made) == {"W2", "W4.honoured"}
    second = await clear(
        desk.database.sessions, clearance(made, "x2", numbered=True), actor=SECOND_LINE, now=later(days=1, hours=1)
    )
    assert second.redress_number == first.redress_number
    assert rules(await _again(desk, 2)) == HONOURED


async def test_it_ends_with_its_time_and_by_revocation(desk: Desk) -> None:
    given = await _cleared(desk, expires_at=later(days=3))
    assert rules(await _again(desk, 2)) == HONOURED
    assert rules(await _again(desk, 3)) == {"W2", "W4.expired"}
    ended = await revoke(desk.database.sessions, given.id, "given in error", actor=SECOND_LINE, now=later(days=2))
    assert ended.ending is not None and ended.ending.cause is EndingCause.REVOKED
    with pytest.raises(ClearanceRefused):
        await revoke(desk.database.sessions, given.id, "once more", actor=SECOND_LINE, now=later(days=2))
    assert rules(await _again(desk, 5)) == HIT


async def test_what_cannot_be_given_is_refused(desk: Desk) -> None:
    made, sessions = await desk.cross(), desk.database.sessions
    good = clearance(made)
    for wrong in (
        replace(good, reason_code="same_person"),
        replace(good, expires_at=NOON),
        replace(good, expires_at=NOON + timedelta(days=4000)),
        replace(good, entry_id="crowd-1"),
    ):
        with pytest.raises(ClearanceRefused):
            await clear(sessions, wrong, actor=SECOND_LINE, now=NOON)
    with pytest.raises(NotFound):
        await clear(sessions, replace(good, movement_id=uuid4()), actor=SECOND_LINE, now=NOON)
    elsewhere = replace(officer(32), posts=frozenset({"IQ-ZUR"}))
    with pytest.raises(Forbidden):
        await clear(sessions, good, actor=elsewhere, now=NOON)
    first = await clear(sessions, good, actor=SECOND_LINE, now=NOON)
    assert await clear(sessions, good, actor=SECOND_LINE, now=later(days=1)) == first
    with pytest.raises(ConflictingReplay):
        await clear(sessions, replace(good, note="another"), actor=SECOND_LINE, now=NOON)


async def test_none_is_given_for_what_the_entry_said_before_an_import_that_is_about_to_commit(desk: Desk) -> None:
    made, sessions = await desk.cross(), desk.database.sessions
    async with sessions.begin() as importing:
        await clearance_store.settle(importing, "wanted", 2, said_by="service", now=later(hours=1))
        await importing.execute(_CORRECTED)
        giving = asyncio.create_task(clear(sessions, clearance(made), actor=SECOND_LINE, now=later(hours=1)))
        while not await importing.scalar(_WAITING):
            assert not giving.done(), "it was given for what the entry said before"
            await asyncio.sleep(0)
    assert (await giving).identifiers["date_of_birth"] == ["1980-01-02"]


_CORRECTED = sa.text(
    "UPDATE list_entry SET payload = jsonb_set(payload, '{dates_of_birth}', '[\"1980-01-02\"]') WHERE entry_id = 'x1'"
)
_WAITING = sa.text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = "
    "(SELECT oid FROM pg_database WHERE datname = current_database())"
)
