"""A real PostgreSQL for every test that needs one, started once and left clean.

`session` is rolled back after each test, and so is what `undone` commits; `clone` is a database of its own, for tests
in which several connections must see each other's commits; `clone_url` is its address for a whole service under test.
"""

from __future__ import annotations

import asyncio
import fcntl
import itertools
import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, settings
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from canaries import Canaries, learn_from_sources, search_logs
from service import database as opening
from service import retention
from service.acting import SERVICE
from service.confinement import MAINTAINING, ConfinedSession
from service.database import Database, migrate, month_after, open_database
from service.postgres import DATABASE, PostgresServer
from service.postgres_files import OWNER, SUPERUSER
from service.settings import Settings
from service_process import copy_data, running

settings.register_profile(
    "mabar", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)  # no test asserts a time
settings.load_profile("mabar")

_numbers = itertools.count(1)


def pytest_configure(config: pytest.Config) -> None:
    """Whatever comes out of the tests is searched for travellers."""
    tests = Path(__file__).parent
    learn_from_sources(tests, tests.parent / "service" / "demo")
    config.pluginmanager.register(Canaries(), "canaries")
    # To plan into two years of months is a third of what most tests take; a service in a process of its own has them.
    opening.MONTHS_BACK = retention.MONTHS_BACK = 2
    opening.MONTHS_AHEAD = 1


class Shared(LoadFileScheduling):
    """Where several processes share the tests, one takes a whole file, and all files that use the browser: starting a
    service and a Chromium takes longer than most of these tests."""

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        return "tests/console" if file.startswith("tests/console/") else file


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What goes to one process goes first: else all others wait for it at the end."""
    items.sort(key=lambda item: "tests/console/" not in item.nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Shared:
    return Shared(config, log)


async def _execute(
    server: PostgresServer, statement: str, *, database: str = "postgres", role: str = SUPERUSER
) -> None:
    """Run one statement outside any transaction, as `role`."""
    url = server.url(role, database)
    connection = await asyncpg.connect(
        host=str(url.query["host"]),
        user=url.username,
        password=url.password,
        database=database,
        server_settings=dict(MAINTAINING),
    )
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def short_dir() -> Iterator[Path]:
    """A directory whose path is short enough for a socket; pytest's own may not be."""
    with tempfile.TemporaryDirectory(prefix="mabar-") as path:
        yield Path(path)


@pytest.fixture(scope="session")
async def data_template(short_dir: Path) -> Path:
    """A data directory as a service leaves it: migrated, its server stopped. To be copied, as making one takes long.

    It is not synced to disk: what the tests kill are processes, never the machine.
    """
    server = PostgresServer(short_dir / "template", {"fsync": "off"})
    await server.start()
    await asyncio.to_thread(migrate, server.url(OWNER))
    today = datetime.now(UTC).date()
    first, last = month_after(today, -opening.MONTHS_BACK), month_after(today, opening.MONTHS_AHEAD)
    months = f"SELECT ensure_partitions('{first}', '{last}')"
    await _execute(server, months, database=DATABASE, role=OWNER)
    await server.stop()
    local = short_dir / "template" / "postgres" / "cluster" / "local.conf"
    local.write_text("fsync = off\n")
    return short_dir / "template"


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a service that was started on nothing, as `make run` starts it, has left; to be copied.

    The first process that asks makes it for all.
    """
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    made = shared / "demonstration.made"
    with (shared / "demonstration.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            with tempfile.TemporaryDirectory(prefix="mabar-") as folder:  # a short path, for the sake of sockets
                with running(Path(folder) / "data"):
                    pass
                copy_data(Path(folder) / "data", shared / "demonstration")
            made.touch()
    return shared / "demonstration"


@pytest.fixture(scope="session")
async def postgres(short_dir: Path, data_template: Path) -> AsyncIterator[PostgresServer]:
    """One server for the whole run. `mabar` in it serves as the template of others: connect to no such name."""
    server = PostgresServer(copy_data(data_template, short_dir / "shared"))
    await server.start()
    yield server
    await server.stop()
    search_logs(short_dir / "shared")


@pytest.fixture(scope="session")
def execute() -> Callable[..., Awaitable[None]]:
    """Run one statement outside any transaction: `execute(postgres, statement, database=…, role=…)`."""
    return _execute


@asynccontextmanager
async def _clone(server: PostgresServer) -> AsyncIterator[str]:
    name = f"clone_{next(_numbers)}"
    await _execute(server, f"CREATE DATABASE {name} TEMPLATE {DATABASE} STRATEGY file_copy OWNER {OWNER}")
    yield server.url(OWNER, name).render_as_string(hide_password=False)
    await _execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def clone_url(postgres: PostgresServer) -> AsyncIterator[str]:
    """The `DATABASE_URL` of a fresh, migrated database that nobody else uses."""
    async with _clone(postgres) as url:
        yield url


@pytest.fixture
async def clone(clone_url: str, short_dir: Path) -> AsyncIterator[Database]:
    """That database, opened: for tests of concurrency, which commit."""
    settings = Settings(database_url=SecretStr(clone_url), data_dir=short_dir)
    async with open_database(settings, acting=SERVICE) as database:
        yield database


@pytest.fixture(scope="session")
async def database(postgres: PostgresServer, short_dir: Path) -> AsyncIterator[Database]:
    """A database shared by all tests that roll back; commit nothing in it."""
    async with (
        _clone(postgres) as url,
        open_database(Settings(database_url=SecretStr(url), data_dir=short_dir), acting=SERVICE) as database,
    ):
        yield database


@pytest.fixture
async def session(database: Database) -> AsyncIterator[AsyncSession]:
    """A session as the service has them. Whatever the test commits is undone after it."""
    async with database.engine.connect() as connection:
        await connection.begin()
        async with AsyncSession(
            bind=connection,
            expire_on_commit=False,
            join_transaction_mode="create_savepoint",
            sync_session_class=ConfinedSession,
            info=database.sessions.kw["info"],
        ) as session:
            yield session
        await connection.rollback()


@pytest.fixture
async def undone(database: Database) -> AsyncIterator[Database]:
    """A database whose commits are undone after the test."""
    async with database.engine.connect() as connection:
        await connection.begin()
        sessions: async_sessionmaker[Any] = async_sessionmaker(
            connection,
            expire_on_commit=False,
            join_transaction_mode="create_savepoint",
            sync_session_class=ConfinedSession,
            info=database.sessions.kw["info"],
        )
        yield replace(database, sessions=sessions, reader_sessions=sessions)
        await connection.rollback()
