"""All SQL about keys of devices. Values in and out; never commits."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service.access import DeviceKind
from service.credentials import DeviceKey
from service.driver import glance
from service.tables import DeviceKeyRow


async def device_key_of(sessions: async_sessionmaker[AsyncSession], key_hash: bytes) -> DeviceKey | None:
    """The device that a key belongs to, whether or not the key still stands. Every request of a device asks."""
    found = await glance(sessions, "SELECT * FROM device_key WHERE key_hash = $1", key_hash)
    return _device_key(DeviceKeyRow(**found)) if found else None


async def device_key(session: AsyncSession, key_id: UUID) -> DeviceKey | None:
    """A key by its id, locked until the transaction ends."""
    row = await session.get(DeviceKeyRow, key_id, with_for_update=True, populate_existing=True)
    return _device_key(row) if row else None


async def device_keys(session: AsyncSession) -> list[DeviceKey]:
    """Every device key, the newest first."""
    rows = await session.scalars(select(DeviceKeyRow).order_by(DeviceKeyRow.created_at.desc(), DeviceKeyRow.id))
    return [_device_key(row) for row in rows]


async def has_successor(session: AsyncSession, key_id: UUID) -> bool:
    """Whether another key replaces this one, and was not revoked."""
    row = select(DeviceKeyRow.id).where(DeviceKeyRow.replaces == key_id, DeviceKeyRow.revoked_at.is_(None))
    return await session.scalar(row.limit(1)) is not None


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
            replaces=key.replaces,
            certificate=key.certificate,
        )
    )
    await session.flush()


async def end_by(session: AsyncSession, key_id: UUID, until: datetime) -> None:
    """Let a key stand until then at the latest."""
    later = DeviceKeyRow.expires_at.is_(None) | (DeviceKeyRow.expires_at > until)
    await session.execute(update(DeviceKeyRow).where(DeviceKeyRow.id == key_id, later).values(expires_at=until))


async def note_first_use(session: AsyncSession, key_id: UUID, now: datetime) -> bool:
    """Note when a key was first used. False when that is known already."""
    row = update(DeviceKeyRow).where(DeviceKeyRow.id == key_id, DeviceKeyRow.first_used_at.is_(None))
    noted: CursorResult[Any] = await session.execute(row.values(first_used_at=now))  # type: ignore[assignment]  # an UPDATE gives a cursor
    return noted.rowcount == 1


async def revoke_device_key(session: AsyncSession, key_id: UUID, now: datetime) -> bool:
    """End a device key at once. False when there is none that stands under this id."""
    row = update(DeviceKeyRow).where(DeviceKeyRow.id == key_id, DeviceKeyRow.revoked_at.is_(None))
    ended: CursorResult[Any] = await session.execute(row.values(revoked_at=now))  # type: ignore[assignment]  # likewise
    return ended.rowcount == 1


def _device_key(row: DeviceKeyRow) -> DeviceKey:
    return DeviceKey(
        id=row.id,
        name=row.name,
        kind=DeviceKind(row.kind),
        posts=frozenset(row.posts),
        created_by=row.created_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        replaces=row.replaces,
        first_used_at=row.first_used_at,
        certificate=row.certificate,
    )
