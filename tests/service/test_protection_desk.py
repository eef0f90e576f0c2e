"""The protection desk on a real database, with real commits: who comes first, and what rules on trial find."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import func, select

from made_up import NOON, OFFICER, TRAVELLER, crossing, later
from service import protection_desk
from service.access import Role
from service.database import Database
from service.decision import decide
from service.domain import Decision, Observation, Outcome, PartialDate
from service.errors import RefusalBarred
from service.freshness import bring_up_to_date
from service.inspection import inspect
from service.policy import Policy, RuleState, default_policy
from service.protection import Observed
from service.protection_tables import ProtectionRecordRow
from watchlist.index import Index

DESK = replace(OFFICER, roles=frozenset({Role.PROTECTION}))


async def _crossed(database: Database, policy: Policy, **changes: object) -> UUID:
    made = crossing(**changes)
    now = made.occurred_at + timedelta(seconds=1)
    await inspect(database.sessions, Index.build(()), policy, made, actor=OFFICER, now=now)
    return made.id


async def test_a_refusal_and_a_wish_at_once_never_both_go_unseen(clone: Database) -> None:
    database, policy = clone, default_policy()
    await bring_up_to_date(database.sessions)
    for at in range(4):
        movement = await _crossed(database, policy, occurred_at=later(hours=at))
        wish = Observed(uuid4(), (Observation.ASYLUM_WISH,), "officer-8", NOON)
        refusal = Decision(uuid4(), movement, Outcome.REFUSED, "officer-7", NOON, "E")
        stands, made = await asyncio.gather(
            protection_desk.observe(database.sessions, policy, movement, wish, actor=OFFICER),
            decide(database.sessions, policy, refusal, actor=OFFICER),
            return_exceptions=True,
        )
        assert (stands, type(made)) in [(True, Decision), (False, RefusalBarred)]


async def test_what_a_rule_on_trial_finds_is_sealed_and_no_case(undone: Database) -> None:
    database, policy = undone, default_policy()
    await bring_up_to_date(database.sessions)
    trial = replace(policy, rules={**policy.rules, "P1": replace(policy.rules["P1"], state=RuleState.SHADOW)})
    await _crossed(database, trial, traveller=replace(TRAVELLER, date_of_birth=PartialDate(2019, 4, 19)))
    found, more = await protection_desk.cases(database.sessions, actor=DESK, limit=10, before=None)
    assert (found, more) == ([], False)
    async with database.sessions() as session:
        assert await session.scalar(select(func.count()).select_from(ProtectionRecordRow)) == 1
