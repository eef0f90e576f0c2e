"""Rows from domain values and back; the only place that knows both shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any
from uuid import UUID, uuid4

from service.canonical import plain
from service.correcting import relations_of, visa_of
from service.domain import (
    Clock,
    Crossing,
    CrossingPoint,
    Direction,
    FailedCheckDigit,
    Finding,
    FindingStatus,
    Movement,
    OtherReading,
    Outcome,
    PartialDate,
    PostKind,
    ReadFrom,
    Severity,
    Source,
    TravelDocument,
    Traveller,
)
from service.rules.reach import filed_under
from service.tables import FindingRow, MovementRow


@lru_cache(maxsize=1 << 10)
def crossing_point(
    code: str,
    kind: str,
    name_en: str,
    name_ar: str,
    name_ckb: str,
    latitude: float,
    longitude: float,
    jurisdiction: str,
    heard_until: datetime | None,
) -> CrossingPoint:
    """A crossing point from the columns of its row. One that did not change is one value."""
    names = {"en": name_en, "ar": name_ar, "ckb": name_ckb}
    return CrossingPoint(code, PostKind(kind), names, (latitude, longitude), jurisdiction, heard_until)


def movement_columns(crossing: Crossing) -> dict[str, Any]:
    traveller, document = crossing.traveller, crossing.document
    return {
        "id": crossing.id,
        "occurred_at": crossing.occurred_at,
        "crossing_point": crossing.crossing_point,
        "direction": crossing.direction.value,
        "clock": crossing.clock.value,
        "source": crossing.source.value,
        "document_key": document.key,
        "document_code": document.document_code,
        "issuing_state": document.issuing_state,
        "document_number": document.document_number,
        "date_of_expiry": str(document.date_of_expiry) if document.date_of_expiry else None,
        "person_keys": list(crossing.person_keys),
        "primary_identifier": traveller.primary_identifier,
        "secondary_identifier": traveller.secondary_identifier,
        "native_name": traveller.native_name,
        "father_name": traveller.father_name,
        "mother_name": traveller.mother_name,
        "nationality": traveller.nationality,
        "date_of_birth": str(traveller.date_of_birth),
        "sex": traveller.sex,
        "name_truncated": traveller.name_truncated,
        "details": _details(crossing),
        "marks": list(filed_under(crossing)),
    }


def _details(crossing: Crossing) -> dict[str, Any]:
    """What has no column of its own; empty values are left out."""
    details = {
        "visa": crossing.visa,
        "admitted_until": crossing.admitted_until,
        "group_id": crossing.group_id,
        "accompanying": crossing.accompanying,
        "vehicle": crossing.vehicle,
        "address": crossing.address,
        "phone": crossing.phone,
        "sponsor": crossing.sponsor,
        "relations": crossing.relations,
        "consent": crossing.consent,
        "other_readings": crossing.other_readings,
        "redress_number": crossing.redress_number,
        "form_number": crossing.form_number,
        "failed_check_digits": crossing.failed_check_digits,
        "other_nationalities": crossing.traveller.other_nationalities,
    }
    return {name: plain(value) for name, value in details.items() if value}


# By value: calling an enumeration, as often as a traveller's history is long, takes longer.
_DIRECTIONS = {each.value: each for each in Direction}
_CLOCKS = {each.value: each for each in Clock}
_SOURCES = {each.value: each for each in Source}
_OUTCOMES = {each.value: each for each in Outcome}


_CROSSING = (
    *("id", "crossing_point", "direction", "occurred_at", "clock", "source", "person_keys", "details"),
    *("document_code", "issuing_state", "document_number", "date_of_expiry"),
    *("primary_identifier", "secondary_identifier", "nationality", "date_of_birth", "sex", "name_truncated"),
    *("native_name", "father_name", "mother_name"),
)
_crossing_columns = attrgetter(*_CROSSING)
MOVEMENT = ("recorded_at", "seq", "decision", *_CROSSING)
"""What `movement_of` is handed, in this order; `decision` is the outcome of the last one."""


def movement_of(row: Sequence[Any]) -> Movement:
    """A movement from the columns of `MOVEMENT`."""
    recorded_at, seq, decision, *crossing = row
    return Movement(_crossing(*crossing), recorded_at, seq, _OUTCOMES[decision] if decision else None)


def crossing_of(row: MovementRow) -> Crossing:
    """The crossing as recorded. Rows of the same document or traveller share one value."""
    return _crossing(*_crossing_columns(row))


def _crossing(
    id: UUID,
    crossing_point: str,
    direction: str,
    occurred_at: datetime,
    clock: str,
    source: str,
    person_keys: Sequence[str],
    details: Mapping[str, Any] | None,
    *described: Any,
) -> Crossing:
    others = tuple(details.get("other_nationalities", ())) if details else ()
    document, traveller = _document(*described[:4]), _traveller(*described[4:], others)
    crossing = Crossing(
        id,
        crossing_point,
        _DIRECTIONS[direction],
        occurred_at,
        document,
        traveller,
        _CLOCKS[clock],
        _SOURCES[source],
        tuple(person_keys),
    )
    return _with_details(crossing, details) if details else crossing


@lru_cache(maxsize=1 << 14)
def _document(code: str, state: str, number: str, expiry: str | None) -> TravelDocument:
    return TravelDocument(code, state, number, PartialDate.parse(expiry) if expiry else None)


@lru_cache(maxsize=1 << 14)
def _traveller(primary: str, secondary: str, nationality: str, born: str, *others: Any) -> Traveller:
    return Traveller(primary, secondary, nationality, PartialDate.parse(born), *others)


def _with_details(crossing: Crossing, details: Mapping[str, Any]) -> Crossing:
    return replace(
        crossing,
        failed_check_digits=tuple(FailedCheckDigit(**failed) for failed in details.get("failed_check_digits", ())),
        visa=visa_of(details["visa"]) if "visa" in details else None,
        admitted_until=date.fromisoformat(details["admitted_until"]) if "admitted_until" in details else None,
        group_id=details.get("group_id"),
        accompanying=tuple(details.get("accompanying", ())),
        vehicle=details.get("vehicle"),
        address=details.get("address"),
        phone=details.get("phone"),
        sponsor=details.get("sponsor"),
        relations=relations_of(details.get("relations", ())),
        consent=details.get("consent"),
        other_readings=tuple(
            OtherReading(ReadFrom(each["source"]), each["field"], each["value"])
            for each in details.get("other_readings", ())
        ),
        redress_number=details.get("redress_number"),
        form_number=details.get("form_number"),
    )


def finding_columns(finding: Finding, crossing: Crossing, policy_version: str, now: datetime) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "movement_id": crossing.id,
        "occurred_at": crossing.occurred_at,
        "recorded_at": now,
        "rule": finding.rule,
        "rule_version": finding.rule_version,
        "severity": finding.severity.value,
        "status": finding.status.value,
        "message": finding.message,
        "params": plain(dict(finding.params)),
        "evidence": list(finding.evidence),
        "rebuttable_by": list(finding.rebuttable_by),
        "stale_posts": list(finding.stale_posts),
        "policy_version": policy_version,
    }


def finding_of(row: FindingRow) -> Finding:
    return Finding(
        rule=row.rule,
        rule_version=row.rule_version,
        severity=Severity(row.severity),
        message=row.message,
        params=row.params,
        evidence=tuple(row.evidence),
        rebuttable_by=tuple(row.rebuttable_by),
        stale_posts=tuple(row.stale_posts),
        status=FindingStatus(row.status),
    )
