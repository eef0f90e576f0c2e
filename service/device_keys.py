"""Keys of cameras, workstations and monitors: issued, listed, revoked. Use cases, one transaction each."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import account_store, audit, tokens
from service.access import ALL_POSTS, Actor, DeviceKind
from service.accounts import require_posts
from service.credentials import DeviceKey
from service.errors import AccountRefused, NotFound

Sessions = async_sessionmaker[AsyncSession]


async def issue(
    sessions: Sessions,
    *,
    name: str,
    kind: DeviceKind,
    posts: frozenset[str],
    expires_at: datetime | None = None,
    by: Actor,
    now: datetime,
) -> tuple[DeviceKey, str]:
    """Make a key for a device; gives what is stored of it and the key itself, which is shown once.

    Raises:
        AccountRefused: a camera without posts of its own, an unknown post, or a key already expired.
    """
    if kind is DeviceKind.CAMERA and (not posts or ALL_POSTS in posts):
        raise AccountRefused("a camera stands at a crossing point: name it")
    if expires_at is not None and expires_at <= now:
        raise AccountRefused("the key would have expired already")
    key = DeviceKey(uuid4(), name, kind, posts, str(by.id), now, expires_at)
    secret = tokens.new(tokens.DEVICE_PREFIX)
    async with sessions.begin() as session:
        await require_posts(session, posts)
        await account_store.add_device_key(session, key, tokens.kept(secret))
        details = {"kind": kind.value, "posts": sorted(posts)}
        await audit.record(session, by, "issue_device_key", subject=str(key.id), details=details)
    return key, secret


async def listed(sessions: Sessions) -> list[DeviceKey]:
    """Every key ever issued, the newest first, without the keys themselves."""
    async with sessions() as session:
        return await account_store.device_keys(session)


async def revoke(sessions: Sessions, key_id: UUID, *, by: Actor, now: datetime) -> None:
    """End a key at once.

    Raises:
        NotFound: no key stands under this id.
    """
    async with sessions.begin() as session:
        if not await account_store.revoke_device_key(session, key_id, now):
            raise NotFound("no device key stands under this id")
        await audit.record(session, by, "revoke_device_key", subject=str(key_id))
