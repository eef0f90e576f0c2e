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
from service.domain import Movement, Severity, Source
from service.errors import BadFilter
from service.linking import Links
from service.movement_lines import PENDING
from service.policy import Policy
from service.rules.catalogue import RULES
from service.rules.reach import Sought
from service.surroundings import Surroundings
from service.tables import MovementRow

Sessions = async_sessionmaker[AsyncSession]
MOST = 20_000  # movements that are replayed for one question, those before the window among them
_PROTECTION = frozenset(rule.id for rule in RULES if rule.severity is Severity.PROTECTION)


async def compare(
    sessions: Sessions, before: Policy, after: Policy, since: datetime, until: datetime, *, actor: Actor
) -> list[Difference]:
    """Replay the movements from `since` to `until` (not included) under both policies, and say rule by rule on how many
    of them each stands. Whatever else is recorded of the same persons, as officers have linked and split them, is
    replayed with them, and not counted. Movements are replayed as they count now, with their corrections; what lists
    said and what officers observed beside them is not.

    Rules of protection are left out, but for the protection role. Only the actor's posts are counted.

    Raises:
        BadFilter: more movements than are replayed for one question.
    """
    async with sessions.begin() as session:
        log = Surroundings(session, before, "", until)
        counted, movements, links = await _movements(log, since, until, actor)
        posts = await store.crossing_points(session)
        details = {"before": before.version, "after": after.version, "movements": len(counted)}
        await audit.record(session, actor, "compare_policies", purpose="policy", details=details)
    lines = [_line(movement) for movement in movements]
    first, second = [
        _within(await asyncio.to_thread(outcome, lines, policy, posts, links), counted) for policy in (before, after)
    ]
    shown = decide(actor, Action.READ_PROTECTION).allowed
    return [row for row in differences(first, second) if shown or row.rule not in _PROTECTION]


async def _movements(
    log: Surroundings, since: datetime, until: datetime, actor: Actor
) -> tuple[frozenset[str], Sequence[Movement], Links]:
    """The ids of the movements that count, all movements to be replayed in the order of recording, and the links."""
    wanted = [MovementRow.occurred_at >= since, MovementRow.occurred_at < until]
    if ALL_POSTS not in actor.posts:
        wanted.append(MovementRow.crossing_point.in_(sorted(actor.posts)))
    session = log.session
    _refuse_more(await session.scalar(select(func.count()).select_from(MovementRow).where(*wanted)) or 0)
    asked = select(MovementRow.id, MovementRow.document_key, MovementRow.person_keys).where(*wanted)
    rows = (await session.execute(asked)).all()
    links = await log.links(*{document for _, document, _ in rows})
    documents = links.confirmed(*(document for _, document, _ in rows))
    persons = frozenset(key for _, _, keys in rows for key in keys)
    found = [m for m in await log.filed(Sought(frozenset(documents), persons)) if m.crossing.occurred_at < until]
    _refuse_more(len(found))
    found.sort(key=lambda m: (m.recorded_at, m.crossing.crossing_point, m.seq))
    return frozenset(str(id) for id, _, _ in rows), found, links


def _refuse_more(movements: int) -> None:
    if movements > MOST:
        raise BadFilter(f"{movements:,} movements would be replayed, at most {MOST:,} are; choose a shorter time")


def _line(movement: Movement) -> str:
    """A movement as `service.movement_lines` reads it."""
    said, pending = plain(movement.crossing), PENDING if movement.crossing.source is Source.LIVE else None
    told: Mapping[str, object] = {
        **{name: value for name, value in said.items() if value not in (None, [], "")},
        "at": said["occurred_at"],
        "recorded_at": plain(movement.recorded_at),
        "decision": movement.decision or pending,
    }
    return json.dumps({name: value for name, value in told.items() if value is not None})


def _within(found: Outcome, counted: Collection[str]) -> Outcome:
    standing = frozenset(each for each in found.standing if each[0] in counted)
    return replace(found, standing=standing, referred=found.referred & frozenset(counted))
