"""The movement log as read: filtered pages, streams for export, counts. Read models only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from service.cursors import cursor_of, place_of
from service.domain import Direction, Movement, Outcome, Verdict
from service.mapping import crossing_of
from service.rights_tables import RestrictionRow
from service.store import last_outcome, last_reason
from service.tables import MovementRow

PAGE_MOST = 500


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the log is asked for. `posts` is what the asker may see, None for everything.

    `since` is included, `until` is not; `rule` is a rule id that was found at recording.
    """

    since: datetime | None = None
    until: datetime | None = None
    posts: frozenset[str] | None = None
    crossing_point: str | None = None
    direction: Direction | None = None
    nationality: str | None = None
    document_number: str | None = None
    issuing_state: str | None = None
    rule: str | None = None
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log: the movement and what was said of it when it was recorded."""

    movement: Movement
    verdict: Verdict
    rules: tuple[str, ...]
    index_version: str
    policy_version: str
    restricted: bool = False  # the traveller contests these data, see `service.restrictions`
    reason_code: str | None = None  # of the decision


@dataclass(frozen=True, slots=True)
class Count:
    """Movements of one post and direction within one hour (UTC)."""

    crossing_point: str
    direction: Direction
    hour: datetime
    movements: int
    referred: int


async def page(
    session: AsyncSession, wanted: Filter, *, limit: int, cursor: str | None
) -> tuple[list[Line], str | None]:
    """One page, newest first, and the cursor of the next (None at the end).

    The cursor names the last line shown, so pages neither skip nor repeat while new movements arrive.

    Raises:
        BadFilter: the cursor is not one that was given out.
    """
    statement = _lines(wanted).order_by(MovementRow.occurred_at.desc(), MovementRow.id.desc())
    if cursor:
        statement = statement.where(earlier_than(*place_of(cursor)))
    rows = (await session.execute(statement.limit(limit + 1))).all()
    lines = [_line(*row) for row in rows[:limit]]
    if len(rows) <= limit:
        return lines, None
    last = lines[-1].movement
    return lines, cursor_of(last.crossing.occurred_at, last.id)


async def stream(session: AsyncSession, wanted: Filter) -> AsyncIterator[Line]:
    """Every line, oldest first, through a server-side cursor: memory stays flat whatever the count."""
    statement = _lines(wanted).order_by(MovementRow.occurred_at, MovementRow.id).execution_options(yield_per=500)
    async for row in await session.stream(statement):
        yield _line(*row)


async def counts(session: AsyncSession, wanted: Filter) -> list[Count]:
    """Movements per post, direction and hour, oldest hour first."""
    hour = func.date_trunc("hour", MovementRow.occurred_at, "UTC").label("hour")
    referred = func.count(case((MovementRow.verdict == Verdict.REFER.value, 1)))
    statement = (
        select(MovementRow.crossing_point, MovementRow.direction, hour, func.count(), referred)
        .where(*conditions(wanted))
        .group_by(MovementRow.crossing_point, MovementRow.direction, hour)
        .order_by(hour, MovementRow.crossing_point, MovementRow.direction)
    )
    return [Count(row[0], Direction(row[1]), row[2], row[3], row[4]) for row in await session.execute(statement)]


def _lines(wanted: Filter) -> Select[tuple[MovementRow, str | None, bool, str | None]]:
    apart = select(RestrictionRow.document_key).where(RestrictionRow.ended_at.is_(None))
    columns = (MovementRow, last_outcome(), MovementRow.document_key.in_(apart), last_reason())
    return select(*columns).where(*conditions(wanted))


def earlier_than(occurred_at: datetime, movement_id: UUID) -> ColumnElement[bool]:
    """That a line comes after another one, newest first."""
    before = tuple_(literal(occurred_at), literal(movement_id))
    return tuple_(MovementRow.occurred_at, MovementRow.id) < before


def conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    """What a line must be to be wanted."""
    wishes: list[ColumnElement[bool] | None] = [
        MovementRow.occurred_at >= wanted.since if wanted.since else None,
        MovementRow.occurred_at < wanted.until if wanted.until else None,
        MovementRow.crossing_point.in_(sorted(wanted.posts)) if wanted.posts is not None else None,
        MovementRow.crossing_point == wanted.crossing_point if wanted.crossing_point else None,
        MovementRow.direction == wanted.direction.value if wanted.direction else None,
        MovementRow.nationality == wanted.nationality if wanted.nationality else None,
        MovementRow.document_number == wanted.document_number.upper() if wanted.document_number else None,
        MovementRow.issuing_state == wanted.issuing_state if wanted.issuing_state else None,
        MovementRow.rules.contains([wanted.rule]) if wanted.rule else None,
        MovementRow.verdict == wanted.verdict.value if wanted.verdict else None,
    ]
    return [wish for wish in wishes if wish is not None]


def _line(row: MovementRow, outcome: str | None, restricted: bool, reason: str | None) -> Line:
    movement = Movement(crossing_of(row), row.recorded_at, row.seq, Outcome(outcome) if outcome else None)
    verdict = Verdict(row.verdict)
    return Line(movement, verdict, tuple(row.rules), row.index_version, row.policy_version, restricted, reason)
