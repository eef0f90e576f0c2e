"""The driver below a session, for what is asked at every crossing: there SQLAlchemy takes longer than PostgreSQL.

Statements are written out, their parameters by place (``$1``), and run in the session's own transaction, after whatever
it still has to write. Faults come as SQLAlchemy's, so that nobody above has to know which way a statement went.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import asyncpg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

Answer = TypeVar("Answer")

_INFO = "driver"
_BEGIN = text("SELECT 1")  # SQLAlchemy begins a transaction with the first statement of its own
_KEEP_PLANS = (
    "SELECT set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true)"
)


@dataclass(slots=True, eq=False)
class Driver:
    """The connection of one transaction."""

    _connection: asyncpg.Connection[Any]
    _keeps_plans: bool = False

    async def rows(self, statement: str, *values: object) -> list[Any]:
        """Every row of the answer, each by place or by the column's name."""
        return await self._asked(self._connection.fetch(statement, *values))

    async def row(self, statement: str, *values: object) -> Any:
        """Its first row; None where there is none."""
        return await self._asked(self._connection.fetchrow(statement, *values))

    async def do(self, statement: str, *values: object) -> None:
        """Run a statement that answers nothing."""
        await self._asked(self._connection.fetch(statement, *values))

    async def add(self, table: str, columns: Mapping[str, object]) -> None:
        """Insert a row; a mapping among the values is written as JSON."""
        values = (json.dumps(value) if isinstance(value, dict) else value for value in columns.values())
        await self.do(_insert(table, tuple(columns)), *values)

    async def keep_plans(self) -> None:
        """To the end of the transaction let plans do for all values, and let them use indexes.

        To plan a look by keys into every month, for just these keys, takes PostgreSQL longer than the look.
        """
        if not self._keeps_plans:
            self._keeps_plans = True
            await self.do(_KEEP_PLANS)

    async def _asked(self, answer: Awaitable[Answer]) -> Answer:
        try:
            return await answer
        except asyncpg.InternalClientError as error:  # the driver lost its thread, as when a server is killed midway
            self._connection.terminate()  # else the pool would hand it out again
            raise DBAPIError(None, None, error, hide_parameters=True, connection_invalidated=True) from error
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            gone = self._connection.is_closed()
            raise DBAPIError(None, None, error, hide_parameters=True, connection_invalidated=gone) from error


@cache
def _insert(table: str, columns: tuple[str, ...]) -> str:
    places = ", ".join(f"${number}" for number, _ in enumerate(columns, start=1))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608 - names of ours alone


async def driver(session: AsyncSession) -> Driver:
    """The driver of a session's transaction, which begins here where it has not."""
    if session.new or session.dirty:
        await session.flush()
    transaction = session.sync_session.get_transaction()
    known: tuple[object, Driver] | None = session.info.get(_INFO)
    if known and transaction is not None and known[0] is transaction:
        return known[1]
    connection = await session.connection()
    raw: Any = (await connection.get_raw_connection()).driver_connection
    if not raw.is_in_transaction():
        await session.execute(_BEGIN)
    made = Driver(raw)
    session.info[_INFO] = (session.sync_session.get_transaction(), made)
    return made


async def glance(sessions: async_sessionmaker[AsyncSession], statement: str, *values: object) -> Any:
    """The first row that a statement finds, None where it finds none; by itself, in no transaction of ours.

    For what is asked before it is known who acts: one message to the database, where a transaction would take three.
    """
    async with sessions() as session:
        raw: Any = (await (await session.connection()).get_raw_connection()).driver_connection
        return await Driver(raw).row(statement, *values)
