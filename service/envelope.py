"""Envelope encryption: what is sealed is sealed by the data key of its class and month, which the vault's keys wrap.

A month's data key destroyed, all that was under it is unreadable, whoever holds a copy of the rows. Records are bound
to their class, their month and their own id: none opens in another's place.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import UTC, date, datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit
from service.sealed import KEY_BYTES, Keyring, SealBroken, Sealed, fingerprint
from service.sealing_tables import DataKeyRow
from service.vault import Guarded, Vault, require_known, vault_of

Sessions = async_sessionmaker[AsyncSession]
_ALWAYS = date(2000, 1, 1)  # the month of a key that no month ends


def month_of(moment: datetime) -> date:
    """The first day of a moment's month, in UTC."""
    return moment.astimezone(UTC).date().replace(day=1)


async def seal(
    session: AsyncSession, guarded: Guarded, about: str, body: bytes, now: datetime, *, padded: bool = True
) -> Sealed:
    """Seal a record with the data key of this month; what it is `about` must be named again to open it."""
    row = await _row(session, guarded, month_of(now))
    return _ring(session, row).seal(body, _aad(row, about), padded=padded)


async def open_sealed(session: AsyncSession, about: str, sealed: Sealed) -> bytes:
    """What was sealed, perhaps with spaces after it.

    Raises:
        SealBroken: its key was destroyed or is not known here, or this is not what was sealed about that.
    """
    row = await session.get(DataKeyRow, sealed.key_id, populate_existing=True)
    if row is None:
        raise SealBroken(f"a sealed record needs data key {sealed.key_id}, which is not known here")
    return _ring(session, row).open(sealed, _aad(row, about))


async def index_key(session: AsyncSession) -> bytes:
    """The key by which contacts are found again without being read; the same for as long as the database stands."""
    return _opened(session, await _row(session, Guarded.CONTACT_INDEX, _ALWAYS))


async def _row(session: AsyncSession, guarded: Guarded, month: date) -> DataKeyRow:
    """The key of a class and month; made where there is none. One that was destroyed is not replaced."""
    wanted = select(DataKeyRow).where(DataKeyRow.guarded == guarded.value, DataKeyRow.month == month)
    row: DataKeyRow | None = await session.scalar(wanted.execution_options(populate_existing=True))
    if row is None:
        key, ring = secrets.token_bytes(KEY_BYTES), vault_of(session).ring(guarded)
        id = fingerprint(key)
        made = {"id": id, "guarded": guarded.value, "month": month, "kek_id": ring.current}
        wrapped = ring.wrap(key, _wrapped_about(guarded, month, id))
        await session.execute(insert(DataKeyRow).values(**made, wrapped=wrapped).on_conflict_do_nothing())
        row = (await session.scalars(wanted)).one()
    return row


def _wrapped_about(guarded: str, month: date, id: str) -> str:
    return f"mabar data key/{guarded}/{month:%Y-%m}/{id}"


def _aad(row: DataKeyRow, about: str) -> str:
    return f"mabar/{row.guarded}/{row.month:%Y-%m}/{about}"


def _ring(session: AsyncSession, row: DataKeyRow) -> Keyring:
    return Keyring.of([_opened(session, row)])


def _opened(session: AsyncSession, row: DataKeyRow) -> bytes:
    vault = vault_of(session)
    if row.wrapped is None:
        vault.opened.pop(row.id, None)
        raise SealBroken(f"the key of {row.guarded} of {row.month:%Y-%m} was destroyed: what it sealed is erased")
    if row.id not in vault.opened:
        about = _wrapped_about(row.guarded, row.month, row.id)
        vault.opened[row.id] = vault.ring(Guarded(row.guarded)).unwrap(row.kek_id, row.wrapped, about)
    return vault.opened[row.id]


def opens(vault: Vault, guarded: str, month: date, id: str, kek_id: str, wrapped: bytes) -> bool:
    """Whether a data key, as it is stored, can be opened with the keys of a vault."""
    try:
        vault.ring(Guarded(guarded)).unwrap(kek_id, wrapped, _wrapped_about(guarded, month, id))
    except SealBroken:
        return False
    return True


# --- the life of keys ----------------------------------------------------------------------------------------------


async def agree(sessions: Sessions, now: datetime) -> None:
    """See that this process knows every key by which something is sealed, and has one of each class to seal with.

    Raises:
        SettingsRefused: a key is missing.
    """
    async with sessions.begin() as session:
        vault, needed = vault_of(session), {guarded: set[str]() for guarded in Guarded}
        rows = await session.execute(
            select(DataKeyRow.guarded, DataKeyRow.kek_id).where(DataKeyRow.wrapped.is_not(None)).distinct()
        )
        for guarded, kek_id in rows:
            needed[Guarded(guarded)].add(kek_id)
        require_known(vault, needed)
        for guarded in (Guarded.PROTECTION, Guarded.CONTACT):
            await _row(session, guarded, month_of(now))


async def rewrap(erasers: Sessions) -> int:
    """Wrap every data key anew with the current key of its ring; returns how many were under another one.

    Nothing that is sealed changes. Once this is done the former key is needed for older backups alone.
    """
    async with erasers.begin() as session:
        vault, done = vault_of(session), 0
        for row in await session.scalars(select(DataKeyRow).where(DataKeyRow.wrapped.is_not(None)).with_for_update()):
            ring = vault.ring(Guarded(row.guarded))
            if row.kek_id != ring.current:
                about, key = _wrapped_about(row.guarded, row.month, row.id), _opened(session, row)
                row.kek_id, row.wrapped = ring.current, ring.wrap(key, about)
                done += 1
        current = {"protection": vault.protection.current, "data": vault.data.current}
        await audit.record(session, None, "rewrap_keys", purpose="administration", details={"keys": done, **current})
    return done


async def destroy(session: AsyncSession, ids: Collection[str], now: datetime) -> None:
    """Destroy data keys: what they sealed cannot be read any more. For the role that erases."""
    gone = {"wrapped": None, "destroyed_at": now}
    await session.execute(update(DataKeyRow).where(DataKeyRow.id.in_(list(ids))).values(**gone))


async def keys(sessions: Sessions) -> list[DataKeyRow]:
    """Every data key by class and month; what is in them stays wrapped."""
    async with sessions() as session:
        return list(await session.scalars(select(DataKeyRow).order_by(DataKeyRow.guarded, DataKeyRow.month)))
