"""Whether two readings of one field say different things (D2). Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from service.domain import Crossing, OtherReading, PartialDate
from service.person import same_name

Comparison = Callable[[Crossing, str], bool]


def differs(crossing: Crossing, other: OtherReading) -> bool:
    """Whether the zone's field and the other reading of it cannot both be right; an empty field is no reading."""
    return bool(other.value.strip("< ")) and _DIFFERS[other.field](crossing, other.value)


def _number(crossing: Crossing, value: str) -> bool:
    return _bare(crossing.document.document_number) != _bare(value)


def _bare(number: str) -> str:
    return "".join(filter(str.isalnum, number.upper()))


def _name(crossing: Crossing, value: str) -> bool:
    other = replace(crossing.traveller, primary_identifier=value, secondary_identifier="", name_truncated=False)
    return not same_name(crossing.traveller, other)


def _sex(crossing: Crossing, value: str) -> bool:
    return {crossing.traveller.sex, value.upper()} == {"M", "F"}


def _state(zone: str, value: str) -> bool:
    return zone.rstrip("<") != value.upper().rstrip("<")


def _date(zone: PartialDate | None, value: str) -> bool:
    """A part that either side does not know differs from nothing; what is no date differs."""
    if zone is None:
        return False
    try:
        other = PartialDate.parse(value)
    except ValueError:
        return True
    parts = ((zone.year, other.year), (zone.month, other.month), (zone.day, other.day))
    return any(None not in pair and pair[0] != pair[1] for pair in parts)


_DIFFERS: Mapping[str, Comparison] = {
    "document_number": _number,
    "document_code": lambda crossing, value: _state(crossing.document.document_code[:1], value[:1]),
    "issuing_state": lambda crossing, value: _state(crossing.document.issuing_state, value),
    "nationality": lambda crossing, value: _state(crossing.traveller.nationality, value),
    "name": _name,
    "sex": _sex,
    "date_of_birth": lambda crossing, value: _date(crossing.traveller.date_of_birth, value),
    "date_of_expiry": lambda crossing, value: _date(crossing.document.date_of_expiry, value),
}
COMPARED = frozenset(_DIFFERS)
"""The fields that can be compared."""
