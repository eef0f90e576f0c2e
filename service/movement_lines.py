"""Movements as JSON lines, read one by one. Pure.

The fields are those of `service.domain`; `id`, `at`, `recorded_at`, `crossing_point`, `direction`, `document` and
`traveller` are needed, all others may be left out, and what is not known here is passed over.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from hashlib import blake2s
from typing import TypeVar
from uuid import UUID

from service.domain import (
    Clock,
    Crossing,
    Direction,
    Movement,
    Outcome,
    PartialDate,
    Source,
    TravelDocument,
    Traveller,
    Visa,
)
from service.person import person_keys

Code = TypeVar("Code", bound=StrEnum)


class LineError(ValueError):
    """A line cannot be read as a movement; the message names the line, counted from 1, and the field."""


def read_movement(number: int, line: str) -> tuple[str, Movement]:
    """The id as written, and the movement. Its UUID is the id itself where that is one, else made from it.

    Raises:
        LineError: the line is no movement.
    """
    row = _Row.of(number, line)
    name = row.text("id")
    decision = row.code("decision", Outcome) if row.has("decision") else None
    return name, Movement(_crossing(name, row), row.moment("recorded_at"), decision=decision)


def _crossing(name: str, row: _Row) -> Crossing:
    traveller = _traveller(row.row("traveller"))
    return Crossing(
        id=uuid_of(name),
        crossing_point=row.text("crossing_point"),
        direction=row.code("direction", Direction),
        occurred_at=row.moment("at"),
        document=_document(row.row("document")),
        traveller=traveller,
        clock=row.code("clock", Clock) if row.has("clock") else Clock.CERTAIN,
        source=row.code("source", Source) if row.has("source") else Source.LIVE,
        person_keys=person_keys(traveller),
        visa=_visa(row.row("visa")) if row.has("visa") else None,
        admitted_until=row.day("admitted_until"),
        group_id=row.optional("group_id"),
    )


def _document(row: _Row) -> TravelDocument:
    expiry = row.partial("date_of_expiry") if row.has("date_of_expiry") else None
    code = row.optional("document_code") or "P"
    return TravelDocument(code, row.text("issuing_state"), row.text("document_number"), expiry)


def _traveller(row: _Row) -> Traveller:
    return Traveller(
        primary_identifier=row.text("primary_identifier"),
        secondary_identifier=row.optional("secondary_identifier") or "",
        nationality=row.text("nationality"),
        date_of_birth=row.partial("date_of_birth"),
        sex=row.optional("sex") or "X",
    )


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
