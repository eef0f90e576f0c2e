"""All SQL about accounts, the workstations known of them, and officers on their way through a provider.

Values in and out; never commits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from service.access import Role
from service.credentials import Account
from service.identity_tables import KnownWorkstationRow, ProviderRequestRow
from service.tables import AccountRow, CrossingPointRow


async def account(session: AsyncSession, username: str) -> tuple[Account, str | None] | None:
    """The account of that name with the stored form of its password, None where it has none."""
    row = await session.scalar(select(AccountRow).where(AccountRow.username == username))
    return (account_of(row), row.password_hash) if row else None


async def provided_account(session: AsyncSession, issuer: str, subject: str) -> Account | None:
    """The account that an identity provider keeps under `subject`."""
    query = select(AccountRow).where(AccountRow.issuer == issuer, AccountRow.subject == subject)
    row = await session.scalar(query)
    return account_of(row) if row else None


async def accounts(session: AsyncSession) -> list[Account]:
    """Every account, by name."""
    return [account_of(row) for row in await session.scalars(select(AccountRow).order_by(AccountRow.username))]


async def count_own(session: AsyncSession) -> int:
    """How many accounts there are, but for those of demonstrations."""
    found = await session.scalar(select(func.count()).select_from(AccountRow).where(~AccountRow.demo))
    return found or 0


async def add_account(
    session: AsyncSession,
    account: Account,
    password_hash: str | None,
    now: datetime,
    *,
    provider: tuple[str, str] | None = None,
) -> bool:
    """Store a new account; `provider` is issuer and subject. False when its name or subject is taken."""
    issuer, subject = provider or (None, None)
    row = insert(AccountRow).values(
        id=account.id,
        username=account.username,
        display_name=account.display_name,
        password_hash=password_hash,
        password_until=account.password_until,
        roles=sorted(account.roles),
        posts=sorted(account.posts),
        active=account.active,
        demo=account.demo,
        created_at=now,
        issuer=issuer,
        subject=subject,
    )
    free = row.on_conflict_do_nothing().returning(AccountRow.id)
    return await session.scalar(free) is not None


async def set_provided(session: AsyncSession, account: Account) -> None:
    """Take over what an identity provider says of an account today."""
    said = {
        "display_name": account.display_name,
        "roles": sorted(account.roles),
        "posts": sorted(account.posts),
    }
    await session.execute(update(AccountRow).where(AccountRow.id == account.id).values(**said))


async def set_password(
    session: AsyncSession, account_id: UUID, password_hash: str, *, until: datetime | None = None
) -> None:
    """Replace the stored form of a password, and say until when it counts."""
    row = update(AccountRow).where(AccountRow.id == account_id)
    await session.execute(row.values(password_hash=password_hash, password_until=until))


async def rehash(session: AsyncSession, account_id: UUID, old: str, new: str) -> None:
    """Store the same password in another form, unless it was replaced meanwhile."""
    row = update(AccountRow).where(AccountRow.id == account_id, AccountRow.password_hash == old)
    await session.execute(row.values(password_hash=new))


async def close_account(session: AsyncSession, account_id: UUID) -> None:
    """Let an account sign in no more. It stays, because the trail names it."""
    await session.execute(update(AccountRow).where(AccountRow.id == account_id).values(active=False))


async def administrators(session: AsyncSession) -> frozenset[UUID]:
    """The accounts that may make others; held until the transaction ends, so that no two close each other's."""
    row = AccountRow
    may = select(row.id).where(row.active, ~row.demo, row.roles.contains([Role.ADMINISTRATOR.value]))
    return frozenset(await session.scalars(may.with_for_update()))


async def unknown_posts(session: AsyncSession, codes: Iterable[str]) -> frozenset[str]:
    """Those of `codes` that no crossing point has."""
    wanted = frozenset(codes)
    known = await session.scalars(select(CrossingPointRow.code).where(CrossingPointRow.code.in_(wanted)))
    return wanted.difference(known)


async def knows_workstation(session: AsyncSession, account_id: UUID, digest: bytes, now: datetime) -> bool:
    """Whether this account signed in before in the browser that shows this value."""
    row = await session.get(KnownWorkstationRow, (digest, account_id))
    return row is not None and now < row.expires_at


async def note_workstation(
    session: AsyncSession, account_id: UUID, digest: bytes, *, until: datetime, now: datetime
) -> None:
    """Know a browser until then, and forget those whose time is over."""
    await session.execute(delete(KnownWorkstationRow).where(KnownWorkstationRow.expires_at <= now))
    row = insert(KnownWorkstationRow).values(digest=digest, account_id=account_id, expires_at=until)
    await session.execute(
        row.on_conflict_do_update(
            index_elements=[KnownWorkstationRow.digest, KnownWorkstationRow.account_id], set_={"expires_at": until}
        )
    )


async def forget_workstations(session: AsyncSession, account_id: UUID) -> None:
    """Know no browser of this account any more."""
    await session.execute(delete(KnownWorkstationRow).where(KnownWorkstationRow.account_id == account_id))


@dataclass(frozen=True, slots=True)
class ProviderRequest:
    """An officer sent to the identity provider: what the answer has to match, and from which browser it may come."""

    browser: bytes
    nonce: str
    verifier: str
    expires_at: datetime


async def add_provider_request(session: AsyncSession, digest: bytes, request: ProviderRequest, now: datetime) -> None:
    """Store that an officer was sent off, and forget those who never came back."""
    await session.execute(delete(ProviderRequestRow).where(ProviderRequestRow.expires_at <= now))
    session.add(
        ProviderRequestRow(
            digest=digest,
            browser=request.browser,
            nonce=request.nonce,
            verifier=request.verifier,
            expires_at=request.expires_at,
        )
    )
    await session.flush()


async def take_provider_request(session: AsyncSession, digest: bytes) -> ProviderRequest | None:
    """What was stored under the digest of a state; it is gone after that."""
    taken = delete(ProviderRequestRow).where(ProviderRequestRow.digest == digest).returning(ProviderRequestRow)
    row = await session.scalar(taken)
    return ProviderRequest(row.browser, row.nonce, row.verifier, row.expires_at) if row else None


def account_of(row: AccountRow) -> Account:
    """The value of a row."""
    return Account(
        row.id,
        row.username,
        row.display_name,
        frozenset(Role(role) for role in row.roles),
        frozenset(row.posts),
        row.active,
        row.demo,
        row.password_until,
        row.issuer is not None,
    )
