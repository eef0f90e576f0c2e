"""A record of another post, opened with a reason: who may, for how long, who hears of it, and what stays shut."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from cases import crossing
from service import consultations, inspection
from service.access import Actor, Role
from service.domain import Direction
from service.freshness import bring_up_to_date
from service.policy import default_policy
from service.unusual import Thresholds
from watchlist.index import Index

Platform = Any  # of tests/api/conftest.py, which cannot be imported
SUPERVISORS = {"zur": "IQ-ZUR", "trb": "IQ-TRB", "shl": "IQ-SHL"}
OFFICER = Actor(UUID(int=1), "booth", frozenset({Role.FIRST_LINE}), frozenset({"*"}))


@pytest.fixture
async def movement(platform: Platform) -> UUID:
    """One at IQ-ZUR."""
    sessions = platform.services.database.sessions
    platform.services.parts.policy = default_policy()
    await bring_up_to_date(sessions)
    made = replace(crossing("IQ-ZUR", Direction.ENTRY, f"{platform.clock() - timedelta(days=2):%Y-%m-%d}"), id=uuid4())
    await inspection.inspect(sessions, Index.build(()), default_policy(), made, actor=OFFICER, now=platform.clock())
    return made.id


@pytest.fixture
async def people(platform: Platform, movement: UUID) -> SimpleNamespace:
    """Officers of IQ-TRB, and a supervisor of each post."""
    trb = frozenset({"IQ-TRB"})
    made = {
        name: await platform.officer(Role.SUPERVISOR, posts=frozenset({post}), username=f"boss.{name}")
        for name, post in SUPERVISORS.items()
    }
    return SimpleNamespace(
        **made,
        first=await platform.officer(Role.FIRST_LINE, posts=trb, username="layla"),
        protection=await platform.officer(Role.PROTECTION, posts=trb, username="noor"),
        auditor=await platform.officer(Role.AUDITOR, username="auditor"),
    )


def wish(movement: UUID, **more: Any) -> dict[str, Any]:
    words = "the mother stands here, her child was recorded there"
    return {
        "id": str(uuid4()),
        "movement_id": str(movement),
        "reason_code": "traveller_present",
        "reason": words,
        **more,
    }


async def test_glass_is_broken_looked_through_told_and_reviewed(
    platform: Platform, movement: UUID, people: SimpleNamespace
) -> None:
    client, record = platform.client, f"/v1/inspections/{movement}"
    assert (await client.get(record, headers=people.first)).status_code == 403
    asked = wish(movement)
    made = await client.post("/v1/broken-glass", json=asked, headers=people.first)
    assert made.status_code == 201, made.text
    assert (await client.post("/v1/broken-glass", json=asked, headers=people.first)).json() == made.json()
    glass = f"/v1/broken-glass/{asked['id']}"
    seen = await client.get(glass, headers=people.first)
    assert (seen.status_code, seen.json()["id"], seen.json()["second_line"]) == (200, str(movement), False)
    assert (await client.get(glass, headers=people.zur)).status_code == 404, "another's"
    told = {
        name: [(n["kind"], n["details"]["reason_code"]) for n in (await client.get("/v1/notices", headers=who)).json()]
        for name, who in vars(people).items()
        if name in SUPERVISORS
    }
    assert told == {
        "zur": [("break_glass", "traveller_present")],
        "trb": [("break_glass", "traveller_present")],
        "shl": [],
    }
    (notice,) = (await client.get("/v1/notices?open=true", headers=people.auditor)).json()
    review = {"outcome": "justified", "note": "spoke to both"}
    path = f"/v1/notices/{notice['id']}/review"
    assert (await client.post(path, json=review, headers=people.shl)).status_code == 404
    assert (await client.post(path, json=review, headers=people.trb)).json()["reviewed_by_name"]
    assert (await client.post(path, json=review, headers=people.zur)).status_code == 409
    assert (await client.get("/v1/notices?open=true", headers=people.zur)).json() == []
    platform.clock.advance(minutes=14)
    assert (await client.get(glass, headers=people.first)).status_code == 200
    platform.clock.advance(minutes=2)
    assert (await client.get(glass, headers=people.first)).status_code == 403


async def test_the_trail_keeps_the_reason_and_every_look(
    platform: Platform, movement: UUID, people: SimpleNamespace
) -> None:
    asked = wish(movement)
    await platform.client.post("/v1/broken-glass", json=asked, headers=people.first)
    await platform.client.get(f"/v1/broken-glass/{asked['id']}", headers=people.first)
    rows = [row for row in await platform.trail() if row.subject == str(movement) and row.action != "inspect"]
    assert [row.action for row in rows] == ["break_glass", "read_inspection"]
    assert rows[0].details == {"reason_code": "traveller_present", "reason": asked["reason"]}
    assert rows[1].details == {"broken_glass": asked["id"]}


@pytest.mark.parametrize(("who", "status"), [("protection", 403), ("auditor", 403), ("zur", 409)])
async def test_who_breaks_none(
    platform: Platform, movement: UUID, people: SimpleNamespace, who: str, status: int
) -> None:
    made = await platform.client.post("/v1/broken-glass", json=wish(movement), headers=getattr(people, who))
    assert made.status_code == status


@pytest.mark.parametrize("wrong", [{"reason": "because"}, {"reason": "x" * 501}, {"reason_code": "curious"}])
async def test_it_needs_a_reason(
    platform: Platform, movement: UUID, people: SimpleNamespace, wrong: dict[str, Any]
) -> None:
    made = await platform.client.post("/v1/broken-glass", json=wish(movement, **wrong), headers=people.first)
    assert made.status_code == 422


async def test_nobody_reviews_what_was_about_themselves(
    platform: Platform, movement: UUID, people: SimpleNamespace
) -> None:
    await platform.client.post("/v1/broken-glass", json=wish(movement), headers=people.trb)
    (notice,) = (await platform.client.get("/v1/notices", headers=people.trb)).json()
    review = {"outcome": "justified", "note": "it was me"}
    answer = await platform.client.post(f"/v1/notices/{notice['id']}/review", json=review, headers=people.trb)
    assert answer.status_code == 403


async def test_another_purpose_than_the_ordinary_one_needs_its_reason(
    platform: Platform, movement: UUID, people: SimpleNamespace
) -> None:
    for_redress = {**people.zur, "Mabar-Purpose": "redress"}
    record = f"/v1/inspections/{movement}"
    assert (await platform.client.get(record, headers=for_redress)).json()["type"] == "urn:mabar:problem:reason-needed"
    why = {**for_redress, "Mabar-Reason": "request%20of%202026-03-02"}
    assert (await platform.client.get(record, headers=why)).status_code == 200
    row = (await platform.trail())[-1]
    assert (row.purpose, row.details) == ("redress", {"reason": "request of 2026-03-02"})
    for_statistics = {**people.zur, "Mabar-Purpose": "statistics", "Mabar-Reason": "curiosity"}
    assert (await platform.client.get(record, headers=for_statistics)).status_code == 403
    assert (await platform.client.get(record, headers={**people.zur, "Mabar-Purpose": "x"})).status_code == 422


async def test_the_chore_tells_supervisors_of_unusual_consultation_once(
    platform: Platform, movement: UUID, people: SimpleNamespace
) -> None:
    """An officer whose name the record bears."""
    await platform.account("suhaib.al.tarawneh", Role.FIRST_LINE, posts=frozenset({"IQ-ZUR"}))
    token = (await platform.sign_in("suhaib.al.tarawneh")).json()["token"]
    sessions = platform.services.database.sessions
    async with sessions.begin() as session:
        await session.execute(
            sa.text("UPDATE account SET display_name = 'Suhaib Altarawneh' WHERE username LIKE 'suh%'")
        )
    await platform.client.get(f"/v1/inspections/{movement}", headers={"Authorization": f"Bearer {token}"})
    now = platform.clock() + timedelta(minutes=1)
    assert await consultations.work_off(sessions, Thresholds(), now=now) == 1
    assert await consultations.work_off(sessions, Thresholds(), now=now) == 0
    (notice,) = (await platform.client.get("/v1/notices", headers=people.zur)).json()
    assert (notice["kind"], notice["officer_name"]) == ("own_name", "Suhaib Altarawneh")
    assert notice["details"]["subject"] == str(movement)
