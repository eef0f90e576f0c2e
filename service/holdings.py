"""What is held on one person, class by class, without the data of others.

Others are officers, company, who only looks alike, and whoever is named by the traveller. A class of which not all is
told is named as withheld, or neither that nor whether there is anything is said: then nothing else gives it away.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from service import contact_store, protection_store, rights_store
from service.canonical import plain
from service.correcting import Correction
from service.domain import Crossing, Movement
from service.keeping import Telling
from service.wording import word


@dataclass(frozen=True, slots=True)
class Section:
    """One class of what is held. `records` is empty where it is not given."""

    name: str
    telling: Telling
    records: Sequence[Mapping[str, Any]] = ()


async def gathered(session: AsyncSession, documents: Collection[str], telling: Mapping[str, Telling]) -> list[Section]:
    """All that is held on whoever bears some documents, class by class.

    Of protection it says the same whoever asks: that the protection desk answers.
    """
    found = await rights_store.movements(session, documents)
    own = [recorded for recorded, _, _ in found]
    ids = [each.id for each in own]
    contacts = await contact_store.opened(session, ids)
    told = [
        Section("movements", Telling.GIVEN, [_movement(recorded, counts, contacts) for recorded, counts, _ in found]),
        Section("corrections", Telling.GIVEN, [_correction(each, contacts) for _, _, said in found for each in said]),
        *await _judged(session, own, ids, lists=telling.get("hits", Telling.GIVEN)),
        *await _said_of_documents(session, documents),
        *await _pictures(session, own),
        await _holds(session, documents, ids),
        Section("consultations", Telling.GIVEN, await _consultations(session, ids)),
    ]
    return [*(_as_told(each, telling.get(each.name, Telling.GIVEN)) for each in told), PROTECTED]


PROTECTED = Section("protection", Telling.NEITHER)


def _as_told(section: Section, telling: Telling) -> Section:
    return section if telling is Telling.GIVEN else Section(section.name, telling)


def _correction(said: Correction, contacts: contact_store.Contacts) -> dict[str, Any]:
    changes = _own(contact_store.changes_shown(said.movement_id, said.changes, contacts))
    return {
        "movement": str(said.movement_id),
        "at": plain(said.recorded_at),
        "kind": said.kind.value,
        "changes": changes,
    }


async def _judged(
    session: AsyncSession, own: Sequence[Movement], ids: Sequence[UUID], *, lists: Telling
) -> list[Section]:
    """What was found and decided. What only a list explains is told as the lists are."""
    silent = lists is not Telling.GIVEN
    decided = [
        {"movement": str(row.movement_id), "at": plain(row.decided_at), "outcome": row.outcome}
        | ({} if silent else {"reason": row.reason_code})
        for row in await rights_store.decisions(session, ids)
    ]
    found = [
        {
            "movement": str(row.movement_id),
            "at": plain(row.recorded_at),
            "rule": row.rule,
            "text": word(f"rule.{row.rule}.title", {}),
            "status": row.status,
        }
        for row in await rights_store.findings(session, own)
        if not (silent and row.rule.startswith("W"))
    ]
    rebutted = [
        {"movement": str(said.movement_id), "at": plain(said.recorded_at), "rule": said.rule, "ground": said.ground}
        for said in await rights_store.rebuttals(session, ids)
    ]
    hits = [
        {"movement": str(hit.movement_id), "at": plain(hit.raised_at), "list": hit.list}
        | ({"outcome": said.outcome} if said else {})
        for hit, said in await rights_store.hits(session, ids)
    ]
    names = {"decisions": decided, "findings": found, "rebuttals": rebutted, "hits": hits}
    return [Section(name, Telling.GIVEN, records) for name, records in names.items()]


async def _said_of_documents(session: AsyncSession, documents: Collection[str]) -> list[Section]:
    cleared = [
        {"at": plain(row.cleared_at), "until": plain(row.expires_at), "redress_number": row.redress_number}
        for row in await rights_store.clearances(session, documents)
        if row.redress_number  # one with a number was handed to the traveller; another would tell of a list
    ]
    linked = [
        {"documents": [row.one, row.other], "at": plain(row.proposed_at)}
        for row in await rights_store.links(session, documents)
        if {row.one, row.other} <= set(documents)
    ]
    restricted = [
        {"at": plain(row.placed_at), "ground": row.ground, "ended": plain(row.ended_at)}
        for row in await rights_store.restrictions(session, documents)
    ]
    names = {"clearances": cleared, "links": linked, "restrictions": restricted}
    return [Section(name, Telling.GIVEN, records) for name, records in names.items()]


async def _pictures(session: AsyncSession, own: Sequence[Movement]) -> list[Section]:
    readings = await rights_store.readings(session, own)
    read = [
        {"at": plain(row.created_at), "lines": row.payload.get("lines"), "format": row.payload.get("format")}
        for row in readings
    ]
    kept = [
        {
            "at": plain(row.recorded_at),
            "kind": row.kind,
            "media_type": row.media_type,
            "picture": base64.b64encode(picture).decode(),
        }
        for row, picture in await rights_store.images(session, [row.id for row in readings])
    ]
    return [Section("readings", Telling.GIVEN, read), Section("images", Telling.GIVEN, kept)]


async def _holds(session: AsyncSession, documents: Collection[str], ids: Sequence[UUID]) -> Section:
    held = await rights_store.holds(session, documents, ids)
    said = [{"at": plain(row.placed_at), "legal_basis": row.legal_basis} for row in held]
    return Section("holds", Telling.GIVEN, said)


async def _consultations(session: AsyncSession, ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """How often the movements were looked at, changed or handed out, without what would tell of a list."""
    return [
        {"action": action, "times": times, "first": plain(first), "last": plain(last)}
        for action, times, first, last in await rights_store.consultations(session, ids)
        if action in _TOLD_OF
    ]


# What the trail says of a movement by itself. Other actions would tell of lists, holds or protection.
_TOLD_OF = frozenset({"inspect", "read_inspection", "decide", "correct", "rebut", "read_corrections", "disclose"})


_OTHERS = frozenset({"accompanying", "relations", "sponsor", "group_id", "person_keys"})


def _movement(recorded: Movement, counts: Movement | None, contacts: contact_store.Contacts) -> dict[str, Any]:
    """A movement without the data of others, and as it counts now where that is something else."""
    told = {"as_recorded": _crossing(recorded.crossing, contacts)}
    if counts is None:
        return {**told, "counts": "never was"}
    return told if counts is recorded else {**told, "counts": _crossing(counts.crossing, contacts)}


def _crossing(crossing: Crossing, contacts: contact_store.Contacts) -> dict[str, Any]:
    shown = contact_store.shown(crossing, contacts)
    told = _own({name: value for name, value in plain(shown).items() if value not in (None, [], "")})
    company = len(crossing.accompanying) + len(crossing.relations)
    return {**told, "others_named": company} if company else told


def _own(said: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of the traveller, without what is said of others."""
    return {name: value for name, value in plain(dict(said)).items() if name not in _OTHERS}


async def protected(session: AsyncSession, documents: Collection[str]) -> list[dict[str, Any]]:
    """What the desk holds on the movements of a person: what was found, what was observed, to whom he or she was
    referred; without the officers."""
    ids = [recorded.id for recorded, _, _ in await rights_store.movements(session, documents)]
    records = await protection_store.records(session, ids)
    told: list[dict[str, Any]] = []
    for id in ids:
        found = protection_store.standing(await protection_store.findings(session, id)).values()
        said = [_without_officer(plain(each)) for each in records.get(id, ())]
        titles = [word(f"rule.{each.rule}.title", {}) for each in found]
        if titles or said:
            told.append({"movement": str(id), "found": titles, "said": said})
    return told


def _without_officer(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if name not in ("officer", "by", "officer_name")}
