"""Signing in through an OpenID provider: a real one, started here, and tokens that do not hold."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey
from oidc_provider_mock import User, run_server_in_thread
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service import account_store, accounts
from service.access import Role
from service.account_store import ProviderRequest
from service.claims import Expected, account_of, checked
from service.errors import ProviderRefused
from service.provider import Provider, challenge
from service.settings import Settings
from service.tables import AccountRow

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:authlib")  # of the provider in the tests
Platform = Any  # of tests/api/conftest.py, which cannot be imported
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PEOPLE = (
    User(sub="1", claims={"preferred_username": "Layla.Hassan", "name": "Layla", "roles": ["booth"], "posts": ["*"]}),
    User(sub="2", claims={"preferred_username": "omar", "roles": ["kitchen"]}),
    User(sub="3", claims={"preferred_username": "chief", "roles": ["booth", "desk"], "amr": ["pwd", "mfa"]}),
)
ROLES = "booth=first_line,booth=second_line,desk=supervisor"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with run_server_in_thread(user_claims=PEOPLE, require_nonce=True) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def settings(tmp_path: Any, issuer: str) -> Settings:
    (tmp_path / "secret").write_text("any will do for this provider: + % ü\n", "utf-8")
    return Settings(
        data_dir=tmp_path,
        provider_secret_file=tmp_path / "secret",
        public_url="http://localhost",
        provider_issuer=issuer,
        provider_client_id="mabar",
        provider_roles=ROLES,
    )


@pytest.fixture
async def agency(platform: Platform) -> AsyncIterator[Platform]:
    """The platform, reached by a browser."""
    platform.client.headers["Sec-Fetch-Site"] = "same-origin"
    yield platform


async def at_the_provider(address: str, subject: str, **answer: str) -> dict[str, str]:
    """What the browser brings back once `subject` has signed in over there."""

    def ask() -> httpx.Response:
        return httpx.post(address, data={"sub": subject, **answer})

    sent_back = (await asyncio.to_thread(ask)).headers["location"]
    assert sent_back.startswith("http://localhost/v1/session/provider/callback?")
    return {name: values[0] for name, values in parse_qs(urlsplit(sent_back).query).items()}


async def leave(platform: Platform) -> str:
    sent_off = await platform.client.get("/v1/session/provider")
    assert sent_off.status_code == 303, sent_off.text
    address: str = sent_off.headers["location"]
    return address


async def come_back(platform: Platform, said: dict[str, str]) -> str:
    back = await platform.client.get("/v1/session/provider/callback", params=said)
    where: str = back.headers["location"]
    return where


async def sign_in(platform: Platform, subject: str) -> str:
    return await come_back(platform, await at_the_provider(await leave(platform), subject))


async def test_an_officer_of_the_agency_signs_in_with_roles_and_posts_of_the_provider(agency: Platform) -> None:
    assert await sign_in(agency, "1") == "/#/signed-in"
    who = (await agency.client.get("/v1/session")).json()
    assert (who["factors"], who["due"]) == (["provider"], None)
    actor = who["actor"]
    assert (actor["username"], actor["display_name"]) == ("layla.hassan", "Layla")
    assert (actor["roles"], actor["posts"], actor["provided"]) == (["first_line", "second_line"], ["*"], True)
    assert await sign_in(agency, "1") == "/#/signed-in"
    async with agency.services.database.sessions() as session:
        assert len(list(await session.scalars(select(AccountRow)))) == 1


async def test_the_request_asks_for_a_code_with_a_challenge_and_tells_nothing_else(agency: Platform) -> None:
    asked = parse_qs(urlsplit(await leave(agency)).query)
    assert (asked["response_type"], asked["code_challenge_method"]) == (["code"], ["S256"])
    assert asked["redirect_uri"] == ["http://localhost/v1/session/provider/callback"]
    assert {"state", "nonce", "code_challenge"} <= set(asked)


async def test_nobody_gets_in_without_a_role_of_ours(agency: Platform) -> None:
    assert await sign_in(agency, "2") == "/#/refused/provider-refused"
    assert (await agency.client.get("/v1/session")).status_code == 401
    async with agency.services.database.sessions() as session:
        assert list(await session.scalars(select(AccountRow))) == []
    assert [row.action for row in await agency.trail()] == ["provider_refused"]


async def test_who_has_lost_every_role_loses_the_session(agency: Platform) -> None:
    await sign_in(agency, "1")
    mine = {"Cookie": f"mabar={agency.client.cookies['mabar']}"}
    without = agency.services.settings.model_copy(update={"provider_roles": {"desk": frozenset({Role.SUPERVISOR})}})
    agency.services.provider = Provider(without)
    assert await sign_in(agency, "1") == "/#/refused/provider-refused"
    assert (await agency.client.get("/v1/session", headers=mine)).status_code == 401


async def test_a_local_account_of_that_name_is_not_taken_over_and_still_works(agency: Platform) -> None:
    local = await agency.account("layla.hassan", Role.AUDITOR)
    await sign_in(agency, "1")
    actor = (await agency.client.get("/v1/session")).json()["actor"]
    assert actor["id"] != str(local.id)
    assert actor["username"].startswith("layla.hassan-")
    assert (await agency.sign_in("layla.hassan")).json()["actor"]["roles"] == ["auditor"]


async def test_an_account_of_the_provider_has_no_password_here(agency: Platform) -> None:
    await sign_in(agency, "1")
    assert (await agency.sign_in("layla.hassan", "")).status_code in (401, 422)
    assert (await agency.sign_in("layla.hassan", "copper river lantern")).status_code == 401
    admin = await agency.officer(Role.ADMINISTRATOR)
    assert (await agency.client.post("/v1/accounts/layla.hassan/password", headers=admin)).status_code == 409


async def test_a_closed_account_stays_closed(agency: Platform) -> None:
    await sign_in(agency, "1")
    await accounts.close_account(agency.services.database.sessions, "layla.hassan", now=agency.clock())
    assert await sign_in(agency, "1") == "/#/refused/provider-refused"


async def test_a_role_that_needs_two_factors_takes_the_providers_word_for_them(agency: Platform) -> None:
    needed = {"second_factor_roles": frozenset({Role.FIRST_LINE})}
    agency.services.settings = agency.services.settings.model_copy(update=needed)
    agency.services.provider = Provider(agency.services.settings)
    await sign_in(agency, "1")
    assert (await agency.client.get("/v1/session")).json()["due"] == "enrolment"
    await sign_in(agency, "3")
    assert (await agency.client.get("/v1/session")).json()["due"] is None


# Answers that do not fit


async def test_an_answer_counts_once(agency: Platform) -> None:
    said = await at_the_provider(await leave(agency), "1")
    mark = {"Cookie": f"mabar-provider={agency.client.cookies['mabar-provider']}"}
    assert await come_back(agency, said) == "/#/signed-in"
    agency.client.cookies.clear()
    again = await agency.client.get("/v1/session/provider/callback", params=said, headers=mark)
    assert again.headers["location"] == "/#/refused/provider-refused"


async def test_an_answer_counts_in_the_browser_that_was_sent_off(agency: Platform) -> None:
    said = await at_the_provider(await leave(agency), "1")
    agency.client.cookies.clear()
    assert await come_back(agency, said) == "/#/refused/provider-refused"


@pytest.mark.parametrize("wrong", [{"state": "made-up"}, {"code": "made-up"}, {"code": ""}, {"iss": "https://other"}])
async def test_an_answer_that_was_changed_is_refused(agency: Platform, wrong: dict[str, str]) -> None:
    said = await at_the_provider(await leave(agency), "1")
    assert await come_back(agency, said | wrong) == "/#/refused/provider-refused"


async def test_an_officer_who_denies_is_refused(agency: Platform) -> None:
    said = await at_the_provider(await leave(agency), "1", action="deny")
    assert await come_back(agency, said) == "/#/refused/provider-refused"


async def test_an_answer_that_took_too_long_is_refused(agency: Platform) -> None:
    said = await at_the_provider(await leave(agency), "1")
    agency.clock.advance(minutes=11)
    assert await come_back(agency, said) == "/#/refused/provider-refused"


async def test_a_token_for_another_request_is_refused(agency: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    said = await at_the_provider(await leave(agency), "1")
    take = account_store.take_provider_request

    async def changed(session: AsyncSession, digest: bytes) -> ProviderRequest | None:
        request = await take(session, digest)
        return request and replace(request, nonce="x" * 48)

    monkeypatch.setattr(account_store, "take_provider_request", changed)
    assert await come_back(agency, said) == "/#/refused/provider-refused"


def test_the_challenge_is_that_of_the_standards_own_example() -> None:
    # RFC 7636, appendix B. The provider of these tests does not check it.
    assert challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


async def test_a_token_whose_time_is_over_is_refused(agency: Platform) -> None:
    with run_server_in_thread(user_claims=PEOPLE, access_token_max_age=timedelta(seconds=1)) as server:
        brief = {"provider_issuer": f"http://localhost:{server.server_port}"}
        agency.services.provider = Provider(agency.services.settings.model_copy(update=brief))
        said = await at_the_provider(await leave(agency), "1")
        agency.clock.advance(minutes=2)
        assert await come_back(agency, said) == "/#/refused/provider-refused"


async def test_a_provider_that_does_not_answer_leaves_the_local_accounts(agency: Platform) -> None:
    gone = agency.services.settings.model_copy(update={"provider_issuer": "http://localhost:1"})
    agency.services.provider = Provider(gone)
    answer = await agency.client.get("/v1/session/provider")
    assert answer.json()["type"] == "urn:mabar:problem:provider-refused"
    await agency.account("layla")
    assert (await agency.sign_in("layla")).status_code == 201


async def test_without_a_provider_there_is_none(agency: Platform) -> None:
    agency.services.provider = None
    assert (await agency.client.get("/v1/session/provider")).status_code == 404


# Tokens


KEY = ECKey.generate_key("P-256", {"kid": "ours"})
KEYS = KeySet([ECKey.import_key(KEY.as_dict(private=False))])
WANTED = Expected("https://op.example", "mabar", "n1")


def token(key: Any = KEY, algorithm: str = "ES256", **changed: Any) -> str:
    at = int(NOON.timestamp())
    claims = {"iss": WANTED.issuer, "aud": "mabar", "sub": "1", "iat": at, "exp": at + 300, "nonce": "n1"} | changed
    header = {"alg": algorithm, "kid": "ours"}
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(header, kept, key, algorithms=[algorithm])


def test_a_token_that_holds_gives_its_claims() -> None:
    assert checked(token(), KEYS, WANTED, NOON)["sub"] == "1"
    assert checked(token(aud=["mabar", "other"], azp="mabar"), KEYS, WANTED, NOON)["sub"] == "1"


@pytest.mark.parametrize(
    "changed",
    [
        {"nonce": "n2"},
        {"nonce": None},
        {"aud": "another"},
        {"aud": None},
        {"aud": ["mabar", "other"], "azp": "other"},
        {"iss": "https://op.example.evil"},
        {"exp": int(NOON.timestamp()) - 61},
        {"exp": None},
        {"iat": int(NOON.timestamp()) + 61},
        {"nbf": int(NOON.timestamp()) + 61},
        {"sub": None},
        {"key": ECKey.generate_key("P-256", {"kid": "ours"})},
        {"key": ECKey.generate_key("P-256", {"kid": "another"})},
        {"key": OctKey.import_key("a secret that anybody can make up"), "algorithm": "HS256"},
    ],
    ids="-".join,
)
def test_a_token_that_does_not_hold_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ProviderRefused):
        checked(token(**changed), KEYS, WANTED, NOON)


@pytest.mark.parametrize("odd", ["", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.", "\x00", "a" * 9000])
def test_what_is_no_token_is_refused(odd: str) -> None:
    with pytest.raises(ProviderRefused):
        checked(odd, KEYS, WANTED, NOON)


def test_clocks_may_differ_by_a_minute() -> None:
    at = int(NOON.timestamp())
    assert checked(token(exp=at - 59, iat=at - 400), KEYS, WANTED, NOON)
    assert checked(token(iat=at + 59), KEYS, WANTED, NOON)


def test_roles_and_posts_may_lie_deeper_and_be_written_as_one_text(settings: Settings) -> None:
    nested = settings.model_copy(update={"provider_roles_claim": "realm_access.roles"})
    claims = {"sub": "7", "realm_access": {"roles": ["booth", "cook"]}, "posts": "IQ-ZUR IQ-SHL"}
    account = account_of(claims, nested)
    assert account.roles == {Role.FIRST_LINE, Role.SECOND_LINE}
    assert account.posts == {"IQ-ZUR", "IQ-SHL"}
    assert account.username == "officer-7"


@pytest.mark.parametrize("odd", [None, 3, {"booth": 1}, [["booth"]], [None]])
def test_an_odd_claim_gives_no_role(settings: Settings, odd: object) -> None:
    assert account_of({"sub": "1", "roles": odd}, settings).roles == frozenset()
