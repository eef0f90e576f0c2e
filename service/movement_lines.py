"""Movements as JSON lines, read one by one. Pure.

The fields are those of `service.domain`; `id`, `at`, `recorded_at`, `crossing_point`, `direction`, `document` and
`traveller` are needed, all others may be left out, and what is not known here is passed over. `decision` may also be
``pending``: known to be undecided (M9). `observations` and `listings` stand beside the movement.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from contextlib import suppress
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
    ReadFrom,
    Relation,
    Source,
    TravelDocument,
    Traveller,
    Visa,
)
from service.json_rows import Row
from service.light import light
from service.person import person_keys
from service.rules.comparing import COMPARED


@light(frozen=True, slots=True)
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
    reason_code: str | None = None  # of a refusal


PENDING = "pending"
UUID_LENGTH = 32  # hexadecimal digits, without hyphens


class Reader:
    """Reads lines. What many share (who, with which document and visa) is made once and kept with the reader."""

    def __init__(self) -> None:
        self._documents: dict[Hashable, TravelDocument] = {}
        self._travellers: dict[Hashable, tuple[Traveller, tuple[str, ...]]] = {}
        self._visas: dict[Hashable, Visa] = {}

    def read(self, number: int, text: str) -> Line:
        """A movement. Its UUID is the id as written where that is one, else made from it.

        Raises:
            LineError: the line is no movement.
        """
        row = Row.of(number, text)
        name, said = row.text("id"), row.values
        awaiting = said.get("decision") == PENDING
        decision = row.code("decision", Outcome) if row.has("decision") and not awaiting else None
        return Line(
            name,
            Movement(self._crossing(name, row), row.moment("recorded_at"), decision=decision),
            tuple(map(self._listing, row.rows("listings"))) if "listings" in said else (),
            frozenset(row.codes("observations", Observation)) if "observations" in said else _NOTHING_SEEN,
            awaiting,
            row.optional("reason_code") if "reason_code" in said else None,
        )

    def _crossing(self, name: str, row: Row) -> Crossing:
        traveller, keys = self._traveller(row)
        return Crossing(
            uuid_of(name),
            intern(row.text("crossing_point")),
            row.code("direction", Direction),
            row.moment("at"),
            self._document(row),
            traveller,
            person_keys=keys,
            **self._seldom(row),
        )

    def _seldom(self, row: Row) -> dict[str, Any]:
        """What few lines have."""
        said = row.values
        found: dict[str, Any] = {}
        if not _SELDOM.keys().isdisjoint(said):
            found = {field: read(row, field) for field, read in _SELDOM.items() if said.get(field) is not None}
        if said.get("visa") is not None:
            found["visa"] = self._visa(row)
        return found

    def _document(self, row: Row) -> TravelDocument:
        data = _data(row.values.get("document"), _DOCUMENT)
        return self._documents.get(data) or self._documents.setdefault(data, _document(row.row("document")))

    def _traveller(self, row: Row) -> tuple[Traveller, tuple[str, ...]]:
        """The traveller, and the keys of the person."""
        data = _data(row.values.get("traveller"), _TRAVELLER)
        if found := self._travellers.get(data):
            return found
        made = _traveller(row.row("traveller"))
        return self._travellers.setdefault(data, (made, person_keys(made)))

    def _visa(self, row: Row) -> Visa:
        data = repr(row.values.get("visa"))
        return self._visas.get(data) or self._visas.setdefault(data, _visa(row.row("visa")))

    def _listing(self, row: Row) -> Listing:
        return Listing(
            kind=row.code("kind", ListingKind),
            reference=row.text("reference"),
            exact=row.values.get("exact") is True,
            document=self._document(row) if row.has("document") else None,
            valid_from=row.day("valid_from"),
            valid_until=row.day("valid_until"),
        )


def read_line(number: int, line: str) -> Line:
    """A movement, read by itself; raises LineError as `Reader.read` does."""
    return Reader().read(number, line)


_NOTHING_SEEN: frozenset[Observation] = frozenset()
_DOCUMENT = ("document_code", "issuing_state", "document_number", "date_of_expiry")
_TRAVELLER = (
    *("primary_identifier", "secondary_identifier", "nationality", "date_of_birth", "sex"),
    *("native_name", "father_name", "mother_name", "other_nationalities"),
)


def _data(said: object, fields: Iterable[str]) -> Hashable:
    """The data of an object as something that can be looked up; a list in it stands as it is written."""
    if not isinstance(said, dict):
        return None
    data = tuple(map(said.get, fields))
    try:
        hash(data)
    except TypeError:
        return repr(data)
    return data


def _document(row: Row) -> TravelDocument:
    return TravelDocument(
        intern(row.optional("document_code") or "P"),
        intern(row.text("issuing_state")),
        row.text("document_number"),
        row.partial("date_of_expiry") if row.has("date_of_expiry") else None,
    )


def _traveller(row: Row) -> Traveller:
    return Traveller(
        row.text("primary_identifier"),
        row.optional("secondary_identifier") or "",
        intern(row.text("nationality")),
        row.partial("date_of_birth"),
        row.optional("sex") or "X",
        native_name=row.optional("native_name"),
        father_name=row.optional("father_name"),
        mother_name=row.optional("mother_name"),
        other_nationalities=row.texts("other_nationalities"),
    )


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


def _clock(row: Row, name: str) -> Clock:
    return row.code(name, Clock)


def _source(row: Row, name: str) -> Source:
    return row.code(name, Source)


def _check_digits(row: Row, name: str) -> tuple[FailedCheckDigit, ...]:
    given = row.rows(name)
    return tuple(FailedCheckDigit(each.text("field"), each.text("printed"), each.text("computed")) for each in given)


def _relations(row: Row, name: str) -> tuple[Relation, ...]:
    return tuple(Relation(each.text("to"), each.text("kind")) for each in row.rows(name))


def _other_readings(row: Row, name: str) -> tuple[OtherReading, ...]:
    return tuple(map(_other_reading, row.rows(name)))


def _other_reading(row: Row) -> OtherReading:
    field = row.text("field")
    if field not in COMPARED:
        raise row.error("field", f"must be one of {', '.join(sorted(COMPARED))}")
    return OtherReading(row.code("source", ReadFrom), field, row.text("value"))


# How that is read which few lines have, so that most need not be asked for it. Who has a visa is asked of a reader.
_SELDOM: Mapping[str, Callable[[Row, str], object]] = {
    "clock": _clock,
    "source": _source,
    "admitted_until": Row.day,
    "group_id": Row.optional,
    "failed_check_digits": _check_digits,
    "accompanying": Row.texts,
    "relations": _relations,
    "consent": Row.optional,
    "other_readings": _other_readings,
    **dict.fromkeys(("vehicle", "address", "phone", "sponsor"), Row.optional),
}


def uuid_of(name: str) -> UUID:
    """The UUID that a name is, or one made from it that sorts as its first eight bytes do."""
    if len(name) >= UUID_LENGTH:
        with suppress(ValueError):
            return UUID(name)
    written = name.encode()
    return UUID(bytes=written[:8].ljust(8, b"\0") + blake2s(written, digest_size=8).digest())
