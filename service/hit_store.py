"""All SQL of hits: raised by screening, grouped by traveller, adjudicated, counted. Never commits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Double, and_, cast, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from service.clearing import HitOutcome
from service.domain import Crossing, Finding, FindingStatus
from service.hit_cases import case_of, last_word
from service.list_tables import AdjudicationRow, HitRow
from service.tables import FindingRow
from service.transactions import add_new

HIT_RULES = frozenset({"W1", "W2"})  # a weak name is no hit: nobody is referred for it


@dataclass(frozen=True, slots=True)
class Adjudication:
    """What second line said of a hit; a change of mind is a new one that names the old."""

    id: UUID
    hit_id: UUID
    outcome: HitOutcome
    reason_code: str
    officer: str
    decided_at: datetime
    note: str | None = None
    supersedes: UUID | None = None


@dataclass(frozen=True, slots=True)
class RaisedHit:
    """An entry met by a traveller at one crossing. `adjudication` is the last word; None while nobody spoke."""

    id: UUID
    case_id: UUID
    list: str
    entry_id: str
    rule: str
    score: float
    movement_id: UUID
    movement_occurred_at: datetime
    crossing_point: str
    raised_at: datetime
    cause: str | None = None
    adjudication: Adjudication | None = None

    @property
    def open(self) -> bool:
        """Whether second line still has to say who this is."""
        return self.adjudication is None or self.adjudication.outcome is HitOutcome.UNDECIDED


async def raise_hits(
    session: AsyncSession, crossing: Crossing, findings: Iterable[Finding], now: datetime, *, cause: str | None = None
) -> int:
    """Put what was found into the queue, in the traveller's case; returns how many are new there.

    To be called under the locks of the crossing's document and person keys: two booths, one case.
    """
    hits = [finding for finding in findings if finding.rule in HIT_RULES]
    if not hits:
        return 0
    case_id = await case_of(session, crossing, now)
    raised = 0
    for finding in hits:
        row = insert(HitRow).values(
            id=uuid4(),
            case_id=case_id,
            list=finding.params["list"],
            entry_id=finding.params["entry_id"],
            rule=finding.rule,
            score=finding.params["score"],
            movement_id=crossing.id,
            movement_occurred_at=crossing.occurred_at,
            crossing_point=crossing.crossing_point,
            raised_at=now,
            cause=cause,
        )
        raised += await session.scalar(row.on_conflict_do_nothing().returning(HitRow.id)) is not None
    return raised


# --- reading ---------------------------------------------------------------------------------------------------


async def hit(session: AsyncSession, hit_id: UUID) -> RaisedHit | None:
    """One hit with its last adjudication."""
    found = await _hits(session, [HitRow.id == hit_id])
    return found[0] if found else None


async def of_case(session: AsyncSession, case_id: UUID) -> list[RaisedHit]:
    """Every hit of a traveller, oldest first."""
    return await _hits(session, [HitRow.case_id == case_id])


async def queue(
    session: AsyncSession, *, posts: frozenset[str] | None, list_: str | None, limit: int
) -> list[RaisedHit]:
    """The hits that wait for second line, the longest waiting first; `posts` None is every post."""
    wanted: list[ColumnElement[bool]] = [_is_open()]
    if posts is not None:
        wanted.append(HitRow.crossing_point.in_(sorted(posts)))
    if list_ is not None:
        wanted.append(HitRow.list == list_)
    return await _hits(session, wanted, limit=limit)


async def adjudications(session: AsyncSession, hit_id: UUID) -> list[Adjudication]:
    """All that was said of a hit, oldest first."""
    statement = select(AdjudicationRow).where(AdjudicationRow.hit_id == hit_id)
    rows = await session.scalars(statement.order_by(AdjudicationRow.decided_at, AdjudicationRow.id))
    return [_adjudication(row) for row in rows]


async def add_adjudication(session: AsyncSession, made: Adjudication) -> None:
    """Keep what was said of a hit."""
    await add_new(
        session,
        AdjudicationRow(
            id=made.id,
            hit_id=made.hit_id,
            outcome=made.outcome.value,
            reason_code=made.reason_code,
            note=made.note,
            officer=made.officer,
            decided_at=made.decided_at,
            supersedes=made.supersedes,
        ),
    )


def _is_open() -> ColumnElement[bool]:
    said = aliased(AdjudicationRow)
    final = said.outcome != HitOutcome.UNDECIDED.value
    return ~select(said.id).where(said.hit_id == HitRow.id, final, last_word(said)).exists() & _stands()


def _stands() -> ColumnElement[bool]:
    """That screening still finds the entry: a hit whose finding was withdrawn, and not raised again, asks nobody."""
    later = aliased(FindingRow)
    replaced = select(later.id).where(later.movement_id == FindingRow.movement_id, later.supersedes == FindingRow.id)
    found = select(FindingRow.id).where(
        FindingRow.movement_id == HitRow.movement_id,
        FindingRow.occurred_at == HitRow.movement_occurred_at,
        FindingRow.rule.in_(sorted(HIT_RULES)),
        FindingRow.evidence[1] == HitRow.list + ":" + HitRow.entry_id,
        FindingRow.status == FindingStatus.RAISED.value,
        ~replaced.exists(),
    )
    return found.exists()


async def _hits(
    session: AsyncSession, conditions: Sequence[ColumnElement[bool]], *, limit: int | None = None
) -> list[RaisedHit]:
    statement = (
        select(HitRow, AdjudicationRow)
        .outerjoin(AdjudicationRow, and_(AdjudicationRow.hit_id == HitRow.id, last_word()))
        .where(*conditions)
        .order_by(HitRow.raised_at, HitRow.id)
        .limit(limit)
    )
    return [_hit(row, said) for row, said in await session.execute(statement)]


def _hit(row: HitRow, said: AdjudicationRow | None) -> RaisedHit:
    return RaisedHit(
        row.id,
        row.case_id,
        row.list,
        row.entry_id,
        row.rule,
        row.score,
        row.movement_id,
        row.movement_occurred_at,
        row.crossing_point,
        row.raised_at,
        row.cause,
        _adjudication(said) if said else None,
    )


def _adjudication(row: AdjudicationRow) -> Adjudication:
    return Adjudication(
        row.id,
        row.hit_id,
        HitOutcome(row.outcome),
        row.reason_code,
        row.officer,
        row.decided_at,
        row.note,
        row.supersedes,
    )


# --- figures ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of the hits of a list (`entry_id` None) or an entry; the median is from hit to final word.

    `withdrawn` are those that nobody spoke on before the entry went or changed.
    """

    list: str
    entry_id: str | None
    hits: int
    confirmed: int
    cleared: int
    undecided: int
    waiting: int
    withdrawn: int
    median_seconds: float | None


