from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from service import pooled
from service.database import Database


async def _pid(database: Database) -> int:
    async with database.sessions() as session:
        return int(await session.scalar(text("SELECT pg_backend_pid()")) or 0)


async def test_a_connection_that_the_server_closed_is_replaced(database: Database) -> None:
    async with database.sessions() as session:
        first = await session.scalar(text("SELECT pg_backend_pid()"))
        await session.execute(text("SET idle_session_timeout = '20ms'"))  # the server hangs up on who rests longer
        await session.commit()
    await asyncio.sleep(0.5)
    assert await _pid(database) not in {0, first}


@pytest.fixture
def asked(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The connections that PostgreSQL was asked for; the first of them turns out to be dead."""
    connections: list[object] = []
    dialect: Any = database.engine.dialect

    def ping(connection: object) -> bool:
        connections.append(connection)
        if len(connections) == 1:
            raise dialect.loaded_dbapi.InterfaceError("the link was cut")
        return True

    monkeypatch.setattr(dialect, "do_ping", ping)
    monkeypatch.setattr(pooled, "REST_SECONDS", 600.0)  # however long those before rested
    return connections


async def test_a_connection_that_died_while_it_rested_is_replaced(
    database: Database, asked: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await _pid(database)
    monkeypatch.setattr(pooled, "REST_SECONDS", 0.0)
    assert await _pid(database) not in {0, first}
    assert asked


async def test_a_connection_in_steady_use_is_not_asked_after(database: Database, asked: list[object]) -> None:
    first = await _pid(database)
    assert await _pid(database) == first
    assert not asked
