"""Passkeys as a second factor: registered, shown, asked for by roles, refused when anything about them is wrong."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from sqlalchemy import select

from authenticator import PRESENT, Authenticator, b64
from service.access import Role
from service.identity_tables import PasskeyChallengeRow, PasskeyRow

Platform = Any  # of tests/api/conftest.py, which cannot be imported
Headers = dict[str, str]
ORIGIN = "http://localhost"


def bearer(token: str) -> Headers:
    return {"Authorization": f"Bearer {token}"}


def authenticator() -> Authenticator:
    return Authenticator(ORIGIN)


def need_second_factor(platform: Platform, *roles: Role) -> None:
    changed = {"second_factor_roles": frozenset(roles)}
    platform.services.settings = platform.services.settings.model_copy(update=changed)


async def register(platform: Platform, headers: Headers, key: Authenticator, **client: Any) -> Any:
    options = await platform.client.post("/v1/account/passkeys/challenge", headers=headers)
    assert options.status_code == 200, options.text
    made = key.create(options.json(), **client) | {"name": "key on my ring"}
    return await platform.client.post("/v1/account/passkeys", json=made, headers=headers)


async def show(platform: Platform, headers: Headers, key: Authenticator, **client: Any) -> Any:
    options = await platform.client.post("/v1/session/passkey/challenge", headers=headers)
    assert options.status_code == 200, options.text
    return await platform.client.post("/v1/session/passkey", json=key.get(options.json(), **client), headers=headers)


async def enrolled(platform: Platform, *roles: Role) -> tuple[Headers, Authenticator]:
    """An officer with a passkey, which the session has shown."""
    headers, key = await platform.officer(*(roles or (Role.FIRST_LINE,)), username="layla"), authenticator()
    assert (await register(platform, headers, key)).status_code == 201
    shown = await show(platform, headers, key)
    assert shown.status_code == 200, shown.text
    return bearer(shown.json()["token"]), key


async def session(platform: Platform, headers: Headers) -> Any:
    return (await platform.client.get("/v1/session", headers=headers)).json()


async def test_a_registered_passkey_is_asked_for_at_the_next_sign_in(platform: Platform) -> None:
    _, key = await enrolled(platform)
    signed_in = (await platform.sign_in("layla")).json()
    assert signed_in["due"] == "passkey"
    half = bearer(signed_in["token"])
    for path in ("/v1/account/sessions", "/v1/crossing-points"):
        assert (await platform.client.get(path, headers=half)).status_code == 403
    shown = await show(platform, half, key)
    assert (shown.json()["due"], shown.json()["factors"]) == (None, ["passkey", "password"])
    whole = bearer(shown.json()["token"])
    assert (await platform.client.get("/v1/account/sessions", headers=whole)).status_code == 200


async def test_the_token_before_the_second_factor_opens_nothing_after_it(platform: Platform) -> None:
    _, key = await enrolled(platform)
    half = bearer((await platform.sign_in("layla")).json()["token"])
    await show(platform, half, key)
    assert (await platform.client.get("/v1/session", headers=half)).status_code == 401


async def test_a_session_without_its_second_factor_ends_after_ten_minutes(platform: Platform) -> None:
    await enrolled(platform)
    half = bearer((await platform.sign_in("layla")).json()["token"])
    platform.clock.advance(minutes=11)
    assert (await platform.client.get("/v1/session", headers=half)).json()["type"].endswith("not-signed-in")


async def test_without_the_passkey_the_password_alone_changes_nothing(platform: Platform) -> None:
    await enrolled(platform)
    half = bearer((await platform.sign_in("layla")).json()["token"])
    asked = {"old": "copper river lantern", "new": "seven quiet bridges"}
    assert (await platform.client.put("/v1/session/password", json=asked, headers=half)).status_code == 403
    assert (await platform.client.post("/v1/account/passkeys/challenge", headers=half)).status_code == 403
    assert (await platform.client.get("/v1/account/passkeys", headers=half)).status_code == 403


async def test_a_role_can_need_a_passkey_and_its_officer_registers_one_first(platform: Platform) -> None:
    need_second_factor(platform, Role.ADMINISTRATOR)
    admin = await platform.officer(Role.ADMINISTRATOR)
    assert (await session(platform, admin))["due"] == "enrolment"
    assert (await platform.client.get("/v1/accounts", headers=admin)).status_code == 403
    key = authenticator()
    assert (await register(platform, admin, key)).status_code == 201
    shown = await show(platform, admin, key)
    assert (await platform.client.get("/v1/accounts", headers=bearer(shown.json()["token"]))).status_code == 200
    clerk = await platform.officer(Role.FIRST_LINE)
    assert (await session(platform, clerk))["due"] is None


async def test_several_passkeys_each_counts_and_one_is_removed(platform: Platform) -> None:
    headers, first = await enrolled(platform)
    platform.clock.advance(seconds=1)
    second = authenticator()
    assert (await register(platform, headers, second)).status_code == 201
    listed = (await platform.client.get("/v1/account/passkeys", headers=headers)).json()
    assert [one["transports"] for one in listed] == [["nfc", "usb"]] * 2
    for key in (first, second):
        half = bearer((await platform.sign_in("layla")).json()["token"])
        assert (await show(platform, half, key)).status_code == 200
    gone = f"/v1/account/passkeys/{listed[0]['id']}"
    assert (await platform.client.delete(gone, headers=headers)).status_code == 204
    assert (await platform.client.delete(gone, headers=headers)).status_code == 404
    half = bearer((await platform.sign_in("layla")).json()["token"])
    refused = await show(platform, half, first)
    assert refused.json()["detail"] == "this passkey is not one of this account"


async def test_the_last_passkey_of_a_role_that_needs_one_stays(platform: Platform) -> None:
    headers, _ = await enrolled(platform)
    need_second_factor(platform, Role.FIRST_LINE)
    only = (await platform.client.get("/v1/account/passkeys", headers=headers)).json()[0]["id"]
    assert (await platform.client.delete(f"/v1/account/passkeys/{only}", headers=headers)).status_code == 422


async def test_a_passkey_unlocks_and_renews(platform: Platform) -> None:
    headers, key = await enrolled(platform)
    platform.clock.advance(minutes=16)
    assert (await session(platform, headers))["locked"]
    assert (await platform.client.get("/v1/account/sessions", headers=headers)).status_code == 401
    shown = await show(platform, headers, key)
    assert not shown.json()["locked"]
    whole = bearer(shown.json()["token"])
    assert (await platform.client.get("/v1/account/sessions", headers=whole)).status_code == 200


async def test_the_password_unlocks_as_well_and_does_not_lengthen_the_day(platform: Platform) -> None:
    headers, _ = await enrolled(platform)
    ends = (await session(platform, headers))["expires_at"]
    platform.clock.advance(hours=3)
    unlocked = await platform.client.post(
        "/v1/session/unlock", json={"password": "copper river lantern"}, headers=headers
    )
    assert (unlocked.status_code, unlocked.json()["due"], unlocked.json()["expires_at"]) == (200, None, ends)


async def test_ways_in_are_changed_only_shortly_after_one_was_shown(platform: Platform) -> None:
    headers = await platform.officer(Role.FIRST_LINE)
    platform.clock.advance(minutes=11)
    refused = await platform.client.post("/v1/account/passkeys/challenge", headers=headers)
    assert refused.json()["type"] == "urn:mabar:problem:session-locked"
    unlocked = await platform.client.post(
        "/v1/session/unlock", json={"password": "copper river lantern"}, headers=headers
    )
    assert (await register(platform, bearer(unlocked.json()["token"]), authenticator())).status_code == 201


# What is refused


@pytest.mark.parametrize(
    ("spoil", "client"),
    [
        (lambda key: setattr(key, "flags", PRESENT), {}),
        (lambda key: setattr(key, "flags", 0), {}),
        (lambda key: setattr(key, "counter", -1), {}),
        (lambda key: setattr(key, "key", authenticator().key), {}),
        (lambda key: None, {"origin": "http://localhost.evil.example"}),
        (lambda key: None, {"type": "webauthn.create"}),
        (lambda key: None, {"challenge": b64(b"x" * 32)}),
        (lambda key: None, {"crossOrigin": True}),
    ],
    ids=["nobody verified", "nobody there", "a copy", "another key", "phishing", "registration", "made up", "framed"],
)
async def test_an_answer_that_proves_nothing_is_refused(
    platform: Platform, spoil: Callable[[Authenticator], None], client: dict[str, Any]
) -> None:
    _, key = await enrolled(platform)
    half = bearer((await platform.sign_in("layla")).json()["token"])
    spoil(key)
    refused = await show(platform, half, key, **client)
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:mabar:problem:passkey-refused")
    assert (await session(platform, half))["due"] == "passkey"


async def test_an_answer_counts_once(platform: Platform) -> None:
    headers, key = await enrolled(platform)
    options = (await platform.client.post("/v1/session/passkey/challenge", headers=headers)).json()
    answer = key.get(options)
    shown = await platform.client.post("/v1/session/passkey", json=answer, headers=headers)
    again = await platform.client.post("/v1/session/passkey", json=answer, headers=bearer(shown.json()["token"]))
    assert (shown.status_code, again.status_code) == (200, 422)


async def test_a_refused_answer_uses_its_challenge_up(platform: Platform) -> None:
    headers, key = await enrolled(platform)
    options = (await platform.client.post("/v1/session/passkey/challenge", headers=headers)).json()
    wrong = authenticator().get(options)
    assert (await platform.client.post("/v1/session/passkey", json=wrong, headers=headers)).status_code == 422
    right = key.get(options)
    assert (await platform.client.post("/v1/session/passkey", json=right, headers=headers)).status_code == 422


async def test_an_answer_that_took_too_long_is_refused_and_forgotten(platform: Platform) -> None:
    headers, key = await enrolled(platform)
    options = (await platform.client.post("/v1/session/passkey/challenge", headers=headers)).json()
    platform.clock.advance(minutes=6)
    late = await platform.client.post("/v1/session/passkey", json=key.get(options), headers=headers)
    assert late.status_code == 422
    async with platform.services.database.sessions() as database:
        assert list(await database.scalars(select(PasskeyChallengeRow))) == []


async def test_a_challenge_belongs_to_its_session(platform: Platform) -> None:
    headers, key = await enrolled(platform)
    options = (await platform.client.post("/v1/session/passkey/challenge", headers=headers)).json()
    other = bearer((await platform.sign_in("layla")).json()["token"])
    stolen = await platform.client.post("/v1/session/passkey", json=key.get(options), headers=other)
    assert stolen.status_code == 422


async def test_a_passkey_belongs_to_one_account(platform: Platform) -> None:
    _, key = await enrolled(platform)
    omar = await platform.officer(Role.FIRST_LINE, username="omar")
    refused = await register(platform, omar, key)
    assert refused.json()["detail"] == "this passkey is registered already"


JUNK = (b"", b"\xff" * 40, b"\xbf\xbf\xbf", b"[]", b"null", b'{"type": []}', b"\x9f" * 900)


async def test_junk_from_an_authenticator_is_refused(platform: Platform) -> None:
    headers = await platform.officer(Role.FIRST_LINE)
    for where, junk in product(("attestationObject", "clientDataJSON"), JUNK):
        options = (await platform.client.post("/v1/account/passkeys/challenge", headers=headers)).json()
        said = authenticator().create(options) | {"name": "key"}
        said["response"][where] = b64(junk)
        answer = await platform.client.post("/v1/account/passkeys", json=said, headers=headers)
        assert (where, junk, answer.status_code) == (where, junk, 422)


async def test_passkeys_are_bound_to_the_configured_address_alone(platform: Platform) -> None:
    headers = await platform.officer(Role.FIRST_LINE)
    platform.client.base_url = "http://10.1.2.3"
    assert (await platform.client.post("/v1/account/passkeys/challenge", headers=headers)).status_code == 422
    assert not (await platform.client.get("/v1/session/ways")).json()["passkeys"]
    changed = {"public_url": "https://post.example"}
    platform.services.settings = platform.services.settings.model_copy(update=changed)
    options = await platform.client.post("/v1/account/passkeys/challenge", headers=headers)
    assert options.json()["rp"]["id"] == "post.example"


# Losing one, and the trail


async def test_an_administrator_removes_lost_passkeys_and_with_them_the_sessions(platform: Platform) -> None:
    headers, _ = await enrolled(platform)
    admin = await platform.officer(Role.ADMINISTRATOR)
    removed = await platform.client.delete("/v1/accounts/layla/passkeys", headers=admin)
    assert removed.json() == {"removed": 1}
    assert (await platform.client.get("/v1/session", headers=headers)).status_code == 401
    assert (await platform.sign_in("layla")).json()["due"] is None


async def test_what_is_kept_and_what_the_trail_says(platform: Platform) -> None:
    headers, key = await enrolled(platform)
    await show(platform, headers, authenticator())
    async with platform.services.database.sessions() as database:
        kept = (await database.scalars(select(PasskeyRow))).one()
    assert (kept.credential_id, kept.sign_count, kept.last_used_at) == (key.credential_id, 1, platform.clock())
    actions = [row.action for row in await platform.trail()]
    assert actions == ["create_account", "sign_in", "register_passkey", "show_passkey", "passkey_refused"]
