"""The database: which one, its schema brought up to date, and the sessions that work on it.

`DATABASE_URL` names one; without it the service runs a PostgreSQL server of its own (`service.postgres`).
Either way the service works as the role `mabar_service`, which can add facts and cannot change them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Lock
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from pydantic import SecretStr
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import NullPool

from service.acting import Acting
from service.confinement import ACTING, ConfinedSession
from service.errors import DatabaseUnavailable, SettingsRefused
from service.outage import SUSPECTS
from service.pooled import keep_answering
from service.postgres import PostgresServer
from service.postgres_files import ERASER, JUDGE, LOGIN, MAKE_ROLES, OLDEST, OWNER, ROLES, SERVICE, SUPERUSER
from service.settings import Settings
from service.vault import Vault, install

CONNECTIONS = 10  # that the service keeps
MONTHS_BACK = 18  # movements keyed late from paper
MONTHS_AHEAD = 6  # a service that is off for half a year still finds a partition
_MIGRATIONS = Path(__file__).parent.parent / "alembic"
_CONNECT_SECONDS = 5.0  # for a connection, new or of the pool
_STATEMENT_SECONDS = 30.0  # for a statement; a server that hangs says nothing at all
_ONE_MIGRATION = Lock()  # Alembic keeps what it works on in the globals of a module


@dataclass(frozen=True, slots=True)
class Access:
    """The ways into one database: as its owner, who migrates it, as who makes databases, and as who takes on the roles
    of the service and is nothing else."""

    owner: URL
    service: URL
    maker: URL


@dataclass(frozen=True, slots=True)
class Database:
    """An open database. `sessions` work as the service; `reader_sessions` only read, on a replica if there is one;
    `eraser_sessions` may erase what its time is up for, and nothing else may."""

    engine: AsyncEngine
    sessions: async_sessionmaker[AsyncSession]
    reader_sessions: async_sessionmaker[AsyncSession]
    eraser_sessions: async_sessionmaker[AsyncSession]

    async def ensure_partitions(self, today: date) -> int:
        """Make the monthly partitions around `today` that are missing; how many were. To be called daily."""
        first, last = month_after(today, -MONTHS_BACK), month_after(today, MONTHS_AHEAD)
        async with self.sessions.begin() as session:
            return int(await session.scalar(sa.select(sa.func.ensure_partitions(first, last))) or 0)

    async def default_partition_rows(self) -> int:
        """Rows of months without a partition; more than 0 wants an operator's look."""
        async with self.sessions() as session:
            return int(await session.scalar(sa.select(sa.func.default_partition_rows())) or 0)


def month_after(day: date, months: int) -> date:
    """The first day of the month that lies `months` after that of `day`."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


@asynccontextmanager
async def open_database(
    settings: Settings, join: bool = False, acting: Acting | None = None
) -> AsyncIterator[Database]:
    """Open the database that `settings` name, with its schema up to date and partitions ahead.

    With `join` the server of a service that is running is used where there is one: the command line's way in. Its
    sessions are those of whoever acts, of `acting` where nobody said; without that, nobody's data are seen in them.

    Raises:
        DatabaseUnavailable: it cannot be had; the message tells the operator what to do.
        DatabaseInUse: another service works on the same data directory.
    """
    async with AsyncExitStack() as stack:
        access = await stack.enter_async_context(reach(settings, join))
        await asyncio.to_thread(migrate, access.owner)
        engine = _engine(access.service, SERVICE, pool_size=CONNECTIONS, max_overflow=5)
        stack.push_async_callback(engine.dispose)
        replica = _normal(settings.replica_url) or access.service
        reader = _engine(replica, SERVICE, pool_size=3, max_overflow=2, default_transaction_read_only="on")
        stack.push_async_callback(reader.dispose)
        eraser = _engine(access.owner, ERASER, pool_size=1, max_overflow=1)
        stack.push_async_callback(eraser.dispose)
        confined: dict[str, Any] = {"info": {ACTING: acting}, "sync_session_class": ConfinedSession}
        database = Database(
            engine,
            async_sessionmaker(engine, expire_on_commit=False, **confined),
            async_sessionmaker(reader, expire_on_commit=False, **confined),
            async_sessionmaker(eraser, expire_on_commit=False),
        )
        vault = Vault(settings)
        for sessions in (database.sessions, database.reader_sessions, database.eraser_sessions):
            install(sessions, vault)
        await database.ensure_partitions(datetime.now(UTC).date())
        yield database


@asynccontextmanager
async def reach(settings: Settings, join: bool = False) -> AsyncIterator[Access]:
    """The database's addresses, while it is up: a given one is checked, our own server is run or joined."""
    if url := given_url(settings):
        await _check(url)
        yield Access(owner=url, service=url, maker=url)
        return
    server = PostgresServer(settings.data_dir)
    if join and await server.join():
        yield _own(server)
        return
    await server.start()
    try:
        yield _own(server)
    finally:
        await server.stop()


