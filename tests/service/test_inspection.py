"""Inspect, decide, replay: on a real PostgreSQL, with real commits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from made_up import DOCUMENT, NOON, OFFICER, TRAVELLER, crossing, later
from service import canonical, facts
from service.database import Database
from service.decision import decide
from service.domain import Crossing, Decision, Direction, Outcome, PartialDate, Severity, Verdict, Visa
from service.errors import (
    ConflictingReplay,
    DecisionConflict,
    FutureTime,
    InvalidDecision,
    NotFound,
    UnknownCrossingPoint,
)
from service.freshness import bring_up_to_date, hear
from service.inspection import Recorded, inspect, recorded
from service.policies import keep_bundled
from service.policy import RuleState, default_policy, default_policy_text, load_policy
from service.tables import AuditRow, DecisionRow, FindingRow, InspectionKeyRow, MovementRow, OutboxRow, PolicyRow
from watchlist.index import Index
from watchlist.records import Entry, EntryName

NOBODY = Index.build(())


@pytest.fixture
async def database(clone: Database) -> AsyncIterator[Database]:
    await bring_up_to_date(clone.sessions)
    yield clone


async def _inspect(database: Database, made: Crossing, index: Index = NOBODY) -> Recorded:
    now = made.occurred_at + timedelta(seconds=1)
    return await inspect(database.sessions, index, default_policy(), made, actor=OFFICER, now=now)


async def _count(database: Database, table: type) -> int:
    async with database.sessions() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


def _rules(made: Recorded) -> set[str]:
    return {finding.rule for finding in made.inspection.findings}


async def test_a_regular_entry_is_clear_and_leaves_one_row_of_each(database: Database) -> None:
    made = await _inspect(database, crossing())
    assert made.inspection.verdict is Verdict.CLEAR
    assert made.seq == 1
    for table in (MovementRow, OutboxRow, AuditRow, InspectionKeyRow):
        assert await _count(database, table) == 1


async def test_what_is_told_back_is_what_was_recorded(database: Database) -> None:
    visa = Visa(number="V123", kind="tourist", valid_from=NOON.date(), valid_until=later(days=30).date())
    traveller = replace(
        TRAVELLER, native_name="پریسا کهندل", mother_name="NASRIN", date_of_birth=PartialDate(1991, None, 4)
    )
    sent = crossing(traveller=traveller, visa=visa, phone="+964 700 000 0000", accompanying=("A CHILD",), group_id="g1")
    made = await _inspect(database, sent)
    told = await recorded(database.sessions, sent.id, actor=OFFICER)
    token = told.inspection.crossing.phone
    assert token and token.startswith("sealed:")  # the number itself is kept apart
    assert told.inspection.crossing == replace(sent, phone=token)
    assert (told.inspection.verdict, told.seq, told.recorded_at) == (made.inspection.verdict, 1, made.recorded_at)


async def test_the_same_id_and_data_is_answered_again_and_recorded_once(database: Database) -> None:
    sent = crossing()
    first = await _inspect(database, sent)
    again = await inspect(
        database.sessions, NOBODY, default_policy(), sent, actor=OFFICER, now=sent.occurred_at + timedelta(hours=3)
    )
    assert again == first
    assert await _count(database, MovementRow) == 1


async def test_the_same_id_with_other_data_is_refused(database: Database) -> None:
    sent = crossing()
    await _inspect(database, sent)
    with pytest.raises(ConflictingReplay):
        await _inspect(database, replace(sent, direction=Direction.EXIT))
    assert await _count(database, MovementRow) == 1


async def test_ten_simultaneous_sendings_of_one_movement_record_one(database: Database) -> None:
    sent = crossing()
    answers = await asyncio.gather(*(_inspect(database, sent) for _ in range(10)))
    assert {answer.seq for answer in answers} == {1}
    assert await _count(database, MovementRow) == await _count(database, OutboxRow) == 1


async def test_five_simultaneous_entries_of_one_document_are_one_regular_and_four_irregular(database: Database) -> None:
    answers = await asyncio.gather(*(_inspect(database, crossing()) for _ in range(5)))
    verdicts = sorted(answer.inspection.verdict for answer in answers)
    assert verdicts == [Verdict.CLEAR] + [Verdict.REFER] * 4
    assert sum("M2" in _rules(answer) for answer in answers) == 4
    assert sorted(answer.seq for answer in answers) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [({"crossing_point": "IQ-XXX"}, UnknownCrossingPoint), ({"occurred_at": later(hours=2)}, FutureTime)],
)
async def test_a_refused_inspection_records_nothing(
    database: Database, changes: dict[str, object], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await inspect(
            database.sessions, NOBODY, default_policy(), crossing(**changes), actor=OFFICER, now=later(minutes=1)
        )
    for table in (MovementRow, OutboxRow, AuditRow, InspectionKeyRow, FindingRow):
        assert await _count(database, table) == 0


async def test_numbers_of_a_post_are_gapless_and_chained(database: Database) -> None:
    people = [replace(DOCUMENT, document_number=f"K{number}") for number in range(5)]
    for document in people:
        await _inspect(database, crossing(document=document))
    with pytest.raises(UnknownCrossingPoint):
        await _inspect(database, crossing(crossing_point="IQ-XXX"))
    async with database.sessions() as session:
        chain = list(await session.scalars(select(OutboxRow).order_by(OutboxRow.seq)))
    assert [fact.seq for fact in chain] == [1, 2, 3, 4, 5]
    head = facts.GENESIS
    for fact in chain:
        assert fact.previous == head
        head = canonical.link(head, fact.body)
        assert fact.digest == head


async def test_a_listed_traveller_is_referred_with_the_reasons(database: Database) -> None:
    entry = Entry("e1", "list", (EntryName("PARISA KOHANDEL"),), ("1991-04-19",), ("IRN",), "F")
    made = await _inspect(database, crossing(), Index.build([entry]))
    (finding,) = [f for f in made.inspection.findings if f.rule == "W2"]
    assert made.inspection.verdict is Verdict.REFER
    assert finding.evidence == ("list:e1",)
    fields = {evidence["field"] for evidence in finding.params["explanation"]}  # type: ignore[union-attr]
    assert {"name", "date_of_birth"} <= fields


async def test_a_namesake_is_told_to_the_officer_and_not_referred(database: Database) -> None:
    entry = Entry("e1", "list", (EntryName("PARISA KOHANDEL"),), ("1955-01-30",), ("AFG",), "F")
    made = await _inspect(database, crossing(), Index.build([entry]))
    assert made.inspection.verdict is Verdict.CLEAR


async def test_a_post_not_heard_makes_a_second_entry_a_notice(database: Database) -> None:
    await _inspect(database, crossing())
    await hear(database.sessions, "IQ-ZUR", later(hours=-5), actor=OFFICER)
    made = await _inspect(database, crossing(occurred_at=later(days=2)))
    (finding,) = [f for f in made.inspection.findings if f.rule == "M2"]
    assert finding.severity is Severity.NOTICE
    assert finding.stale_posts == ("IQ-ZUR",)


async def test_findings_of_protection_stay_out_of_the_log_and_of_the_outbox(database: Database) -> None:
    child = replace(TRAVELLER, date_of_birth=PartialDate(2018, 5, 5))
    made = await _inspect(database, crossing(traveller=child))
    assert "P1" in _rules(made)
    assert made.inspection.verdict is Verdict.CLEAR
    assert made.inspection.second_line
    async with database.sessions() as session:
        assert "P1" not in (await session.scalars(select(MovementRow.rules))).one()
        assert "P1" not in str((await session.scalars(select(OutboxRow.body))).one())


async def test_the_policy_of_a_finding_can_be_read_years_later(database: Database) -> None:
    for _ in range(2):
        assert await keep_bundled(database.sessions, default_policy_text()) == default_policy()
    made = await _inspect(database, crossing())
    async with database.sessions() as session:
        kept = (await session.scalars(select(PolicyRow))).one()
    assert (kept.version, load_policy(kept.body)) == (made.inspection.policy_version, default_policy())


async def test_a_rule_on_trial_is_recorded_and_shown_to_nobody(database: Database) -> None:
    policy = default_policy()
    trial = replace(policy, rules={**policy.rules, "M2": replace(policy.rules["M2"], state=RuleState.SHADOW)})
    await _inspect(database, crossing())
    second = crossing(occurred_at=later(days=2))
    made = await inspect(database.sessions, NOBODY, trial, second, actor=OFFICER, now=later(days=2))
    told = await recorded(database.sessions, second.id, actor=OFFICER)
    assert made.inspection.verdict is told.inspection.verdict is Verdict.CLEAR
    assert "M2" not in _rules(made) | _rules(told)
    async with database.sessions() as session:
        found = (await session.scalars(select(FindingRow).where(FindingRow.movement_id == second.id))).one()
        rules = (await session.scalars(select(MovementRow.rules).where(MovementRow.id == second.id))).one()
        told_to_the_centre = list(await session.scalars(select(OutboxRow.body)))
    assert (found.rule, found.status, rules) == ("M2", "shadow", [])
    assert "M2" not in str(told_to_the_centre)


# --- decisions


def _decision(movement: Crossing, outcome: Outcome = Outcome.ADMITTED, **more: object) -> Decision:
    return Decision(uuid4(), movement.id, outcome, OFFICER.name, later(minutes=1), **more)  # type: ignore[arg-type]


async def test_a_decision_is_recorded_once(database: Database) -> None:
    await _inspect(database, sent := crossing())
    decision = _decision(sent)
    for _ in range(2):
        assert await decide(database.sessions, default_policy(), decision, actor=OFFICER) == decision
    assert await _count(database, DecisionRow) == 1
    with pytest.raises(DecisionConflict):
        await decide(database.sessions, default_policy(), _decision(sent), actor=OFFICER)


async def test_the_id_of_a_decision_on_another_movement_is_refused(database: Database) -> None:
    await _inspect(database, one := crossing())
    await _inspect(database, other := crossing(crossing_point="IQ-ZUR"))
    decision = _decision(one)
    await decide(database.sessions, default_policy(), decision, actor=OFFICER)
    elsewhere = replace(OFFICER, posts=frozenset({"IQ-ZUR"}))  # row security shows the first one to nobody there
    for actor in (OFFICER, elsewhere):
        with pytest.raises(ConflictingReplay):
            await decide(database.sessions, default_policy(), replace(decision, movement_id=other.id), actor=actor)
    assert (await recorded(database.sessions, other.id, actor=OFFICER)).decisions == ()
    assert await _count(database, DecisionRow) == 1


async def test_a_change_of_mind_is_a_new_fact_that_names_the_old(database: Database) -> None:
    await _inspect(database, sent := crossing())
    referred = await decide(database.sessions, default_policy(), _decision(sent, Outcome.REFERRED), actor=OFFICER)
    refused = _decision(sent, Outcome.REFUSED, reason_code="C", supersedes=referred.id)
    await decide(database.sessions, default_policy(), refused, actor=OFFICER)
    told = await recorded(database.sessions, sent.id, actor=OFFICER)
    assert [decision.outcome for decision in told.decisions] == [Outcome.REFERRED, Outcome.REFUSED]
    with pytest.raises(DecisionConflict):  # the referral does not stand any more
        await decide(database.sessions, default_policy(), _decision(sent, supersedes=referred.id), actor=OFFICER)


async def test_five_simultaneous_decisions_leave_one(database: Database) -> None:
    await _inspect(database, sent := crossing())
    answers = await asyncio.gather(
        *(decide(database.sessions, default_policy(), _decision(sent), actor=OFFICER) for _ in range(5)),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, Decision) for answer in answers) == 1
    assert sum(isinstance(answer, DecisionConflict) for answer in answers) == 4


@pytest.mark.parametrize(
    ("outcome", "reason"), [(Outcome.REFUSED, None), (Outcome.REFUSED, "Z"), (Outcome.ADMITTED, "A")]
)
async def test_only_a_refusal_carries_a_coded_reason(database: Database, outcome: Outcome, reason: str | None) -> None:
    await _inspect(database, sent := crossing())
    with pytest.raises(InvalidDecision):
        await decide(database.sessions, default_policy(), _decision(sent, outcome, reason_code=reason), actor=OFFICER)


async def test_a_decision_on_nothing_is_refused(database: Database) -> None:
    with pytest.raises(NotFound):
        await decide(database.sessions, default_policy(), _decision(crossing()), actor=OFFICER)


async def test_a_refused_entry_does_not_count_as_presence(database: Database) -> None:
    await _inspect(database, first := crossing())
    await decide(database.sessions, default_policy(), _decision(first, Outcome.REFUSED, reason_code="A"), actor=OFFICER)
    made = await _inspect(database, crossing(occurred_at=later(days=5)))
    assert "M2" not in _rules(made)
