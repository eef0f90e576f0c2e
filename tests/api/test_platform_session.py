"""Signing in and out, sessions that end, cookies and where they count."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import select

from service import accounts, passwords, tokens
from service.access import DeviceKind, Role
from service.policy import default_policy
from service.tables import AccountRow, AuditRow, DeviceKeyRow, SessionRow

SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
Platform = Any  # of tests/api/conftest.py, which cannot be imported


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_an_officer_signs_in_and_is_known(platform: Platform) -> None:
    headers = await platform.officer(Role.FIRST_LINE, username="layla")
    who = (await platform.client.get("/v1/session", headers=headers)).json()["actor"]
    assert (who["username"], who["roles"], who["posts"]) == ("layla", ["first_line"], ["*"])
    assert "inspect" in who["actions"]
    assert "read_audit" not in who["actions"]


async def test_the_token_is_not_stored(platform: Platform) -> None:
    headers = await platform.officer(Role.FIRST_LINE)
    token = headers["Authorization"].removeprefix("Bearer ")
    async with platform.services.database.sessions() as session:
        rows = list(await session.scalars(select(SessionRow)))
    assert [row.token_hash for row in rows] == [tokens.kept(token)]


@pytest.mark.parametrize("username", ["layla", "nobody"])
async def test_a_wrong_password_and_an_unknown_account_are_answered_alike(platform: Platform, username: str) -> None:
    await platform.account("layla")
    answer = await platform.sign_in(username, "not the password")
    assert answer.status_code == 401
    assert answer.json()["detail"] == "account and password do not go together"
    assert "not the password" not in answer.text


@pytest.mark.parametrize("text", ["a\\u0000b", "a\\ud800b", "\\u202e"])
async def test_odd_characters_are_refused_and_break_nothing(platform: Platform, text: str) -> None:
    json = {"Content-Type": "application/json"}
    body = f'{{"username": "{text}", "password": "{text}"}}'.encode()
    assert (await platform.client.post("/v1/session", content=body, headers=json)).status_code in (401, 422)


async def test_every_sign_in_leaves_a_row(platform: Platform) -> None:
    layla = await platform.account("layla")
    await platform.sign_in("layla", "not the password")
    await platform.sign_in("layla-typed-her-password-here", "not the password")
    signed_in = await platform.sign_in("layla")
    await platform.client.delete("/v1/session", headers=bearer(signed_in.json()["token"]))
    trail = [(row.action, row.actor_kind, row.subject) for row in await platform.trail()]
    assert trail == [
        ("create_account", "service", str(layla.id)),
        ("sign_in_refused", "service", str(layla.id)),
        ("sign_in_refused", "service", None),
        ("sign_in", "account", str(layla.id)),
        ("sign_out", "account", str(layla.id)),
    ]


async def test_signing_out_holds_at_once(platform: Platform) -> None:
    headers = await platform.officer(Role.FIRST_LINE)
    assert (await platform.client.delete("/v1/session", headers=headers)).status_code == 204
    assert (await platform.client.get("/v1/session", headers=headers)).status_code == 401


async def test_closing_an_account_holds_at_once(platform: Platform) -> None:
    headers = await platform.officer(Role.FIRST_LINE, username="layla")
    await accounts.close_account(platform.services.database.sessions, "layla", now=platform.clock())
    assert (await platform.client.get("/v1/session", headers=headers)).status_code == 401
    assert (await platform.sign_in("layla")).status_code == 401


async def test_another_password_ends_the_sessions_under_the_old_one(platform: Platform) -> None:
    headers = await platform.officer(Role.FIRST_LINE, username="layla")
    password = await accounts.set_password(platform.services.database.sessions, "layla", now=platform.clock())
    assert (await platform.client.get("/v1/session", headers=headers)).status_code == 401
    assert (await platform.sign_in("layla", password)).status_code == 201


async def test_an_idle_session_ends(platform: Platform) -> None:
    headers = await platform.officer(Role.FIRST_LINE)
    platform.clock.advance(minutes=14)
    assert (await platform.client.get("/v1/session", headers=headers)).status_code == 200
    platform.clock.advance(minutes=14)
    assert (await platform.client.get("/v1/session", headers=headers)).status_code == 200
    platform.clock.advance(minutes=16)
    answer = await platform.client.get("/v1/account/sessions", headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (401, "urn:mabar:problem:session-locked")


async def test_a_session_in_use_ends_after_twelve_hours(platform: Platform) -> None:
    headers = await platform.officer(Role.FIRST_LINE)
    for _ in range(71):
        platform.clock.advance(minutes=10)
        assert (await platform.client.get("/v1/session", headers=headers)).status_code == 200
    platform.clock.advance(minutes=10)
    assert (await platform.client.get("/v1/session", headers=headers)).status_code == 401


async def test_guessing_is_slowed_and_another_client_is_not(platform: Platform) -> None:
    await platform.account("layla")
    for _ in range(3):
        assert (await platform.sign_in("layla", "not the password")).status_code == 401
    slowed = await platform.sign_in("layla")
    assert slowed.status_code == 429
    assert int(slowed.headers["Retry-After"]) >= 1
    platform.client._transport.client = ("10.0.0.9", 1)
    assert (await platform.sign_in("layla")).status_code == 201


async def test_the_slow_are_heard_after_their_wait(platform: Platform) -> None:
    await platform.account("layla")
    for _ in range(3):
        await platform.sign_in("layla", "not the password")
    platform.clock.advance(seconds=1)
    assert (await platform.sign_in("layla")).status_code == 201


async def test_the_console_gets_a_cookie_that_no_script_sees(platform: Platform) -> None:
    await platform.account("layla")
    platform.client.headers.update(SAME_ORIGIN)
    answer = await platform.sign_in("layla", credential="cookie")
    assert answer.json()["token"] is None
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("mabar=mbr_ses_")
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
    assert (await platform.client.get("/v1/session")).status_code == 200
    assert (await platform.client.delete("/v1/session")).status_code == 204
    assert (await platform.client.get("/v1/session")).status_code == 401


async def test_over_https_the_cookie_is_bound_to_its_host(platform: Platform) -> None:
    await platform.account("layla")
    platform.client.base_url = "https://mabar.example"
    platform.client.headers.update(SAME_ORIGIN)
    answer = await platform.sign_in("layla", credential="cookie")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-mabar=mbr_ses_")
    assert {"Secure", "HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert (await platform.client.get("/v1/session")).status_code == 200


async def test_no_cookie_over_plain_http_from_another_machine(platform: Platform) -> None:
    await platform.account("layla")
    platform.client.base_url = "http://10.1.2.3"
    platform.client.headers.update(SAME_ORIGIN)
    answer = await platform.sign_in("layla", credential="cookie")
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
async def test_a_cookie_writes_from_our_own_pages_alone(
    platform: Platform, headers: dict[str, str], status: int
) -> None:
    await platform.account("layla")
    signed_in = await platform.client.post(
        "/v1/session",
        json={"username": "layla", "password": "copper river lantern", "credential": "cookie"},
        headers=SAME_ORIGIN,
    )
    assert signed_in.status_code == 201
    assert (await platform.client.delete("/v1/session", headers=headers)).status_code == status


async def test_an_officer_replaces_the_own_password(platform: Platform) -> None:
    headers = await platform.officer(Role.FIRST_LINE, username="layla")
    asked = {"old": "copper river lantern", "new": "seven quiet bridges"}
    weak = await platform.client.put("/v1/session/password", json=asked | {"new": "password1234"}, headers=headers)
    assert weak.status_code == 422
    wrong = await platform.client.put("/v1/session/password", json=asked | {"old": "another"}, headers=headers)
    assert wrong.json()["detail"] == "the old password is another"
    assert (await platform.client.put("/v1/session/password", json=asked, headers=headers)).status_code == 204
    assert (await platform.client.get("/v1/session", headers=headers)).status_code == 401
    assert (await platform.sign_in("layla")).status_code == 401
    assert (await platform.sign_in("layla", "seven quiet bridges")).status_code == 201


async def test_an_administrator_makes_resets_and_closes_an_account(platform: Platform) -> None:
    admin = await platform.officer(Role.ADMINISTRATOR, username="admin")
    asked = {"username": "Layla", "display_name": "Layla", "roles": ["first_line"], "posts": ["*"]}
    made = await platform.client.post("/v1/accounts", json=asked, headers=admin)
    assert made.status_code == 201
    assert (await platform.client.post("/v1/accounts", json=asked, headers=admin)).status_code == 409
    assert (await platform.sign_in("layla", made.json()["password"])).status_code == 201
    reset = await platform.client.post("/v1/accounts/layla/password", headers=admin)
    assert (await platform.sign_in("layla", made.json()["password"])).status_code == 401
    assert (await platform.sign_in("layla", reset.json()["password"])).status_code == 201
    assert (await platform.client.delete("/v1/accounts/layla", headers=admin)).status_code == 204
    assert (await platform.sign_in("layla", reset.json()["password"])).status_code == 401
    shown = (await platform.client.get("/v1/accounts", headers=admin)).json()
    assert [(account["username"], account["active"]) for account in shown] == [("admin", True), ("layla", False)]
    assert (await platform.client.delete("/v1/accounts/nobody", headers=admin)).status_code == 404


@pytest.mark.parametrize(
    "wrong", [{"roles": []}, {"roles": ["king"]}, {"posts": ["IQ-ZZZ"]}, {"username": "a b"}, {"username": "x"}]
)
async def test_a_malformed_account_is_not_made(platform: Platform, wrong: dict[str, Any]) -> None:
    admin = await platform.officer(Role.ADMINISTRATOR, username="admin")
    asked = {"username": "layla", "display_name": "Layla", "roles": ["first_line"], "posts": []}
    answer = await platform.client.post("/v1/accounts", json=asked | wrong, headers=admin)
    assert answer.status_code in (409, 422)


@pytest.mark.parametrize("odd", ["%00", "%ff", "..%2f..", "a" * 5000, "%F0%9F%9A%A7", "a b"])
async def test_odd_paths_break_nothing(platform: Platform, odd: str) -> None:
    admin = await platform.officer(Role.ADMINISTRATOR)
    for method, path in [
        ("DELETE", f"/v1/accounts/{odd}"),
        ("POST", f"/v1/accounts/{odd}/password"),
        ("DELETE", f"/v1/device-keys/{odd}"),
        ("GET", f"/v1/{odd}"),
    ]:
        answer = await platform.client.request(method, path, headers=admin)
        assert 400 <= answer.status_code < 500
        assert answer.headers["content-type"] == "application/problem+json"


async def test_ended_sessions_are_forgotten_in_time(platform: Platform) -> None:
    await platform.officer(Role.FIRST_LINE, username="layla")
    platform.clock.advance(days=8)
    await platform.sign_in("layla")
    async with platform.services.database.sessions() as session:
        assert len(list(await session.scalars(select(SessionRow)))) == 1


async def test_a_device_key_is_issued_used_and_revoked(platform: Platform) -> None:
    admin = await platform.officer(Role.ADMINISTRATOR)
    issued = await platform.client.post("/v1/device-keys", json={"name": "monitor", "kind": "monitor"}, headers=admin)
    assert issued.status_code == 201
    key = issued.json()["key"]
    assert key.startswith("mbr_dev_")
    async with platform.services.database.sessions() as session:
        assert [row.key_hash for row in await session.scalars(select(DeviceKeyRow))] == [tokens.kept(key)]
    assert (await platform.client.get("/metrics", headers=bearer(key))).status_code == 200
    assert (await platform.client.get("/metrics", headers={"X-Device-Key": key})).status_code == 200
    shown = (await platform.client.get("/v1/device-keys", headers=admin)).json()
    assert [row["id"] for row in shown] == [issued.json()["id"]]
    assert "key" not in shown[0]
    revoking = f"/v1/device-keys/{issued.json()['id']}"
    assert (await platform.client.delete(revoking, headers=admin)).status_code == 204
    assert (await platform.client.get("/metrics", headers=bearer(key))).status_code == 401
    assert (await platform.client.delete(revoking, headers=admin)).status_code == 404


async def test_an_expired_device_key_is_void(platform: Platform) -> None:
    admin = await platform.officer(Role.ADMINISTRATOR)
    asked = {"name": "monitor", "kind": "monitor"}
    asked["expires_at"] = platform.clock.time.replace(microsecond=0).isoformat()
    assert (await platform.client.post("/v1/device-keys", json=asked, headers=admin)).status_code == 409
    platform.clock.advance(minutes=-1)
    issued = await platform.client.post("/v1/device-keys", json=asked, headers=admin)
    assert (await platform.client.get("/metrics", headers=bearer(issued.json()["key"]))).status_code == 200
    platform.clock.advance(minutes=2)
    assert (await platform.client.get("/metrics", headers=bearer(issued.json()["key"]))).status_code == 401


@pytest.mark.parametrize("posts", [[], ["IQ-ZZZ"]])
async def test_a_camera_needs_a_post_that_exists(platform: Platform, posts: list[str]) -> None:
    admin = await platform.officer(Role.ADMINISTRATOR)
    asked = {"name": "camera", "kind": "camera", "posts": posts}
    assert (await platform.client.post("/v1/device-keys", json=asked, headers=admin)).status_code == 409


async def test_a_device_has_no_session(platform: Platform) -> None:
    monitor = await platform.device(DeviceKind.MONITOR)
    assert (await platform.client.get("/v1/session", headers=monitor)).status_code == 403


async def test_who_may_not_leaves_a_trace(platform: Platform) -> None:
    clerk = await platform.officer(Role.FIRST_LINE)
    answer = await platform.client.get("/v1/device-keys", headers=clerk)
    assert answer.status_code == 403
    last: AuditRow = (await platform.trail())[-1]
    assert (last.action, last.details) == ("refused", {"action": "manage_devices"})


async def test_the_demonstration_makes_its_account_once(demo: Platform, tmp_path: Path) -> None:
    sessions = demo.services.database.sessions
    made = await accounts.demo_account(sessions, tmp_path, now=demo.clock())
    assert await accounts.demo_account(sessions, tmp_path, now=demo.clock()) == made
    assert (tmp_path / "demo-password").stat().st_mode & 0o777 == 0o600
    assert (await demo.sign_in(*made)).status_code == 201


async def test_a_demo_account_is_heard_in_the_demonstration_alone(platform: Platform, tmp_path: Path) -> None:
    made = await accounts.demo_account(platform.services.database.sessions, tmp_path, now=platform.clock())
    assert (await platform.sign_in(*made)).status_code == 401


async def test_a_lost_demo_password_is_made_again(demo: Platform, tmp_path: Path) -> None:
    sessions = demo.services.database.sessions
    before = await accounts.demo_account(sessions, tmp_path, now=demo.clock())
    (tmp_path / "demo-password").unlink()
    after = await accounts.demo_account(sessions, tmp_path, now=demo.clock())
    assert after != before
    assert (await demo.sign_in(*before)).status_code == 401
    assert (await demo.sign_in(*after)).status_code == 201


# Passwords that somebody else made up


async def handed_out(platform: Platform) -> tuple[str, dict[str, str]]:
    """The password that an administrator was shown for a new account, and the officer signed in with it."""
    admin = await platform.officer(Role.ADMINISTRATOR, username="admin")
    asked = {"username": "layla", "display_name": "Layla", "roles": ["first_line"], "posts": ["*"]}
    password = (await platform.client.post("/v1/accounts", json=asked, headers=admin)).json()["password"]
    return password, bearer((await platform.sign_in("layla", password)).json()["token"])


async def test_a_password_handed_out_is_good_for_nothing_but_its_replacement(platform: Platform) -> None:
    password, headers = await handed_out(platform)
    assert (await platform.client.get("/v1/session", headers=headers)).json()["due"] == "new_password"
    assert (await platform.client.get("/v1/account/sessions", headers=headers)).status_code == 403
    same = {"old": password, "new": password}
    assert (await platform.client.put("/v1/session/password", json=same, headers=headers)).status_code == 422
    asked = {"old": password, "new": "seven quiet bridges"}
    assert (await platform.client.put("/v1/session/password", json=asked, headers=headers)).status_code == 204
    whole = await platform.sign_in("layla", "seven quiet bridges")
    assert whole.json()["due"] is None


async def test_a_password_handed_out_ends_after_three_days(platform: Platform) -> None:
    password, _ = await handed_out(platform)
    platform.clock.advance(hours=73)
    assert (await platform.sign_in("layla", password)).status_code == 401


# Locked, listed, ended


async def test_a_locked_session_says_whose_it_is_and_opens_to_its_password_alone(platform: Platform) -> None:
    headers = await platform.officer(Role.FIRST_LINE, username="layla")
    platform.clock.advance(minutes=16)
    locked = (await platform.client.get("/v1/session", headers=headers)).json()
    assert (locked["locked"], locked["actor"]["username"]) == (True, "layla")
    wrong = await platform.client.post("/v1/session/unlock", json={"password": "not it"}, headers=headers)
    assert wrong.status_code == 401
    right = {"password": "copper river lantern"}
    unlocked = await platform.client.post("/v1/session/unlock", json=right, headers=headers)
    assert (unlocked.status_code, unlocked.json()["locked"]) == (200, False)
    assert (await platform.client.get("/v1/session", headers=headers)).status_code == 401
    whole = bearer(unlocked.json()["token"])
    assert (await platform.client.get("/v1/account/sessions", headers=whole)).status_code == 200
    actions = [row.action for row in await platform.trail()]
    assert actions[-2:] == ["unlock_refused", "unlock"]


async def test_guessing_at_a_locked_session_is_slowed(platform: Platform) -> None:
    headers = await platform.officer(Role.FIRST_LINE)
    for status in (401, 401, 401, 429):
        wrong = await platform.client.post("/v1/session/unlock", json={"password": "not it"}, headers=headers)
        assert wrong.status_code == status


async def test_an_officer_sees_the_own_sessions_and_ends_them(platform: Platform) -> None:
    first = await platform.officer(Role.FIRST_LINE, username="layla")
    others = [bearer((await platform.sign_in("layla")).json()["token"]) for _ in range(2)]
    listed = (await platform.client.get("/v1/account/sessions", headers=first)).json()
    assert [one["current"] for one in listed].count(True) == 1
    assert {one["client"] for one in listed} == {"127.0.0.1"}
    current = (await platform.client.get("/v1/session", headers=others[0])).json()["id"]
    gone = f"/v1/account/sessions/{current}"
    assert (await platform.client.delete(gone, headers=first)).status_code == 204
    assert (await platform.client.get("/v1/session", headers=others[0])).status_code == 401
    assert (await platform.client.delete(gone, headers=first)).status_code == 404
    assert (await platform.client.delete("/v1/account/sessions", headers=first)).json() == {"ended": 1}
    assert (await platform.client.get("/v1/session", headers=others[1])).status_code == 401
    assert (await platform.client.get("/v1/session", headers=first)).status_code == 200


async def test_nobody_ends_the_sessions_of_another_but_an_administrator(platform: Platform) -> None:
    layla = await platform.officer(Role.FIRST_LINE, username="layla")
    omar = await platform.officer(Role.FIRST_LINE, username="omar")
    admin = await platform.officer(Role.ADMINISTRATOR)
    of_layla = (await platform.client.get("/v1/session", headers=layla)).json()["id"]
    assert (await platform.client.delete(f"/v1/account/sessions/{of_layla}", headers=omar)).status_code == 404
    assert (await platform.client.delete("/v1/accounts/layla/sessions", headers=omar)).status_code == 403
    assert (await platform.client.delete("/v1/accounts/layla/sessions", headers=admin)).json() == {"ended": 1}
    assert (await platform.client.get("/v1/session", headers=layla)).status_code == 401


async def test_an_officer_at_a_known_workstation_gets_through_while_others_guess(platform: Platform) -> None:
    await platform.account("layla")
    platform.client.headers.update(SAME_ORIGIN)
    known = await platform.sign_in("layla", credential="cookie")
    assert any(cookie.startswith("mabar-workstation=mbr_wst_") for cookie in known.headers.get_list("set-cookie"))
    workstation = {"Cookie": f"mabar-workstation={platform.client.cookies['mabar-workstation']}"}
    platform.client.cookies.clear()
    for _ in range(4):
        guessed = await platform.sign_in("layla", "not the password")
    assert guessed.status_code == 429
    asked = {"username": "layla", "password": "copper river lantern"}
    assert (await platform.client.post("/v1/session", json=asked)).status_code == 429
    assert (await platform.client.post("/v1/session", json=asked, headers=workstation)).status_code == 201


async def test_the_workstation_of_one_is_not_that_of_another(platform: Platform) -> None:
    await platform.account("layla")
    await platform.account("omar")
    platform.client.headers.update(SAME_ORIGIN)
    await platform.sign_in("omar", credential="cookie")
    for _ in range(3):
        await platform.sign_in("layla", "not the password")
    assert (await platform.sign_in("layla")).status_code == 429


async def test_a_password_kept_with_other_parameters_is_kept_anew_at_the_next_sign_in(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    await platform.account("layla")
    stronger = PasswordHash([Argon2Hasher(time_cost=2, memory_cost=64)])
    monkeypatch.setattr(passwords, "_hasher", stronger)
    assert (await platform.sign_in("layla")).status_code == 201
    async with platform.services.database.sessions() as session:
        kept = (await session.scalars(select(AccountRow.password_hash))).one()
    assert "t=2" in kept
    assert (await platform.sign_in("layla")).status_code == 201


async def test_the_pages_outside_the_console_say_that_it_is_a_demonstration(demo: Platform) -> None:
    assert "Demonstration" in (await demo.client.get("/docs")).text
    assert (await demo.client.get("/v1/session/ways")).json()["demo"]


async def test_it_is_told_before_the_sign_in_which_day_it_is_at_the_posts(platform: Platform) -> None:
    told = (await platform.client.get("/v1/session/ways")).json()["utc_offset"]
    assert timedelta(minutes=told) == default_policy().utc_offset == timedelta(hours=3)


async def test_and_otherwise_they_do_not(platform: Platform) -> None:
    assert "Demonstration: every" not in (await platform.client.get("/docs")).text
