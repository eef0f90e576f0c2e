"""All SQL about officers' sessions. Values in and out; never commits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, ScalarSelect, Select, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service.account_store import account_of
from service.credentials import Factor, Session
from service.driver import glance
from service.identity_tables import PasskeyRow
from service.tables import AccountRow, SessionRow


async def add_session(session: AsyncSession, token_hash: bytes, of: Session) -> None:
    """Store that an officer is signed in."""
    row = SessionRow(
        token_hash=token_hash,
        id=of.id,
        account_id=of.account.id,
        client=of.client,
        factors=sorted(of.factors),
        created_at=of.created_at,
        verified_at=of.verified_at,
        last_seen_at=of.last_seen_at,
        expires_at=of.expires_at,
    )
    session.add(row)
    await session.flush()


async def forget_sessions(session: AsyncSession, before: datetime) -> None:
    """Remove the sessions that ended before then; what they did stays in the trail."""
    await session.execute(delete(SessionRow).where(SessionRow.expires_at < before))


async def session_of(sessions: async_sessionmaker[AsyncSession], token_hash: bytes) -> Session | None:
    """The session that a token opens, whether or not it still stands. Every request asks."""
    found = await glance(sessions, _OPENED, token_hash)
    if found is None:
        return None
    owner = {name: found[f"account_{name}"] for name in _ACCOUNT}
    opened = {name: found[f"session_{name}"] for name in _SESSION}
    return _session(SessionRow(**opened), AccountRow(**owner), found["passkeys"])


async def sessions_of(session: AsyncSession, account_id: UUID, now: datetime) -> list[Session]:
    """The sessions of an account that have not ended, the one last heard of first."""
    standing = _sessions().where(
        SessionRow.account_id == account_id, SessionRow.revoked_at.is_(None), SessionRow.expires_at > now
    )
    found = await session.execute(standing.order_by(SessionRow.last_seen_at.desc(), SessionRow.id))
    return [_session(*row) for row in found]


async def touch(session: AsyncSession, session_id: UUID, now: datetime) -> None:
    """Note that a session was heard of; never back in time."""
    row = SessionRow.id == session_id
    await session.execute(update(SessionRow).where(row, SessionRow.last_seen_at < now).values(last_seen_at=now))


async def raise_session(
    session: AsyncSession,
    session_id: UUID,
    token_hash: bytes,
    *,
    factors: Iterable[Factor],
    expires_at: datetime,
    now: datetime,
) -> bool:
    """Note that a factor was shown, and from now on open the session by another token alone.

    False when it was revoked meanwhile.
    """
    shown = update(SessionRow).where(SessionRow.id == session_id, SessionRow.revoked_at.is_(None))
    shown = shown.values(
        token_hash=token_hash, factors=sorted(factors), expires_at=expires_at, verified_at=now, last_seen_at=now
    )
    raised: CursorResult[Any] = await session.execute(shown)  # type: ignore[assignment]  # an UPDATE gives a cursor
    return raised.rowcount == 1


async def revoke_session(session: AsyncSession, account_id: UUID, session_id: UUID, now: datetime) -> bool:
    """End one session of an account at once. False when none stands under this id."""
    row = update(SessionRow).where(
        SessionRow.id == session_id, SessionRow.account_id == account_id, SessionRow.revoked_at.is_(None)
    )
    ended: CursorResult[Any] = await session.execute(row.values(revoked_at=now))  # type: ignore[assignment]  # likewise
    return ended.rowcount == 1


async def revoke_sessions(session: AsyncSession, account_id: UUID, now: datetime, *, but: UUID | None = None) -> int:
    """End every session of an account at once, except `but`; gives how many ended."""
    row = update(SessionRow).where(SessionRow.account_id == account_id, SessionRow.revoked_at.is_(None))
    if but is not None:
        row = row.where(SessionRow.id != but)
    ended: CursorResult[Any] = await session.execute(row.values(revoked_at=now))  # type: ignore[assignment]  # likewise
    return ended.rowcount


async def count_passkeys(session: AsyncSession, account_id: UUID) -> int:
    """How many passkeys an account has."""
    own = select(func.count()).select_from(PasskeyRow).where(PasskeyRow.account_id == account_id)
    return await session.scalar(own) or 0


_SESSION = [column.name for column in SessionRow.__table__.columns]
_ACCOUNT = [column.name for column in AccountRow.__table__.columns if column.name != "password_hash"]
_NAMED = [
    *(f"session.{name} AS session_{name}" for name in _SESSION),
    *(f"account.{name} AS account_{name}" for name in _ACCOUNT),
]
_OPENED = f"""
    SELECT {", ".join(_NAMED)}, (SELECT count(*) FROM passkey WHERE account_id = account.id) AS passkeys
    FROM session JOIN account ON account.id = session.account_id WHERE token_hash = $1
"""  # noqa: S608 - names of ours alone


def _sessions() -> Select[tuple[SessionRow, AccountRow, int]]:
    return select(SessionRow, AccountRow, _passkeys()).join(AccountRow)


def _passkeys() -> ScalarSelect[int]:
    own = select(func.count()).select_from(PasskeyRow).where(PasskeyRow.account_id == AccountRow.id)
    return own.correlate(AccountRow).scalar_subquery()


def _session(row: SessionRow, owner: AccountRow, passkeys: int) -> Session:
    return Session(
        id=row.id,
        account=account_of(owner),
        client=row.client,
        factors=frozenset(Factor(factor) for factor in row.factors),
        created_at=row.created_at,
        verified_at=row.verified_at,
        last_seen_at=row.last_seen_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        passkeys=passkeys,
    )
