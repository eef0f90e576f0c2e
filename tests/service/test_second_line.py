"""Second line's queue on a real PostgreSQL: who waits, who has taken whose case, the traveller's other crossings."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from made_up import later
from service.clearing import HitOutcome
from service.database import Database
from service.decision import decide
from service.domain import Decision, Direction, Outcome
from service.errors import CaseTaken, Forbidden, NotFound
from service.hits import adjudicate
from service.hits import case as case_of
from service.inspection import Recorded
from service.policy import default_policy
from service.second_line import LASTS, WaitingCase, claim, journeys, queue, release
from watchlists import CLERK, NAMESAKE, PEOPLE, RENEWED, SECOND_LINE, Desk, officer, said

COLLEAGUE = replace(officer(32, *SECOND_LINE.roles), name="Rezan")
NOBODY_LISTED = replace(NAMESAKE, primary_identifier="ZHALAWI", secondary_identifier="BESTUN", mother_name=None)


@pytest.fixture
async def desk(clone: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    opened = await Desk.open(clone, tmp_path)
    await opened.bring(PEOPLE)
    yield opened


async def _refer(desk: Desk, made: Recorded, outcome: Outcome = Outcome.REFERRED, **more: object) -> Decision:
    at = made.inspection.crossing.occurred_at + timedelta(minutes=1)
    word = Decision(uuid4(), made.inspection.crossing.id, outcome, CLERK.name, at, **more)  # type: ignore[arg-type]
    await decide(desk.database.sessions, default_policy(), word, actor=CLERK)
    return word


async def _queue(desk: Desk, **more: object) -> list[WaitingCase]:
    return await queue(desk.database.sessions, actor=SECOND_LINE, now=later(days=2), **more)  # type: ignore[arg-type]


async def test_who_was_referred_waits_until_somebody_decides(desk: Desk) -> None:
    made = await desk.cross(NOBODY_LISTED)
    assert await _queue(desk) == []
    sent = await _refer(desk, made)
    (case,) = await _queue(desk)
    assert (case.movement.crossing, case.referred_by, case.open_hits) == (made.inspection.crossing, CLERK.name, 0)
    assert case.since == sent.decided_at
    await _refer(desk, made, Outcome.ADMITTED, supersedes=sent.id)
    assert await _queue(desk) == []


async def test_hits_stand_with_what_was_referred_else_the_latest_and_wait_for_their_own_word(desk: Desk) -> None:
    made = await desk.cross()
    later_on = await desk.cross(occurred_at=later(days=1), direction=Direction.EXIT, document=RENEWED)
    sent = await _refer(desk, made)
    (case,) = await _queue(desk)
    assert (case.movement.id, case.referred_by, case.open_hits) == (made.inspection.crossing.id, CLERK.name, 1)
    await _refer(desk, made, Outcome.ADMITTED, supersedes=sent.id)
    (case,) = await _queue(desk)
    assert (case.movement.id, case.referred_by, case.open_hits) == (later_on.inspection.crossing.id, None, 1)
    assert case.hit_case is not None
    hit = (await case_of(desk.database.sessions, case.hit_case, actor=SECOND_LINE)).hits[0].hit
    await adjudicate(desk.database.sessions, said(hit.id, HitOutcome.CLEARED, "other_parents"), actor=SECOND_LINE)
    assert await _queue(desk) == []


async def test_a_post_sees_its_own_cases_and_no_more_than_asked_for(desk: Desk) -> None:
    for number in range(3):
        traveller = replace(NOBODY_LISTED, primary_identifier=f"ZHALAW{'IAU'[number]}")
        document = replace(RENEWED, document_number=f"N{number}")
        await _refer(desk, await desk.cross(traveller, document, occurred_at=later(hours=number)))
    assert [len(await _queue(desk, limit=limit)) for limit in (2, 9)] == [2, 3]
    elsewhere = replace(SECOND_LINE, posts=frozenset({"IQ-ZUR"}))
    assert await queue(desk.database.sessions, actor=elsewhere, now=later(days=1)) == []


async def test_a_case_is_taken_by_one_officer_at_a_time(desk: Desk) -> None:
    made = await desk.cross(NOBODY_LISTED)
    await _refer(desk, made)
    sessions, case, now = desk.database.sessions, made.inspection.crossing.id, later(days=1)
    await claim(sessions, case, actor=SECOND_LINE, now=now)
    with pytest.raises(CaseTaken, match=SECOND_LINE.name):
        await claim(sessions, case, actor=COLLEAGUE, now=now)
    renewed = await claim(sessions, case, actor=SECOND_LINE, now=now + timedelta(minutes=20))
    assert (await _seen(desk, now + LASTS)).claim == renewed
    assert (await _seen(desk, renewed.until)).claim is None
    assert await claim(sessions, case, actor=COLLEAGUE, now=renewed.until)
    taken = await claim(sessions, case, actor=SECOND_LINE, now=renewed.until, take_over=True)
    await release(sessions, case, actor=COLLEAGUE)
    assert (await _seen(desk, renewed.until)).claim == taken
    await release(sessions, case, actor=SECOND_LINE)
    assert (await _seen(desk, renewed.until)).claim is None


async def _seen(desk: Desk, now: object) -> WaitingCase:
    (case,) = await queue(desk.database.sessions, actor=SECOND_LINE, now=now)  # type: ignore[arg-type]
    return case


async def test_the_other_crossings_are_those_the_rules_judge_by(desk: Desk) -> None:
    first = await desk.cross(NOBODY_LISTED)
    renewed = await desk.cross(
        NOBODY_LISTED, RENEWED, occurred_at=later(days=1), direction=Direction.EXIT, crossing_point="IQ-ZUR"
    )
    await desk.cross(replace(NOBODY_LISTED, primary_identifier="GHAMGIN"), replace(RENEWED, document_number="X1"))
    here = replace(SECOND_LINE, posts=frozenset({first.inspection.crossing.crossing_point}))
    ask = (desk.database.sessions, default_policy(), first.inspection.crossing.id)
    found = await journeys(*ask, actor=here, now=later(days=2))
    assert [each.id for each in found.movements] == [renewed.inspection.crossing.id]
    assert found.documents == {each.inspection.crossing.document.key for each in (first, renewed)}
    with pytest.raises(Forbidden):
        await journeys(*ask, actor=replace(SECOND_LINE, posts=frozenset({"IQ-ZUR"})), now=later(days=2))


async def test_nothing_is_claimed_that_is_not_there(desk: Desk) -> None:
    with pytest.raises(NotFound):
        await claim(desk.database.sessions, uuid4(), actor=SECOND_LINE, now=later())
