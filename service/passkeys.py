"""Passkeys and smart cards as an officer's second factor (W3C Web Authentication, level 3). Use cases.

Each ceremony is asked for and answered within one session. What is to be signed is random, counts once and
for five minutes, and is kept as a digest. The authenticator has to verify its holder (PIN or biometrics), so
that one shown to a locked session is enough to unlock it. Attestation is not asked for.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import webauthn
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from webauthn.helpers import base64url_to_bytes, options_to_json, parse_client_data_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from service import audit, passkey_store, tokens
from service.credentials import Due, Factor, Passkey, Session
from service.errors import Forbidden, NotFound, PasskeyRefused
from service.sessions import SignedIn, limits_of, require_fresh, show_factor
from service.settings import Settings

Sessions = async_sessionmaker[AsyncSession]
Said = Mapping[str, Any]  # what a browser hands over: PublicKeyCredential as JSON
T = TypeVar("T")

MOST = 10  # passkeys of one account
ANSWER_WITHIN = timedelta(minutes=5)
_TRANSPORTS = frozenset(transport.value for transport in AuthenticatorTransport)


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Whom an authenticator answers: the host, and the origin that the browser's address bar shows."""

    id: str
    origin: str

    @classmethod
    def of(cls, origin: str) -> RelyingParty:
        return cls(urlsplit(origin).hostname or "", origin)


async def listed(sessions: Sessions, of: Session) -> list[Passkey]:
    """The passkeys of one's own account, the oldest first."""
    async with sessions() as session:
        return await passkey_store.passkeys_of(session, of.account.id)


