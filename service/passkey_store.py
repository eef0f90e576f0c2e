"""All SQL about passkeys and what they are asked to sign. Values in and out; never commits."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from service.credentials import Passkey
from service.identity_tables import PasskeyChallengeRow, PasskeyRow


async def passkeys_of(session: AsyncSession, account_id: UUID) -> list[Passkey]:
    """The passkeys of an account, the oldest first."""
    rows = await session.scalars(
        select(PasskeyRow).where(PasskeyRow.account_id == account_id).order_by(PasskeyRow.created_at, PasskeyRow.id)
    )
    return [_passkey(row) for row in rows]


async def passkey_to_use(session: AsyncSession, account_id: UUID, credential_id: bytes) -> Passkey | None:
    """One passkey of an account, locked until the transaction ends: its counter is read and written."""
    own = select(PasskeyRow).where(PasskeyRow.account_id == account_id, PasskeyRow.credential_id == credential_id)
    row = await session.scalar(own.with_for_update().execution_options(populate_existing=True))
    return _passkey(row) if row else None


async def add_passkey(session: AsyncSession, passkey: Passkey) -> bool:
    """Store a new passkey. False when it is registered already, for whomever."""
    row = insert(PasskeyRow).values(
        id=passkey.id,
        account_id=passkey.account_id,
        credential_id=passkey.credential_id,
        public_key=passkey.public_key,
        sign_count=passkey.sign_count,
        transports=list(passkey.transports),
        name=passkey.name,
        backed_up=passkey.backed_up,
        created_at=passkey.created_at,
    )
    free = row.on_conflict_do_nothing(index_elements=[PasskeyRow.credential_id]).returning(PasskeyRow.id)
    return await session.scalar(free) is not None


async def note_use(session: AsyncSession, passkey_id: UUID, sign_count: int, now: datetime) -> None:
    """Note that a passkey was shown, and how often it says it was."""
    row = update(PasskeyRow).where(PasskeyRow.id == passkey_id)
    await session.execute(row.values(sign_count=sign_count, last_used_at=now))


async def remove_passkey(session: AsyncSession, account_id: UUID, passkey_id: UUID) -> bool:
    """Forget one passkey of an account. False when it has none of this id."""
    own = delete(PasskeyRow).where(PasskeyRow.account_id == account_id, PasskeyRow.id == passkey_id)
    removed: CursorResult[Any] = await session.execute(own)  # type: ignore[assignment]  # a DELETE gives a cursor
    return removed.rowcount == 1


async def remove_passkeys(session: AsyncSession, account_id: UUID) -> int:
    """Forget every passkey of an account; gives how many there were."""
    own = delete(PasskeyRow).where(PasskeyRow.account_id == account_id)
    removed: CursorResult[Any] = await session.execute(own)  # type: ignore[assignment]  # likewise
    return removed.rowcount


async def add_challenge(
    session: AsyncSession, digest: bytes, session_id: UUID, ceremony: str, *, expires_at: datetime, now: datetime
) -> None:
    """Store what one session's authenticator is asked to sign, and forget what came too late."""
    await session.execute(delete(PasskeyChallengeRow).where(PasskeyChallengeRow.expires_at <= now))
    session.add(PasskeyChallengeRow(digest=digest, session_id=session_id, ceremony=ceremony, expires_at=expires_at))
    await session.flush()


async def take_challenge(session: AsyncSession, digest: bytes, session_id: UUID, ceremony: str, now: datetime) -> bool:
    """Use a challenge up. False when it was never asked of this session, was used before, or is too old."""
    row = PasskeyChallengeRow
    asked = delete(row).where(row.digest == digest, row.session_id == session_id, row.ceremony == ceremony)
    expires_at = await session.scalar(asked.returning(row.expires_at))
    return expires_at is not None and now < expires_at


def _passkey(row: PasskeyRow) -> Passkey:
    return Passkey(
        id=row.id,
        account_id=row.account_id,
        credential_id=row.credential_id,
        public_key=row.public_key,
        sign_count=row.sign_count,
        transports=tuple(row.transports),
        name=row.name,
        backed_up=row.backed_up,
        created_at=row.created_at,
        last_used_at=row.last_used_at,
    )
