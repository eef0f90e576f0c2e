"""Keys of cameras, workstations and monitors: issued, replaced, listed, revoked. Use cases, one transaction each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit, device_key_store, tokens
from service.access import ALL_POSTS, Actor, DeviceKind
from service.accounts import require_posts
from service.credentials import DeviceKey
from service.errors import AccountRefused, NotFound

Sessions = async_sessionmaker[AsyncSession]


OVERLAP = timedelta(days=7)  # how long a key may still work that is being replaced


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key to issue: for which device, at which posts, and until when.

    `certificate` is the SHA-256 of the client certificate that has to come with it, where one has to.
    """

    name: str
    kind: DeviceKind
    posts: frozenset[str]
    expires_at: datetime
    certificate: bytes | None = None


async def issue(sessions: Sessions, new: NewKey, *, by: Actor, now: datetime) -> tuple[DeviceKey, str]:
    """Make a key for a device; gives what is stored of it and the key itself, which is shown once.

    Raises:
        AccountRefused: a camera without posts of its own, an unknown post, or a key already expired.
    """
    if new.kind is DeviceKind.CAMERA and (not new.posts or ALL_POSTS in new.posts):
        raise AccountRefused("a camera stands at a crossing point: name it")
    if new.expires_at <= now:
        raise AccountRefused("the key would have expired already")
    key = DeviceKey(
        uuid4(), new.name, new.kind, new.posts, str(by.id), now, new.expires_at, certificate=new.certificate
    )
    async with sessions.begin() as session:
        await require_posts(session, new.posts)
        return key, await _add(session, key, "issue_device_key", by)


async def replace_key(
    sessions: Sessions, key_id: UUID, *, expires_at: datetime, overlap: timedelta = OVERLAP, by: Actor, now: datetime
) -> tuple[DeviceKey, str]:
    """Make the successor of a key, for the same device; gives it as `issue` does.

    The old one works on until the new one is first used, and for `overlap` at the longest.

    Raises:
        NotFound: no key stands under this id.
        AccountRefused: it has a successor that waits to be used, or the new one would have expired already.
    """
    if expires_at <= now:
        raise AccountRefused("the key would have expired already")
    async with sessions.begin() as session:
        old = await device_key_store.device_key(session, key_id)
        if old is None or not old.stands(now):
            raise NotFound("no device key stands under this id")
        if await device_key_store.has_successor(session, key_id):
            raise AccountRefused("this key has a successor already; revoke that one if it was lost")
        key = replace(
            old,
            id=uuid4(),
            created_by=str(by.id),
            created_at=now,
            expires_at=expires_at,
            replaces=key_id,
            first_used_at=None,
        )
        await device_key_store.end_by(session, key_id, now + overlap)
        return key, await _add(session, key, "replace_device_key", by)


async def _add(session: AsyncSession, key: DeviceKey, action: str, by: Actor) -> str:
    secret = tokens.new(tokens.DEVICE_PREFIX)
    await device_key_store.add_device_key(session, key, tokens.kept(secret))
    details: dict[str, object] = {"kind": key.kind.value, "posts": sorted(key.posts)}
    if key.replaces is not None:
        details["replaces"] = str(key.replaces)
    await audit.record(session, by, action, subject=str(key.id), details=details)
    return secret


async def listed(sessions: Sessions) -> list[DeviceKey]:
    """Every key ever issued, the newest first, without the keys themselves."""
    async with sessions() as session:
        return await device_key_store.device_keys(session)


async def revoke(sessions: Sessions, key_id: UUID, *, by: Actor, now: datetime) -> None:
    """End a key at once.

    Raises:
        NotFound: no key stands under this id.
    """
    async with sessions.begin() as session:
        if not await device_key_store.revoke_device_key(session, key_id, now):
            raise NotFound("no device key stands under this id")
        await audit.record(session, by, "revoke_device_key", subject=str(key_id))
