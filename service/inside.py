"""Who is inside: overstayers as of any day, expected exits, people counted by right and post.

What is told is what the records say: an exit that nobody recorded, and every post that was not heard, may rebut it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit, contact_store, stay_store, store
from service.access import ALL_POSTS, Actor
from service.domain import Crossing, CrossingPoint
from service.policy_book import Policies
from service.rules.eligibility import E1, E2
from service.rules.inside import WINDOW
from service.stay_store import Count, Place, Stay

Sessions = async_sessionmaker[AsyncSession]


@dataclass(frozen=True, slots=True)
class Insider:
    """Somebody inside: the entry as it counts now, the stay, how many days it is over its time, what would rebut that,
    and the posts that may hold an exit not yet known."""

    entry: Crossing
    stay: Stay
    days_over: int
    rebuttable_by: tuple[str, ...]
    unheard: tuple[CrossingPoint, ...]


Page = tuple[list[Insider], bool]


def moment_of(on: date | None, policies: Policies, now: datetime) -> datetime:
    """The end of a day at the posts; now for today, and where no day is named."""
    policy = policies.at(now)
    if on is None or on == policy.day_of(now):
        return now
    midnight = datetime.combine(on + timedelta(days=1), time(), UTC)
    return midnight - policy.utc_offset - timedelta(microseconds=1)


async def overstayers(
    sessions: Sessions, policies: Policies, as_of: datetime, *, actor: Actor, limit: int, after: Place | None
) -> Page:
    """Who was inside at a moment for longer than allowed, the longest overdue first, and whether there are more."""
    async with sessions.begin() as session:
        found = await stay_store.overdue(session, as_of, _posts(actor), limit=limit + 1, after=after)
        await _trace(session, actor, "read_overstayers", {"as_of": as_of.isoformat(), "shown": len(found[:limit])})
        return await _insiders(session, policies, found[:limit], as_of), len(found) > limit


async def expected_exits(
    sessions: Sessions, policies: Policies, days: int, *, actor: Actor, now: datetime, limit: int, after: Place | None
) -> Page:
    """Who is inside and must leave within some days, the first to leave first, and whether there are more."""
    until = now + timedelta(days)
    async with sessions.begin() as session:
        found = await stay_store.expected(session, now, until, _posts(actor), limit=limit + 1, after=after)
        await _trace(session, actor, "read_expected_exits", {"days": days, "shown": len(found[:limit])})
        return await _insiders(session, policies, found[:limit], now), len(found) > limit


async def counts(sessions: Sessions, as_of: datetime, *, actor: Actor) -> list[Count]:
    """How many were inside at a moment, by post and right. No personal data."""
    async with sessions() as session:
        return await stay_store.counts(session, as_of, _posts(actor))


def _posts(actor: Actor) -> frozenset[str] | None:
    return None if ALL_POSTS in actor.posts else actor.posts


async def _insiders(session: AsyncSession, policies: Policies, stays: Sequence[Stay], as_of: datetime) -> list[Insider]:
    crossings = await stay_store.entries(session, [stay.entry_id for stay in stays])
    contacts = await contact_store.opened(session, crossings)
    posts, day = await store.crossing_points(session), policies.at(as_of).day_of(as_of)
    shown = {id: contact_store.shown(crossing, contacts) for id, crossing in crossings.items()}
    return [_insider(stay, shown[stay.entry_id], posts, day, as_of) for stay in stays]


def _insider(stay: Stay, entry: Crossing, posts: Mapping[str, CrossingPoint], day: date, as_of: datetime) -> Insider:
    rule = E2 if stay.basis == WINDOW else E1
    silent = [post for post in posts.values() if post.heard_until and post.heard_until < as_of]
    return Insider(entry, stay, max(0, (day - stay.until).days), rule.rebuttable_by, tuple(silent))


async def _trace(session: AsyncSession, actor: Actor, action: str, details: dict[str, object]) -> None:
    await audit.record(session, actor, action, purpose="border_control", details=details)
