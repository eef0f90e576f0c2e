"""Connections that have been through an inspection before a traveller waits for one.

Each connection of PostgreSQL plans its statements itself, over every month of the log, and first reads what tables and
functions are. That takes a tenth of a second: whoever was handed a fresh connection waited that long at the desk, and
so did whoever was next at that post.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncConnection, async_sessionmaker

from service import store
from service.access import ALL_POSTS, Actor, DeviceKind, Purpose
from service.acting import Acting, Reach, acting
from service.database import CONNECTIONS, Database
from service.domain import Crossing, Direction, PartialDate, TravelDocument, Traveller
from service.inspection import inspect
from service.person import person_keys
from service.policy_book import Policies
from service.screening import Screens

_NOBODY = Actor(UUID(int=0), "warming", frozenset({DeviceKind.WORKSTATION}), frozenset({ALL_POSTS}))
_AS_A_DESK = Acting(Reach.JUDGE, Purpose.BORDER_CONTROL, _NOBODY.posts, str(_NOBODY.id))


async def warm_up(database: Database, index: Screens, policies: Policies, *, now: datetime) -> int:
    """Take every connection that is kept through an inspection of nobody, of which nothing is recorded.

    Returns how many: none where there is no crossing point yet.
    """
    with acting(_AS_A_DESK):
        async with database.sessions() as session:
            post = next(iter(await store.crossing_points(session)), None)
        if post is None:
            return 0
        async with AsyncExitStack() as held:  # all at once, else the pool would hand out the same one again
            for _ in range(CONNECTIONS):
                connection = await held.enter_async_context(database.engine.connect())
                await _rehearse(connection, database, index, policies, _of_nobody(post, now), now)
    return CONNECTIONS


async def _rehearse(
    connection: AsyncConnection,
    database: Database,
    index: Screens,
    policies: Policies,
    crossing: Crossing,
    now: datetime,
) -> None:
    """Inspect in a transaction around the use case's own, and roll that back."""
    async with connection.begin() as around:
        within = {**database.sessions.kw, "bind": connection, "join_transaction_mode": "create_savepoint"}
        await inspect(async_sessionmaker(**within), index, policies, crossing, actor=_NOBODY, now=now)
        await around.rollback()


def _of_nobody(post: str, now: datetime) -> Crossing:
    """A crossing with something to find: the document has expired."""
    traveller = Traveller("WARMING", "UP", "XXX", PartialDate(1900, 1, 1))
    document = TravelDocument("P", "XXX", "WARMINGUP", PartialDate.of(now.date() - timedelta(days=1)))
    return Crossing(uuid4(), post, Direction.ENTRY, now, document, traveller, person_keys=person_keys(traveller))
