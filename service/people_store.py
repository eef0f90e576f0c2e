"""SQL of what is said about movements later: links between documents, corrections, rebuttals. Never commits."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from operator import attrgetter
from uuid import UUID, uuid4

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from service.correcting import Correction, CorrectionKind, Rebuttal
from service.domain import Crossing
from service.driver import driver
from service.errors import NotFound
from service.linking import Links, Pair, Proposal, Ruled, Ruling
from service.people_tables import CorrectionRow, LinkRow, LinkRulingRow, RebuttalRow
from service.rights_tables import RestrictionRow
from service.rules.reach import Sought, filed_under
from service.transactions import add_new

# --- links -----------------------------------------------------------------------------------------------------


async def links(session: AsyncSession, *documents: str) -> Links:
    """The rulings that stand and say whose documents are, through any number of confirmed links."""
    rulings: dict[Pair, Ruling] = {}
    known: set[str] = set()
    fresh = set(documents)
    asking = await driver(session)
    await asking.keep_plans()
    while fresh:
        rows = await asking.rows(_RULED, list(fresh))
        rulings |= {(one, other): Ruling(ruling) for one, other, ruling in rows}
        known |= fresh
        fresh = Links(rulings).confirmed(*documents) - known
    return Links(rulings)


# Links beside the ruling on each that no other one replaced.
_RULED = """
    SELECT one, other, ruling FROM person_link JOIN link_ruling ON link_id = person_link.id
    WHERE (one = ANY($1::text[]) OR other = ANY($1::text[]))
    AND NOT EXISTS (SELECT FROM link_ruling AS later WHERE later.supersedes = link_ruling.id)
"""


async def propose(session: AsyncSession, found: Iterable[Proposal], now: datetime, by: str | None = None) -> None:
    """Keep the links that are proposed; one that was proposed before stays as it was."""
    found = list(found)
    apart = await _restricted(session, {key for each in found for key in each.pair}) if found else set()
    rows = [
        {
            "id": uuid4(),
            "one": each.pair[0],
            "other": each.pair[1],
            "identity": each.likeness.identity.value,
            "evidence": {
                "weight": round(each.likeness.weight, 2),
                "agree": list(each.likeness.agree),
                "differ": list(each.likeness.differ),
                "movements": [str(id) for id in each.movements],
            },
            "proposed_at": now,
            "proposed_by": by,
        }
        for each in found
        if apart.isdisjoint(each.pair)
    ]
    if rows:
        await session.execute(insert(LinkRow).values(rows).on_conflict_do_nothing())


async def _restricted(session: AsyncSession, documents: set[str]) -> set[str]:
    """Those of some documents whose data are not used for links."""
    row = RestrictionRow
    wanted = select(row.document_key).where(row.document_key.in_(documents), row.ended_at.is_(None))
    return set(await session.scalars(wanted))


async def link(session: AsyncSession, id: UUID) -> LinkRow:
    """One link. Raises NotFound."""
    row = await session.get(LinkRow, id)
    if row is None:
        raise NotFound("there is no such link")
    return row


async def link_of(session: AsyncSession, pair: Pair) -> LinkRow | None:
    """The link of two documents."""
    found: LinkRow | None = await session.scalar(
        select(LinkRow).where(LinkRow.one == pair[0], LinkRow.other == pair[1])
    )
    return found


async def rulings(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, list[Ruled]]:
    """All rulings on some links, by link, each oldest first."""
    rows = await session.execute(
        select(LinkRow, LinkRulingRow)
        .join(LinkRulingRow, LinkRulingRow.link_id == LinkRow.id)
        .where(LinkRow.id.in_(ids))
    )
    said: dict[UUID, dict[UUID | None, Ruled]] = {}
    for link_, row in rows:
        said.setdefault(link_.id, {})[row.supersedes] = _ruling(link_, row)
    return {id: _chain(each) for id, each in said.items()}


def _chain(after: dict[UUID | None, Ruled]) -> list[Ruled]:
    chain: list[Ruled] = []
    while each := after.get(chain[-1].id if chain else None):
        chain.append(each)
    return chain


def _ruling(link_: LinkRow, row: LinkRulingRow) -> Ruled:
    return Ruled(
        row.id,
        (link_.one, link_.other),
        Ruling(row.ruling),
        row.reason,
        row.evidence,
        row.officer,
        row.crossing_point,
        row.ruled_at,
        row.supersedes,
    )


async def add_ruling(session: AsyncSession, link_id: UUID, said: Ruled) -> None:
    """Keep what an officer said of a link."""
    await add_new(
        session,
        LinkRulingRow(
            id=said.id,
            link_id=link_id,
            ruling=said.ruling.value,
            reason=said.reason,
            evidence=said.evidence,
            officer=said.officer,
            crossing_point=said.crossing_point,
            ruled_at=said.ruled_at,
            supersedes=said.supersedes,
        ),
    )


async def page(session: AsyncSession, *, document: str | None, open_only: bool, limit: int) -> list[LinkRow]:
    """Links, the latest proposed first: of one document, or only those that nobody has ruled on."""
    statement = select(LinkRow).order_by(LinkRow.proposed_at.desc(), LinkRow.id).limit(limit)
    if document:
        statement = statement.where(or_(LinkRow.one == document, LinkRow.other == document))
    if open_only:
        statement = statement.where(~select(LinkRulingRow.id).where(LinkRulingRow.link_id == LinkRow.id).exists())
    return list(await session.scalars(statement))


# --- corrections and rebuttals ---------------------------------------------------------------------------------


async def corrections_beside(
    session: AsyncSession, ids: Sequence[UUID], sought: Collection[Sought]
) -> dict[UUID, list[CorrectionRow]]:
    """The corrections of some movements, and of all that may be asked for by what a correction says; by movement."""
    keys = (sorted({key for each in sought for key in kind(each)}) for kind in _KEYS)
    rows = await (await driver(session)).rows(_CORRECTED, ids, *keys)
    if not rows:
        return {}
    corrected = list({row["movement_id"] for row in rows})  # by all that was said of them, whatever its keys
    found: dict[UUID, list[CorrectionRow]] = {}
    for row in await session.scalars(select(CorrectionRow).where(CorrectionRow.movement_id.in_(corrected))):
        found.setdefault(row.movement_id, []).append(row)
    return found


_KEYS = (attrgetter("documents"), attrgetter("persons"), attrgetter("marks"))
_CORRECTED = """
    SELECT movement_id FROM correction WHERE movement_id = ANY($1::uuid[]) OR document_key = ANY($2::text[])
    OR person_keys && $3::text[] OR marks && $4::text[]