async def figures(session: AsyncSession, *, list_: str | None = None, limit: int = 500) -> list[Figures]:
    """Of every list; or, with `list_`, of its entries, those most often cleared first."""
    entry: Any = HitRow.entry_id if list_ else literal(None)
    said = AdjudicationRow.outcome
    cleared = _count(said == HitOutcome.CLEARED.value)
    seconds = func.extract("epoch", AdjudicationRow.decided_at - HitRow.raised_at)
    median = cast(func.percentile_cont(0.5).within_group(seconds).filter(said != HitOutcome.UNDECIDED.value), Double)
    statement = (
        select(
            HitRow.list,
            entry,
            func.count(),
            _count(said == HitOutcome.CONFIRMED.value),
            cleared,
            _count(said == HitOutcome.UNDECIDED.value),
            _count(said.is_(None) & _stands()),
            _count(said.is_(None) & ~_stands()),
            median,
        )
        .outerjoin(AdjudicationRow, and_(AdjudicationRow.hit_id == HitRow.id, last_word()))
        .where(HitRow.list == list_ if list_ else literal(True))
        .group_by(HitRow.list, *([HitRow.entry_id] if list_ else []))
        .order_by(*([cleared.desc(), HitRow.entry_id] if list_ else [HitRow.list]))
        .limit(limit)
    )
    found: list[tuple[Any, ...]] = [tuple(row) for row in await session.execute(statement)]
    return [Figures(*row) for row in found]


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(condition)
