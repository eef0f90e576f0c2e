"""Inspect, decide and replay in any order, against a model of what must then be true: real PostgreSQL, real commits."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, multiple, rule
from pydantic import SecretStr
from sqlalchemy import func, select

from made_up import DOCUMENT, NOON, OFFICER, TRAVELLER, crossing
from service import canonical, facts
from service.acting import SERVICE
from service.database import Database, open_database
from service.decision import decide
from service.domain import Crossing, Decision, Direction, Outcome, PartialDate
from service.errors import ConflictingReplay, DecisionConflict
from service.freshness import bring_up_to_date
from service.inspection import Recorded, inspect
from service.policy import default_policy
from service.settings import Settings
from service.tables import AuditRow, DecisionRow, MovementRow, OutboxRow
from watchlist.index import Index

T = TypeVar("T")
NOBODY = Index.build(())
POSTS = ("IQ-SHL", "IQ-ZUR")
NUMBERS = ("KA", "KB", "KC")


def _fact(made: Recorded) -> tuple[object, ...]:
    inspection = made.inspection
    return (inspection.crossing, inspection.index_version, inspection.policy_version, made.seq, made.recorded_at)


class Desk(RuleBasedStateMachine):
    """Officers who inspect three documents at two posts, decide, repeat themselves and change their minds."""

    database: Database
    loop: asyncio.AbstractEventLoop
    recorded = Bundle("recorded")
    undecided = Bundle("undecided")
    decided = Bundle("decided")

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    async def _count(self, table: type) -> int:
        """Rows of a table; of the outbox without what later facts revised."""
        counted = select(func.count()).select_from(table)
        if table is OutboxRow:
            counted = counted.where(OutboxRow.kind != "revision")
        async with self.database.sessions() as session:
            return await session.scalar(counted) or 0

    @initialize()
    def begin(self) -> None:
        self.minutes = 0
        self.run_name = "".join("ABCDEFGHIJ"[int(digit)] for digit in str(uuid4().int)[:8])  # nobody of another run
        self.movements = self.decisions = 0
        self.before = [self.run(self._count(table)) for table in (MovementRow, DecisionRow, AuditRow, OutboxRow)]

    def _inspect(self, made: Crossing) -> Recorded:
        now = made.occurred_at + timedelta(seconds=1)
        return self.run(inspect(self.database.sessions, NOBODY, default_policy(), made, actor=OFFICER, now=now))

    @rule(
        target=recorded,
        number=st.sampled_from(NUMBERS),
        post=st.sampled_from(POSTS),
        direction=st.sampled_from(Direction),
    )
    def inspect_somebody(self, number: str, post: str, direction: Direction) -> Any:
        self.minutes += 1
        document = replace(DOCUMENT, document_number=f"{number}{self.run_name}")
        born = PartialDate(1950 + NUMBERS.index(number), 4, 19)
        traveller = replace(
            TRAVELLER, primary_identifier=self.run_name, secondary_identifier=number, date_of_birth=born
        )
        at = NOON + timedelta(minutes=self.minutes)
        made = self._inspect(
            crossing(crossing_point=post, direction=direction, document=document, traveller=traveller, occurred_at=at)
        )
        self.movements += 1
        return made

    @rule(made=recorded)
    def repeat(self, made: Recorded) -> None:
        """The fact is the same; its findings may have been revised by a refusal since."""
        again = self._inspect(made.inspection.crossing)
        assert _fact(again) == _fact(made)

    @rule(made=recorded)
    def repeat_with_other_data(self, made: Recorded) -> None:
        other = replace(made.inspection.crossing, vehicle="another")
        try:
            self._inspect(other)
        except ConflictingReplay:
            return
        raise AssertionError("other data under the same id was taken")

    @rule(made=recorded, target=undecided)
    def hand_to_the_officer(self, made: Recorded) -> Recorded:
        return made

    @rule(made=consumes(undecided), target=decided, outcome=st.sampled_from([Outcome.ADMITTED, Outcome.REFERRED]))
    def decide_first(self, made: Recorded, outcome: Outcome) -> Any:
        decision = self._decision(made, outcome)
        try:
            self.run(decide(self.database.sessions, default_policy(), decision, actor=OFFICER))
        except DecisionConflict as conflict:  # handed to two officers, and the other was quicker
            assert conflict.standing is not None
            return multiple()
        self.decisions += 1
        return decision

    @rule(decision=decided)
    def repeat_the_decision(self, decision: Decision) -> None:
        assert self.run(decide(self.database.sessions, default_policy(), decision, actor=OFFICER)) == decision

    @rule(decision=consumes(decided), target=decided)
    def change_mind(self, decision: Decision) -> Any:
        new = replace(decision, id=uuid4(), outcome=Outcome.REFUSED, reason_code="E", supersedes=decision.id)
        self.run(decide(self.database.sessions, default_policy(), new, actor=OFFICER))
        self.decisions += 1
        return new

    def _decision(self, made: Recorded, outcome: Outcome) -> Decision:
        return Decision(uuid4(), made.inspection.crossing.id, outcome, OFFICER.name, made.recorded_at)

    def _every_fact_stands_once(self) -> None:
        facts = self.movements + self.decisions
        now = [self.run(self._count(table)) for table in (MovementRow, DecisionRow, AuditRow, OutboxRow)]
        grown = [after - before for after, before in zip(now, self.before, strict=True)]
        assert grown == [self.movements, self.decisions, facts, facts]

    def teardown(self) -> None:
        """Every fact stands once, and the chain of every post is gapless and whole."""
        if hasattr(self, "before"):
            self._every_fact_stands_once()
        for post in POSTS:
            head = facts.GENESIS
            for seq, fact in enumerate(self.run(self._facts(post)), 1):
                assert (fact.seq, fact.previous) == (seq, head)
                head = canonical.link(head, fact.body)
                assert fact.digest == head

    async def _facts(self, post: str) -> list[OutboxRow]:
        async with self.database.sessions() as session:
            statement = select(OutboxRow).where(OutboxRow.crossing_point == post).order_by(OutboxRow.seq)
            return list(await session.scalars(statement))


def test_inspect_decide_replay(clone_url: str, tmp_path: Path) -> None:
    """The machine runs on an event loop of its own: hypothesis calls it from plain functions."""
    loop = asyncio.new_event_loop()
    opening = open_database(Settings(database_url=SecretStr(clone_url), data_dir=tmp_path), acting=SERVICE)
    Desk.loop, Desk.database = loop, loop.run_until_complete(opening.__aenter__())
    try:
        loop.run_until_complete(bring_up_to_date(Desk.database.sessions))
        machine = Desk.TestCase
        machine.settings = settings(
            max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        )
        machine("runTest").runTest()
    finally:
        loop.run_until_complete(opening.__aexit__(None, None, None))
        loop.close()
