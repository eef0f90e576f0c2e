"""What another policy would have found on recorded movements. Nothing is recorded but that somebody asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit, store
from service.access import ALL_POSTS, Action, Actor, decide
from service.canonical import plain
from service.comparison import Difference, Outcome, differences, outcome
from service.domain import Movement, Severity
from service.errors import BadFilter
from service.mapping import crossing_of
from service.policy import Policy
from service.rules.catalogue import RULES
from service.store import last_outcome
from service.tables import MovementRow

Sessions = async_sessionmaker[AsyncSession]
MOST = 20_000  # movements that are replayed for one question, those before the window among them
_PROTECTION = frozenset(rule.id for rule in RULES if rule.severity is Severity.PROTECTION)


async def compare(
    sessions: Sessions, before: Policy, after: Policy, since: datetime, until: datetime, *, actor: Actor
) -> list[Difference]:
    """Replay the movements from `since` to `until` (not included) under both policies, and say rule by rule on how many
    of them each stands. Whatever else is recorded of the same documents is replayed with them, and not counted.

    Rules of protection are left out, but for the protection role. Only the actor's posts are counted.

    Raises:
        BadFilter: more movements than are replayed for one question.
    """
    async with sessions.begin() as session:
        counted, movements = await _movements(session, since, until, actor)
        posts = await store.crossing_points(session)
        details = {"before": before.version, "after": after.version, "movements": len(counted)}
        await audit.record(session, actor, "compare_policies", purpose="policy", details=details)
    lines = [_line(movement) for movement in movements]
    first, second = [
        _within(await asyncio.to_thread(outcome, lines, policy, posts), counted) for policy in (before, after)
    ]
    shown = decide(actor, Action.READ_PROTECTION).allowed
    return [row for row in differences(first, second) if shown or row.rule not in _PROTECTION]


async def _movements(
    session: AsyncSession, since: datetime, until: datetime, actor: Actor
) -> tuple[frozenset[str], Sequence[Movement]]:
    wanted = [MovementRow.occurred_at >= since, MovementRow.occurred_at < until]
    if ALL_POSTS not in actor.posts:
        wanted.append(MovementRow.crossing_point.in_(sorted(actor.posts)))
    documents = select(MovementRow.document_key).where(*wanted)
    every = [MovementRow.document_key.in_(documents), MovementRow.occurred_at < until]
    if (count := await session.scalar(select(func.count()).select_from(MovementRow).where(*every)) or 0) > MOST:
        raise BadFilter(f"{count:,} movements would be replayed, at most {MOST:,} are; choose a shorter time")
    ids = frozenset(str(id) for id in await session.scalars(select(MovementRow.id).where(*wanted)))
    order = (MovementRow.recorded_at, MovementRow.crossing_point, MovementRow.seq)
    rows = await session.execute(select(MovementRow, last_outcome()).where(*every).order_by(*order))
    return ids, [Movement(crossing_of(row), row.recorded_at, row.seq, decided) for row, decided in rows]


def _line(movement: Movement) -> str:
    """A movement as `service.movement_lines` reads it."""
    said = plain(movement.crossing)
    told: Mapping[str, object] = {
        **{name: value for name, value in said.items() if value not in (None, [], "")},
        "at": said["occurred_at"],
        "recorded_at": plain(movement.recorded_at),
        "decision": plain(movement.decision),
    }
    return json.dumps({name: value for name, value in told.items() if value is not None})


def _within(found: Outcome, counted: Collection[str]) -> Outcome:
    standing = frozenset(each for each in found.standing if each[0] in counted)
    return replace(found, standing=standing, referred=found.referred & frozenset(counted))
