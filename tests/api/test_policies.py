"""Policies over HTTP: two persons, exact positions, in force without a restart, explained by their texts."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from service.access import Role
from service.policies import PoliciesInForce, keep_bundled
from service.policy import default_policy, default_policy_text, load_policy

Platform = Any  # of tests/api/conftest.py, which cannot be imported
PATH = "/v1/policies"
STRICT = default_policy_text().replace("days = 90", "days = 60", 1)


@pytest.fixture
async def book(platform: Platform) -> PoliciesInForce:
    """The policies of the platform; `refresh` is what its process does every two seconds."""
    sessions = platform.services.database.sessions
    platform.services.parts.policy = PoliciesInForce(sessions, await keep_bundled(sessions, default_policy_text()))
    policies: PoliciesInForce = platform.services.parts.policy
    return policies


async def test_from_a_proposal_to_a_policy_in_force(platform: Platform, book: PoliciesInForce) -> None:
    one, two = [await platform.officer(Role.SUPERVISOR, username=name) for name in ("one", "two")]
    id = str(uuid4())
    body = {"id": id, "text": STRICT, "reason": "instruction 4/2026"}
    proposed = await platform.client.post(f"{PATH}/changes", json=body, headers=one)
    assert (proposed.status_code, proposed.json()["state"]) == (201, "proposed")
    decision = {"approve": True, "reason": "read and agreed"}
    assert (await platform.client.post(f"{PATH}/changes/{id}/decision", json=decision, headers=one)).status_code == 403
    approved = await platform.client.post(f"{PATH}/changes/{id}/decision", json=decision, headers=two)
    assert (approved.status_code, approved.json()["decided_by"]) == (201, "two")
    await book.refresh()
    told = (await platform.client.get(PATH, headers=one)).json()
    assert (told["in_force"], told["in_force_from"]) == (default_policy().version, None)
    platform.clock.advance(seconds=10)
    told = (await platform.client.get(PATH, headers=one)).json()
    assert told["in_force"] == proposed.json()["version"] == load_policy(STRICT).version
    assert [(change["state"], change["reason"]) for change in told["changes"]] == [("approved", "instruction 4/2026")]
    for query in ("in-force", f"texts/{told['in_force']}"):
        shown = (await platform.client.get(f"{PATH}/{query}", headers=one)).json()
        assert (shown["text"], shown["in_force_from"]) == (STRICT, told["in_force_from"])
    before = (await platform.client.get(f"{PATH}/in-force?at=2026-01-01T00:00:00Z", headers=one)).json()
    assert before["version"] == default_policy().version
    trail = [row.action for row in await platform.trail() if row.purpose == "policy"]
    assert trail == ["keep_policy", "propose_policy", "decide_policy"]


async def test_a_text_that_cannot_be_used_is_refused_at_its_place(platform: Platform, book: PoliciesInForce) -> None:
    headers = await platform.officer(Role.SUPERVISOR)
    wrong = default_policy_text().replace("window_days = 180", "window_days = 180\nwindow_week = 7", 1)
    line = next(at for at, row in enumerate(wrong.splitlines(), 1) if row.startswith("window_week"))
    for path, body in (("changes", {"id": str(uuid4()), "text": wrong, "reason": "why"}), ("compare", {"text": wrong})):
        answer = await platform.client.post(f"{PATH}/{path}", json=body, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (422, "urn:mabar:problem:file-refused")
        assert f"line {line}, column 1: rules.E2.window_week" in answer.json()["detail"]


async def test_a_policy_is_held_against_the_one_in_force(platform: Platform, book: PoliciesInForce) -> None:
    headers = await platform.officer(Role.SUPERVISOR)
    since, until = "2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z"
    answer = await platform.client.post(f"{PATH}/compare", json={"text": STRICT}, headers=headers)
    assert answer.json()["settings"] == [{"name": "rules.E2.days", "before": 90, "after": 60}]
    assert answer.json()["rules"] is None
    body = {"version": default_policy().version, "from": since, "to": until}
    told = (await platform.client.post(f"{PATH}/compare", json=body, headers=headers)).json()
    assert (told["settings"], told["before"]) == ([], told["after"])
    assert [row["rule"] for row in told["rules"]] == ["REFER"]
    for wrong in ({}, {"text": STRICT, "version": "x"}, {"text": STRICT, "from": since}, {**body, "from": until}):
        assert (await platform.client.post(f"{PATH}/compare", json=wrong, headers=headers)).status_code == 422


async def test_who_may_see_and_who_may_change(platform: Platform, book: PoliciesInForce) -> None:
    auditor, first = await platform.officer(Role.AUDITOR), await platform.officer(Role.FIRST_LINE)
    body = {"id": str(uuid4()), "text": STRICT, "reason": "why not"}
    for path in ("", "/in-force", "/trials"):
        assert (await platform.client.get(PATH + path, headers=auditor)).status_code == 200
        assert (await platform.client.get(PATH + path, headers=first)).status_code == 403
    assert (await platform.client.post(f"{PATH}/changes", json=body, headers=auditor)).status_code == 403
    assert (await platform.client.get(f"{PATH}/texts/none", headers=auditor)).status_code == 404
