"""The schema: what the mapped classes say, what the checks refuse, and what the service may not do to facts."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from enum import StrEnum
from pathlib import Path

import asyncpg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

import service.draft_tables  # its tables join the metadata
import service.identity_tables  # its tables join the metadata
import service.inside_tables  # its table joins the metadata
import service.notice_tables  # as above
import service.paper_tables  # its table joins the metadata
import service.people_tables  # its tables join the metadata
import service.policy_tables  # as above
import service.protection_tables  # as above
import service.retention_tables  # as above
import service.rights_tables  # as above
import service.sealing_tables  # as above
import service.second_line_tables  # as above
import service.statistics_tables  # as above
import service.trail_tables  # noqa: F401
from service.clearing import EndingCause, HitOutcome
from service.database import Database, migrate
from service.domain import Clock, Direction, FindingStatus, Outcome, PostKind, Severity, Source, Verdict
from service.hygiene import ChangeAction, ChangeState
from service.list_tables import Row
from service.notices import ReviewOutcome
from service.postgres import PostgresServer
from service.postgres_files import JUDGE, LOGIN, OWNER, ROLES, SERVICE
from service.sifting import Effect
from service.source_store import SourceState
from service.unusual import NoticeKind

Execute = Callable[..., Awaitable[None]]


def _differences(connection: sa.Connection) -> list[object]:
    def ours(name: str | None, kind: str, _: object) -> bool:
        return kind != "table" or name in Row.metadata.tables

    options = {"include_name": ours, "compare_type": True}
    found = compare_metadata(MigrationContext.configure(connection, opts=options), Row.metadata)
    return [difference for difference in found if difference[0] != "remove_table_comment"]


async def test_the_migrations_make_what_the_mapped_classes_say(session: AsyncSession) -> None:
    connection = await session.connection()
    assert await connection.run_sync(_differences) == []


async def test_every_table_says_what_it_is_for(session: AsyncSession) -> None:
    silent = await session.scalars(
        sa.text(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') "
            "AND obj_description(oid, 'pg_class') IS NULL"
        )
    )
    assert [name for name in silent if not re.fullmatch(r"(movement|finding)_\d{4}_\d\d|alembic_version", name)] == []


@pytest.mark.parametrize(
    ("table", "column", "words"),
    [
        ("crossing_point", "kind", PostKind),
        ("movement", "direction", Direction),
        ("movement", "clock", Clock),
        ("movement", "source", Source),
        ("movement", "verdict", Verdict),
        ("finding", "severity", Severity),
        ("finding", "status", FindingStatus),
        ("decision", "outcome", Outcome),
        ("list_change", "action", ChangeAction),
        ("list_change", "state", ChangeState),
        ("list_draft", "state", ChangeState),
        ("list_draft_entry", "effect", Effect),
        ("adjudication", "outcome", HitOutcome),
        ("clearance_ending", "cause", EndingCause),
        ("list_source", "state", SourceState),
        ("notice", "kind", NoticeKind),
        ("notice", "outcome", ReviewOutcome),
    ],
)
async def test_checks_know_the_words_of_the_domain(
    session: AsyncSession, table: str, column: str, words: type[StrEnum]
) -> None:
    check = await session.scalar(
        sa.text(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE conname = :name AND conrelid = CAST(:table AS regclass)"
        ),
        {"name": f"{table}_{column}_check", "table": table},
    )
    assert set(re.findall(r"'([^']+)'::text", str(check))) == set(words)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO decision (id, movement_id, movement_occurred_at, outcome, officer, decided_at) "
        "VALUES (gen_random_uuid(), gen_random_uuid(), now(), 'refused', 'officer', now())",
        "INSERT INTO account (id, username, display_name, password_hash, posts) "
        "VALUES (gen_random_uuid(), 'officer', 'Officer', 'x', '{*,TRB}')",
        "INSERT INTO post_counter (crossing_point, head) VALUES ('TRB', 'short')",
    ],
    ids=["refusal without a reason", "all posts and one", "a head that is no SHA-256"],
)
async def test_the_database_itself_refuses(session: AsyncSession, statement: str) -> None:
    with pytest.raises(IntegrityError):
        await session.execute(sa.text(statement))


async def test_a_movement_has_one_first_decision_and_a_decision_one_successor(session: AsyncSession) -> None:
    first, second, third, movement = (f"00000000-0000-7000-8000-00000000000{digit}" for digit in "1234")

    async def decide(decision: str, supersedes: str | None) -> None:
        async with session.begin_nested():
            await session.execute(
                sa.text(
                    "INSERT INTO decision "
                    "(id, movement_id, movement_occurred_at, outcome, officer, decided_at, supersedes) "
                    "VALUES (CAST(:id AS uuid), CAST(:movement AS uuid), now(), 'admitted', 'officer', now(), "
                    "CAST(:supersedes AS uuid))"
                ),
                {"id": decision, "movement": movement, "supersedes": supersedes},
            )

    await decide(first, None)
    with pytest.raises(IntegrityError):
        await decide(second, None)
    await decide(second, first)
    with pytest.raises(IntegrityError):
        await decide(third, first)


@pytest.mark.parametrize("statement", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", "TRUNCATE {0}"])
@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("movement", "sex"),
        ("finding", "cause"),
        ("decision", "note"),
        ("audit", "actor"),
        ("outbox", "kind"),
        ("hit", "cause"),
        ("hit_case", "document_key"),
        ("adjudication", "note"),
        ("clearance", "note"),
        ("clearance_ending", "reason"),
        ("entry_alias", "reason"),
    ],
)
async def test_facts_can_only_be_added(session: AsyncSession, table: str, column: str, statement: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        await session.execute(sa.text(statement.format(table, column)))


async def test_partitions_are_no_way_around_that(session: AsyncSession) -> None:
    partitions = sa.text(
        "SELECT inhrelid::regclass::text, p FROM pg_inherits, unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS p "
        "WHERE inhparent IN ('movement'::regclass, 'finding'::regclass) AND has_table_privilege(inhrelid, p)"
    )
    count = await session.scalar(sa.text("SELECT count(*) FROM pg_inherits WHERE inhparent = 'movement'::regclass"))
    assert (await session.execute(partitions)).all() == []
    assert count > 3


async def test_the_service_owns_nothing_and_makes_nothing(session: AsyncSession) -> None:
    assert await session.scalar(sa.text("SELECT current_user")) == JUDGE
    owned = sa.text("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = ANY (CAST(:ours AS text[]))")
    assert await session.scalar(owned, {"ours": [*ROLES, LOGIN]}) == 0
    with pytest.raises(DBAPIError, match="permission denied"):
        await session.execute(sa.text("CREATE TABLE mine (id int)"))


async def test_the_role_comes_back_after_a_reset(session: AsyncSession) -> None:
    await session.execute(sa.text("RESET ROLE"))
    assert await session.scalar(sa.text("SELECT current_user")) == SERVICE


@pytest.fixture
async def empty(postgres: PostgresServer, execute: Execute) -> AsyncIterator[str]:
    await execute(postgres, f"CREATE DATABASE empty OWNER {OWNER}")
    yield "empty"
    await execute(postgres, "DROP DATABASE empty WITH (FORCE)")


async def _alembic(url: str) -> int:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "alembic",
        "upgrade",
        "head",
        cwd=Path(__file__).parents[2],
        env={**os.environ, "DATABASE_URL": url},
    )
    return await process.wait()


async def test_two_that_migrate_at_once_do_it_once(postgres: PostgresServer, execute: Execute, empty: str) -> None:
    url = postgres.url(OWNER, empty)
    address = url.render_as_string(hide_password=False)
    assert await asyncio.gather(_alembic(address), _alembic(address)) == [0, 0]
    await asyncio.gather(asyncio.to_thread(migrate, url), asyncio.to_thread(migrate, url))
    with pytest.raises(asyncpg.DuplicateTableError):
        await execute(postgres, "CREATE TABLE movement (id int)", database=empty, role=OWNER)


async def test_readers_cannot_write(database: Database) -> None:
    async with database.reader_sessions() as session:
        with pytest.raises(DBAPIError, match="read-only transaction"):
            await session.execute(sa.text("INSERT INTO audit (actor, actor_kind, action) VALUES ('a', 'service', 'a')"))
