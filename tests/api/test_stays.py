"""The calculator of days of stay over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from service.access import DeviceKind, Role
from service.policy import default_policy
from service.tables import AuditRow

Platform = Any  # of tests/api/conftest.py, which cannot be imported
PATH = "/v1/stays/calculate"
QUESTION = {"day": "2026-04-10", "stays": [{"first": "2025-09-22", "last": "2025-11-01"}, {"first": "2026-02-19"}]}


@pytest.fixture
def platform(platform: Platform) -> Platform:
    """With the bundled policy in force."""
    platform.services.parts.policy = default_policy()
    return platform


async def test_days_used_and_left_clipped_to_the_window(platform: Platform) -> None:
    """The window begins on 13 October: 20 of the first stay's 41 days, and 51 of the one that goes on."""
    headers = await platform.officer(Role.FIRST_LINE)
    answer = await platform.client.post(PATH, json=QUESTION, headers=headers)
    assert answer.status_code == 200
    policy = platform.services.policy.version
    assert answer.json() == {
        "day": "2026-04-10",
        "days_allowed": 90,
        "window_days": 180,
        "window_start": "2025-10-13",
        "days_used": 71,
        "days_left": 19,
        "latest_exit": "2026-05-19",
        "earliest_reentry": "2026-04-10",
        "exempt": False,
        "policy_version": policy,
    }


async def test_another_limit_and_a_permit(platform: Platform) -> None:
    headers = await platform.officer(Role.FIRST_LINE)
    asked = {**QUESTION, "days": 30, "window_days": 60, "permits": [{"first": "2026-03-01", "last": "2026-12-31"}]}
    found = (await platform.client.post(PATH, json=asked, headers=headers)).json()
    assert (found["days_used"], found["days_left"], found["exempt"]) == (11, 19, True)


@pytest.mark.parametrize("role", Role)
async def test_every_officer_may_ask_and_nothing_is_kept(platform: Platform, role: Role) -> None:
    headers = await platform.officer(role)
    sessions = platform.services.database.sessions
    async with sessions() as session:
        before = await session.scalar(select(func.count()).select_from(AuditRow))
    assert (await platform.client.post(PATH, json=QUESTION, headers=headers)).status_code == 200
    async with sessions() as session:
        assert await session.scalar(select(func.count()).select_from(AuditRow)) == before


async def test_a_monitor_may_not(platform: Platform) -> None:
    headers = await platform.device(DeviceKind.MONITOR)
    assert (await platform.client.post(PATH, json=QUESTION, headers=headers)).status_code == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"stays": [{"first": "2026-02-02", "last": "2026-02-01"}]},
        {"days": 90},
        {"days": 90, "window_days": 60},
        {"days": 0, "window_days": 60},
        {"day": "9999-12-31"},
        {"name": "ALI"},
    ],
    ids=["backwards", "no window", "more than the window", "no days", "too late", "a name"],
)
async def test_what_does_not_fit_is_refused(platform: Platform, wrong: dict[str, Any]) -> None:
    headers = await platform.officer(Role.FIRST_LINE)
    assert (await platform.client.post(PATH, json={**QUESTION, **wrong}, headers=headers)).status_code == 422
