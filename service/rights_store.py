"""SQL of what is held on one person, and of what somebody asked for. Never commits."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from service import envelope, people_store
from service.correcting import Correction, Rebuttal, corrected
from service.domain import Movement, Outcome
from service.list_tables import AdjudicationRow, ClearanceRow, HitRow
from service.mapping import crossing_of
from service.people_store import correction_of
from service.people_tables import CorrectionRow, LinkRow, RebuttalRow
from service.retention_tables import LegalHoldRow
from service.rights_tables import RestrictionRow
from service.sealed import Sealed
from service.sealing_tables import ImageRow
from service.store import last_outcome
from service.tables import AuditRow, DecisionRow, FindingRow, InspectionKeyRow, MovementRow, ReadingRow


async def documents_of(session: AsyncSession, document: str) -> set[str]:
    """A document and those that officers have said to be the same person's; what only resembles is not."""
    return (await people_store.links(session, document)).confirmed(document)


async def movements(
    session: AsyncSession, documents: Collection[str]
) -> list[tuple[Movement, Movement | None, list[Correction]]]:
    """Movements as recorded, as they count now, and what was corrected; only those that count as of these documents,
    or were found never to have been."""
    said: dict[UUID, list[Correction]] = {}
    keyed = select(CorrectionRow.movement_id).where(CorrectionRow.document_key.in_(documents))
    mentioned = or_(CorrectionRow.movement_id.in_(keyed), CorrectionRow.movement_id.in_(_recorded(documents)))
    rows = await session.scalars(select(CorrectionRow).where(mentioned).order_by(CorrectionRow.seq))
    for row in rows:
        said.setdefault(row.movement_id, []).append(correction_of(row))
    places = select(InspectionKeyRow.occurred_at, InspectionKeyRow.id).where(InspectionKeyRow.id.in_(list(said)))
    wanted = or_(MovementRow.document_key.in_(documents), tuple_(MovementRow.occurred_at, MovementRow.id).in_(places))
    found = []
    for row, outcome in await session.execute(
        select(MovementRow, last_outcome()).where(wanted).order_by(MovementRow.occurred_at)
    ):
        recorded = Movement(crossing_of(row), row.recorded_at, row.seq, Outcome(outcome) if outcome else None)
        counts = corrected(recorded, said.get(row.id, ()))
        if (counts or recorded).crossing.document.key in documents:
            found.append((recorded, counts, said.get(row.id, [])))
    return found


def _recorded(documents: Collection[str]) -> Any:
    return select(MovementRow.id).where(MovementRow.document_key.in_(documents))


async def decisions(session: AsyncSession, ids: Sequence[UUID]) -> list[DecisionRow]:
    """What officers decided on movements, oldest first."""
    rows = select(DecisionRow).where(DecisionRow.movement_id.in_(ids)).order_by(DecisionRow.decided_at)
    return list(await session.scalars(rows))


async def findings(session: AsyncSession, found: Iterable[Movement]) -> list[FindingRow]:
    """What rules found of movements, oldest first; none of protection, and none on trial."""
    places = [(each.crossing.occurred_at, each.id) for each in found]
    rows = select(FindingRow).where(
        tuple_(FindingRow.occurred_at, FindingRow.movement_id).in_(places), FindingRow.status != "shadow"
    )
    return list(await session.scalars(rows.order_by(FindingRow.recorded_at)))


async def rebuttals(session: AsyncSession, ids: Sequence[UUID]) -> list[Rebuttal]:
    """What was shown against findings."""
    rows = await session.scalars(select(RebuttalRow).where(RebuttalRow.movement_id.in_(ids)))
    return [Rebuttal(**{name: getattr(row, name) for name in Rebuttal.__dataclass_fields__}) for row in rows]


