"""Signing in and out, and telling who a credential belongs to. Use cases, one transaction each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import account_store, accounts, audit, passwords, tokens
from service.access import Action, Actor
from service.credentials import Account, Session
from service.errors import NotSignedIn, PasswordRefused, SignInRefused
from service.settings import Settings
from service.throttle import Throttle

Sessions = async_sessionmaker[AsyncSession]

REMEMBERED = timedelta(days=7)  # how long an ended session is kept
TOUCH_AFTER = timedelta(seconds=30)  # how stale "last seen" may be: a write for every request would be waste


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What signing in gives: the token exists here alone and is never stored."""

    token: str
    session: Session


async def sign_in(
    sessions: Sessions,
    throttle: Throttle,
    settings: Settings,
    *,
    username: str,
    password: str,
    client: str,
    now: datetime,
) -> SignedIn:
    """Open a session for an officer. `client` says where from, to slow down guessing there.

    Raises:
        TooManyAttempts: too many wrong passwords for this account from this client.
        SignInRefused: the account does not exist, is closed, or the password is another.
    """
    username = username.strip().casefold()
    throttle.admit(username, client, now)
    async with sessions.begin() as session:
        found = await account_store.account(session, username)
    known, kept = found or (None, None)
    fits = await passwords.matches(password, kept)  # no connection is held while the hash is worked out
    if known is None or not fits or not known.active or (known.demo and not settings.demo):
        await _refused(sessions, known, client)
        raise SignInRefused("account and password do not go together")
    throttle.succeeded(username, client)
    return await _opened(sessions, known, client, now, timedelta(hours=settings.session_max_hours))


async def _refused(sessions: Sessions, known: Account | None, client: str) -> None:
    """The trail names the account only when there is one: people type passwords into the wrong field."""
    async with sessions.begin() as session:
        subject = str(known.id) if known else None
        await audit.record(session, None, "sign_in_refused", subject=subject, details={"client": client})


async def _opened(sessions: Sessions, account: Account, client: str, now: datetime, longest: timedelta) -> SignedIn:
    signed_in = SignedIn(tokens.new(tokens.SESSION_PREFIX), Session(account, now, now + longest))
    async with sessions.begin() as session:
        await account_store.forget_sessions(session, now - REMEMBERED)
        await account_store.add_session(session, tokens.kept(signed_in.token), signed_in.session)
        await audit.record(session, account.actor, "sign_in", subject=str(account.id), details={"client": client})
    return signed_in


async def change_password(
    sessions: Sessions, throttle: Throttle, actor: Actor, *, old: str, new: str, client: str, now: datetime
) -> None:
    """Let an officer replace the own password, which ends every session of the account.

    Raises:
        TooManyAttempts: the old password was given wrongly too often.
        PasswordRefused: the old password is another, or the new one is too short or too common.
    """
    throttle.admit(actor.name, client, now)
    async with sessions.begin() as session:
        found = await account_store.account(session, actor.name)
    known, kept = found or (None, None)
    if not await passwords.matches(old, kept):
        await _refused(sessions, known, client)
        raise PasswordRefused("the old password is another")
    throttle.succeeded(actor.name, client)
    await accounts.set_password(sessions, actor.name, new, by=actor, now=now)


async def sign_out(sessions: Sessions, token: str, *, actor: Actor, now: datetime) -> None:
    """End the session that `token` opens, at once."""
    async with sessions.begin() as session:
        await account_store.revoke_session(session, tokens.kept(token), now)
        await audit.record(session, actor, "sign_out", subject=str(actor.id))


async def authenticate(sessions: Sessions, settings: Settings, token: str, *, now: datetime) -> Actor:
    """Whose credential `token` is. Asked of the database each time, so that a revocation holds at once.

    Raises:
        NotSignedIn: it is unknown, expired, idle for too long or revoked, or its account is closed.
    """
    if token.startswith(tokens.DEVICE_PREFIX):
        return await _device(sessions, token, now)
    return (await signed_in(sessions, settings, token, now=now)).account.actor


async def _device(sessions: Sessions, token: str, now: datetime) -> Actor:
    async with sessions() as session:
        key = await account_store.device_key_of(session, tokens.kept(token))
    if key is None or key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= now):
        raise NotSignedIn("this device key is unknown, expired or revoked")
    return key.actor


async def signed_in(sessions: Sessions, settings: Settings, token: str, *, now: datetime) -> Session:
    """The session that `token` opens, noted as in use.

    Raises:
        NotSignedIn: as `authenticate` says.
    """
    idle = timedelta(minutes=settings.session_idle_minutes)
    async with sessions() as session:
        found = await account_store.session_of(session, tokens.kept(token))
        if found is None or not _stands(found, settings.demo, idle, now):
            raise NotSignedIn("the session is unknown, expired or signed out; sign in again")
        if now - found.last_seen_at > TOUCH_AFTER:
            await account_store.touch(session, tokens.kept(token), now)
            await session.commit()
    return found


def _stands(session: Session, demo: bool, idle: timedelta, now: datetime) -> bool:
    """Whether a session may still be used: OWASP's idle and absolute timeouts, and an open account."""
    account = session.account
    heard_of = session.revoked_at is None and now < session.expires_at and now - session.last_seen_at <= idle
    return heard_of and account.active and (demo or not account.demo)


async def note_refusal(sessions: Sessions, actor: Actor, action: Action, post: str | None) -> None:
    """Leave a trace of what an actor tried and may not do."""
    async with sessions.begin() as session:
        await audit.record(session, actor, "refused", post=post, details={"action": action.value})
