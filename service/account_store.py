"""All SQL about accounts, their sessions and device keys. Values in and out; never commits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from service.access import DeviceKind, Role
from service.credentials import Account, DeviceKey, Session
from service.tables import AccountRow, CrossingPointRow, DeviceKeyRow, SessionRow


async def account(session: AsyncSession, username: str) -> tuple[Account, str] | None:
    """The account of that name with the stored form of its password."""
    row = await session.scalar(select(AccountRow).where(AccountRow.username == username))
    return (_account(row), row.password_hash) if row else None


async def accounts(session: AsyncSession) -> list[Account]:
    """Every account, by name."""
    return [_account(row) for row in await session.scalars(select(AccountRow).order_by(AccountRow.username))]


async def add_account(session: AsyncSession, account: Account, password_hash: str, now: datetime) -> bool:
    """Store a new account. False when its name is taken."""
    row = insert(AccountRow).values(
        id=account.id,
        username=account.username,
        display_name=account.display_name,
        password_hash=password_hash,
        roles=sorted(account.roles),
        posts=sorted(account.posts),
        active=account.active,
        demo=account.demo,
        created_at=now,
    )
    free = row.on_conflict_do_nothing(index_elements=[AccountRow.username]).returning(AccountRow.id)
    return await session.scalar(free) is not None


async def set_password(session: AsyncSession, account_id: UUID, password_hash: str) -> None:
    """Replace the stored form of a password."""
    await session.execute(update(AccountRow).where(AccountRow.id == account_id).values(password_hash=password_hash))


async def close_account(session: AsyncSession, account_id: UUID) -> None:
    """Let an account sign in no more. It stays, because the trail names it."""
    await session.execute(update(AccountRow).where(AccountRow.id == account_id).values(active=False))


async def add_session(session: AsyncSession, token_hash: bytes, of: Session) -> None:
    """Store that an officer is signed in."""
    row = SessionRow(
        token_hash=token_hash,
        account_id=of.account.id,
        created_at=of.last_seen_at,
        last_seen_at=of.last_seen_at,
        expires_at=of.expires_at,
    )
    session.add(row)
    await session.flush()


async def forget_sessions(session: AsyncSession, before: datetime) -> None:
    """Remove the sessions that ended before then; what they did stays in the trail."""
    await session.execute(delete(SessionRow).where(SessionRow.expires_at < before))


async def session_of(session: AsyncSession, token_hash: bytes) -> Session | None:
    """The session that a token opens, whether or not it still stands."""
    query = select(SessionRow, AccountRow).join(AccountRow).where(SessionRow.token_hash == token_hash)
    found = (await session.execute(query)).one_or_none()
    if found is None:
        return None
    row, owner = found
    return Session(_account(owner), row.last_seen_at, row.expires_at, row.revoked_at)


async def touch(session: AsyncSession, token_hash: bytes, now: datetime) -> None:
    """Note that a session was heard of; never back in time."""
    row = SessionRow.token_hash == token_hash
    await session.execute(update(SessionRow).where(row, SessionRow.last_seen_at < now).values(last_seen_at=now))


async def revoke_session(session: AsyncSession, token_hash: bytes, now: datetime) -> None:
    """End one session at once."""
    row = SessionRow.token_hash == token_hash
    await session.execute(update(SessionRow).where(row, SessionRow.revoked_at.is_(None)).values(revoked_at=now))


async def revoke_sessions(session: AsyncSession, account_id: UUID, now: datetime) -> None:
    """End every session of an account at once."""
    row = SessionRow.account_id == account_id
    await session.execute(update(SessionRow).where(row, SessionRow.revoked_at.is_(None)).values(revoked_at=now))


async def device_key_of(session: AsyncSession, key_hash: bytes) -> DeviceKey | None:
    """The device that a key belongs to, whether or not the key still stands."""
    row = await session.scalar(select(DeviceKeyRow).where(DeviceKeyRow.key_hash == key_hash))
    return _device_key(row) if row else None


async def device_keys(session: AsyncSession) -> list[DeviceKey]:
    """Every device key, the newest first."""
    rows = await session.scalars(select(DeviceKeyRow).order_by(DeviceKeyRow.created_at.desc(), DeviceKeyRow.id))
    return [_device_key(row) for row in rows]


async def add_device_key(session: AsyncSession, key: DeviceKey, key_hash: bytes) -> None:
    """Store a new device key."""
    session.add(
        DeviceKeyRow(
            id=key.id,
            key_hash=key_hash,
            name=key.name,
            kind=key.kind.value,
            posts=sorted(key.posts),
            created_by=key.created_by,
            created_at=key.created_at,
            expires_at=key.expires_at,
        )
    )
    await session.flush()


async def revoke_device_key(session: AsyncSession, key_id: UUID, now: datetime) -> bool:
    """End a device key at once. False when there is none that stands under this id."""
    row = DeviceKeyRow.id == key_id
    ended: CursorResult[Any] = await session.execute(  # type: ignore[assignment]  # an UPDATE gives a cursor
        update(DeviceKeyRow).where(row, DeviceKeyRow.revoked_at.is_(None)).values(revoked_at=now)
    )
    return ended.rowcount == 1


async def unknown_posts(session: AsyncSession, codes: Iterable[str]) -> frozenset[str]:
    """Those of `codes` that no crossing point has."""
    wanted = frozenset(codes)
    known = await session.scalars(select(CrossingPointRow.code).where(CrossingPointRow.code.in_(wanted)))
    return wanted.difference(known)


def _account(row: AccountRow) -> Account:
    return Account(
        row.id,
        row.username,
        row.display_name,
        frozenset(Role(role) for role in row.roles),
        frozenset(row.posts),
        row.active,
        row.demo,
    )


def _device_key(row: DeviceKeyRow) -> DeviceKey:
    return DeviceKey(
        row.id,
        row.name,
        DeviceKind(row.kind),
        frozenset(row.posts),
        row.created_by,
        row.created_at,
        row.expires_at,
        row.revoked_at,
    )
