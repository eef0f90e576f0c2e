"""Lists and national entries on a real PostgreSQL: two persons, full history, gone when their time is up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from made_up import NOON, crossing, later
from service.database import Database
from service.domain import PartialDate, TravelDocument, Traveller
from service.entries import Proposal, decide, entries, history, lists, proposals, propose, reviews, versions
from service.errors import ChangeRefused, ConflictingReplay, Forbidden, NotFound, ThinEntry
from service.hygiene import ChangeAction, ChangeState
from service.identity import subject_of
from service.list_tables import ListChangeRow
from service.tables import AuditRow
from watchlist.records import Entry, EntryName
from watchlists import ANN, BEN, DILOVAN, PEOPLE, TERMS, Desk, rules

SHOWN = Traveller("SHEKHANI", "DILOVAN HEMIN", "IRQ", PartialDate(1985, 4, 5), "M")
PASSPORT = TravelDocument("P", "IRQ", "D7700123", PartialDate(2031, 8, 31))
CROWD = {key: values for key, values in PEOPLE.items() if key != "x1"}
BARE = Entry("7", "national", (EntryName("Dilovan Hemin Shekhani"),))


@pytest.fixture
async def desk(clone: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    opened = await Desk.open(clone, tmp_path)
    await opened.bring(CROWD, list_="crowd", actor=None)
    yield opened


async def _national(desk: Desk) -> None:
    """A national list in force, with one entry."""
    await desk.approve(await desk.propose("national"))
    await desk.approve(await desk.propose("national", "7"))


async def _met(desk: Desk, days: float = 0) -> set[str]:
    made = crossing(traveller=SHOWN, document=PASSPORT, occurred_at=later(days=days))
    return rules(await desk.inspect(made))


async def test_an_entry_matches_once_list_and_entry_are_approved_by_a_second_person(desk: Desk) -> None:
    of_list = await desk.propose("national")
    entry = await desk.propose("national", "7")
    assert await _met(desk) == set()
    await desk.approve(entry)
    assert await _met(desk) == set(), "a list that nobody approved is not screened against"
    await desk.approve(of_list)
    assert await _met(desk) == {"W2"}
    (hit,) = desk.screening.current.screen(subject_of(SHOWN, PASSPORT), NOON)
    assert hit.instruction == TERMS.instruction


async def test_nobody_approves_what_they_proposed_and_the_database_agrees(desk: Desk) -> None:
    change = await desk.propose("national")
    with pytest.raises(Forbidden):
        await desk.approve(change, by=ANN)
    approved = (
        sa.update(ListChangeRow)
        .where(ListChangeRow.id == change.id)
        .values(state="approved", decided_by=str(ANN.id), decided_at=NOON)
    )
    with pytest.raises(IntegrityError, match="two_persons_activate"):
        async with desk.database.sessions.begin() as session:
            await session.execute(approved)


async def test_what_was_decided_or_said_is_never_changed(desk: Desk) -> None:
    change = await desk.approve(await desk.propose("national"))
    for statement, refusal in (
        (sa.update(ListChangeRow).values(state="rejected"), "stays as it is"),
        (sa.update(ListChangeRow).values(owner="somebody else"), "permission denied"),
        (sa.update(ListChangeRow).values(proposed_by=str(BEN.id)), "permission denied"),
        (sa.delete(ListChangeRow), "permission denied"),
    ):
        with pytest.raises(DBAPIError, match=refusal):
            async with desk.database.sessions.begin() as session:
                await session.execute(statement.where(ListChangeRow.id == change.id))
    with pytest.raises(ChangeRefused):
        await desk.approve(change)


async def test_an_entry_that_fits_too_many_is_refused_with_the_reason(desk: Desk) -> None:
    await desk.approve(await desk.propose("national"))
    with pytest.raises(ThinEntry, match="a name alone fits too many people"):
        await desk.propose("national", "7", entry=BARE)
    with pytest.raises(ThinEntry, match="expires"):
        await desk.propose("national", "7", terms=replace(TERMS, expires_on=None))


async def test_an_expired_entry_stops_matching_by_the_clock_of_the_crossing(desk: Desk) -> None:
    await _national(desk)
    ends = (TERMS.expires_on or date.max) - NOON.date()
    assert await _met(desk, ends.days - 1) == {"W2"}
    assert await _met(desk, ends.days) == set()


async def test_screening_in_bulk_leaves_out_what_has_expired_by_the_day_asked_for(desk: Desk) -> None:
    await _national(desk)
    crowd = len(CROWD)
    assert TERMS.expires_on is not None
    ends = later(days=(TERMS.expires_on - NOON.date()).days)
    assert len(desk.screening.current.index_at(ends - timedelta(days=1))) == crowd + 1
    left = desk.screening.current.index_at(ends)
    assert {entry.list for entry in left.entries()} == {"crowd"}
    assert len(desk.screening.current.index) == crowd + 1, "the index in force stays as it is"


async def test_amended_and_withdrawn_with_a_history_that_says_who_when_what_and_why(desk: Desk) -> None:
    await _national(desk)
    moved = replace(DILOVAN, dates_of_birth=("1985-04-05", "1986-04-05"))
    amended = await desk.propose("national", "7", entry=moved, reason="a second date", now=later(days=1))
    assert await _met(desk) == {"W2"}
    await desk.approve(amended, now=later(days=2))
    withdrawn = await desk.propose("national", "7", terms=None, entry=None, reason="order lifted", now=later(days=3))
    assert await _met(desk, 3) == {"W2"}, "only proposed"
    await desk.approve(withdrawn, now=later(days=4))
    assert await _met(desk, 4) == set()
    created, changed, gone = await history(desk.database.sessions, "national", "7", actor=ANN)
    assert [one.change.action for one in (created, changed, gone)] == [
        ChangeAction.CREATE,
        ChangeAction.AMEND,
        ChangeAction.WITHDRAW,
    ]
    assert changed.differences == {"dates_of_birth": {"before": ("1985-04-05",), "after": ("1985-04-05", "1986-04-05")}}
    said = changed.change
    assert (said.proposed_by_name, said.proposed_at, said.reason) == (ANN.name, later(days=1), "a second date")
    assert (said.decided_by_name, said.decided_at, said.decision_reason) == (BEN.name, later(days=2), "checked")
    counts = [row.counts for row in await versions(desk.database.sessions, "national")]
    assert [count["entries"] for count in counts] == [0, 1, 1]
    again = await desk.propose("national", "7", now=later(days=5))
    assert (again.action, again.revision) == (ChangeAction.CREATE, 4)


async def test_one_proposal_waits_at_a_time_and_can_be_rejected_by_its_maker(desk: Desk) -> None:
    await desk.approve(await desk.propose("national"))
    change = await desk.propose("national", "7")
    with pytest.raises(ChangeRefused, match="waits already"):
        await desk.propose("national", "7")
    assert [one.id for one in await proposals(desk.database.sessions, actor=BEN)] == [change.id]
    rejected = await decide(
        desk.database.sessions, "national", "7", 1, approve=False, reason="typed wrongly", actor=ANN, now=NOON
    )
    assert rejected.state is ChangeState.REJECTED
    assert (await desk.propose("national", "7")).revision == 2


async def test_the_same_proposal_again_is_the_same(desk: Desk) -> None:
    change = await desk.propose("national")
    wanted = Proposal(change.id, "national", change.reason, TERMS)
    assert await propose(desk.database.sessions, wanted, actor=ANN, now=later(days=1)) == change


async def test_the_id_of_a_proposal_for_another_entry_is_refused(desk: Desk) -> None:
    change = await desk.propose("national")
    with pytest.raises(ConflictingReplay):
        await propose(desk.database.sessions, Proposal(change.id, "other", "again", TERMS), actor=ANN, now=NOON)


async def test_files_and_single_entries_do_not_mix(desk: Desk) -> None:
    await _national(desk)
    with pytest.raises(ChangeRefused, match="written here"):
        await desk.bring(list_="national")
    await desk.bring()
    with pytest.raises(ChangeRefused, match="publisher"):
        await desk.propose("wanted", "7")
    with pytest.raises(NotFound):
        await desk.propose("unknown", "7")
    with pytest.raises(ChangeRefused, match="nothing in force"):
        await desk.propose("national", "8", terms=None, entry=None)


async def test_a_list_that_is_new_waits_for_its_terms_and_a_withdrawn_one_is_out(desk: Desk) -> None:
    report = await desk.bring(needs_approval=True)
    assert not report.active and "wanted" not in _in_force(desk)
    sessions = desk.database.sessions
    assert (await reviews(sessions, actor=BEN, now=NOON)).lists_not_in_force == ("wanted",)
    await desk.approve(await desk.propose("wanted"))
    assert "wanted" in _in_force(desk)
    assert [terms for _, terms in await lists(sessions)] == [None, TERMS]
    await desk.approve(await desk.propose("wanted", terms=None, reason="the publisher stopped"))
    assert "wanted" not in _in_force(desk)


def _in_force(desk: Desk) -> set[str]:
    return {one.name for one in desk.screening.lists}


async def test_a_list_with_minimum_identifiers_leaves_out_bare_names(desk: Desk) -> None:
    people = PEOPLE | {"bare": {"name": ["Mohammed Ali Hussein"]}}
    assert (await desk.bring(people)).skipped == ()
    await desk.approve(await desk.propose("wanted", terms=replace(TERMS, minimum_identifiers=True)))
    report = await desk.bring(people, now=later(days=1))
    assert [(one.reference, "a name alone" in one.reason) for one in report.skipped] == [("bare", True)]
    assert report.removed == 1


async def test_overdue_reviews_and_lists_that_nobody_answers_for_are_told(desk: Desk) -> None:
    await _national(desk)
    await desk.bring()
    sessions = desk.database.sessions
    found = await reviews(sessions, actor=BEN, now=NOON)
    assert (found.due, found.lists_without_terms) == ((), ("crowd", "wanted"))
    due = await reviews(sessions, actor=BEN, now=NOON + timedelta(days=300))
    assert [(change.list, change.entry_id) for change in due.due] == [("national", ""), ("national", "7")]
    await desk.approve(await desk.propose("national", "7", terms=None, entry=None))
    due = await reviews(sessions, actor=BEN, now=NOON + timedelta(days=300))
    assert [change.entry_id for change in due.due] == [""]


async def test_pages_of_entries_and_the_trace_of_looking(desk: Desk) -> None:
    await desk.approve(await desk.propose("national"))
    for entry_id in ("a", "b", "c"):
        await desk.approve(await desk.propose("national", entry_id))
    sessions = desk.database.sessions
    first = await entries(sessions, "national", actor=BEN, limit=2)
    rest = await entries(sessions, "national", actor=BEN, limit=2, after=first[-1].entry_id)
    assert [change.entry_id for change in (*first, *rest)] == ["a", "b", "c"]
    with pytest.raises(NotFound):
        await history(sessions, "national", str(uuid4()), actor=BEN)
    async with sessions() as session:
        looked = await session.scalars(sa.select(AuditRow.action).where(AuditRow.action == "read_entries"))
        assert list(looked) == ["read_entries"] * 2
