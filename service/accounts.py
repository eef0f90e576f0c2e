"""Officers' accounts: made, closed, given another password. Use cases, one transaction each."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import account_store, audit, passkey_store, passwords, session_store
from service.access import ALL_POSTS, Actor, Role
from service.credentials import Account
from service.errors import AccountNameTaken, AccountRefused, LastAdministrator, NotFound

Sessions = async_sessionmaker[AsyncSession]

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
DEMO_USERNAME = "demo"
HANDED_OUT = timedelta(hours=72)  # how long a password counts that somebody else made up


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to make: who, with which roles, at which crossing points (``*`` for all)."""

    username: str
    display_name: str
    roles: frozenset[Role]
    posts: frozenset[str]
    demo: bool = False


async def create_account(
    sessions: Sessions, new: NewAccount, password: str | None = None, *, by: Actor | None = None, now: datetime
) -> tuple[Account, str]:
    """Make an account; gives it and its password, made up when `password` is None.

    One made up counts for `HANDED_OUT` and for nothing but being replaced: two persons know it.
    `by` None is the operator at the command line: that is how the first account comes to be.

    Raises:
        AccountNameTaken: another account has it.
        AccountRefused: the name is malformed, there is no role, or a post is unknown.
        PasswordRefused: the password is too short or too common.
    """
    account = _account(new)
    if password is None:
        account = replace(account, password_until=now + HANDED_OUT)
    else:
        passwords.check(password, account.username, account.display_name)
    password = password or passwords.generate()
    kept = await passwords.keep(password)
    async with sessions.begin() as session:
        await require_posts(session, account.posts)
        if not await account_store.add_account(session, account, kept, now):
            raise AccountNameTaken
        details = {"roles": sorted(account.roles), "posts": sorted(account.posts)}
        await audit.record(session, by, "create_account", subject=str(account.id), details=details)
    return account, password


async def first_account(sessions: Sessions, username: str, display_name: str, *, now: datetime) -> str:
    """Make the first account, an administrator's, once; gives the password made up for it.

    Raises:
        AccountRefused: there are accounts already.
    """
    async with sessions() as session:
        if await account_store.count_own(session):
            raise AccountRefused("there are accounts already: an administrator makes the others")
    new = NewAccount(username, display_name, frozenset({Role.ADMINISTRATOR}), frozenset({ALL_POSTS}))
    return (await create_account(sessions, new, now=now))[1]


def _account(new: NewAccount) -> Account:
    username = new.username.strip().casefold()
    if not _USERNAME.fullmatch(username):
        raise AccountRefused("an account name is 2 to 64 of: a to z, 0 to 9, dot, hyphen, underscore")
    if not new.roles:
        raise AccountRefused("an account needs at least one role")
    posts = frozenset({ALL_POSTS}) if ALL_POSTS in new.posts else new.posts
    return Account(uuid4(), username, new.display_name.strip(), new.roles, posts, demo=new.demo)


async def require_posts(session: AsyncSession, posts: Iterable[str]) -> None:
    """See that every code is that of a crossing point.

    Raises:
        AccountRefused: naming those that are not.
    """
    unknown = await account_store.unknown_posts(session, frozenset(posts) - {ALL_POSTS})
    if unknown:
        raise AccountRefused(f"there is no crossing point {', '.join(sorted(unknown))}")


async def listed(sessions: Sessions) -> list[Account]:
    """Every account, by name."""
    async with sessions() as session:
        return await account_store.accounts(session)


async def set_password(
    sessions: Sessions, username: str, password: str | None = None, *, by: Actor | None = None, now: datetime
) -> str:
    """Give an account another password and end its sessions; gives the password, made up when it is None.

    One made up is to be replaced, as `create_account` says.

    Raises:
        NotFound: there is no such account.
        AccountRefused: an identity provider keeps it.
        PasswordRefused: the password is too short or too common.
    """
    username = username.strip().casefold()
    until = now + HANDED_OUT if password is None else None
    if password is not None:
        passwords.check(password, username)
    password = password or passwords.generate()
    kept = await passwords.keep(password)
    async with sessions.begin() as session:
        account = await _existing(session, username)
        if account.provided:
            raise AccountRefused("the identity provider keeps this account: it has no password here")
        await account_store.set_password(session, account.id, kept, until=until)
        await session_store.revoke_sessions(session, account.id, now)
        await account_store.forget_workstations(session, account.id)
        await audit.record(session, by, "set_password", subject=str(account.id))
    return password


async def close_account(sessions: Sessions, username: str, *, by: Actor | None = None, now: datetime) -> None:
    """Close an account and end its sessions at once.

    Raises:
        NotFound: there is no such account.
        LastAdministrator: nobody would be left who may make accounts.
    """
    async with sessions.begin() as session:
        account = await _existing(session, username.strip().casefold())
        if Role.ADMINISTRATOR in account.roles and account.active:
            await _require_another_administrator(session, account)
        await account_store.close_account(session, account.id)
        await session_store.revoke_sessions(session, account.id, now)
        await audit.record(session, by, "close_account", subject=str(account.id))


async def end_sessions(sessions: Sessions, username: str, *, by: Actor | None = None, now: datetime) -> int:
    """End every session of an account at once; gives how many ended.

    Raises:
        NotFound: there is no such account.
    """
    async with sessions.begin() as session:
        account = await _existing(session, username.strip().casefold())
        ended = await session_store.revoke_sessions(session, account.id, now)
        await audit.record(session, by, "revoke_sessions", subject=str(account.id), details={"ended": ended})
    return ended


async def remove_passkeys(sessions: Sessions, username: str, *, by: Actor | None = None, now: datetime) -> int:
    """Forget every passkey of an account, which were lost, and end its sessions; gives how many there were.

    Raises:
        NotFound: there is no such account.
    """
    async with sessions.begin() as session:
        account = await _existing(session, username.strip().casefold())
        removed = await passkey_store.remove_passkeys(session, account.id)
        await session_store.revoke_sessions(session, account.id, now)
        await audit.record(session, by, "remove_passkeys", subject=str(account.id), details={"removed": removed})
    return removed


async def _require_another_administrator(session: AsyncSession, account: Account) -> None:
    if await account_store.administrators(session) <= {account.id}:
        raise LastAdministrator


async def _existing(session: AsyncSession, username: str) -> Account:
    found = await account_store.account(session, username)
    if found is None:
        raise NotFound("there is no account of that name")
    return found[0]


async def demo_account(sessions: Sessions, data_dir: Path, *, now: datetime) -> tuple[str, str]:
    """The demonstration's account and password, made at its first start and the same ever after.

    The password is a random one, kept in the data directory for its owner's eyes alone. The account
    holds every role, and is heard only while the service runs as a demonstration.
    """
    password = _demo_password(data_dir / "demo-password")
    async with sessions() as session:
        found = await account_store.account(session, DEMO_USERNAME)
    if found is None:
        new = NewAccount(DEMO_USERNAME, "Demonstration", frozenset(Role), frozenset({ALL_POSTS}), demo=True)
        await create_account(sessions, new, password, now=now)
    elif not await passwords.matches(password, found[1]):
        await set_password(sessions, DEMO_USERNAME, password, now=now)
    return DEMO_USERNAME, password


def _demo_password(path: Path) -> str:
    path.touch(mode=0o600)
    password = path.read_text().strip()
    if not password:
        password = passwords.generate()
        path.write_text(password + "\n")
    return password
