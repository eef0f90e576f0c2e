"""Officers' sessions: whose credential it is, locked and unlocked, listed and ended. Use cases.

A session is opened by `service.sign_in` or `service.provider`. Until everything that its account needs was
shown it counts for nothing but its own completion; each factor shown gives it another token.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import account_store, audit, device_key_store, passwords, session_store, tokens
from service.access import Action, Actor
from service.credentials import Account, DeviceKey, Factor, Session, SessionLimits
from service.errors import NotFound, NotSignedIn, SessionLocked, SignInRefused
from service.settings import Settings
from service.throttle import Throttle

Sessions = async_sessionmaker[AsyncSession]

REMEMBERED = timedelta(days=7)  # how long an ended session is kept
TOUCH_AFTER = timedelta(seconds=30)  # how stale "last seen" may be: a write for every request would be waste
PENDING = timedelta(minutes=10)  # how long a session may wait for what it lacks
FRESH = timedelta(minutes=10)  # how long ago a factor may have been shown for ways in to be added or removed


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What showing a factor gives: the token exists here alone and is never stored."""

    token: str
    session: Session


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: an officer in a session, or a device, which has none."""

    actor: Actor
    session: Session | None = None


def limits_of(settings: Settings) -> SessionLimits:
    """What the settings say of sessions."""
    return SessionLimits(
        timedelta(minutes=settings.session_idle_minutes),
        timedelta(hours=settings.session_max_hours),
        settings.second_factor_roles,
        settings.demo,
    )


async def open_session(
    sessions: Sessions, settings: Settings, account: Account, factor: set[Factor], *, client: str, now: datetime
) -> SignedIn:
    """Open a session for an officer who has shown `factor`; it is short while more is due."""
    limits = limits_of(settings)
    opened = Session(uuid4(), account, client, frozenset(factor), now, now, now, now + PENDING)
    signed_in = SignedIn(tokens.new(tokens.SESSION_PREFIX), opened)
    async with sessions.begin() as session:
        await session_store.forget_sessions(session, now - REMEMBERED)
        opened = replace(opened, passkeys=await session_store.count_passkeys(session, account.id))
        if opened.due(limits) is None:
            opened = replace(opened, expires_at=now + limits.longest)
        await session_store.add_session(session, tokens.kept(signed_in.token), opened)
        details = {"client": client, "factors": sorted(factor)}
        await audit.record(session, account.actor, "sign_in", subject=str(account.id), details=details)
    return replace(signed_in, session=opened)


async def show_factor(
    session: AsyncSession, settings: Settings, of: Session, factor: Factor, now: datetime
) -> SignedIn:
    """Note in `session`'s transaction that a factor was shown: unlocked, and open to another token alone.

    Raises:
        NotSignedIn: the session was revoked meanwhile.
    """
    limits = limits_of(settings)
    shown = replace(of, factors=of.factors | {factor}, verified_at=now, last_seen_at=now)
    if shown.due(limits) is None:
        shown = replace(shown, expires_at=min(shown.created_at, now) + limits.longest)
    token = tokens.new(tokens.SESSION_PREFIX)
    if not await session_store.raise_session(
        session, of.id, tokens.kept(token), factors=shown.factors, expires_at=shown.expires_at, now=now
    ):
        raise NotSignedIn("the session was ended meanwhile; sign in again")
    return SignedIn(token, shown)


async def unlock(
    sessions: Sessions, throttle: Throttle, settings: Settings, of: Session, *, password: str, now: datetime
) -> SignedIn:
    """Show the password of the session's own account again: for one that is locked, or for what asks for it.

    Raises:
        TooManyAttempts: too many wrong passwords in this session.
        SignInRefused: the password is another.
    """
    account, here = of.account, str(of.id)
    throttle.admit(account.username, of.client, now, known=here)
    async with sessions.begin() as session:
        found = await account_store.account(session, account.username)
    if found is None or not await passwords.matches(password, found[1]):
        async with sessions.begin() as session:
            await audit.record(session, account.actor, "unlock_refused", subject=str(account.id))
        raise SignInRefused("this is not the password of the account signed in here")
    throttle.succeeded(account.username, of.client, known=here)
    async with sessions.begin() as session:
        signed_in = await show_factor(session, settings, of, Factor.PASSWORD, now)
        await audit.record(session, account.actor, "unlock", subject=str(account.id), details=_by(Factor.PASSWORD))
    return signed_in


def _by(factor: Factor) -> Mapping[str, object]:
    return {"factor": factor.value}


async def authenticate(
    sessions: Sessions,
    settings: Settings,
    token: str,
    *,
    certificate: bytes | None = None,
    even_locked: bool = False,
    now: datetime,
) -> Caller:
    """Whose credential `token` is. Asked of the database each time, so that a revocation holds at once.

    `certificate` is the SHA-256 of the client certificate that the request came with.

    Raises:
        NotSignedIn: it is unknown, expired or revoked, or its account is closed.
        SessionLocked: nobody was heard of for too long, and not `even_locked`.
    """
    if token.startswith(tokens.DEVICE_PREFIX):
        return Caller(await _device(sessions, token, certificate, now))
    limits = limits_of(settings)
    found = await session_store.session_of(sessions, tokens.kept(token))
    if found is None or not found.stands(limits, now):
        raise NotSignedIn("the session is unknown, expired or signed out; sign in again")
    locked = found.is_locked(limits, now)
    if locked and not even_locked:
        raise SessionLocked("the session is locked; unlock it with the password or a passkey of its account")
    if not locked and now - found.last_seen_at > TOUCH_AFTER:
        async with sessions.begin() as session:
            await session_store.touch(session, found.id, now)
    return Caller(replace(found.account.actor, confined=found.due(limits) is not None), found)


async def _device(sessions: Sessions, token: str, certificate: bytes | None, now: datetime) -> Actor:
    key = await device_key_store.device_key_of(sessions, tokens.kept(token))
    if key is None or not key.stands(now):
        raise NotSignedIn("this device key is unknown, expired or revoked")
    if key.certificate is not None and key.certificate != certificate:
        raise NotSignedIn("this device key counts with its client certificate only")
    if key.first_used_at is None:
        await _first_use(sessions, key, now)
    return key.actor


async def _first_use(sessions: Sessions, key: DeviceKey, now: datetime) -> None:
    """A key that was first used is confirmed: the one that it replaces ends now."""
    async with sessions.begin() as session:
        if await device_key_store.note_first_use(session, key.id, now) and key.replaces is not None:
            await device_key_store.revoke_device_key(session, key.replaces, now)
            details = {"replaces": str(key.replaces)}
            await audit.record(session, key.actor, "confirm_device_key", subject=str(key.id), details=details)


def require_fresh(of: Session, now: datetime) -> None:
    """See that a factor was shown lately, before a way in is added or removed.

    Raises:
        SessionLocked: it was too long ago.
    """
    if now - of.verified_at > FRESH:
        raise SessionLocked("show the password or a passkey of your account once more for this")


async def sign_out(sessions: Sessions, of: Session, *, now: datetime) -> None:
    """End a session, at once."""
    account = of.account
    async with sessions.begin() as session:
        await session_store.revoke_session(session, account.id, of.id, now)
        await audit.record(session, account.actor, "sign_out", subject=str(account.id))


async def own(sessions: Sessions, of: Session, *, now: datetime) -> list[Session]:
    """The sessions of one's own account that have not ended, the one last heard of first."""
    async with sessions() as session:
        return await session_store.sessions_of(session, of.account.id, now)


async def end_own(sessions: Sessions, of: Session, session_id: UUID, *, now: datetime) -> None:
    """End one session of one's own account.

    Raises:
        NotFound: none stands under this id.
    """
    account = of.account
    async with sessions.begin() as session:
        if not await session_store.revoke_session(session, account.id, session_id, now):
            raise NotFound("no session of yours stands under this id")
        await audit.record(session, account.actor, "revoke_session", subject=str(account.id))


async def end_others(sessions: Sessions, of: Session, *, now: datetime) -> int:
    """End every session of one's own account but this one; gives how many ended."""
    account = of.account
    async with sessions.begin() as session:
        ended = await session_store.revoke_sessions(session, account.id, now, but=of.id)
        details = {"ended": ended}
        await audit.record(session, account.actor, "revoke_sessions", subject=str(account.id), details=details)
    return ended


async def note_refusal(sessions: Sessions, actor: Actor, action: Action, post: str | None) -> None:
    """Leave a trace of what an actor tried and may not do."""
    async with sessions.begin() as session:
        await audit.record(session, actor, "refused", post=post, details={"action": action.value})