async def hits(session: AsyncSession, ids: Sequence[UUID]) -> list[tuple[HitRow, AdjudicationRow | None]]:
    """Entries that were met, each with what second line said of it; a change of mind is a row of its own."""
    rows = select(HitRow, AdjudicationRow).outerjoin(AdjudicationRow, AdjudicationRow.hit_id == HitRow.id)
    return [(row[0], row[1]) for row in await session.execute(rows.where(HitRow.movement_id.in_(ids)))]


async def clearances(session: AsyncSession, documents: Collection[str]) -> list[ClearanceRow]:
    """Clearances given to whoever presents these documents."""
    return list(await session.scalars(select(ClearanceRow).where(ClearanceRow.document_key.in_(documents))))


async def links(session: AsyncSession, documents: Collection[str]) -> list[LinkRow]:
    """Links between these documents and any."""
    wanted = or_(LinkRow.one.in_(documents), LinkRow.other.in_(documents))
    return list(await session.scalars(select(LinkRow).where(wanted).order_by(LinkRow.proposed_at)))


async def readings(session: AsyncSession, found: Iterable[Movement]) -> list[ReadingRow]:
    """What was read from the documents, of movements that name the reading."""
    places = [(each.crossing.occurred_at, each.id) for each in found]
    named = select(MovementRow.reading_id).where(tuple_(MovementRow.occurred_at, MovementRow.id).in_(places))
    return list(await session.scalars(select(ReadingRow).where(ReadingRow.id.in_(named))))


async def images(session: AsyncSession, reading_ids: Sequence[UUID]) -> list[tuple[ImageRow, bytes]]:
    """What is kept of the pictures of some readings."""
    rows = await session.scalars(select(ImageRow).where(ImageRow.reading_id.in_(reading_ids)))
    opened = []
    for row in rows:
        sealed = Sealed(row.key_id, row.nonce, row.sealed)
        opened.append((row, await envelope.open_sealed(session, f"{row.reading_id}/{row.kind}", sealed)))
    return opened


async def consultations(session: AsyncSession, ids: Sequence[UUID]) -> list[tuple[str, int, Any, Any]]:
    """By action: how often movements were looked at, changed or handed out, first and last; by whom is not told."""
    row = AuditRow
    counted = select(row.action, func.count(), func.min(row.at), func.max(row.at))
    wanted = counted.where(row.subject.in_([str(id) for id in ids])).group_by(row.action).order_by(row.action)
    return [(each[0], each[1], each[2], each[3]) for each in await session.execute(wanted)]


_STEPS = ("receive_request", "disclose", "answer_request", "restrict", "end_restriction", "correct", "rebut")


async def steps(session: AsyncSession, subjects: Collection[str]) -> list[AuditRow]:
    """What the trail says was done with movements and restrictions for a traveller's sake, oldest first."""
    row = AuditRow
    wanted = (row.subject.in_(subjects), row.action.in_(_STEPS))
    return list(await session.scalars(select(row).where(*wanted).order_by(row.id)))


async def holds(session: AsyncSession, documents: Collection[str], ids: Sequence[UUID]) -> list[LegalHoldRow]:
    """The legal holds that stand on movements or documents."""
    named = or_(LegalHoldRow.document_key.in_(documents), LegalHoldRow.movement_id.in_(ids))
    return list(await session.scalars(select(LegalHoldRow).where(named, LegalHoldRow.ended_at.is_(None))))


async def restrictions(session: AsyncSession, documents: Collection[str]) -> list[RestrictionRow]:
    """Every restriction of documents, ended ones among them."""
    rows = select(RestrictionRow).where(RestrictionRow.document_key.in_(documents))
    return list(await session.scalars(rows.order_by(RestrictionRow.placed_at)))


async def restricted(session: AsyncSession, documents: Collection[str]) -> frozenset[str]:
    """Those of some documents whose data are not to be used now."""
    if not documents:
        return frozenset()
    wanted = RestrictionRow.document_key.in_(documents), RestrictionRow.ended_at.is_(None)
    return frozenset(await session.scalars(select(RestrictionRow.document_key).where(*wanted)))
