"""Signing in through the agency's own OpenID provider (OpenID Connect Core 1.0, authorization code with PKCE).

The provider says who it is, which roles, and which posts; the settings say what its words mean here. Nobody
gets in without a role of ours, and no account made here is ever taken over: those of the provider are known
by issuer and subject alone. Local accounts stay, for the day on which the provider does not answer.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import quote

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import account_store, audit, session_store, tokens
from service.access import ALL_POSTS
from service.account_store import ProviderRequest
from service.claims import Claims, Expected, account_of, checked, words
from service.credentials import Account, Factor
from service.errors import ProviderRefused, SettingsRefused
from service.sessions import SignedIn, open_session
from service.settings import Settings

Sessions = async_sessionmaker[AsyncSession]

BACK_WITHIN = timedelta(minutes=10)
BELIEVED = timedelta(hours=1)  # how long what the provider said of itself is used without asking again
ASK_AGAIN = timedelta(minutes=1)  # how often an unknown key may make us ask
PATIENCE = 10.0  # seconds for each of its answers
CALLBACK = "/v1/session/provider/callback"
_SECOND_FACTORS = frozenset({"mfa", "hwk", "sc"})  # RFC 8176: several factors, a key, a smart card


@dataclass(frozen=True, slots=True)
class Departure:
    """Where to send a browser, and the mark by which it is known when it comes back."""

    address: str
    mark: str
    until: datetime


@dataclass(frozen=True, slots=True)
class _Known:
    """What the provider said of itself, and when."""

    metadata: Mapping[str, Any]
    keys: KeySet
    at: datetime


class Provider:
    """The provider of the settings. Asked for its metadata and keys at most once an hour, or for an unknown key."""

    def __init__(self, settings: Settings) -> None:
        assert settings.provider_issuer and settings.provider_client_id and settings.public_url
        self.settings = settings
        self.issuer = settings.provider_issuer.rstrip("/")
        self.client_id = settings.provider_client_id
        self.callback = settings.public_url + CALLBACK
        self._secret = _secret(settings)
        self._known: _Known | None = None

    async def send_off(self, sessions: Sessions, *, now: datetime) -> Departure:
        """Begin a sign-in: state, nonce and verifier are kept until the browser is back.

        Raises:
            ProviderRefused: the provider does not answer, or not as one.
        """
        known = await self._ask(now)
        state, mark, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(4))
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.callback,
            "scope": "openid profile",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
        }
        address = str(httpx.URL(known.metadata["authorization_endpoint"]).copy_merge_params(asked))
        until = now + BACK_WITHIN
        async with sessions.begin() as session:
            request = ProviderRequest(tokens.kept(mark), nonce, verifier, until)
            await account_store.add_provider_request(session, tokens.kept(state), request, now)
        return Departure(address, mark, until)

    async def take_back(
        self, sessions: Sessions, *, state: str, code: str, mark: str | None, client: str, now: datetime
    ) -> SignedIn:
        """End a sign-in: exchange the code, check the token, and open a session for its officer.

        Raises:
            ProviderRefused: nobody was sent off under this state from this browser, or too long ago; the
                provider gives no token, or one that does not hold; or its officer has no role here.
        """
        request = await _taken(sessions, state, mark, now)
        token = await self._exchange(code, request.verifier, now)
        claims = await self._checked(token, request.nonce, now)
        account = await self._account(sessions, claims, now)
        second = _SECOND_FACTORS.intersection(words(claims.get("amr")))
        factors = {Factor.PROVIDER, Factor.PROVIDER_SECOND} if second else {Factor.PROVIDER}
        return await open_session(sessions, self.settings, account, factors, client=client, now=now)

    async def _ask(self, now: datetime, believed: timedelta = BELIEVED) -> _Known:
        """What the provider says of itself (OpenID Connect Discovery 1.0)."""
        if self._known is None or now - self._known.at > believed:
            try:
                async with httpx.AsyncClient(timeout=PATIENCE) as client:
                    metadata = await _json(client, f"{self.issuer}/.well-known/openid-configuration")
                    if metadata.get("issuer") != self.settings.provider_issuer:
                        raise ProviderRefused("the identity provider calls itself otherwise than MABAR_PROVIDER_ISSUER")
                    keys = KeySet.import_key_set(cast(KeySetSerialization, await _json(client, metadata["jwks_uri"])))
            except (httpx.HTTPError, JoseError, ValueError, KeyError, TypeError) as error:
                raise ProviderRefused("the identity provider does not answer as one; use a local account") from error
            self._known = _Known(metadata, keys, now)
        return self._known

    async def _exchange(self, code: str, verifier: str, now: datetime) -> str:
        """The identity token for a code; we say who we are by secret where we have one (RFC 6749, section 2.3.1)."""
        known = await self._ask(now)
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.callback,
            "client_id": self.client_id,
            "code_verifier": verifier,
        }
        secret = (quote(self.client_id, safe=""), quote(self._secret, safe="")) if self._secret else None
        try:
            async with httpx.AsyncClient(timeout=PATIENCE, auth=secret) as client:
                answer = await client.post(known.metadata["token_endpoint"], data=asked)
                answer.raise_for_status()
                token = answer.json()["id_token"]
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise ProviderRefused("the identity provider gave no token for this sign-in") from error
        return str(token)

    async def _checked(self, token: str, nonce: str, now: datetime) -> Claims:
        """The claims of a token that holds; an unknown key is asked for anew, once in a while."""
        wanted = Expected(self.settings.provider_issuer or "", self.client_id, nonce)
        known = await self._ask(now)
        try:
            return checked(token, known.keys, wanted, now)
        except ProviderRefused:
            renewed = await self._ask(now, ASK_AGAIN)
            if renewed is known:
                raise
            return checked(token, renewed.keys, wanted, now)

    async def _account(self, sessions: Sessions, claims: Claims, now: datetime) -> Account:
        """The account of these claims, made at the first sign-in, with the roles and posts of today."""
        issuer, subject = self.settings.provider_issuer or "", str(claims["sub"])
        said = account_of(claims, self.settings)
        async with sessions.begin() as session:
            found = await account_store.provided_account(session, issuer, subject)
            said = replace(said, posts=await _existing_posts(session, said.posts))
            if found is None and said.roles:
                return await _made(session, said, (issuer, subject), now)
            if found is not None:
                said = replace(said, id=found.id, username=found.username, active=found.active)
                await account_store.set_provided(session, said)
            refused = found is None or not found.active or not said.roles
            if refused:
                await _note_refused(session, found, now)
        if refused:
            raise ProviderRefused("the identity provider gives you no role here, or your account here is closed")
        return said


async def _note_refused(session: AsyncSession, account: Account | None, now: datetime) -> None:
    """Who has lost every role loses the sessions as well."""
    if account is not None:
        await session_store.revoke_sessions(session, account.id, now)
    await audit.record(session, None, "provider_refused", subject=str(account.id) if account else None)


async def _taken(sessions: Sessions, state: str, mark: str | None, now: datetime) -> ProviderRequest:
    async with sessions.begin() as session:
        request = await account_store.take_provider_request(session, tokens.kept(state))
    if request is None or mark is None or tokens.kept(mark) != request.browser or now >= request.expires_at:
        raise ProviderRefused("this sign-in was not begun in this browser, or took too long; begin again")
    return request


async def _made(session: AsyncSession, account: Account, provider: tuple[str, str], now: datetime) -> Account:
    """A new account; its name gets a tail where an account here has that name already."""
    tail = hashlib.sha256("\0".join(provider).encode()).hexdigest()[:8]
    for name in (account.username, f"{account.username[:50]}-{tail}"):
        named = replace(account, username=name)
        if await account_store.add_account(session, named, None, now, provider=provider):
            details = {"roles": sorted(named.roles), "posts": sorted(named.posts), "provider": True}
            await audit.record(session, None, "create_account", subject=str(named.id), details=details)
            return named
    raise ProviderRefused("two sign-ins at once; begin again")


async def _existing_posts(session: AsyncSession, posts: frozenset[str]) -> frozenset[str]:
    return posts - await account_store.unknown_posts(session, posts - {ALL_POSTS})


async def _json(client: httpx.AsyncClient, address: str) -> dict[str, Any]:
    answer = await client.get(address)
    answer.raise_for_status()
    said = answer.json()
    if not isinstance(said, dict):
        raise ValueError("not an object")
    return said


def challenge(verifier: str) -> str:
    """What shows later that the code is redeemed by who asked for it (RFC 7636, S256)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _secret(settings: Settings) -> str | None:
    """The client's secret, from its file.

    Raises:
        SettingsRefused: the file cannot be read.
    """
    if settings.provider_secret_file is None:
        return None
    try:
        return settings.provider_secret_file.read_text("utf-8").strip()
    except (OSError, ValueError) as error:
        raise SettingsRefused(f"MABAR_PROVIDER_SECRET_FILE: {error}") from None
