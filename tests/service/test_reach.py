"""What an officer or a camera reaches of other posts' records: nothing, and no trace of a look that was refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from made_up import NOON, OFFICER, crossing
from service.database import Database
from service.decision import decide
from service.domain import Decision, Outcome
from service.errors import Forbidden
from service.freshness import bring_up_to_date
from service.inspection import inspect, recorded
from service.policy import default_policy
from watchlist.index import Index

ELSEWHERE = replace(OFFICER, posts=frozenset({"IQ-TRB"}))


@pytest.fixture
async def database(clone: Database) -> AsyncIterator[Database]:
    await bring_up_to_date(clone.sessions)
    yield clone


async def test_a_record_of_another_post_is_neither_shown_nor_decided_on(database: Database) -> None:
    sent = crossing()
    now = NOON + timedelta(seconds=1)
    await inspect(database.sessions, Index.build(()), default_policy(), sent, actor=OFFICER, now=now)
    with pytest.raises(Forbidden, match="IQ-SHL"):
        await recorded(database.sessions, sent.id, actor=ELSEWHERE)
    decision = Decision(uuid4(), sent.id, Outcome.ADMITTED, ELSEWHERE.name, now)
    with pytest.raises(Forbidden, match="IQ-SHL"):
        await decide(database.sessions, default_policy(), decision, actor=ELSEWHERE)
    assert (await recorded(database.sessions, sent.id, actor=OFFICER)).decisions == ()
