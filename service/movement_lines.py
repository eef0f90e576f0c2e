"""Movements as JSON lines, read one by one. Pure.

The fields are those of `service.domain`; `id`, `at`, `recorded_at`, `crossing_point`, `direction`, `document` and
`traveller` are needed, all others may be left out, and what is not known here is passed over. `decision` may also be
``pending``: known to be undecided (M9). `observations` and `listings` stand beside the movement.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2s
from sys import intern
from typing import TypeVar
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
from service.person import person_keys
from service.rules.comparing import COMPARED

Code = TypeVar("Code", bound=StrEnum)


class LineError(ValueError):
    """A line cannot be read as a movement; the message names the line, counted from 1, and the field."""


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


def read_line(number: int, line: str) -> Line:
    """A movement. Its UUID is the id as written where that is one, else made from it.

    Raises:
        LineError: the line is no movement.
    """
    row = _Row.of(number, line)
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


def _crossing(name: str, row: _Row) -> Crossing:
    traveller, keys = _traveller(row.row("traveller"))
    return Crossing(
        id=uuid_of(name),
        crossing_point=intern(row.text("crossing_point")),
        direction=row.code("direction", Direction),
        occurred_at=row.moment("at"),
        document=_document(row.row("document")),
        traveller=traveller,
        clock=row.code("clock", Clock) if row.has("clock") else Clock.CERTAIN,
        source=row.code("source", Source) if row.has("source") else Source.LIVE,
        person_keys=keys,
        failed_check_digits=tuple(
            FailedCheckDigit(each.text("field"), each.text("printed"), each.text("computed"))
            for each in row.rows("failed_check_digits")
        ),
        visa=_visa(row.row("visa")) if row.has("visa") else None,
        admitted_until=row.day("admitted_until"),
        group_id=row.optional("group_id"),
        accompanying=row.texts("accompanying"),
        relations=tuple(Relation(each.text("to"), each.text("kind")) for each in row.rows("relations")),
        consent=row.optional("consent"),
        other_readings=tuple(map(_other_reading, row.rows("other_readings"))),
        vehicle=row.optional("vehicle"),
        address=row.optional("address"),
        phone=row.optional("phone"),
        sponsor=row.optional("sponsor"),
    )


def _document(row: _Row) -> TravelDocument:
    expiry = row.partial("date_of_expiry") if row.has("date_of_expiry") else None
    code = row.optional("document_code") or "P"
    return _shared(TravelDocument(intern(code), intern(row.text("issuing_state")), row.text("document_number"), expiry))


def _traveller(row: _Row) -> tuple[Traveller, tuple[str, ...]]:
    """The traveller, the same value for all lines of the same data, and the keys of the person."""
    return _person(
        row.text("primary_identifier"),
        row.optional("secondary_identifier") or "",
        intern(row.text("nationality")),
        row.partial("date_of_birth"),
        row.optional("sex") or "X",
        row.optional("native_name"),
        row.optional("father_name"),
        row.optional("mother_name"),
        row.texts("other_nationalities"),
    )


@lru_cache(maxsize=1 << 17)
def _person(
    primary: str,
    secondary: str,
    nationality: str,
    born: PartialDate,
    sex: str,
    native: str | None,
    father: str | None,
    mother: str | None,
    others: tuple[str, ...],
) -> tuple[Traveller, tuple[str, ...]]:
    made = Traveller(primary, secondary, nationality, born, sex, False, native, father, mother, others)
    return made, person_keys(made)


@lru_cache(maxsize=1 << 17)
def _shared(document: TravelDocument) -> TravelDocument:
    return document


def _visa(row: _Row) -> Visa:
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


def _other_reading(row: _Row) -> OtherReading:
    field = row.text("field")
    if field not in COMPARED:
        raise row.error("field", f"must be one of {', '.join(sorted(COMPARED))}")
    return OtherReading(row.code("source", ReadFrom), field, row.text("value"))


def _listing(row: _Row) -> Listing:
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
    try:
        return UUID(name)
    except ValueError:
        written = name.encode()
        return UUID(bytes=written[:8].ljust(8, b"\0") + blake2s(written, digest_size=8).digest())


@dataclass(frozen=True, slots=True)
class _Row:
    """An object of a line, and where it stands."""

    values: Mapping[str, object]
    number: int
    path: str = ""

    @classmethod
    def of(cls, number: int, line: str) -> _Row:
        try:
            values = json.loads(line)
        except json.JSONDecodeError as broken:
            raise LineError(f"line {number}: is not JSON: {broken}") from None
        if not isinstance(values, dict):
            raise LineError(f"line {number}: is no JSON object")
        return cls(values, number)

    def error(self, name: str, reason: str) -> LineError:
        return LineError(f"line {self.number}: {self.path}{name}: {reason}")

    def has(self, name: str) -> bool:
        return self.values.get(name) is not None

    def row(self, name: str) -> _Row:
        value = self.values.get(name)
        if isinstance(value, dict):
            return _Row(value, self.number, f"{self.path}{name}.")
        raise self.error(name, "must be an object")

    def text(self, name: str) -> str:
        value = self.values.get(name)
        if isinstance(value, str) and value:
            return value
        raise self.error(name, "must be a text that is not empty")

    def optional(self, name: str) -> str | None:
        return self.text(name) if self.values.get(name) not in (None, "") else None

    def rows(self, name: str) -> Iterator[_Row]:
        """The objects of a list; none where it is left out."""
        for at, value in enumerate(self._list(name)):
            if not isinstance(value, dict):
                raise self.error(f"{name}[{at}]", "must be an object")
            yield _Row(value, self.number, f"{self.path}{name}[{at}].")

    def texts(self, name: str) -> tuple[str, ...]:
        found = self._list(name)
        if all(isinstance(each, str) and each for each in found):
            return tuple(map(str, found))
        raise self.error(name, "must be a list of texts that are not empty")

    def codes(self, name: str, codes: type[Code]) -> tuple[Code, ...]:
        try:
            return tuple(codes(each) for each in self.texts(name))
        except ValueError:
            raise self.error(name, f"must be a list of {', '.join(codes)}") from None

    def _list(self, name: str) -> Sequence[object]:
        value = self.values.get(name) or ()
        if isinstance(value, list | tuple):
            return value
        raise self.error(name, "must be a list")

    def count(self, name: str) -> int | None:
        value = self.values.get(name)
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
            return value
        raise self.error(name, "must be a whole number of at least 0")

    def code(self, name: str, codes: type[Code]) -> Code:
        try:
            return codes(self.text(name))
        except ValueError:
            raise self.error(name, f"must be one of {', '.join(codes)}") from None

    def moment(self, name: str) -> datetime:
        try:
            moment = datetime.fromisoformat(self.text(name))
        except ValueError:
            raise self.error(name, "must be a moment such as 2026-03-01T09:00:00Z") from None
        if moment.tzinfo is None:
            raise self.error(name, "must say its offset from UTC, such as Z or +03:00")
        return moment

    def day(self, name: str) -> date | None:
        if not self.has(name):
            return None
        try:
            return date.fromisoformat(self.text(name))
        except ValueError:
            raise self.error(name, "must be a date such as 2026-03-01") from None

    def partial(self, name: str) -> PartialDate:
        try:
            return PartialDate.parse(self.text(name))
        except ValueError:
            raise self.error(name, "must be a date such as 1974-08-12 or 1974-XX-XX") from None
