"""How much work officers have, by post: for a supervisor to plan shifts by. It ranks nobody.

Who supervises a post by name sees the names of those who work there. Who serves all posts plans for all of them, and
needs nobody's name for that: officers are told apart by numbers that are dealt anew with each answer, so that nobody
can be followed from one to the next.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit, load_store
from service.access import ALL_POSTS, Actor
from service.errors import BadFilter
from service.load_store import Load

Sessions = async_sessionmaker[AsyncSession]
PURPOSE = "supervision"
SPAN_MOST = timedelta(days=92)


@dataclass(frozen=True, slots=True)
class Officer:
    """Who works at a post: `name` where the post is the asker's own, else `number`, which holds for one answer."""

    name: str | None
    number: int | None


async def load(
    readers: Sessions, writers: Sessions, since: datetime, until: datetime, post: str | None, *, actor: Actor
) -> list[tuple[Officer, Load]]:
    """The work of officers at the actor's posts between two moments, by post; the look leaves its trace.

    Raises:
        BadFilter: the time is not in order, or longer than a quarter.
    """
    if not timedelta() < until - since <= SPAN_MOST:
        raise BadFilter(f"work is told of at most {SPAN_MOST.days} days")
    named = ALL_POSTS not in actor.posts
    posts = frozenset({post}) if post else actor.posts if named else None
    async with readers() as session:
        found = await load_store.load(session, posts, since, until)
    details = {"from": since.isoformat(), "to": until.isoformat(), "named": named, "officers": len(found)}
    async with writers.begin() as session:
        await audit.record(session, actor, "read_load", purpose=PURPOSE, post=post, details=details)
    return _by_name(found) if named else _dealt(found)


def _by_name(found: Sequence[Load]) -> list[tuple[Officer, Load]]:
    return [(Officer(each.officer, None), each) for each in sorted(found, key=lambda one: (one.post, one.officer))]


def _dealt(found: Sequence[Load]) -> list[tuple[Officer, Load]]:
    """With numbers in the place of names, the same at each post: many officers work at several."""
    names = sorted({each.officer for each in found}, key=lambda _: secrets.token_bytes(8))
    numbers = {name: number for number, name in enumerate(names, 1)}
    dealt = sorted(found, key=lambda each: (each.post, numbers[each.officer]))
    return [(Officer(None, numbers[each.officer]), replace(each, officer="")) for each in dealt]