"""


def correction_of(row: CorrectionRow) -> Correction:
    """A correction from its row."""
    return Correction(
        row.id,
        row.movement_id,
        CorrectionKind(row.kind),
        row.changes,
        row.reason,
        row.evidence,
        row.officer,
        row.crossing_point,
        row.recorded_at,
        row.seq,
    )


async def add_correction(session: AsyncSession, said: Correction, recorded_at: datetime, counts: Crossing) -> None:
    """Keep a correction, filed as the movement counts with it. `recorded_at` names the movement's partition."""
    await add_new(
        session,
        CorrectionRow(
            id=said.id,
            movement_id=said.movement_id,
            movement_occurred_at=recorded_at,
            kind=said.kind.value,
            changes=dict(said.changes),
            reason=said.reason,
            evidence=said.evidence,
            officer=said.officer,
            crossing_point=said.crossing_point,
            seq=said.seq,
            recorded_at=said.recorded_at,
            document_key=counts.document.key,
            person_keys=list(counts.person_keys),
            marks=list(filed_under(counts)),
        ),
    )


async def corrections(session: AsyncSession, movement_id: UUID) -> list[Correction]:
    """What was corrected on a movement, oldest first."""
    statement = select(CorrectionRow).where(CorrectionRow.movement_id == movement_id)
    rows = await session.scalars(statement.order_by(CorrectionRow.seq))
    return [correction_of(row) for row in rows]


async def correction(session: AsyncSession, id: UUID) -> Correction | None:
    """One correction."""
    row = await session.get(CorrectionRow, id)
    return correction_of(row) if row else None


async def add_rebuttal(session: AsyncSession, said: Rebuttal, movement_occurred_at: datetime) -> None:
    """Keep what was shown against a finding."""
    values = {name: getattr(said, name) for name in Rebuttal.__dataclass_fields__}
    await add_new(session, RebuttalRow(**values, movement_occurred_at=movement_occurred_at))


async def rebuttals(session: AsyncSession, movement_id: UUID) -> list[Rebuttal]:
    """What was shown against the findings of a movement, oldest first."""
    statement = select(RebuttalRow).where(RebuttalRow.movement_id == movement_id)
    rows = await session.scalars(statement.order_by(RebuttalRow.seq))
    return [_rebuttal(row) for row in rows]


async def rebuttal(session: AsyncSession, id: UUID) -> Rebuttal | None:
    """One rebuttal."""
    row = await session.get(RebuttalRow, id)
    return _rebuttal(row) if row else None


def _rebuttal(row: RebuttalRow) -> Rebuttal:
    return Rebuttal(**{name: getattr(row, name) for name in Rebuttal.__dataclass_fields__})
