"""A zone and what is known of it, as the wire has it."""

from __future__ import annotations

from datetime import date
from typing import Any

from api.schemas.zone_check import PlaceOut, ZoneCheckOut, ZoneDigitOut, ZoneFieldOut
from ocr.checking import ZoneCheck, digit_place
from ocr.layout import LAYOUTS, Span
from ocr.mrz import CheckDigit, Mrz
from service.canonical import plain
from service.domain import PartialDate
from service.identity import identify

_AS_THEY_ARE = (
    *("document_code", "issuing_state", "document_number", "primary_identifier", "secondary_identifier"),
    *("nationality", "sex", "optional_data", "name_truncated"),
)


def zone_fields(zone: Mrz, today: date) -> dict[str, Any]:
    """The named fields; `today` settles the centuries of the dates, unknown parts are X."""
    traveller, document = identify(zone, today)
    expiry = document.date_of_expiry or PartialDate(None)
    fields = {name: plain(getattr(zone, name)) for name in _AS_THEY_ARE}
    return fields | {"date_of_birth": str(traveller.date_of_birth), "date_of_expiry": str(expiry)}


def zone_check(found: ZoneCheck, today: date) -> ZoneCheckOut:
    """A typed zone looked through."""
    zone = found.zone
    return ZoneCheckOut.model_validate(
        {
            "lines": list(found.lines),
            "format": found.format,
            "valid": zone is not None and zone.valid,
            "values": zone_fields(zone, today) if zone else None,
            "fields": _printed(zone) if zone else [],
            "check_digits": [_digit(zone, each) for each in zone.check_digits] if zone else [],
            "faults": plain(found.faults),
            "obstacles": plain(found.obstacles),
            "suggestions": plain(found.suggestions),
        }
    )


def _printed(zone: Mrz) -> list[ZoneFieldOut]:
    fields = sorted(LAYOUTS[zone.format].fields.items(), key=lambda each: (each[1].line, each[1].start))
    return [ZoneFieldOut(field=name, text=span.of(zone.lines), place=_place(span)) for name, span in fields]


def _digit(zone: Mrz, digit: CheckDigit) -> ZoneDigitOut:
    place, over = digit_place(zone, digit.field)
    return ZoneDigitOut(**plain(digit), place=_place(place), over=[_place(span) for span in over])


def _place(span: Span) -> PlaceOut:
    return PlaceOut(line=span.line + 1, first=span.start + 1, last=span.stop)
