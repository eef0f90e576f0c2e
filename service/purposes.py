"""What a list is for beyond screening: its entries are documents reported lost or stolen (D3), or bans of entry (E5).

A list without a purpose is screened against like any other, and no rule of documents or eligibility asks it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit
from service.access import Actor
from service.domain import ListingKind
from service.errors import NotFound
from service.list_tables import WatchlistRow
from service.people_tables import ListPurposeRow, WaitingRow
from service.tables import FindingRow

Sessions = async_sessionmaker[AsyncSession]


async def purposes(sessions: Sessions) -> dict[str, ListingKind]:
    """The lists that have a purpose."""
    async with sessions() as session:
        rows = await session.scalars(select(ListPurposeRow))
        return {row.list: ListingKind(row.purpose) for row in rows}


async def set_purpose(
    sessions: Sessions, list_: str, purpose: ListingKind | None, *, actor: Actor, now: datetime
) -> None:
    """Say what a list is for, or that it is for nothing but screening; whoever hit on it is judged again.

    Raises:
        NotFound: there is no such list.
    """
    async with sessions.begin() as session:
        if await session.get(WatchlistRow, list_) is None:
            raise NotFound(f"there is no list {list_}")
        if purpose is None:
            await session.execute(delete(ListPurposeRow).where(ListPurposeRow.list == list_))
        else:
            values = {"purpose": purpose.value, "set_by": actor.name, "set_at": now}
            row = insert(ListPurposeRow).values(list=list_, **values)
            await session.execute(row.on_conflict_do_update(index_elements=["list"], set_=values))
        await _judge_again(session, list_, now)
        details = {"purpose": purpose.value if purpose else None}
        await audit.record(session, actor, "set_list_purpose", purpose="watchlist", subject=list_, details=details)


async def _judge_again(session: AsyncSession, list_: str, now: datetime) -> None:
    """Have every movement with a hit on the list judged by the chore."""
    hit = select(FindingRow.movement_id, literal(now), literal(f"list:{list_}")).where(
        FindingRow.rule.in_(("W1", "W2")), func.split_part(FindingRow.evidence[1], ":", 1) == list_
    )
    columns = ["movement_id", "due_at", "cause"]
    await session.execute(insert(WaitingRow).from_select(columns, hit.distinct()).on_conflict_do_nothing())