async def ask_to_register(
    sessions: Sessions, settings: Settings, party: RelyingParty, of: Session, *, now: datetime
) -> dict[str, Any]:
    """What the browser is to make a new passkey with (PublicKeyCredentialCreationOptions as JSON).

    Raises:
        SessionLocked: a factor was shown too long ago for a way in to be added.
        Forbidden: the account has passkeys, and none was shown in this session.
        PasskeyRefused: there are `MOST` already.
    """
    _require_may_register(settings, of, now)
    challenge = secrets.token_bytes(32)
    async with sessions.begin() as session:
        known = await passkey_store.passkeys_of(session, of.account.id)
        if len(known) >= MOST:
            raise PasskeyRefused(f"an account has at most {MOST} passkeys; remove one first")
        await _remember(session, challenge, of, "register", now)
    made = webauthn.generate_registration_options(
        rp_id=party.id,
        rp_name="Mabar",
        user_id=of.account.id.bytes,
        user_name=of.account.username,
        user_display_name=of.account.display_name,
        challenge=challenge,
        timeout=_milliseconds(ANSWER_WITHIN),
        exclude_credentials=[_described(passkey) for passkey in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )
    return _as_json(options_to_json(made))


def _require_may_register(settings: Settings, of: Session, now: datetime) -> None:
    if of.due(limits_of(settings)) not in (None, Due.ENROLMENT):
        raise Forbidden("show one of your passkeys, or replace the password you were given, first")
    require_fresh(of, now)


async def register(
    sessions: Sessions, settings: Settings, party: RelyingParty, of: Session, said: Said, *, name: str, now: datetime
) -> Passkey:
    """Store the passkey that an authenticator has made. From now on the account's sessions need it.

    Raises:
        PasskeyRefused: it was not asked for here, or does not prove what it says, or is registered already.
        SessionLocked, Forbidden: as `ask_to_register` says.
    """
    _require_may_register(settings, of, now)
    challenge = await _asked(sessions, said, of, "register", now)
    made = _trusting_nothing(
        lambda: webauthn.verify_registration_response(
            credential=dict(said),
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    )
    passkey = Passkey(
        id=uuid4(),
        account_id=of.account.id,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        transports=tuple(sorted(_TRANSPORTS.intersection(said["response"].get("transports") or ()))),
        name=name,
        backed_up=made.credential_backed_up,
        created_at=now,
    )
    async with sessions.begin() as session:
        if not await passkey_store.add_passkey(session, passkey):
            raise PasskeyRefused("this passkey is registered already")
        details = {"passkey": str(passkey.id), "backed_up": passkey.backed_up}
        await audit.record(session, of.account.actor, "register_passkey", subject=str(of.account.id), details=details)
    return passkey


async def ask_to_show(sessions: Sessions, party: RelyingParty, of: Session, *, now: datetime) -> dict[str, Any]:
    """What an authenticator of this account is to sign (PublicKeyCredentialRequestOptions as JSON).

    Raises:
        PasskeyRefused: the account has none.
    """
    challenge = secrets.token_bytes(32)
    async with sessions.begin() as session:
        known = await passkey_store.passkeys_of(session, of.account.id)
        if not known:
            raise PasskeyRefused("this account has no passkey")
        await _remember(session, challenge, of, "show", now)
    asked = webauthn.generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        timeout=_milliseconds(ANSWER_WITHIN),
        allow_credentials=[_described(passkey) for passkey in known],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _as_json(options_to_json(asked))


async def show(
    sessions: Sessions, settings: Settings, party: RelyingParty, of: Session, said: Said, *, now: datetime
) -> SignedIn:
    """Take what an authenticator signed: the session is unlocked, has its second factor, and another token.

    Raises:
        PasskeyRefused: it was not asked for here, is not of this account, or does not prove it.
    """
    challenge = await _asked(sessions, said, of, "show", now)
    try:
        async with sessions.begin() as session:
            passkey = await _proven(session, party, of, said, challenge, now)
            signed_in = await show_factor(session, settings, of, Factor.PASSKEY, now)
            details = {"passkey": str(passkey.id)}
            await audit.record(session, of.account.actor, "show_passkey", subject=str(of.account.id), details=details)
            return signed_in
    except PasskeyRefused:
        async with sessions.begin() as session:
            await audit.record(session, of.account.actor, "passkey_refused", subject=str(of.account.id))
        raise


async def _proven(
    session: AsyncSession, party: RelyingParty, of: Session, said: Said, challenge: bytes, now: datetime
) -> Passkey:
    """The passkey that signed. A counter that does not grow is a sign of a copy, and refused (section 6.1.1)."""
    credential_id = _trusting_nothing(lambda: base64url_to_bytes(said["rawId"]))
    passkey = await passkey_store.passkey_to_use(session, of.account.id, credential_id)
    if passkey is None:
        raise PasskeyRefused("this passkey is not one of this account")
    shown = _trusting_nothing(
        lambda: webauthn.verify_authentication_response(
            credential=dict(said),
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    )
    await passkey_store.note_use(session, passkey.id, shown.new_sign_count, now)
    return replace(passkey, sign_count=shown.new_sign_count, last_used_at=now)


async def remove(sessions: Sessions, settings: Settings, of: Session, passkey_id: UUID, *, now: datetime) -> None:
    """Forget a passkey of one's own.

    Raises:
        SessionLocked: a factor was shown too long ago for a way in to be removed.
        PasskeyRefused: it is the last one, and a role of the account needs one.
        NotFound: the account has none of this id.
    """
    require_fresh(of, now)
    account = of.account
    async with sessions.begin() as session:
        known = await passkey_store.passkeys_of(session, account.id)
        if len(known) == 1 and account.roles & limits_of(settings).second_factor:
            raise PasskeyRefused("your role needs a passkey; register another one before you remove this")
        if not await passkey_store.remove_passkey(session, account.id, passkey_id):
            raise NotFound("you have no passkey under this id")
        details = {"passkey": str(passkey_id)}
        await audit.record(session, account.actor, "remove_passkey", subject=str(account.id), details=details)


async def _remember(session: AsyncSession, challenge: bytes, of: Session, ceremony: str, now: datetime) -> None:
    digest = tokens.digest(challenge)
    await passkey_store.add_challenge(session, digest, of.id, ceremony, expires_at=now + ANSWER_WITHIN, now=now)


async def _asked(sessions: Sessions, said: Said, of: Session, ceremony: str, now: datetime) -> bytes:
    """The challenge that is answered, used up before anything else is looked at: a wrong answer is no second try."""
    client = _trusting_nothing(lambda: parse_client_data_json(base64url_to_bytes(said["response"]["clientDataJSON"])))
    if client.cross_origin:
        raise PasskeyRefused("another site's page asked for this passkey")
    async with sessions.begin() as session:
        digest = tokens.digest(client.challenge)
        asked = await passkey_store.take_challenge(session, digest, of.id, ceremony, now)
    if not asked:
        raise PasskeyRefused("this was not asked for, was answered before, or took too long; try again")
    return client.challenge


def _trusting_nothing(check: Callable[[], T]) -> T:
    """What a library made of an authenticator's bytes.

    Raises:
        PasskeyRefused: the answer is malformed or proves nothing. Its own words stay out: they quote it.
    """
    try:
        return check()
    except Exception as error:  # malformed CBOR, keys and JSON surface as almost any exception
        raise PasskeyRefused("what the authenticator answered does not count") from error


def _described(passkey: Passkey) -> PublicKeyCredentialDescriptor:
    transports = [AuthenticatorTransport(transport) for transport in passkey.transports]
    return PublicKeyCredentialDescriptor(id=passkey.credential_id, transports=transports or None)


def _milliseconds(span: timedelta) -> int:
    return round(span.total_seconds() * 1000)


def _as_json(text: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(text)
    return made
