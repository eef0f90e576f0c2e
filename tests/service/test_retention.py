"""What has had its time goes, what is still needed stays, and both can be shown afterwards."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from bench.trail import SIGNER
from made_up import crossing
from service import envelope, holds, retention, store, trail
from service.access import ALL_POSTS, Actor, Role
from service.acting import SERVICE, acting
from service.correcting import Correction, CorrectionKind
from service.database import Database
from service.domain import Finding, Inspection, Severity, TravelDocument
from service.errors import Forbidden, HoldRefused
from service.holds import NewHold
from service.keeping import DataClass, Keep, Retention, RetentionError, default_retention, load_retention
from service.people_store import add_correction
from service.sealed import SealBroken
from service.vault import Guarded
from verifier.trail import BETWEEN_NOTES, CHECKPOINTS, EVENTS, Verifier, verify

NOW = datetime(2026, 11, 22, 3, 30, tzinfo=UTC)
POLICY = default_retention()
SUPERVISOR = Actor(UUID(int=3), "supervisor", frozenset({Role.SUPERVISOR}), frozenset({ALL_POSTS}))
OTHER = replace(SUPERVISOR, id=UUID(int=4))
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def as_the_service() -> Iterator[None]:
    with acting(SERVICE):
        yield


def years(count: float) -> datetime:
    return NOW - timedelta(days=365.25 * count)


async def recorded(database: Database, at: datetime, document: str = "K1", *findings: Finding, **more: Any) -> UUID:
    """A movement of that time as the service records it, with its fact."""
    made = crossing(occurred_at=at, document=TravelDocument("P", "IRN", document), **more)
    with acting(SERVICE):
        async with database.sessions.begin() as session:
            await store.claim(session, made, bytes(32), at)
            inspection = Inspection(made, findings, "v1", "p1")
            await store.add_inspection(session, inspection, actor=SUPERVISOR, now=at, reading_id=None)
    return made.id


async def told(database: Database, statement: str, **said: Any) -> list[Any]:
    async with database.eraser_sessions() as session:
        return list(await session.scalars(sa.text(statement), said))


async def written(database: Database, statement: str, **said: Any) -> None:
    with acting(SERVICE):
        async with database.sessions.begin() as session:
            await session.execute(sa.text(statement), said)


async def movements(database: Database) -> set[UUID]:
    return set(await told(database, "SELECT id FROM movement"))


async def let_go(database: Database, policy: Retention = POLICY) -> list[retention.Proof]:
    """Announce, wait until the notice is over, and run."""
    await retention.announce(database.eraser_sessions, policy, now=NOW - policy.notice)
    return await retention.run(database.eraser_sessions, policy, now=NOW)


# --- the policy ----------------------------------------------------------------------------------------------------

TEXT = (Path(__file__).parents[2] / "service" / "default_retention.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("[hit]\ndays = 1096", "[hit]\ndays = 9999", "longer than the movement"),
        ("days = 1826", "days = 90", "at least 200"),
        ("[finding]\ndays = 1096\ncitation", "[finding]\ndays = 1096\n# citation", "citation"),
        ("notice_days = 14", "notice_days = 0", "at least 1"),
        ('keep = "none"', 'keep = "all"', "none, zone, page"),
        ("[reading]", "[readings]", "readings"),
    ],
)
def test_a_policy_that_cannot_be_is_refused_with_its_place(before: str, after: str, said: str) -> None:
    assert before in TEXT
    with pytest.raises(RetentionError, match=said):
        load_retention(TEXT.replace(before, after))


def test_nothing_of_a_picture_is_kept_unless_a_post_is_named() -> None:
    assert POLICY.kept_at("IQ-ZUR") is POLICY.kept_at(None) is Keep.NONE
    named = load_retention(TEXT.replace('keep = "none"', 'keep = "none"\nkeep_at = { IQ-ZUR = "zone" }'))
    assert (named.kept_at("IQ-ZUR"), named.kept_at("IQ-SHL")) == (Keep.ZONE, Keep.NONE)


# --- what goes, what stays -----------------------------------------------------------------------------------------


async def test_nothing_goes_that_was_not_announced_long_enough(clone: Database) -> None:
    old = await recorded(clone, years(6))
    erasers = clone.eraser_sessions
    assert await retention.run(erasers, POLICY, now=NOW) == []
    (notice,) = await retention.announce(erasers, POLICY, now=NOW)
    assert (notice.class_, notice.records, notice.erase_from) == ("movement", 1, NOW + POLICY.notice)
    assert await retention.announce(erasers, POLICY, now=NOW + DAY) == []  # said once
    assert await retention.run(erasers, POLICY, now=NOW + POLICY.notice - DAY) == []
    assert await movements(clone) == {old}
    (plan,) = [
        each
        for each in await retention.plan(erasers, POLICY, now=NOW, actor=SUPERVISOR)
        if each.data_class is DataClass.MOVEMENT
    ]
    assert (plan.records, plan.going, plan.waiting) == (1, 1, 1)
    await retention.run(erasers, POLICY, now=NOW + POLICY.notice)
    assert await movements(clone) == set()


async def test_before_a_policy_is_in_force_nothing_is_erased_by_it(clone: Database) -> None:
    await recorded(clone, years(6))
    later = replace(POLICY, effective_from=date(2027, 1, 1))
    assert await let_go(clone, later) == []


@dataclass(frozen=True)
class Made:
    """A movement of a made-up world, and why it stays though its time is up."""

    at: datetime
    reason: str | None


REASONS = (None, None, None, "hold", "document", "inside", "left_lately", "open_hit", "ruled_lately", "protection")


LATELY = NOW - timedelta(days=100)
STAY = (
    "INSERT INTO stay (entry_id, crossing_point, entered_at, basis, ended_at) VALUES (:id, 'IQ-SHL', :at, 'visa', {})"
)
CASE = "INSERT INTO hit_case (id, opened_at, movement_id, document_key) VALUES (:id, :at, :id, :key)"
HIT = (
    "INSERT INTO hit (id, case_id, list, entry_id, rule, score, movement_id, movement_occurred_at, crossing_point, "
    "raised_at) VALUES (:id, :id, 'un', '1', 'W2', 1, :id, :at, 'IQ-SHL', :at)"
)
RULED = (
    "INSERT INTO adjudication (id, hit_id, outcome, reason_code, officer, decided_at) "
    "VALUES (gen_random_uuid(), :id, 'cleared', 'namesake', 'o', :lately)"
)
PROTECTED = "INSERT INTO protection_case (movement_id, crossing_point, opened_at) VALUES (:id, 'IQ-SHL', :lately)"
WHY = {
    "inside": [STAY.format("'infinity'")],
    "left_lately": [STAY.format("CAST(:lately AS timestamptz)")],
    "open_hit": [CASE, HIT],
    "ruled_lately": [CASE, HIT, RULED],
    "protection": [PROTECTED],
}


async def _with_reason(database: Database, id: UUID, document: str, made: Made) -> None:
    if made.reason in ("hold", "document"):
        whole = made.reason == "document"
        asked = NewHold(uuid4(), id, whole, "a claim is pending", "a court's order", date(2027, 3, 1))
        await holds.place(database.sessions, asked, actor=SUPERVISOR, now=NOW)
    said = {"id": id, "at": made.at, "key": f"IRN:{document}", "lately": LATELY}
    for statement in WHY.get(made.reason or "", ()):
        used = {name: value for name, value in said.items() if f":{name}" in statement}
        await written(database, statement, **used)


@pytest.mark.parametrize("seed", [1, 2])
async def test_what_is_younger_stays_and_what_is_older_goes_without_a_reason(clone: Database, seed: int) -> None:
    chance = random.Random(seed)
    world: dict[UUID, Made] = {}
    for number in range(30):
        made = Made(NOW - timedelta(days=chance.uniform(1750, 2100)), chance.choice(REASONS))
        id = await recorded(clone, made.at, f"K{number}")
        await _with_reason(clone, id, f"K{number}", made)
        world[id] = made
    cutoff = POLICY.cutoff(DataClass.MOVEMENT, NOW)
    stays = {id for id, made in world.items() if made.at >= cutoff or made.reason is not None}
    assert 5 < len(stays) < 28
    proofs = await let_go(clone)
    assert await movements(clone) == stays
    gone = sum(each.erased.get("movement", 0) for each in proofs)
    assert gone == len(world) - len(stays)
    kept = {reason for each in proofs for reason in each.kept}
    assert kept <= {"hold", "stay", "hit", "protection", "open_hit", "younger"}
    assert await told(clone, "SELECT id FROM going") == []
    assert await let_go(clone) == []


async def test_all_that_hangs_on_a_movement_goes_with_it_and_the_chains_hold(clone: Database, tmp_path: Path) -> None:
    found = Finding("M1", 1, Severity.NOTICE, "m1.message")
    old, young = await recorded(clone, years(6), "K1", found), await recorded(clone, years(1), "K2", found)
    async with clone.sessions.begin() as session:
        for id in (old, young):
            movement = await store.movement(session, id)
            said = Correction(uuid4(), id, CorrectionKind.DATA, {"sex": "M"}, "seen", "pass", "o", "IQ-SHL", NOW, 1)
            await add_correction(session, said, movement.crossing.occurred_at, movement.crossing)
        await session.execute(sa.text("INSERT INTO waiting VALUES (:id, now(), 'due')"), {"id": old})
    proofs = await let_go(clone)
    for table in ("movement", "inspection_key", "correction", "finding"):
        column = {"movement": "id", "inspection_key": "id"}.get(table, "movement_id")
        assert await told(clone, f"SELECT {column} FROM {table}") == [young], table
    assert await told(clone, "SELECT movement_id FROM waiting") == []
    bodies = await told(clone, "SELECT body::text FROM outbox ORDER BY seq")
    assert bodies[0] == "{}"
    assert "K2" in bodies[1]
    assert not any("K1" in str(each.erased) + str(each.kept) for each in proofs)


async def test_a_finding_goes_before_its_movement_and_out_of_what_was_told(clone: Database) -> None:
    found = Finding("M1", 1, Severity.NOTICE, "m1.message")
    id = await recorded(clone, years(4), "K1", found)
    await let_go(clone)
    assert await movements(clone) == {id}
    assert await told(clone, "SELECT id FROM finding") == []
    assert await told(clone, "SELECT body::text FROM outbox") == ["{}"]


async def test_a_month_of_which_nothing_is_left_loses_partition_and_key(clone: Database) -> None:
    month = date(2026, 11, 1)
    await written(clone, "SELECT ensure_partitions('2020-11-01', '2020-11-30')")
    await recorded(clone, datetime(2020, 11, 15, tzinfo=UTC))
    long_ago = datetime(2025, 3, 5, tzinfo=UTC)
    async with clone.sessions.begin() as session:
        sealed = await envelope.seal(session, Guarded.CONTACT, "x", b"+964", long_ago)
        await envelope.seal(session, Guarded.CONTACT, "x", b"+964", NOW)
    proofs = await let_go(clone)
    assert [each.keys for each in proofs if each.keys] == [[sealed.key_id]]
    async with clone.sessions() as session:
        with pytest.raises(SealBroken, match="destroyed"):
            await envelope.open_sealed(session, "x", sealed)
    left = await told(clone, "SELECT relname FROM pg_class WHERE relname LIKE 'movement_20%' AND relkind = 'r'")
    assert "movement_2020_11" not in left
    assert f"movement_{month:%Y_%m}" in left


# --- holds ---------------------------------------------------------------------------------------------------------


async def test_a_hold_keeps_a_document_with_all_its_movements_until_another_person_ends_it(clone: Database) -> None:
    old, older, other = [await recorded(clone, years(n), doc) for n, doc in ((6, "K1"), (7, "K1"), (6, "K2"))]
    asked = NewHold(uuid4(), old, True, "a claim is pending", "a court's order", date(2027, 1, 1))
    placed = await holds.place(clone.sessions, asked, actor=SUPERVISOR, now=NOW)
    assert await holds.place(clone.sessions, asked, actor=SUPERVISOR, now=NOW)  # said again
    await let_go(clone)
    assert await movements(clone) == {old, older}
    with pytest.raises(Forbidden, match="another"):
        await holds.end(clone.sessions, placed.id, "settled", actor=SUPERVISOR, now=NOW)
    await holds.end(clone.sessions, placed.id, "settled", actor=OTHER, now=NOW)
    with pytest.raises(HoldRefused, match="ended already"):
        await holds.end(clone.sessions, placed.id, "settled", actor=OTHER, now=NOW)
    await let_go(clone)
    assert await movements(clone) == set()
    assert other not in await movements(clone)


@pytest.mark.parametrize("statement", ["DELETE FROM movement", "DELETE FROM audit", "UPDATE outbox SET body = '{}'"])
async def test_the_service_erases_nothing(database: Database, statement: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        await written(database, statement)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO movement SELECT * FROM movement",
        "UPDATE movement SET sex = 'X'",
        "UPDATE legal_hold SET ended_at = now()",
        "UPDATE audit SET actor = 'x'",
        "UPDATE outbox SET digest = digest",
        "DROP TABLE movement",
        "UPDATE erasure SET class = 'x'",
    ],
)
async def test_the_eraser_does_nothing_else(database: Database, statement: str) -> None:
    with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
        async with database.eraser_sessions.begin() as session:
            await session.execute(sa.text(statement))


# --- proof ---------------------------------------------------------------------------------------------------------


async def exported(database: Database, folder: Path) -> Path:
    folder.mkdir()  # noqa: ASYNC240  # at once
    notes = await trail.export_begun(database.sessions, SIGNER, now=NOW)
    (folder / CHECKPOINTS).write_text(BETWEEN_NOTES.join(notes), "utf-8")
    lines = [f"{e.chain}\t{e.seq}\t{e.head.hex()}\t{e.text}\n" async for e in trail.exported(database.sessions)]
    (folder / EVENTS).write_text("".join(lines), "utf-8")
    return folder


async def aged_trail(database: Database, at: datetime, count: int) -> None:
    """Events of a time, put in as the database would have had them then."""
    async with database.eraser_sessions.begin() as session:
        for number in range(count):
            await session.execute(
                sa.text(
                    "INSERT INTO audit (at, actor, actor_kind, action, crossing_point, subject) "
                    "VALUES (:at, 'o', 'account', 'inspect', :post, 'movement')"
                ),
                {"at": at, "post": ("IQ-ZUR", None)[number % 2]},
            )


async def test_an_erased_trail_verifies_and_says_what_is_gone(clone: Database, tmp_path: Path) -> None:
    await aged_trail(clone, years(11), 6)
    await trail.seal(clone.sessions, SIGNER, now=years(11))
    await aged_trail(clone, years(1), 4)
    proofs = await let_go(clone)
    assert [each.erased["audit"] for each in proofs if each.data_class is DataClass.AUDIT] == [6]
    folder = await exported(clone, tmp_path / "export")
    result = verify(folder, Verifier.parse(SIGNER.verifier))
    assert result.wrong == []
    assert result.erased == {"IQ-ZUR": 3, "-": 3}


async def test_an_event_that_goes_without_an_erasure_is_found(clone: Database, clone_url: str, tmp_path: Path) -> None:
    await aged_trail(clone, years(1), 6)
    await trail.seal(clone.sessions, SIGNER, now=years(1))
    async with clone.eraser_sessions.begin() as session:  # somebody with the eraser's role
        await session.execute(sa.text("UPDATE audit_link SET erased_at = now() WHERE chain = 'IQ-ZUR' AND seq = 2"))
        await session.execute(
            sa.text("DELETE FROM audit WHERE id = (SELECT event_id FROM audit_link WHERE chain = 'IQ-ZUR' AND seq = 2)")
        )
    result = verify(await exported(clone, tmp_path / "export"), Verifier.parse(SIGNER.verifier))
    assert [(one.chain, one.seq, "no erasure" in one.what) for one in result.wrong] == [("IQ-ZUR", 2, True)]


async def test_an_erasure_of_what_a_checkpoint_shows_to_be_younger_is_found(clone: Database, tmp_path: Path) -> None:
    await aged_trail(clone, years(11), 2)
    await trail.seal(clone.sessions, SIGNER, now=NOW - DAY)  # so late that what follows cannot be ten years old
    await aged_trail(clone, years(11), 2)  # says so, and is not
    await let_go(clone)
    result = verify(await exported(clone, tmp_path / "export"), Verifier.parse(SIGNER.verifier))
    assert {(one.chain, "before its time" in one.what) for one in result.wrong} == {("IQ-ZUR", True), ("-", True)}


_KILLED = """
import asyncio, os, signal, sys
from datetime import UTC, datetime
from pydantic import SecretStr
from service import retention, retention_store
from service.database import open_database
from service.keeping import default_retention
from service.settings import Settings

