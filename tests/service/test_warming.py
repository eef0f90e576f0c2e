from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
from sqlalchemy import text

from made_up import OFFICER, crossing
from service.database import CONNECTIONS, Database
from service.freshness import bring_up_to_date
from service.inspection import inspect
from service.policy import default_policy
from service.warming import warm_up
from watchlist.index import Index

NOBODY = Index.build(())
MADE = crossing()
NOW = MADE.occurred_at + timedelta(seconds=1)
WRITTEN = ("movement", "finding", "inspection_key", "outbox", "post_counter", "audit", "waiting", "statistic_delta")


@pytest.fixture
async def database(clone: Database) -> AsyncIterator[Database]:
    await bring_up_to_date(clone.sessions)
    yield clone


async def _rows(database: Database) -> dict[str, int]:
    async with database.sessions() as session:
        counts = {table: await session.scalar(text(f"SELECT count(*) FROM {table}")) for table in WRITTEN}
    return {table: count or 0 for table, count in counts.items()}


async def _planned(database: Database) -> list[set[str]]:
    """Of each connection that is kept, the tables that its plans of inspections read or fill."""
    async with AsyncExitStack() as held:
        connections = [await held.enter_async_context(database.engine.connect()) for _ in range(CONNECTIONS)]
        statements = [await each.scalars(text("SELECT statement FROM pg_prepared_statements")) for each in connections]
        return [
            {table for table in WRITTEN for each in of_one if f"FROM {table}" in each or f"INTO {table}" in each}
            for of_one in map(list, statements)
        ]


async def test_every_connection_has_been_through_an_inspection_of_which_nothing_stays(database: Database) -> None:
    before = await _rows(database)
    assert await warm_up(database, NOBODY, default_policy(), now=NOW) == CONNECTIONS
    assert await _rows(database) == before
    for planned in await _planned(database):
        assert planned >= {"movement", "finding", "inspection_key", "outbox", "post_counter", "audit"}


async def test_who_comes_next_is_the_first_of_the_post(database: Database) -> None:
    await warm_up(database, NOBODY, default_policy(), now=NOW)
    made = await inspect(database.sessions, NOBODY, default_policy(), MADE, actor=OFFICER, now=NOW)
    assert made.seq == 1


async def test_without_a_crossing_point_there_is_nothing_to_inspect(clone: Database) -> None:
    assert await warm_up(clone, NOBODY, default_policy(), now=NOW) == 0
