"""What the roll-ups cost a post: an inspection with the triggers that count and without them, in processor time."""

from __future__ import annotations

import itertools
import os
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bench.history import cpu, traveller_of
from service.access import ALL_POSTS, Actor, Role
from service.acting import SERVICE, acting
from service.database import Database, open_database, reach
from service.domain import Crossing, Direction
from service.inspection import inspect
from service.person import person_keys
from service.policy import default_policy
from service.settings import Settings
from watchlist.index import Index

OFFICER = Actor(uuid4(), "bench", frozenset({Role.FIRST_LINE}), frozenset({ALL_POSTS}))
NOBODY = Index.build(())
FED = ("movement", "finding", "decision", "hit", "adjudication", "stay")
TURNS = 4  # with and without by turns, so that both see the same machine


async def cost(folder: Path, count: int) -> None:
    """Print it, of `count` inspections in each turn."""
    settings, numbers = Settings(data_dir=folder), itertools.count(1)
    spent = {"DISABLE": 0.0, "ENABLE": 0.0}
    async with open_database(settings) as database:
        for how in TURNS * list(spent):
            await _triggers(settings, how)
            before = sum(cpu(os.getpid()).values())
            with acting(SERVICE):
                for number in itertools.islice(numbers, count):
                    await _inspect(database, number)
            spent[how] += sum(cpu(os.getpid()).values()) - before
    without, with_them = (1000 * seconds / (TURNS * count) for seconds in spent.values())
    print(f"an inspection: {with_them:.2f} ms of CPU with roll-ups, {without:.2f} ms without")


async def _triggers(settings: Settings, how: str) -> None:
    async with reach(settings, join=True) as access:
        engine = create_async_engine(access.owner)
        async with engine.begin() as connection:
            for table in FED:
                await connection.execute(text(f"ALTER TABLE {table} {how} TRIGGER USER"))
        await engine.dispose()


async def _inspect(database: Database, number: int) -> None:
    traveller, document = traveller_of(number)
    at = datetime.now(UTC)
    made = Crossing(uuid4(), "IQ-ZUR", Direction.ENTRY, at, document, traveller, person_keys=person_keys(traveller))
    await inspect(database.sessions, NOBODY, default_policy(), made, actor=OFFICER, now=at)
