"""Corrections: what a recorded movement should have said. Pure.

A correction never changes what was recorded: it stands beside it, and the rules judge by both together. Corrections
add up in the order in which they were recorded; the later word on a field holds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from service.domain import (
    Clock,
    Crossing,
    Direction,
    Finding,
    Movement,
    PartialDate,
    Relation,
    Source,
    Visa,
)
from service.person import person_keys


class CorrectionKind(StrEnum):
    """A movement that nobody recorded when it happened, data recorded wrongly, or a movement that never was."""

    MISSED = "missed"
    DATA = "data"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction as recorded: by whom, why, and on what evidence. `changes` holds fields as JSON holds them.

    `seq` is its number at the post, which orders the corrections of a movement.
    """

    id: UUID
    movement_id: UUID
    kind: CorrectionKind
    changes: Mapping[str, Any]
    reason: str
    evidence: str
    officer: str
    crossing_point: str
    recorded_at: datetime
    seq: int = 0


WITHDRAWN = "withdrawn"  # the ground by which a rebuttal is taken back


@dataclass(frozen=True, slots=True)
class Rebuttal:
    """What was shown against a finding. `ground` is one of the finding's own `rebuttable_by`, or `WITHDRAWN`; `claim`
    is what the finding says. `seq` is its number at the post.
    """

    id: UUID
    movement_id: UUID
    finding_id: UUID
    rule: str
    claim: bytes
    ground: str
    evidence: str
    officer: str
    crossing_point: str
    recorded_at: datetime
    seq: int = 0


def corrected(movement: Movement, corrections: Iterable[Correction]) -> Movement | None:
    """The movement as it counts now; None where it was found never to have been."""
    crossing = movement.crossing
    for each in sorted(corrections, key=lambda one: (one.seq, one.recorded_at, one.id)):
        if each.kind is CorrectionKind.VOID:
            return None
        crossing = changed(crossing, each.changes)
    return movement if crossing is movement.crossing else replace(movement, crossing=crossing)


def changed(crossing: Crossing, changes: Mapping[str, Any]) -> Crossing:
    """The crossing with other values in the fields that `changes` names; its keys follow.

    Raises:
        KeyError: there is no such field, or it cannot be corrected.
        ValueError: a value is none of the field.
    """
    of: dict[str, dict[str, Any]] = {"crossing": {}, "document": {}, "traveller": {}}
    for name, value in changes.items():
        part, read = _FIELDS[name]
        of[part][name] = read(value) if value is not None else None
    if of["document"]:
        of["crossing"]["document"] = replace(crossing.document, **of["document"])
    if of["traveller"]:
        traveller = replace(crossing.traveller, **of["traveller"])
        of["crossing"] |= {"traveller": traveller, "person_keys": person_keys(traveller)}
    if not {"occurred_at", "crossing_point"}.isdisjoint(changes):
        # its place among what its post recorded says no longer when it happened: as with what is keyed from paper
        of["crossing"] = {"source": Source.PAPER, "clock": Clock.UNCERTAIN, **of["crossing"]}
    return replace(crossing, **of["crossing"]) if of["crossing"] else crossing


def visa_of(stored: Mapping[str, Any]) -> Visa:
    """A visa as JSON holds it."""
    dates = {name: date.fromisoformat(stored[name]) for name in ("valid_from", "valid_until") if stored.get(name)}
    return Visa(**{**stored, **dates})


def relations_of(stored: Iterable[Mapping[str, str]]) -> tuple[Relation, ...]:
    """Relations as JSON holds them."""
    return tuple(Relation(each["to"], each["kind"]) for each in stored)


Read = Callable[[Any], Any]
_TEXT: Read = str
_FIELDS: Mapping[str, tuple[str, Read]] = {
    **dict.fromkeys(("crossing_point", "group_id", "consent", "sponsor", "phone", "address"), ("crossing", _TEXT)),
    "occurred_at": ("crossing", datetime.fromisoformat),
    "direction": ("crossing", Direction),
    "clock": ("crossing", Clock),
    "admitted_until": ("crossing", date.fromisoformat),
    "visa": ("crossing", visa_of),
    "accompanying": ("crossing", tuple),
    "relations": ("crossing", relations_of),
    **dict.fromkeys(("document_code", "issuing_state", "document_number"), ("document", _TEXT)),
    "date_of_expiry": ("document", PartialDate.parse),
    **dict.fromkeys(("primary_identifier", "secondary_identifier", "nationality", "sex"), ("traveller", _TEXT)),
    **dict.fromkeys(("native_name", "father_name", "mother_name"), ("traveller", _TEXT)),
    "date_of_birth": ("traveller", PartialDate.parse),
    "other_nationalities": ("traveller", tuple),
}
CORRECTABLE = frozenset(_FIELDS)
"""The fields that a correction may name."""
SUPPLIED = frozenset({"relations", "consent", "sponsor", "accompanying", "group_id", "visa", "phone", "address"})
"""Of these, what a desk may still learn after the movement was recorded."""


def claim_of(finding: Finding) -> bytes:
    """A digest of what a finding says, by which a rebuttal knows it again.

    How sure it is does not count: what was rebutted as a notice is rebutted when every post was heard. What rests on
    other records, or says another figure, is another claim.
    """
    said = {name: value for name, value in finding.params.items() if not name.startswith("unheard")}
    claim = [finding.rule, finding.message.removesuffix(".unheard"), sorted(finding.evidence), said]
    return hashlib.sha256(json.dumps(claim, sort_keys=True, default=str).encode()).digest()


def rebutted(said: Iterable[Rebuttal]) -> frozenset[bytes]:
    """The claims against which something was shown that was not taken back."""
    last = {each.claim: each for each in sorted(said, key=lambda one: one.seq)}
    return frozenset(claim for claim, each in last.items() if each.ground != WITHDRAWN)


def unrebutted(findings: Iterable[Finding], claims: frozenset[bytes]) -> tuple[Finding, ...]:
    """The findings against which nothing was shown."""
    return tuple(each for each in findings if not claims or claim_of(each) not in claims)
