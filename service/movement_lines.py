"""Movements as JSON lines, read one by one. Pure.

The fields are those of `service.domain`; `id`, `at`, `recorded_at`, `crossing_point`, `direction`, `document` and
`traveller` are needed, all others may be left out, and what is not known here is passed over. `decision` may also be
``pending``: known to be undecided (M9). `observations` and `listings` stand beside the movement.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import blake2s
from sys import intern
from typing import Any
from uuid import UUID

from service.domain import (
    Clock,
    Crossing,
    Direction,
    FailedCheckDigit,
    Listing,
    ListingKind,
    Movement,
    Observation,
    OtherReading,
    Outcome,
    PartialDate,
    ReadFrom,
    Relation,
    Source,
    TravelDocument,
    Traveller,
    Visa,
)
from service.json_rows import Row
from service.person import person_keys
from service.rules.comparing import COMPARED


@dataclass(frozen=True, slots=True)
class Line:
    """A line as read: the id as written, the movement, and what is not part of it.

    `awaiting` says that the line states that nobody has decided yet; a line that says nothing of a decision is taken
    for one whose decision was not handed on.
    """

    name: str
    movement: Movement
    listings: tuple[Listing, ...] = ()
    observed: frozenset[Observation] = frozenset()
    awaiting: bool = False


PENDING = "pending"
UUID_LENGTH = 32  # hexadecimal digits, without hyphens


def read_line(number: int, line: str) -> Line:
    """A movement. Its UUID is the id as written where that is one, else made from it.

    Raises:
        LineError: the line is no movement.
    """
    row = Row.of(number, line)
    name = row.text("id")
    awaiting = row.values.get("decision") == PENDING
    decision = row.code("decision", Outcome) if row.has("decision") and not awaiting else None
    return Line(
        name,
        Movement(_crossing(name, row), row.moment("recorded_at"), decision=decision),
        tuple(map(_listing, row.rows("listings"))),
        frozenset(row.codes("observations", Observation)),
        awaiting,
    )


def _crossing(name: str, row: Row) -> Crossing:
    traveller, keys = _traveller(row.row("traveller"))
    crossing = Crossing(
        id=uuid_of(name),
        crossing_point=intern(row.text("crossing_point")),
        direction=row.code("direction", Direction),
        occurred_at=row.moment("at"),
        document=_document(row.row("document")),
        traveller=traveller,
        clock=row.code("clock", Clock) if row.has("clock") else Clock.CERTAIN,
        source=row.code("source", Source) if row.has("source") else Source.LIVE,
        person_keys=keys,
        visa=_visa(row.row("visa")) if row.has("visa") else None,
        admitted_until=row.day("admitted_until"),
        group_id=row.optional("group_id"),
    )
    return crossing if _SELDOM.isdisjoint(row.values) else _with_seldom(crossing, row)


_SELDOM = frozenset(
    "failed_check_digits accompanying relations consent other_readings vehicle address phone sponsor".split()
)


def _with_seldom(crossing: Crossing, row: Row) -> Crossing:
    """The crossing with what few lines have, which few need to be asked for."""
    return replace(
        crossing,
        failed_check_digits=tuple(
            FailedCheckDigit(each.text("field"), each.text("printed"), each.text("computed"))
            for each in row.rows("failed_check_digits")
        ),
        accompanying=row.texts("accompanying"),
        relations=tuple(Relation(each.text("to"), each.text("kind")) for each in row.rows("relations")),
        consent=row.optional("consent"),
        other_readings=tuple(map(_other_reading, row.rows("other_readings"))),
        vehicle=row.optional("vehicle"),
        address=row.optional("address"),
        phone=row.optional("phone"),
        sponsor=row.optional("sponsor"),
    )


def _document(row: Row) -> TravelDocument:
    """The document, the same value for all lines of the same data."""
    expiry = row.text("date_of_expiry") if row.has("date_of_expiry") else None
    if expiry:
        row.partial("date_of_expiry")
    return _known_document(
        row.optional("document_code") or "P", row.text("issuing_state"), row.text("document_number"), expiry
    )


@lru_cache(maxsize=1 << 17)
def _known_document(code: str, state: str, number: str, expiry: str | None) -> TravelDocument:
    return TravelDocument(intern(code), intern(state), number, PartialDate.parse(expiry) if expiry else None)


def _traveller(row: Row) -> tuple[Traveller, tuple[str, ...]]:
    """The traveller, the same value for all lines of the same data, and the keys of the person."""
    row.partial("date_of_birth")
    return _known_traveller(
        row.text("primary_identifier"),
        row.optional("secondary_identifier") or "",
        row.text("nationality"),
        row.text("date_of_birth"),
        row.optional("sex") or "X",
        row.optional("native_name"),
        row.optional("father_name"),
        row.optional("mother_name"),
        row.texts("other_nationalities"),
    )


@lru_cache(maxsize=1 << 17)
def _known_traveller(
    primary: str, secondary: str, nationality: str, born: str, sex: str, *others: Any
) -> tuple[Traveller, tuple[str, ...]]:
    native, father, mother, nationalities = others
    made = Traveller(
        primary,
        secondary,
        intern(nationality),
        PartialDate.parse(born),
        sex,
        False,
        native,
        father,
        mother,
        nationalities,
    )
    return made, person_keys(made)


def _visa(row: Row) -> Visa:
    return Visa(
        number=row.optional("number"),
        kind=row.optional("kind"),
        valid_from=row.day("valid_from"),
        valid_until=row.day("valid_until"),
        entries_allowed=row.count("entries_allowed"),
        duration_days=row.count("duration_days"),
        jurisdiction=row.optional("jurisdiction"),
        exit_point=row.optional("exit_point"),
    )


def _other_reading(row: Row) -> OtherReading:
    field = row.text("field")
    if field not in COMPARED:
        raise row.error("field", f"must be one of {', '.join(sorted(COMPARED))}")
    return OtherReading(row.code("source", ReadFrom), field, row.text("value"))


def _listing(row: Row) -> Listing:
    return Listing(
        kind=row.code("kind", ListingKind),
        reference=row.text("reference"),
        exact=row.values.get("exact") is True,
        document=_document(row.row("document")) if row.has("document") else None,
        valid_from=row.day("valid_from"),
        valid_until=row.day("valid_until"),
    )


def uuid_of(name: str) -> UUID:
    """The UUID that a name is, or one made from it that sorts as its first eight bytes do."""
    if len(name) >= UUID_LENGTH:
        with suppress(ValueError):
            return UUID(name)
    written = name.encode()
    return UUID(bytes=written[:8].ljust(8, b"\0") + blake2s(written, digest_size=8).digest())
