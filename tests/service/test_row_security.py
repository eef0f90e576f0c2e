"""The second wall: what the database itself shows to whom, whatever the service asks."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from cases import crossing
from service import audit, freshness, inspection
from service.access import Actor, Purpose, Role
from service.acting import SERVICE, Acting, Reach, acting
from service.database import Database
from service.domain import Crossing, Direction, PartialDate, Traveller
from service.policy import default_policy
from watchlist.index import Index

NOW = datetime.now(UTC)
CHILD = Traveller("AL TARAWNEH", "SALMA", "JOR", PartialDate(NOW.year - 9, 5, 17), "F")
OFFICER = Actor(UUID(int=1), "layla", frozenset({Role.FIRST_LINE}), frozenset({"*"}))
BORDER = Purpose.BORDER_CONTROL
POSTS = frozenset({"IQ-ZUR"})
# Tables without a traveller, an entry or an officer's doings in them, or that are asked before anybody is known.
OPEN_TABLES = set(
    "account account_recovery alembic_version audit_chain audit_checkpoint audit_link audit_node crossing_point "
    "data_key device_key entry_alias erasure erasure_notice going inspection_key known_workstation legal_hold "
    "list_purpose list_source list_version paper_form paper_form_spoilt passkey passkey_challenge policy policy_change "
    "post_counter protection_partner provider_request pseudonym_key rescreening session statistic statistic_basis "
    "statistic_delta statistic_span waiting watchlist".split()
)


def desk(purpose: Purpose | None = BORDER, posts: frozenset[str] = POSTS, actor: str = "1") -> Acting:
    return Acting(Reach.DESK, purpose, posts, actor)


ANALYST = Acting(Reach.ANALYST, Purpose.STATISTICS, frozenset({"*"}))


@pytest.fixture
async def log(undone: Database) -> AsyncIterator[Database]:
    """Two movements, at IQ-ZUR and IQ-TRB, of one child alone, which protection is told of."""
    await freshness.bring_up_to_date(undone.sessions)
    when = f"{NOW - timedelta(days=2):%Y-%m-%d}"
    for post in ("IQ-ZUR", "IQ-TRB"):
        made = crossing(post, Direction.ENTRY, when, id=uuid4(), traveller=CHILD)
        await _inspected(undone, replace(made, document=replace(made.document, document_number=f"N{post[-3:]}")))
    yield undone


async def _inspected(database: Database, made: Crossing) -> None:
    index: Any = SimpleNamespace(current=Index.build(()))
    await inspection.inspect(database.sessions, index.current, default_policy(), made, actor=OFFICER, now=NOW)


async def _ask(database: Database, who: Acting | None, statement: str) -> list[Any]:
    with acting(who):
        async with database.sessions() as session:
            return list(await session.execute(sa.text(statement)))


async def _posts_seen(database: Database, who: Acting | None, table: str = "movement") -> list[str]:
    return sorted(row[0] for row in await _ask(database, who, f"SELECT crossing_point FROM {table}"))


async def test_a_desk_sees_its_posts_and_no_other(log: Database) -> None:
    assert await _posts_seen(log, SERVICE) == ["IQ-TRB", "IQ-ZUR"]
    assert await _posts_seen(log, desk()) == ["IQ-ZUR"]
    assert await _posts_seen(log, desk(posts=frozenset({"IQ-SHL"}))) == []
    assert await _posts_seen(log, desk(posts=frozenset({"*"}))) == ["IQ-TRB", "IQ-ZUR"]


@pytest.mark.parametrize(
    "purpose", [None, Purpose.AUDIT, Purpose.STATISTICS, Purpose.ADMINISTRATION, Purpose.WATCHLIST]
)
async def test_for_no_purpose_of_travellers_there_are_none(log: Database, purpose: Purpose | None) -> None:
    everywhere = desk(purpose, frozenset({"*"}))
    for table in ("movement", "finding", "decision", "stay", "hit", "protection_record", "outbox", "reading"):
        assert await _ask(log, everywhere, f"SELECT 1 FROM {table}") == [], table


async def test_where_nobody_acts_there_is_nobody_to_see(log: Database) -> None:
    guarded = await _guarded(log)
    async with log.engine.connect() as connection:  # as the pool hands it out: nobody has said anything
        for table in guarded:
            assert (await connection.execute(sa.text(f'SELECT 1 FROM "{table}" LIMIT 1'))).all() == [], table


async def test_every_table_with_people_in_it_is_guarded(log: Database) -> None:
    every = await _ask(
        log,
        SERVICE,
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') "
        "AND NOT relispartition",
    )
    assert {row[0] for row in every} - set(await _guarded(log)) <= OPEN_TABLES


async def _guarded(database: Database) -> list[str]:
    rows = await _ask(
        database,
        SERVICE,
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND NOT relispartition "
        "AND relrowsecurity AND relforcerowsecurity",
    )
    return [row[0] for row in rows]


async def test_partitions_are_closed_to_all_but_their_parent(log: Database) -> None:
    open_ = await _ask(
        log,
        SERVICE,
        "SELECT count(*) FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid WHERE inhparent IN "
        "('movement'::regclass, 'finding'::regclass) AND c.relkind = 'r' AND NOT relforcerowsecurity",
    )
    assert open_[0][0] == 0


async def test_protection_is_seen_for_protection_alone(log: Database) -> None:
    for purpose in Purpose:
        seen = await _ask(log, desk(purpose, frozenset({"*"})), "SELECT 1 FROM protection_record")
        assert bool(seen) == (purpose is Purpose.PROTECTION), purpose
    assert await _ask(log, desk(Purpose.PROTECTION, frozenset({"IQ-SHL"})), "SELECT 1 FROM protection_record") == []


async def test_an_analyst_counts_and_has_no_right_to_a_name(log: Database) -> None:
    (row,) = await _ask(log, ANALYST, "SELECT count(*), count(DISTINCT nationality) FROM movement")
    assert tuple(row) == (2, 1)
    for column in ("primary_identifier", "document_number", "date_of_birth", "person_keys", "officer", "details"):
        with pytest.raises(DBAPIError, match="permission denied"):
            await _ask(log, ANALYST, f"SELECT {column} FROM movement")
    for table in ("protection_record", "correction", "clearance", "outbox", "account", "list_entry", "audit"):
        with pytest.raises(DBAPIError, match="permission denied"):
            await _ask(log, ANALYST, f"SELECT * FROM {table}")


async def test_an_auditor_sees_accesses_and_not_people(log: Database) -> None:
    auditor = desk(Purpose.AUDIT)
    assert {row[0] for row in await _ask(log, auditor, "SELECT crossing_point FROM audit")} == {"IQ-ZUR"}
    assert await _ask(log, desk(), "SELECT 1 FROM audit") == []


@pytest.mark.parametrize("who", [desk(), ANALYST, None], ids=["desk", "analyst", "nobody"])
async def test_everybody_leaves_a_trace_and_reads_none_back(log: Database, who: Acting | None) -> None:
    async def traced(session: AsyncSession) -> None:
        await audit.record(session, OFFICER, "read_movements", purpose="border_control", subject=str(uuid4()))

    with acting(who):
        async with log.sessions.begin() as session:
            await traced(session)
    assert await _ask(log, SERVICE, "SELECT 1 FROM audit WHERE action = 'read_movements'")


@pytest.mark.parametrize("statement", ["INSERT INTO stay_end VALUES (gen_random_uuid(), gen_random_uuid(), now())"])
async def test_a_desk_writes_no_fact(log: Database, statement: str) -> None:
    with pytest.raises(DBAPIError, match="row-level security"):
        await _ask(log, desk(), statement)


HISTORY = (
    "SELECT * FROM movement WHERE document_key = 'IRQ:A1' OR person_keys && '{a,b}'::text[] OR marks && '{c}'::text[]"
)


async def _plan(database: Database, who: Acting | None, statement: str) -> str:
    with acting(who):
        async with database.sessions() as session:
            await session.execute(sa.text("SET LOCAL enable_seqscan = off"))
            told = await session.scalar(sa.text(f"EXPLAIN (FORMAT JSON, COSTS OFF) {statement}"))
            return json.dumps(told)


async def test_what_the_judge_asks_is_planned_as_without_row_security(clone: Database) -> None:
    """The policies are constant for the judge, so that no operator has to be leakproof to use its index."""
    guarded = await _plan(clone, SERVICE, HISTORY)
    assert "movement_2" in guarded and "_person_keys_idx" in guarded and "_marks_idx" in guarded
    assert "InitPlan" not in guarded and "SubPlan" not in guarded and "sees" not in guarded
    confined = await _plan(clone, desk(), HISTORY)
    assert "_person_keys_idx" not in confined, "the trap is there: a confined desk would read every row"
    async with clone.sessions() as session:
        await session.execute(sa.text("SELECT set_config('role', 'mabar_owner', true)"))
        for table in ("movement", "finding", "decision", "correction"):
            await session.execute(sa.text(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"))
            await session.execute(sa.text(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"))
        await session.execute(sa.text("SET LOCAL enable_seqscan = off"))
        without = json.dumps(await session.scalar(sa.text(f"EXPLAIN (FORMAT JSON, COSTS OFF) {HISTORY}")))
    assert guarded == without


async def test_the_owner_by_a_mere_connection_sees_nobody(clone: Database) -> None:
    async with clone.sessions() as session:
        await session.execute(sa.text("INSERT INTO audit (actor, actor_kind, action) VALUES ('a', 'service', 'a')"))
        await session.execute(sa.text("SELECT set_config('mabar.purpose', '', true)"))
        assert await session.scalar(sa.text("SELECT count(*) FROM audit")) == 1
        await session.execute(sa.text("SELECT set_config('role', 'none', true)"))
        assert await session.scalar(sa.text("SELECT count(*) FROM audit")) == 0
        await session.execute(sa.text("SELECT set_config('mabar.purpose', 'maintenance', true)"))
        assert await session.scalar(sa.text("SELECT count(*) FROM audit")) == 1
