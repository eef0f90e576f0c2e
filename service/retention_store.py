"""What has had its time, counted and erased, by the rules of `service.erasable`. Never commits."""

# ruff: noqa: S608  # the texts are those of `service.erasable`, constants

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from service.erasable import DUE, ERASE, FIRST, GO
from service.keeping import DataClass


@dataclass(frozen=True, slots=True)
class Due:
    """How many records of a month have had their time, and how many of these stay, by reason."""

    month: date
    going: int
    kept: Mapping[str, int]


@dataclass(slots=True)
class Erased:
    """What went: rows by table, and a digest over all of them."""

    rows: dict[str, int] = field(default_factory=dict)
    digests: list[bytes] = field(default_factory=list)

    @property
    def digest(self) -> bytes:
        return sha256(b"".join(self.digests)).digest()


async def due(session: AsyncSession, class_: DataClass, cutoff: datetime, month: date | None = None) -> list[Due]:
    """What of a class has had its time, the oldest month first."""
    conditions = "" if month is None else "WHERE date_trunc('month', at, 'UTC') = CAST(:month AS timestamptz)"
    counted = await session.execute(
        sa.text(
            f"SELECT date_trunc('month', at, 'UTC') AS month, reason, count(*) FROM ({DUE[class_]}) AS due "
            f"{conditions} GROUP BY 1, 2 ORDER BY 1"
        ),
        {"cutoff": cutoff, **({"month": _moment(month)} if month else {})},
    )
    found: dict[date, dict[str | None, int]] = {}
    for at, reason, count in counted:
        found.setdefault(at.date(), {})[reason] = count
    return [Due(day, by.pop(None, 0), {str(why): count for why, count in by.items()}) for day, by in found.items()]


async def totals(session: AsyncSession) -> dict[DataClass, tuple[int, datetime | None]]:
    """How many records of each class there are, and since when."""
    told: dict[DataClass, tuple[int, datetime | None]] = {}
    for class_, (table, at) in _AT.items():
        row = (await session.execute(sa.text(f"SELECT count(*), min({at}) FROM {table}"))).one()
        told[class_] = (row[0], row[1])
    return told


_AT = {
    DataClass.IMAGE: ("image", "recorded_at"),
    DataClass.READING: ("reading", "created_at"),
    DataClass.CONTACT: ("contact", "recorded_at"),
    DataClass.FINDING: ("finding", "occurred_at"),
    DataClass.PROTECTION: ("protection_case", "opened_at"),
    DataClass.HIT: ("hit", "raised_at"),
    DataClass.MOVEMENT: ("movement", "occurred_at"),
    DataClass.AUDIT: ("audit", "at"),
}


# --- erasing -------------------------------------------------------------------------------------------------------

# What the facts told to the centre are found by: their own id, and for a revision that of the movement.
_FACTS = ("decision", "correction", "rebuttal", "link_ruling", "adjudication", "clearance")


async def erase(session: AsyncSession, class_: DataClass, month: date, cutoff: datetime) -> Erased:
    """Erase what of a class and month has had its time and has no reason to stay."""
    said, erased = {"cutoff": cutoff, "month": _moment(month)}, Erased()
    column = "number" if class_ is DataClass.AUDIT else "id"
    await session.execute(sa.text(GO.format(column, DUE[class_])), said)
    if statement := FIRST.get(class_):
        await _erase_facts(session, erased, *statement)
    for table, which in ERASE[class_]:
        await _delete(session, erased, table, which, said)
    await session.execute(sa.text("DELETE FROM going"))
    return erased


async def _delete(session: AsyncSession, erased: Erased, table: str, which: str, said: Mapping[str, Any]) -> None:
    """Erase rows of one table, and the facts of them that the centre was told."""
    used = {name: value for name, value in said.items() if f":{name}" in which}
    own = "id::text" if table in _FACTS else "movement_id::text" if table == "finding" else "NULL"
    gone = await session.execute(
        sa.text(
            f"WITH gone AS (DELETE FROM {table} t WHERE {which} RETURNING {own} AS about, "
            "sha256(convert_to(t::text, 'UTF8')) AS digest) "
            "SELECT count(*), sha256(coalesce(string_agg(digest, ''::bytea ORDER BY digest), '')), "
            "array_agg(about) FILTER (WHERE about IS NOT NULL) FROM gone"
        ),
        used,
    )
    count, digest, about = gone.one()
    if count:
        erased.rows[table] = count
        erased.digests.append(digest)
    if about:
        await _erase_facts(session, erased, "outbox", _TOLD, {"about": about})


_TOLD = """
    UPDATE outbox SET body = '{}', erased_at = now()
    WHERE kind <> 'movement' AND erased_at IS NULL AND outbox_about(kind, body) = ANY (CAST(:about AS text[]))
"""


async def _erase_facts(
    session: AsyncSession, erased: Erased, table: str, statement: str, said: Mapping[str, Any] | None = None
) -> None:
    done = await session.execute(sa.text(statement), said or {})
    if count := getattr(done, "rowcount", 0):
        erased.rows[table] = erased.rows.get(table, 0) + count


async def drop_spent_partitions(session: AsyncSession, before: date) -> list[str]:
    """Drop the months that nothing is left of; their names."""
    return list(await session.scalar(sa.text("SELECT drop_spent_partitions(:before)"), {"before": before}) or ())


async def forget_pseudonyms(session: AsyncSession, before: date) -> None:
    """Destroy the keys of pseudonyms of months that are gone: nobody can be found behind those given out then."""
    await session.execute(sa.text("DELETE FROM pseudonym_key WHERE month < :before"), {"before": before})


async def spent_keys(session: AsyncSession, class_: DataClass, before: date) -> list[str]:
    """The data keys of months before `before` that nothing is sealed with any more."""
    table = {DataClass.IMAGE: "image", DataClass.CONTACT: "contact", DataClass.PROTECTION: "protection_record"}[class_]
    more = " AND NOT EXISTS (SELECT FROM rights_ruling r WHERE r.key_id = k.id)" if "protection" in table else ""
    found = await session.scalars(
        sa.text(
            f"SELECT id FROM data_key k WHERE guarded = :guarded AND month < :before AND wrapped IS NOT NULL "
            f"AND NOT EXISTS (SELECT FROM {table} t WHERE t.key_id = k.id){more} ORDER BY month"
        ),
        {"guarded": class_.value, "before": before},
    )
    return list(found)


async def erased_places(session: AsyncSession, month: date, cutoff: datetime) -> dict[str, list[tuple[int, int]]]:
    """Where the events stand in their chains that are about to go, as first and last of each run."""
    rows = await session.execute(
        sa.text(
            f"SELECT chain, min(seq), max(seq) FROM (SELECT chain, seq, seq - row_number() OVER ("
            f"PARTITION BY chain ORDER BY seq) AS run FROM audit_link WHERE event_id IN (SELECT id FROM "
            f"({DUE[DataClass.AUDIT]}) AS due WHERE reason IS NULL "
            "AND date_trunc('month', at, 'UTC') = CAST(:month AS timestamptz))) AS runs "
            "GROUP BY chain, run ORDER BY chain, min(seq)"
        ),
        {"cutoff": cutoff, "month": _moment(month)},
    )
    places: dict[str, list[tuple[int, int]]] = {}
    for chain, first, last in rows:
        places.setdefault(chain, []).append((first, last))
    return places


def _moment(month: date) -> datetime:
    return datetime.combine(month, time(), UTC)
