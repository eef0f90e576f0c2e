"""Signing in by password, and replacing it. Use cases, one transaction each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import account_store, audit, passwords, session_store, tokens
from service.credentials import Account, Due, Factor, Session
from service.errors import Forbidden, PasswordRefused, SignInRefused
from service.sessions import SignedIn, limits_of, open_session
from service.settings import Settings
from service.throttle import Throttle

Sessions = async_sessionmaker[AsyncSession]

WORKSTATION_KNOWN = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an attempt comes from: an address, and what the browser shows of having signed in before."""

    client: str
    workstation: str | None = None


async def sign_in(
    sessions: Sessions,
    throttle: Throttle,
    settings: Settings,
    *,
    username: str,
    password: str,
    origin: Origin,
    now: datetime,
) -> SignedIn:
    """Open a session for an officer. `origin` says where from, to slow down guessing there.

    Raises:
        TooManyAttempts: too many wrong passwords for this account from this client.
        SignInRefused: the account does not exist, is closed, or the password is another.
    """
    username = username.strip().casefold()
    async with sessions.begin() as session:
        found = await account_store.account(session, username)
        account, kept = found or (None, None)
        known = await _known(session, account, origin, now)
    throttle.admit(username, origin.client, now, known=known)
    fits = await passwords.matches(password, kept)  # no connection is held while the hash is worked out
    if account is None or kept is None or not fits or not _may_enter(account, settings, now):
        await _refused(sessions, account, origin)
        raise SignInRefused("account and password do not go together")
    throttle.succeeded(username, origin.client, known=known)
    await _renew(sessions, account, password, kept)
    return await open_session(sessions, settings, account, {Factor.PASSWORD}, client=origin.client, now=now)


async def _known(session: AsyncSession, account: Account | None, origin: Origin, now: datetime) -> str | None:
    """The workstation's own name in the throttle, where this account signed in before."""
    if account is None or origin.workstation is None:
        return None
    digest = tokens.kept(origin.workstation)
    return digest.hex() if await account_store.knows_workstation(session, account.id, digest, now) else None


def _may_enter(account: Account, settings: Settings, now: datetime) -> bool:
    in_time = account.password_until is None or now < account.password_until
    return account.active and in_time and (settings.demo or not account.demo)


async def _renew(sessions: Sessions, account: Account, password: str, kept: str) -> None:
    """Keep a password with today's parameters once they have changed: now is when it is known."""
    if passwords.is_dated(kept):
        renewed = await passwords.keep(password)
        async with sessions.begin() as session:
            await account_store.rehash(session, account.id, kept, renewed)


async def know_workstation(sessions: Sessions, account: Account, workstation: str | None, *, now: datetime) -> str:
    """Know the browser that an account has just signed in with; gives what it shall show next time."""
    value = workstation or tokens.new(tokens.WORKSTATION_PREFIX)
    async with sessions.begin() as session:
        until = now + WORKSTATION_KNOWN
        await account_store.note_workstation(session, account.id, tokens.kept(value), until=until, now=now)
    return value


async def _refused(sessions: Sessions, account: Account | None, origin: Origin) -> None:
    """The trail names the account only when there is one: people type passwords into the wrong field."""
    async with sessions.begin() as session:
        subject = str(account.id) if account else None
        await audit.record(session, None, "sign_in_refused", subject=subject, details={"client": origin.client})


async def change_password(
    sessions: Sessions, throttle: Throttle, settings: Settings, of: Session, *, old: str, new: str, now: datetime
) -> None:
    """Let an officer replace the own password, which ends every session of the account.

    Raises:
        Forbidden: another factor is to be shown first, or the account has no password here.
        TooManyAttempts: the old password was given wrongly too often.
        PasswordRefused: the old password is another, or the new one is too short or too common.
    """
    account, here = of.account, str(of.id)
    if of.due(limits_of(settings)) not in (None, Due.NEW_PASSWORD):
        raise Forbidden("show your passkey, or register one, before you replace the password")
    throttle.admit(account.username, of.client, now, known=here)
    async with sessions.begin() as session:
        found = await account_store.account(session, account.username)
    if found is None or not await passwords.matches(old, found[1]):
        await _refused(sessions, account, Origin(of.client))
        raise PasswordRefused("the old password is another")
    throttle.succeeded(account.username, of.client, known=here)
    if new == old:
        raise PasswordRefused("the new password is the old one")
    refused = passwords.blocklist(settings.password_blocklist)
    passwords.check(new, account.username, account.display_name, refused=refused)
    kept = await passwords.keep(new)
    async with sessions.begin() as session:
        await account_store.set_password(session, account.id, kept)
        await session_store.revoke_sessions(session, account.id, now)
        await audit.record(session, account.actor, "set_password", subject=str(account.id))
