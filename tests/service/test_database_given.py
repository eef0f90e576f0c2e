"""A database given by its address: spelled in any way, with rights enough, or refused in the operator's words."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from service.database import given_url, open_database
from service.errors import DatabaseUnavailable, SettingsRefused
from service.postgres import PostgresServer
from service.postgres_files import ROLES, SERVICE, SUPERUSER
from service.settings import Settings

Execute = Callable[..., Awaitable[None]]


def _settings(url: str) -> Settings:
    return Settings(database_url=SecretStr(url))


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("postgres://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
        ("postgresql://u:p@h:6432/d", "postgresql+asyncpg://u:p@h:6432/d"),
        ("postgresql+asyncpg://u@h/d", "postgresql+asyncpg://u@h/d"),
        ("postgresql+psycopg://u@h/d", "postgresql+asyncpg://u@h/d"),
        ("postgresql://u@h/d?sslmode=verify-full", "postgresql+asyncpg://u@h/d?ssl=verify-full"),
        ("postgresql://u@/d?host=/run/postgresql", "postgresql+asyncpg://u@/d?host=%2Frun%2Fpostgresql"),
    ],
)
def test_any_spelling_of_an_address_is_taken(given: str, taken: str) -> None:
    url = given_url(_settings(given))
    assert url
    assert url.render_as_string(hide_password=False) == taken


@pytest.mark.parametrize("given", ["mysql://u:geheim@h/d", "u:geheim@h", "postgresql://u:geheim@h:port/d"])
def test_what_is_no_such_address_is_refused_without_repeating_it(given: str) -> None:
    with pytest.raises(SettingsRefused, match="DATABASE_URL") as refused:
        given_url(_settings(given))
    assert "geheim" not in str(refused.value)


def test_no_address_is_none() -> None:
    assert given_url(_settings("")) is None


@pytest.fixture
async def user(postgres: PostgresServer, execute: Execute) -> AsyncIterator[str]:
    """The address of a database of an ordinary user, who was given no more than that."""
    await execute(postgres, "CREATE ROLE tenant LOGIN PASSWORD 'geheim'")
    await execute(postgres, "CREATE DATABASE tenancy OWNER tenant")
    url = postgres.url(SUPERUSER, "tenancy").set(username="tenant", password="geheim")
    yield url.render_as_string(hide_password=False)
    await execute(postgres, "DROP DATABASE tenancy WITH (FORCE)")
    await execute(postgres, "DROP ROLE tenant")


async def _refusal(url: str) -> str:
    with pytest.raises(DatabaseUnavailable) as refused:
        async with open_database(_settings(url)):
            pass
    assert "geheim" not in str(refused.value)
    return str(refused.value)


async def test_a_user_without_the_role_is_told_what_the_administrator_is_to_run(
    postgres: PostgresServer, execute: Execute, user: str
) -> None:
    told = await _refusal(user)
    assert "permission denied" in told
    statements = told.partition(f"CREATE ROLE {ROLES[-1]} NOLOGIN; ")[2]
    await execute(postgres, statements)  # the roles themselves are there: our own clusters have them
    async with open_database(_settings(user)) as database, database.sessions() as session:
        assert await session.scalar(sa.text("SELECT current_user")) == SERVICE
        with pytest.raises(DBAPIError, match="permission denied"):
            await session.execute(sa.text("DELETE FROM movement"))


async def test_a_user_who_may_make_roles_needs_nobody(postgres: PostgresServer, execute: Execute) -> None:
    """On a server that has never seen us, so without the roles: roles of another name stand in for them."""
    await execute(postgres, "CREATE ROLE landlord LOGIN CREATEROLE PASSWORD 'geheim'")
    await execute(postgres, "CREATE DATABASE house OWNER landlord")
    for role in ROLES:
        await execute(postgres, f"ALTER ROLE {role} RENAME TO away_{role}")
    try:
        url = postgres.url(SUPERUSER, "house").set(username="landlord", password="geheim")
        async with open_database(_settings(url.render_as_string(hide_password=False))) as database:
            assert await database.default_partition_rows() == 0
        await execute(postgres, "DROP DATABASE house WITH (FORCE)")
        await execute(postgres, f"DROP ROLE {', '.join(ROLES)}")
    finally:
        for role in ROLES:
            await execute(postgres, f"ALTER ROLE away_{role} RENAME TO {role}")
        await execute(postgres, "DROP ROLE landlord")


async def test_a_database_that_a_newer_program_migrated_is_left_alone(
    postgres: PostgresServer, execute: Execute, clone_url: str
) -> None:
    name = make_url(clone_url).database
    await execute(postgres, "UPDATE alembic_version SET version_num = '9999'", database=name)
    assert "is the program older than the database" in await _refusal(clone_url)


async def test_a_user_who_may_not_make_tables_is_told_so(postgres: PostgresServer, execute: Execute, user: str) -> None:
    await execute(postgres, f"GRANT {', '.join(ROLES)} TO tenant")
    await execute(postgres, "ALTER DATABASE tenancy OWNER TO postgres")
    assert "could not be brought up to date: permission denied" in await _refusal(user)


async def test_a_wrong_password_is_said_and_not_shown(user: str) -> None:
    wrong = make_url(user).set(password="geheim2").render_as_string(hide_password=False)
    assert "password authentication failed" in await _refusal(wrong)


async def test_a_server_that_is_not_there_is_said() -> None:
    assert "does not answer" in await _refusal("postgresql://u:geheim@127.0.0.1:9/d")


async def test_a_database_that_is_not_there_is_said(user: str) -> None:
    assert "does not exist" in await _refusal(user.replace("/tenancy", "/nowhere"))
