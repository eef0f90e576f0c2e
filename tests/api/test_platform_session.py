"""Signing in and out, sessions that end, cookies and where they count."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from service import accounts, tokens
from service.access import DeviceKind, Role
from service.tables import AuditRow, DeviceKeyRow, SessionRow

SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
Api = Any  # of tests/api/conftest.py, which cannot be imported


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_an_officer_signs_in_and_is_known(api: Api) -> None:
    headers = await api.officer(Role.FIRST_LINE, username="layla")
    who = (await api.client.get("/v1/session", headers=headers)).json()["actor"]
    assert (who["username"], who["roles"], who["posts"]) == ("layla", ["first_line"], ["*"])
    assert "inspect" in who["actions"]
    assert "read_audit" not in who["actions"]


async def test_the_token_is_not_stored(api: Api) -> None:
    headers = await api.officer(Role.FIRST_LINE)
    token = headers["Authorization"].removeprefix("Bearer ")
    async with api.services.database.sessions() as session:
        rows = list(await session.scalars(select(SessionRow)))
    assert [row.token_hash for row in rows] == [tokens.kept(token)]


@pytest.mark.parametrize("username", ["layla", "nobody"])
async def test_a_wrong_password_and_an_unknown_account_are_answered_alike(api: Api, username: str) -> None:
    await api.account("layla")
    answer = await api.sign_in(username, "not the password")
    assert answer.status_code == 401
    assert answer.json()["detail"] == "account and password do not go together"
    assert "not the password" not in answer.text


async def test_every_sign_in_leaves_a_row(api: Api) -> None:
    layla = await api.account("layla")
    await api.sign_in("layla", "not the password")
    await api.sign_in("layla-typed-her-password-here", "not the password")
    signed_in = await api.sign_in("layla")
    await api.client.delete("/v1/session", headers=bearer(signed_in.json()["token"]))
    trail = [(row.action, row.actor_kind, row.subject) for row in await api.trail()]
    assert trail == [
        ("create_account", "service", str(layla.id)),
        ("sign_in_refused", "service", str(layla.id)),
        ("sign_in_refused", "service", None),
        ("sign_in", "account", str(layla.id)),
        ("sign_out", "account", str(layla.id)),
    ]


async def test_signing_out_holds_at_once(api: Api) -> None:
    headers = await api.officer(Role.FIRST_LINE)
    assert (await api.client.delete("/v1/session", headers=headers)).status_code == 204
    assert (await api.client.get("/v1/session", headers=headers)).status_code == 401


async def test_closing_an_account_holds_at_once(api: Api) -> None:
    headers = await api.officer(Role.FIRST_LINE, username="layla")
    await accounts.close_account(api.services.database.sessions, "layla", now=api.clock())
    assert (await api.client.get("/v1/session", headers=headers)).status_code == 401
    assert (await api.sign_in("layla")).status_code == 401


async def test_another_password_ends_the_sessions_under_the_old_one(api: Api) -> None:
    headers = await api.officer(Role.FIRST_LINE, username="layla")
    password = await accounts.set_password(api.services.database.sessions, "layla", now=api.clock())
    assert (await api.client.get("/v1/session", headers=headers)).status_code == 401
    assert (await api.sign_in("layla", password)).status_code == 201


async def test_an_idle_session_ends(api: Api) -> None:
    headers = await api.officer(Role.FIRST_LINE)
    api.clock.advance(minutes=14)
    assert (await api.client.get("/v1/session", headers=headers)).status_code == 200
    api.clock.advance(minutes=14)
    assert (await api.client.get("/v1/session", headers=headers)).status_code == 200
    api.clock.advance(minutes=16)
    assert (await api.client.get("/v1/session", headers=headers)).status_code == 401


async def test_a_session_in_use_ends_after_twelve_hours(api: Api) -> None:
    headers = await api.officer(Role.FIRST_LINE)
    for _ in range(71):
        api.clock.advance(minutes=10)
        assert (await api.client.get("/v1/session", headers=headers)).status_code == 200
    api.clock.advance(minutes=10)
    assert (await api.client.get("/v1/session", headers=headers)).status_code == 401


async def test_guessing_is_slowed_and_another_client_is_not(api: Api) -> None:
    await api.account("layla")
    for _ in range(3):
        assert (await api.sign_in("layla", "not the password")).status_code == 401
    slowed = await api.sign_in("layla")
    assert slowed.status_code == 429
    assert int(slowed.headers["Retry-After"]) >= 1
    api.client._transport.client = ("10.0.0.9", 1)
    assert (await api.sign_in("layla")).status_code == 201


async def test_the_slow_are_heard_after_their_wait(api: Api) -> None:
    await api.account("layla")
    for _ in range(3):
        await api.sign_in("layla", "not the password")
    api.clock.advance(seconds=1)
    assert (await api.sign_in("layla")).status_code == 201


async def test_the_console_gets_a_cookie_that_no_script_sees(api: Api) -> None:
    await api.account("layla")
    api.client.headers.update(SAME_ORIGIN)
    answer = await api.sign_in("layla", credential="cookie")
    assert answer.json()["token"] is None
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("mabar=mbr_ses_")
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
    assert (await api.client.get("/v1/session")).status_code == 200
    assert (await api.client.delete("/v1/session")).status_code == 204
    assert (await api.client.get("/v1/session")).status_code == 401


async def test_over_https_the_cookie_is_bound_to_its_host(api: Api) -> None:
    await api.account("layla")
    api.client.base_url = "https://mabar.example"
    api.client.headers.update(SAME_ORIGIN)
    answer = await api.sign_in("layla", credential="cookie")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-mabar=mbr_ses_")
    assert {"Secure", "HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert (await api.client.get("/v1/session")).status_code == 200


async def test_no_cookie_over_plain_http_from_another_machine(api: Api) -> None:
    await api.account("layla")
    api.client.base_url = "http://10.1.2.3"
    api.client.headers.update(SAME_ORIGIN)
    answer = await api.sign_in("layla", credential="cookie")
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 204),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Origin": "http://localhost"}, 204),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
async def test_a_cookie_writes_from_our_own_pages_alone(api: Api, headers: dict[str, str], status: int) -> None:
    await api.account("layla")
    signed_in = await api.client.post(
        "/v1/session",
        json={"username": "layla", "password": "copper river lantern", "credential": "cookie"},
        headers=SAME_ORIGIN,
    )
    assert signed_in.status_code == 201
    assert (await api.client.delete("/v1/session", headers=headers)).status_code == status


async def test_a_device_key_is_issued_used_and_revoked(api: Api) -> None:
    admin = await api.officer(Role.ADMINISTRATOR)
    issued = await api.client.post("/v1/device-keys", json={"name": "monitor", "kind": "monitor"}, headers=admin)
    assert issued.status_code == 201
    key = issued.json()["key"]
    assert key.startswith("mbr_dev_")
    async with api.services.database.sessions() as session:
        assert [row.key_hash for row in await session.scalars(select(DeviceKeyRow))] == [tokens.kept(key)]
    assert (await api.client.get("/metrics", headers=bearer(key))).status_code == 200
    assert (await api.client.get("/metrics", headers={"X-Device-Key": key})).status_code == 200
    shown = (await api.client.get("/v1/device-keys", headers=admin)).json()
    assert [row["id"] for row in shown] == [issued.json()["id"]]
    assert "key" not in shown[0]
    revoking = f"/v1/device-keys/{issued.json()['id']}"
    assert (await api.client.delete(revoking, headers=admin)).status_code == 204
    assert (await api.client.get("/metrics", headers=bearer(key))).status_code == 401
    assert (await api.client.delete(revoking, headers=admin)).status_code == 404


async def test_an_expired_device_key_is_void(api: Api) -> None:
    admin = await api.officer(Role.ADMINISTRATOR)
    asked = {"name": "monitor", "kind": "monitor"}
    asked["expires_at"] = api.clock.time.replace(microsecond=0).isoformat()
    assert (await api.client.post("/v1/device-keys", json=asked, headers=admin)).status_code == 409
    api.clock.advance(minutes=-1)
    issued = await api.client.post("/v1/device-keys", json=asked, headers=admin)
    assert (await api.client.get("/metrics", headers=bearer(issued.json()["key"]))).status_code == 200
    api.clock.advance(minutes=2)
    assert (await api.client.get("/metrics", headers=bearer(issued.json()["key"]))).status_code == 401


@pytest.mark.parametrize("posts", [[], ["IQ-ZZZ"]])
async def test_a_camera_needs_a_post_that_exists(api: Api, posts: list[str]) -> None:
    admin = await api.officer(Role.ADMINISTRATOR)
    asked = {"name": "camera", "kind": "camera", "posts": posts}
    assert (await api.client.post("/v1/device-keys", json=asked, headers=admin)).status_code == 409


async def test_a_device_has_no_session(api: Api) -> None:
    monitor = await api.device(DeviceKind.MONITOR)
    assert (await api.client.get("/v1/session", headers=monitor)).status_code == 403


async def test_who_may_not_leaves_a_trace(api: Api) -> None:
    clerk = await api.officer(Role.FIRST_LINE)
    answer = await api.client.get("/v1/device-keys", headers=clerk)
    assert answer.status_code == 403
    last: AuditRow = (await api.trail())[-1]
    assert (last.action, last.details) == ("refused", {"action": "manage_devices"})


async def test_the_demonstration_makes_its_account_once(demo: Api, tmp_path: Path) -> None:
    sessions = demo.services.database.sessions
    made = await accounts.demo_account(sessions, tmp_path, now=demo.clock())
    assert await accounts.demo_account(sessions, tmp_path, now=demo.clock()) == made
    assert (tmp_path / "demo-password").stat().st_mode & 0o777 == 0o600
    assert (await demo.sign_in(*made)).status_code == 201


async def test_a_demo_account_is_heard_in_the_demonstration_alone(api: Api, tmp_path: Path) -> None:
    made = await accounts.demo_account(api.services.database.sessions, tmp_path, now=api.clock())
    assert (await api.sign_in(*made)).status_code == 401


async def test_a_lost_demo_password_is_made_again(demo: Api, tmp_path: Path) -> None:
    sessions = demo.services.database.sessions
    before = await accounts.demo_account(sessions, tmp_path, now=demo.clock())
    (tmp_path / "demo-password").unlink()
    after = await accounts.demo_account(sessions, tmp_path, now=demo.clock())
    assert after != before
    assert (await demo.sign_in(*before)).status_code == 401
    assert (await demo.sign_in(*after)).status_code == 201
