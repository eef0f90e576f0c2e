"""Whose hits they are: the case of a traveller, and what second line said of who that is. All SQL of that."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from service.clearing import SAME_PERSON, HitOutcome, is_same
from service.domain import Crossing
from service.list_tables import AdjudicationRow, HitCaseRow, HitRow
from service.store import movement as movement_of


async def case_of(session: AsyncSession, crossing: Crossing, now: datetime) -> UUID:
    """The case of this traveller: the latest of those there are, else a new one.

    To be called under the locks of the crossing's document and person keys.
    """
    if cases := await _cases_of(session, crossing):
        return cases[0]
    case = HitCaseRow(
        id=uuid4(),
        opened_at=now,
        movement_id=crossing.id,
        document_key=crossing.document.key,
        person_keys=list(crossing.person_keys),
    )
    session.add(case)
    await session.flush()
    return case.id


async def _cases_of(session: AsyncSession, crossing: Crossing) -> list[UUID]:
    """The cases of the same document or person whom the description fits, the latest first."""
    statement = select(HitCaseRow).where(
        or_(
            HitCaseRow.document_key == crossing.document.key,
            HitCaseRow.person_keys.op("&&")(list(crossing.person_keys)),
        )
    )
    found: list[UUID] = []
    for row in await session.scalars(statement.order_by(HitCaseRow.opened_at.desc())):
        seen = (await movement_of(session, row.movement_id)).crossing
        if is_same(seen.traveller, crossing.traveller, shown=seen.document.key == crossing.document.key):
            found.append(row.id)
    return found


async def identified(
    session: AsyncSession, crossing: Crossing, entries: Collection[tuple[str, str]]
) -> dict[tuple[str, str], bool]:
    """What second line said in the end of a traveller and these entries, by list and id: the same person, or another.

    Left out is what nobody said, said as yet, or said without knowing the person. One word that it is another goes
    before any that it is the same.
    """
    cases = await _cases_of(session, crossing) if entries else []
    rows = await session.execute(
        select(HitRow.list, HitRow.entry_id, AdjudicationRow.outcome, AdjudicationRow.reason_code)
        .join(AdjudicationRow, and_(AdjudicationRow.hit_id == HitRow.id, last_word()))
        .where(HitRow.case_id.in_(cases), tuple_(HitRow.list, HitRow.entry_id).in_(sorted(entries)))
    )
    told: dict[tuple[str, str], bool] = {}
    for list_, entry_id, outcome, reason in rows:
        if outcome == HitOutcome.CLEARED.value or reason == SAME_PERSON:
            told[list_, entry_id] = reason == SAME_PERSON and told.get((list_, entry_id), True)
    return told


def last_word(said: Any = AdjudicationRow) -> ColumnElement[bool]:
    """That an adjudication was replaced by no other."""
    later = aliased(AdjudicationRow)
    return ~select(later.id).where(later.supersedes == said.id).exists()