def _own(server: PostgresServer) -> Access:
    return Access(owner=server.url(OWNER), service=server.url(LOGIN), maker=server.url(SUPERUSER))


def given_url(settings: Settings) -> URL | None:
    """The address in `DATABASE_URL`, for our driver; None when there is none."""
    return _normal(settings.database_url)


def _normal(secret: SecretStr | None) -> URL | None:
    """An address as any PostgreSQL tool takes it, in SQLAlchemy's words for asyncpg."""
    if secret is None or not secret.get_secret_value():
        return None
    try:
        url = make_url(secret.get_secret_value())
    except (ArgumentError, ValueError):
        raise SettingsRefused("DATABASE_URL is no address such as postgresql://name:password@host/database") from None
    if url.get_backend_name() not in {"postgresql", "postgres"}:
        raise SettingsRefused(f"DATABASE_URL names {url.get_backend_name()}; only postgresql is supported")
    query = {"ssl" if name == "sslmode" else name: value for name, value in url.query.items()}
    return url.set(drivername="postgresql+asyncpg", query=query)


def migrate(url: URL) -> None:
    """Bring the schema at `url` up to date. Blocks; to be called from a thread without an event loop.

    Raises:
        DatabaseUnavailable: it cannot be done, as when a newer program has been at work there.
    """
    try:
        with _ONE_MIGRATION:
            _migrate(url)
    except CommandError as error:
        raise DatabaseUnavailable(
            f"the schema is not one that this version of the program knows ({error}); "
            f"is the program older than the database, or without its folder {_MIGRATIONS}?"
        ) from None
    except DBAPIError as error:
        raise DatabaseUnavailable(f"the schema could not be brought up to date: {_reason(error)}") from None


def _migrate(url: URL) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["url"] = url
    command.upgrade(config, "head")


def _engine(url: URL, role: str, *, pool_size: int, max_overflow: int, **options: str) -> AsyncEngine:
    """An engine whose sessions speak UTC, see our schema alone, and cannot hold locks while they idle."""
    server_settings = {
        "application_name": "mabar",
        "timezone": "UTC",
        "search_path": "public",
        "idle_in_transaction_session_timeout": "60s",
        "role": role,
        **options,
    }
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=max_overflow,
        pool_use_lifo=True,  # what is planned and at hand is used again; taking turns, each plans every statement anew
        hide_parameters=True,  # a failing statement must not write a traveller into the log
        pool_timeout=_CONNECT_SECONDS,
        connect_args={
            "server_settings": server_settings,
            "timeout": _CONNECT_SECONDS,
            "command_timeout": _STATEMENT_SECONDS,
        },
    )
    keep_answering(engine)
    return engine


async def _check(url: URL) -> None:
    """See that a given database answers, is recent enough and lets us have the role of the service.

    Raises:
        DatabaseUnavailable: one of these is not so.
    """
    engine = create_async_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            version: int = await connection.scalar(sa.text("SELECT current_setting('server_version_num')::int"))
            await _have_roles(connection, recent=version >= 160_000)
    except SUSPECTS as error:
        raise DatabaseUnavailable(
            f"the database {url.database} at {url.host or 'its socket'} does not answer: {_reason(error)}"
        ) from None
    finally:
        await engine.dispose()
    if version < OLDEST * 10_000:
        raise DatabaseUnavailable(f"the database is PostgreSQL {version // 10_000}; {OLDEST} or later is needed")


async def _have_roles(connection: AsyncConnection, *, recent: bool) -> None:
    """Make those of our roles that are missing, and see that we can take them on.

    Who only takes a role on does not inherit what it sees, where PostgreSQL can tell the two apart (16 and later).
    """
    user: str = await connection.scalar(sa.text("SELECT current_user"))
    try:
        await connection.execute(sa.text(MAKE_ROLES))
        for role in ROLES:
            if not await _can_become(connection, role):
                how = " WITH INHERIT FALSE, SET TRUE" if recent else ""
                await connection.execute(sa.text(f"GRANT {role} TO CURRENT_USER{how}"))
    except DBAPIError as error:
        making = " ".join(f"CREATE ROLE {role} NOLOGIN;" for role in ROLES)
        raise DatabaseUnavailable(
            f"the database user {user} may not make or take on the roles of the service ({_reason(error)}); have its "
            f'administrator run: {making} GRANT {SERVICE} TO {JUDGE}; GRANT {", ".join(ROLES)} TO "{user}";'
        ) from None


async def _can_become(connection: AsyncConnection, role: str) -> bool:
    try:
        await connection.execute(sa.text(f"SET ROLE {role}"))
    except DBAPIError:
        return False
    await connection.execute(sa.text("RESET ROLE"))
    return True


def _reason(error: BaseException) -> str:
    """PostgreSQL's own words, without SQLAlchemy's around them and without the detail, which quotes rows."""
    return str(getattr(error, "orig", None) or error).split(">: ", 1)[-1].partition("\n")[0]
