"""The machine's clock is set a day forward and a day back while the service runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from api import wall_clock
from bench.trail import SIGNER
from made_up import OFFICER, crossing
from service import audit, trail
from service.access import Role
from service.database import Database
from service.errors import FutureTime
from service.freshness import bring_up_to_date
from service.inspection import inspect
from service.policy import default_policy
from service.tables import AuditRow
from verifier.trail import BETWEEN_NOTES, CHECKPOINTS, EVENTS, Verifier, verify
from watchlist.index import Index

Platform = Any  # of tests/api/conftest.py, which cannot be imported
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)
PASSWORD = "copper river lantern"


def test_a_clock_that_is_set_is_noticed_and_one_that_goes_is_not() -> None:
    clock = wall_clock.WallClock(NOON, 500.0)
    assert clock.set_by(NOON + timedelta(seconds=10.2), 510.0) is None
    assert clock.set_by(NOON + DAY + timedelta(seconds=20), 520.0) == DAY - timedelta(seconds=0.2)
    assert clock.set_by(NOON + timedelta(seconds=30), 530.0) == -DAY
    assert clock.set_by(NOON + timedelta(hours=8), 530.0 + 8 * 3600 - 30) is None, "the machine slept"


async def test_a_clock_that_is_set_leaves_an_event(undone: Database) -> None:
    clock = wall_clock.WallClock(wall_clock._now() - DAY, wall_clock._steady())
    for _ in range(2):
        await wall_clock.look(undone, clock)
    async with undone.sessions() as session:
        told = list(await session.scalars(select(AuditRow)))
    assert [(row.action, row.actor, row.details) for row in told] == [("clock_set", audit.SERVICE, {"seconds": 86400})]


async def test_a_clock_that_was_set_back_while_nothing_ran_leaves_an_event(
    undone: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await wall_clock.look_back(undone)  # nothing is on record
    async with undone.sessions.begin() as session:
        await audit.record(session, None, "export", purpose="maintenance")
    await wall_clock.look_back(undone)
    monkeypatch.setattr(wall_clock, "_now", lambda: datetime.now(UTC) - DAY)
    await wall_clock.look_back(undone)
    async with undone.sessions() as session:
        told = list(await session.scalars(select(AuditRow).order_by(AuditRow.id)))
    assert [row.action for row in told] == ["export", "clock_set"]
    assert told[1].details["seconds"] in range(-86400, -86390)


async def test_a_session_is_locked_by_a_clock_that_was_set_back_and_outlives_it(platform: Platform) -> None:
    before = await platform.officer(Role.FIRST_LINE)
    platform.clock.advance(days=1)
    assert (await platform.client.get("/v1/account/sessions", headers=before)).status_code == 401  # 12 h are over
    ahead = (await platform.sign_in("first_line")).json()["token"]
    platform.clock.advance(days=-1)
    assert (await platform.client.get("/v1/account/sessions", headers=before)).status_code == 200, "right again"
    ahead_too = {"Authorization": f"Bearer {ahead}"}
    locked = await platform.client.get("/v1/account/sessions", headers=ahead_too)
    assert (locked.status_code, locked.json()["type"]) == (401, "urn:mabar:problem:session-locked")
    unlocked = await platform.client.post("/v1/session/unlock", json={"password": PASSWORD}, headers=ahead_too)
    ahead_too = {"Authorization": f"Bearer {unlocked.json()['token']}"}
    assert (await platform.client.get("/v1/account/sessions", headers=ahead_too)).status_code == 200
    platform.clock.advance(hours=12, minutes=1)
    gone = await platform.client.get("/v1/session", headers=ahead_too)
    assert gone.status_code == 401


async def test_order_and_checkpoints_do_not_hang_on_the_clock(clone: Database, tmp_path: Path) -> None:
    await bring_up_to_date(clone.sessions)
    numbers = []
    for place, at in enumerate((NOON, NOON + DAY, NOON, NOON - DAY)):
        made = crossing(crossing_point="IQ-ZUR", occurred_at=at)
        recorded = await inspect(clone.sessions, Index.build(()), default_policy(), made, actor=OFFICER, now=at)
        numbers.append(recorded.seq)
        assert await trail.seal(clone.sessions, SIGNER, now=at) == 1, place
    assert numbers == [1, 2, 3, 4]

    ahead = crossing(crossing_point="IQ-ZUR", occurred_at=NOON + DAY)
    with pytest.raises(FutureTime, match="86400 s ahead of the service's clock"):
        await inspect(clone.sessions, Index.build(()), default_policy(), ahead, actor=OFFICER, now=NOON)

    notes = await trail.export_begun(clone.sessions, SIGNER, now=NOON)
    (tmp_path / CHECKPOINTS).write_text(BETWEEN_NOTES.join(notes), "utf-8")
    lines = [f"{e.chain}\t{e.seq}\t{e.head.hex()}\t{e.text}\n" async for e in trail.exported(clone.sessions)]
    (tmp_path / EVENTS).write_text("".join(lines), "utf-8")
    result = verify(tmp_path, Verifier.parse(SIGNER.verifier))
    assert (result.wrong, result.sealed["IQ-ZUR"]) == ([], 4)
