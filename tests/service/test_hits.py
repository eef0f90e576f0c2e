"""Hits on a real PostgreSQL: grouped by traveller, adjudicated once, counted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select

from made_up import later
from service import finding_store, store
from service.clearing import HitOutcome
from service.database import Database
from service.domain import Direction, ListingKind
from service.errors import (
    AdjudicationConflict,
    AdjudicationRefused,
    ClearanceRefused,
    ConflictingReplay,
    Forbidden,
    NotFound,
)
from service.hits import adjudicate, case, figures, queue
from service.inspection import Recorded
from service.policy import default_policy
from service.purposes import set_purpose
from service.tables import AuditRow, OutboxRow
from service.waiting import work_off
from watchlists import NAMESAKE, PEOPLE, RENEWED, SECOND_LINE, TERMS, Desk, clearance, officer, person, rules, said


@pytest.fixture
async def desk(clone: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    opened = await Desk.open(clone, tmp_path)
    await opened.bring({**PEOPLE, "x2": person()})
    yield opened


async def _met(desk: Desk) -> None:
    """The namesake crosses twice, with a new passport the second time; somebody else who is listed once."""
    await desk.cross()
    await desk.cross(occurred_at=later(days=1), direction=Direction.EXIT, document=RENEWED)
    other = replace(NAMESAKE, primary_identifier="DOLMANI", secondary_identifier="KAMRAN", mother_name=None)
    born = replace(other.date_of_birth, year=1961, month=2, day=3)
    await desk.cross(
        replace(other, date_of_birth=born), replace(RENEWED, document_number="C1"), occurred_at=later(hours=2)
    )


async def test_the_hits_of_one_traveller_are_one_case_and_the_longest_waiting_comes_first(desk: Desk) -> None:
    await _met(desk)
    first, second = await queue(desk.database.sessions, actor=SECOND_LINE)
    assert sorted(told.hit.entry_id for told in first.hits) == ["x1", "x1", "x2", "x2"]
    assert first.crossing.traveller == NAMESAKE
    assert [told.hit.entry_id for told in second.hits] == ["crowd-1"]
    assert all(told.finding and told.finding.params["explanation"] for told in first.hits)
    only = await queue(desk.database.sessions, actor=replace(SECOND_LINE, posts=frozenset({"IQ-ZUR"})))
    assert only == []


async def test_one_word_settles_every_hit_of_the_traveller_on_the_entry(desk: Desk) -> None:
    await _met(desk)
    sessions = desk.database.sessions
    mine = (await queue(sessions, actor=SECOND_LINE))[0]
    hit = next(told.hit for told in mine.hits if told.hit.entry_id == "x1")
    word = said(hit.id, HitOutcome.CLEARED, "other_parents", note="mother's name")
    after, _ = await adjudicate(sessions, word, actor=SECOND_LINE)
    assert {told.hit.entry_id for told in after.hits if told.hit.open} == {"x2"}
    again, _ = await adjudicate(sessions, word, actor=SECOND_LINE)
    assert again == after
    waiting = (await queue(sessions, actor=SECOND_LINE))[0]
    assert [told.hit.entry_id for told in waiting.hits] == ["x2", "x2"]
    await desk.cross(occurred_at=later(days=3))
    fresh = (await queue(sessions, actor=SECOND_LINE))[0]
    assert sorted(told.hit.entry_id for told in fresh.hits) == ["x1", "x2", "x2", "x2"], (
        "without a clearance, it is met again"
    )


async def test_a_confirmed_hit_shows_the_instruction_of_the_entry(desk: Desk) -> None:
    change = await desk.propose("wanted", terms=TERMS, now=later())
    await desk.approve(change, now=later())
    await desk.cross()
    sessions = desk.database.sessions
    (waiting,) = await queue(sessions, actor=SECOND_LINE)
    assert {told.instruction for told in waiting.hits} == {None}
    confirmed = said(waiting.hits[0].hit.id, HitOutcome.CONFIRMED, "same_person")
    after, _ = await adjudicate(sessions, confirmed, actor=SECOND_LINE)
    assert [told.instruction for told in after.hits if not told.hit.open] == [TERMS.instruction]


async def test_undecided_stays_in_the_queue_and_a_change_of_mind_names_what_it_replaces(desk: Desk) -> None:
    await desk.cross()
    sessions = desk.database.sessions
    hit = (await queue(sessions, actor=SECOND_LINE))[0].hits[0].hit
    asked = said(hit.id, HitOutcome.UNDECIDED, "owner_asked")
    await adjudicate(sessions, asked, actor=SECOND_LINE)
    assert hit.id in {told.hit.id for told in (await queue(sessions, actor=SECOND_LINE))[0].hits}
    with pytest.raises(AdjudicationConflict) as conflict:
        await adjudicate(sessions, said(hit.id, HitOutcome.CONFIRMED, "same_person"), actor=SECOND_LINE)
    assert conflict.value.standing == asked.id
    final = said(hit.id, HitOutcome.CONFIRMED, "same_person", supersedes=asked.id, decided_at=later(hours=3))
    await adjudicate(sessions, final, actor=SECOND_LINE)
    assert hit.id not in {told.hit.id for told in (await queue(sessions, actor=SECOND_LINE))[0].hits}


async def test_clearing_a_hit_may_give_the_clearance_with_it_both_or_neither(desk: Desk) -> None:
    made = await desk.cross()
    sessions = desk.database.sessions
    (waiting,) = await queue(sessions, actor=SECOND_LINE)
    for told in waiting.hits:
        word = said(told.hit.id, HitOutcome.CLEARED, "other_parents")
        gone = clearance(made, expires_at=later(days=-1))
        with pytest.raises(ClearanceRefused):
            await adjudicate(sessions, word, actor=SECOND_LINE, clearance=gone)
        assert (await case(sessions, waiting.id, actor=SECOND_LINE)).hits[0].hit.open is (told is waiting.hits[0])
        good = clearance(made, numbered=True)
        _, given = await adjudicate(sessions, word, actor=SECOND_LINE, clearance=good)
        assert given is not None and given.entry_id == told.hit.entry_id and given.redress_number
    assert await queue(sessions, actor=SECOND_LINE) == []
    assert rules(await desk.cross(occurred_at=later(days=1))) == {"W4.honoured"}
    assert await queue(sessions, actor=SECOND_LINE) == []


async def test_what_was_said_and_who_was_cleared_is_told_to_the_centre_once(desk: Desk) -> None:
    made = await desk.cross()
    await desk.cross(occurred_at=later(days=1), direction=Direction.EXIT, document=RENEWED)
    sessions = desk.database.sessions
    hit = next(t.hit for t in (await queue(sessions, actor=SECOND_LINE))[0].hits if t.hit.entry_id == "x1")
    word, given = said(hit.id, HitOutcome.CLEARED, "other_parents"), clearance(made)
    for _ in range(2):
        await adjudicate(sessions, word, actor=SECOND_LINE, clearance=given)
    async with sessions() as session:
        rows = await session.scalars(select(OutboxRow).where(OutboxRow.kind.in_(("adjudication", "clearance"))))
        facts = [(row.kind, row.body) for row in rows]
    assert sorted(kind for kind, _ in facts) == ["adjudication", "adjudication", "clearance"], "both hits on the entry"
    assert {body["adjudication"]["hit_id"] for kind, body in facts if kind == "adjudication"} >= {str(hit.id)}
    assert [body["clearance"]["id"] for kind, body in facts if kind == "clearance"] == [str(given.id)]


async def test_what_does_not_go_together_is_refused(desk: Desk) -> None:
    made = await desk.cross()
    sessions = desk.database.sessions
    hit = (await queue(sessions, actor=SECOND_LINE))[0].hits[0].hit
    for word in (
        said(hit.id, HitOutcome.CONFIRMED, "other_parents"),
        said(hit.id, HitOutcome.CLEARED, "it is not him"),
    ):
        with pytest.raises(AdjudicationRefused):
            await adjudicate(sessions, word, actor=SECOND_LINE)
    confirmed = said(hit.id, HitOutcome.CONFIRMED, "same_person")
    with pytest.raises(AdjudicationRefused):
        await adjudicate(sessions, confirmed, actor=SECOND_LINE, clearance=clearance(made))
    with pytest.raises(NotFound):
        await adjudicate(sessions, replace(confirmed, hit_id=uuid4()), actor=SECOND_LINE)
    with pytest.raises(Forbidden):
        await adjudicate(sessions, confirmed, actor=replace(SECOND_LINE, posts=frozenset({"IQ-ZUR"})))
    with pytest.raises(NotFound):
        await case(sessions, hit.case_id, actor=replace(SECOND_LINE, posts=frozenset({"IQ-ZUR"})))


async def test_the_id_of_what_was_said_of_another_hit_is_refused(desk: Desk) -> None:
    await _met(desk)
    sessions = desk.database.sessions
    first, second = [case.hits[0].hit for case in await queue(sessions, actor=SECOND_LINE)]
    word = said(first.id, HitOutcome.UNDECIDED, "owner_asked")
    await adjudicate(sessions, word, actor=SECOND_LINE)
    with pytest.raises(ConflictingReplay):
        await adjudicate(sessions, replace(word, hit_id=second.id), actor=SECOND_LINE)
    assert [told.hit.adjudication for told in (await queue(sessions, actor=SECOND_LINE))[1].hits] == [None]


async def test_of_simultaneous_words_one_stands(desk: Desk) -> None:
    await desk.cross()
    sessions = desk.database.sessions
    hit = (await queue(sessions, actor=SECOND_LINE))[0].hits[0].hit
    words = [said(hit.id, HitOutcome.CONFIRMED, "same_person", officer=f"o{n}") for n in range(4)]
    made = await asyncio.gather(
        *(adjudicate(sessions, word, actor=officer(50 + n)) for n, word in enumerate(words)), return_exceptions=True
    )
    assert sum(isinstance(each, AdjudicationConflict) for each in made) == 3
    assert not any(isinstance(each, Exception) and not isinstance(each, AdjudicationConflict) for each in made)


async def test_five_booths_meet_one_traveller_and_make_one_case(desk: Desk) -> None:
    await asyncio.gather(*(desk.cross(occurred_at=later(minutes=n)) for n in range(5)))
    (only,) = await queue(desk.database.sessions, actor=SECOND_LINE)
    assert len(only.hits) == 10


async def test_figures_count_what_became_of_hits(desk: Desk) -> None:
    await _met(desk)
    sessions = desk.database.sessions
    first, second = await queue(sessions, actor=SECOND_LINE)
    x1 = next(told.hit for told in first.hits if told.hit.entry_id == "x1")
    at = x1.raised_at + timedelta(minutes=10)
    await adjudicate(sessions, said(x1.id, HitOutcome.CONFIRMED, "same_person", decided_at=at), actor=SECOND_LINE)
    other = second.hits[0].hit
    at = other.raised_at + timedelta(minutes=40)
    word = said(other.id, HitOutcome.CLEARED, "other_date_of_birth", decided_at=at)
    await adjudicate(sessions, word, actor=SECOND_LINE)
    (whole,) = await figures(sessions)
    assert (whole.hits, whole.confirmed, whole.cleared, whole.undecided, whole.waiting) == (5, 2, 1, 0, 2)
    by_entry = {one.entry_id: one for one in await figures(sessions, "wanted")}
    assert (by_entry["crowd-1"].cleared, by_entry["crowd-1"].median_seconds) == (1, 2400.0)
    assert (by_entry["x2"].waiting, by_entry["x2"].median_seconds) == (2, None)
    assert next(iter(by_entry)) == "crowd-1", "those most often cleared come first"


async def test_every_look_and_every_word_leaves_its_trace(desk: Desk) -> None:
    await desk.cross()
    sessions = desk.database.sessions
    (waiting,) = await queue(sessions, actor=SECOND_LINE)
    await case(sessions, waiting.id, actor=SECOND_LINE)
    await adjudicate(sessions, said(waiting.hits[0].hit.id, HitOutcome.CONFIRMED, "same_person"), actor=SECOND_LINE)
    async with sessions() as session:
        rows = list(await session.scalars(select(AuditRow).where(AuditRow.actor == str(SECOND_LINE.id))))
    assert [row.action for row in rows] == ["read_hits", "read_case", "adjudicate"]
    assert all(row.purpose == "border_control" for row in rows)
    assert NAMESAKE.primary_identifier not in str([row.details for row in rows])


async def test_a_ban_is_exact_by_second_line_s_word_alone(desk: Desk) -> None:
    """Name and date of birth resemble; `same_person` makes it the traveller's, on later crossings too."""
    sessions = desk.database.sessions
    foreign = replace(NAMESAKE, nationality="JOR")
    await desk.bring({"x1": person(nationality=["jo"])}, list_="bans")
    await set_purpose(sessions, "bans", ListingKind.ENTRY_BAN, actor=SECOND_LINE, now=later())
    first = await desk.cross(foreign)
    other = await desk.cross(replace(foreign, date_of_birth=replace(foreign.date_of_birth, day=15)), RENEWED)

    async def banned(made: Recorded = first) -> list[tuple[str, str | None]]:
        """The last word on the ban, and its cause."""
        await work_off(sessions, default_policy(), now=later(days=9))
        async with sessions() as session:
            movement = await store.movement(session, made.inspection.crossing.id)
            rows = await finding_store.finding_rows(session, movement.id, movement.crossing.occurred_at)
        return [(row.status, row.cause) for row in rows if row.rule == "E5"]

    (waiting,) = [each for each in await queue(sessions, actor=SECOND_LINE) if each.crossing.traveller == foreign]
    hit = next(told.hit for told in waiting.hits if told.hit.list == "bans")
    assert await banned() == []
    asked = said(hit.id, HitOutcome.UNDECIDED, "owner_asked")
    await adjudicate(sessions, asked, actor=SECOND_LINE)
    assert await banned() == []
    word = said(hit.id, HitOutcome.CONFIRMED, "same_person", supersedes=asked.id)
    await adjudicate(sessions, word, actor=SECOND_LINE)
    assert await banned() == [("raised", f"due:adjudication:{word.id}")]
    assert await banned(other) == [], "another person, whatever the name"
    again = await desk.cross(foreign, occurred_at=later(days=2))
    assert "E5" in {each.rule for each in again.inspection.findings}
    mistaken = said(hit.id, HitOutcome.CLEARED, "other_biometrics", supersedes=word.id)
    await adjudicate(sessions, mistaken, actor=SECOND_LINE)
    assert await banned() == [("withdrawn", f"due:adjudication:{mistaken.id}")]
    assert await banned(again) == await banned()


async def test_a_listed_document_is_a_ban_until_second_line_says_that_its_bearer_is_another(desk: Desk) -> None:
    sessions = desk.database.sessions
    foreign = replace(NAMESAKE, nationality="JOR")
    await desk.bring({"x1": person(nationality=["jo"], passportNumber=[RENEWED.document_number])}, list_="bans")
    await set_purpose(sessions, "bans", ListingKind.ENTRY_BAN, actor=SECOND_LINE, now=later())
    made = await desk.cross(foreign, RENEWED)
    assert "E5" in {each.rule for each in made.inspection.findings}
    (waiting,) = await queue(sessions, actor=SECOND_LINE)
    hit = next(told.hit for told in waiting.hits if told.hit.list == "bans")
    await adjudicate(sessions, said(hit.id, HitOutcome.CLEARED, "other_biometrics"), actor=SECOND_LINE)
    await work_off(sessions, default_policy(), now=later(days=9))
    async with sessions() as session:
        movement = await store.movement(session, made.inspection.crossing.id)
        standing = await finding_store.standing(session, movement)
    stands = {finding.rule for finding in standing.values()}
    assert "W1" in stands
    assert "E5" not in stands
