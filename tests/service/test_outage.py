from typing import Any

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from service.database import Database
from service.driver import Driver, driver
from service.outage import SUSPECTS, is_outage


async def raised(database: Database, *statements: str) -> Exception:
    with pytest.raises(DBAPIError) as caught:
        async with database.sessions() as session:
            for statement in statements:
                await session.execute(text(statement))
    return caught.value


async def test_a_server_that_shuts_down_is_an_outage(database: Database) -> None:
    assert is_outage(await raised(database, "SET ROLE NONE", "SELECT pg_terminate_backend(pg_backend_pid())"))


@pytest.mark.parametrize("statement", ["SELECT 1/0", "SELECT nothing", "SELEC", "INSERT INTO account DEFAULT VALUES"])
async def test_a_fault_of_ours_is_none(database: Database, statement: str) -> None:
    assert not is_outage(await raised(database, statement))


@pytest.mark.parametrize("address", ["127.0.0.1:1/mabar", "/mabar?host=/nonexistent"])
async def test_a_server_that_is_not_there_is_an_outage(address: str) -> None:
    engine = create_async_engine(f"postgresql+asyncpg://{address}")
    with pytest.raises(SUSPECTS) as caught:
        await engine.connect()
    assert is_outage(caught.value)
    await engine.dispose()


async def test_a_pool_that_is_empty_is_an_outage(database: Database) -> None:
    engine = create_async_engine(database.engine.url, pool_size=1, max_overflow=0, pool_timeout=0.05)
    async with engine.connect():
        with pytest.raises(SUSPECTS) as caught:
            await engine.connect()
    assert is_outage(caught.value)
    await engine.dispose()


async def test_an_answer_that_does_not_come_in_time_is_an_outage_whichever_way_was_asked(database: Database) -> None:
    engine = create_async_engine(database.engine.url, connect_args={"command_timeout": 0.05})
    sessions = async_sessionmaker(engine)
    with pytest.raises(SUSPECTS) as plain:
        async with sessions() as session:
            await session.execute(text("SELECT pg_sleep(5)"))
    with pytest.raises(SUSPECTS) as driven:
        async with sessions() as session:
            await (await driver(session)).rows("SELECT pg_sleep(5)")
    assert is_outage(plain.value)
    assert is_outage(driven.value)
    await engine.dispose()


async def test_a_driver_that_lost_its_thread_is_an_outage_and_its_connection_is_used_no_more() -> None:
    """As asyncpg says it when a server is killed in the middle of an answer."""

    class Connection:
        ended = False

        async def fetchrow(self, _statement: str) -> None:
            raise asyncpg.InternalClientError("cannot switch to idle state")

        def terminate(self) -> None:
            self.ended = True

    connection: Any = Connection()
    with pytest.raises(SUSPECTS) as caught:
        await Driver(connection).row("SELECT 1")
    assert is_outage(caught.value)
    assert connection.ended


# As PostgreSQL says it: the disk, the memory or the connections are used up, an administrator ended it, it starts.
@pytest.mark.parametrize("state", ["53100", "53200", "53300", "57P01", "57P03"])
async def test_a_full_disk_is_an_outage_whichever_way_was_asked(database: Database, state: str) -> None:
    statement = f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{state}'; END $$"
    assert is_outage(await raised(database, statement))
    with pytest.raises(SUSPECTS) as caught:
        async with database.sessions() as session:
            await (await driver(session)).do(statement)
    assert is_outage(caught.value)