plain, left = retention_store._delete, [int(sys.argv[2])]
async def killed(*args):
    await plain(*args)
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
retention_store._delete = killed

async def main():
    async with open_database(Settings(database_url=SecretStr(os.environ["URL"]))) as database:
        await retention.run(database.eraser_sessions, default_retention(), now=datetime.fromisoformat(sys.argv[1]))
asyncio.run(main())
"""


async def test_a_run_that_is_killed_is_finished_by_the_next(clone: Database, clone_url: str, tmp_path: Path) -> None:
    world = [await recorded(clone, years(n), f"K{n}") for n in (6, 7, 8)]
    stays = await recorded(clone, years(1), "K1")
    await retention.announce(clone.eraser_sessions, POLICY, now=NOW - POLICY.notice)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _KILLED, NOW.isoformat(), "20", env={**os.environ, "URL": clone_url}
    )
    assert await process.wait() == -signal.SIGKILL
    left = await movements(clone)
    assert {stays} < left <= {stays, *world}
    keyed = set(await told(clone, "SELECT id FROM inspection_key"))
    assert keyed == left  # a month goes whole or not at all
    await retention.run(clone.eraser_sessions, POLICY, now=NOW)
    assert await movements(clone) == {stays}
    assert sum(each.erased.get("movement", 0) for each in await retention.erasures(clone.sessions, limit=100)) == 3
