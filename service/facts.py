"""The facts of a crossing point, numbered without a gap and chained by hash, as the centre is to hear them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from service.canonical import link, plain
from service.tables import OutboxRow, PostCounterRow

GENESIS = bytes(32)  # what the first fact of a post is chained to


async def next_fact(session: AsyncSession, post: str, kind: str, body: Any, now: datetime) -> int:
    """Number a fact and chain it into the post's outbox: gapless, because the counter row stays locked till commit."""
    counter = await _counter(session, post)
    if counter is None:  # the first fact of the post
        start = insert(PostCounterRow).values(crossing_point=post, seq=0, head=GENESIS)
        await session.execute(start.on_conflict_do_nothing())
        counter = await _counter(session, post)
        assert counter is not None
    counter.seq += 1
    body = plain({"seq": counter.seq, "kind": kind, **body})
    previous, counter.head = counter.head, link(counter.head, body)
    session.add(
        OutboxRow(
            crossing_point=post,
            seq=counter.seq,
            kind=kind,
            body=body,
            previous=previous,
            digest=counter.head,
            created_at=now,
        )
    )
    return counter.seq


async def _counter(session: AsyncSession, post: str) -> PostCounterRow | None:
    statement = select(PostCounterRow).where(PostCounterRow.crossing_point == post).with_for_update()
    found: PostCounterRow | None = await session.scalar(statement.execution_options(populate_existing=True))
    return found
