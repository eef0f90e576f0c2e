"""The facts of a crossing point, numbered without a gap and chained by hash, as the centre is to hear them."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from service.canonical import canonical
from service.driver import Driver, driver

GENESIS = bytes(32)  # what the first fact of a post is chained to


async def next_fact(session: AsyncSession, post: str, kind: str, body: Any, now: datetime) -> int:
    """Number a fact and chain it into the post's outbox: gapless, because the counter row stays locked till commit."""
    writing = await driver(session)
    last, head = await _last(writing, post)
    seq = last + 1
    text = canonical({"seq": seq, "kind": kind, **body})
    await writing.do(_ADD, post, seq, kind, text.decode(), head, sha256(head + text).digest(), now)
    return seq


async def _last(writing: Driver, post: str) -> tuple[int, bytes]:
    """The number of the post's last fact and the head of its chain; nobody else adds one before we commit."""
    counter = await writing.row(_LOCK, post)
    if counter is None:  # the first fact of the post
        await writing.do(_START, post, GENESIS)
        counter = await writing.row(_LOCK, post)
    return counter["seq"], counter["head"]


_LOCK = "SELECT seq, head FROM post_counter WHERE crossing_point = $1 FOR UPDATE"
_START = "INSERT INTO post_counter (crossing_point, seq, head) VALUES ($1, 0, $2) ON CONFLICT DO NOTHING"
_ADD = """
    WITH counted AS (UPDATE post_counter SET seq = $2, head = $6 WHERE crossing_point = $1)
    INSERT INTO outbox (crossing_point, seq, kind, body, previous, digest, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
