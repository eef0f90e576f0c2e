"""From a zone, or from what an officer typed, to a traveller and a travel document. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from ocr.mrz import Mrz, MrzError
from service.domain import FailedCheckDigit, PartialDate, TravelDocument, Traveller
from watchlist.records import Subject


def identify(mrz: Mrz, today: date) -> tuple[Traveller, TravelDocument]:
    """Who presents what, by the zone alone. `today` settles the centuries of its two-digit years.

    A date that no calendar has (a misprinted or misread zone) becomes an unknown one: the check digits
    and the officer deal with it, the traveller is not turned away by a parser.
    """
    traveller = Traveller(
        primary_identifier=mrz.primary_identifier,
        secondary_identifier=mrz.secondary_identifier,
        nationality=mrz.nationality,
        date_of_birth=_date(mrz.birth, today) or PartialDate(None),
        sex=mrz.sex if mrz.sex in ("M", "F") else "X",
        name_truncated=mrz.name_truncated,
    )
    document = TravelDocument(
        document_code=mrz.document_code,
        issuing_state=mrz.issuing_state,
        document_number=mrz.document_number,
        date_of_expiry=_date(mrz.expiry, today),
    )
    return traveller, document


def failed_check_digits(mrz: Mrz) -> tuple[FailedCheckDigit, ...]:
    """The check digits of the zone that do not hold."""
    return tuple(FailedCheckDigit(c.field, c.printed, c.computed) for c in mrz.check_digits if not c.valid)


def subject_of(traveller: Traveller, document: TravelDocument | None) -> Subject:
    """What screening compares."""
    return Subject(
        primary_identifier=traveller.primary_identifier,
        secondary_identifier=traveller.secondary_identifier,
        native_name=traveller.native_name,
        mother_name=traveller.mother_name,
        father_name=traveller.father_name,
        date_of_birth=str(traveller.date_of_birth) if traveller.date_of_birth.year else None,
        nationality=traveller.nationality or None,
        sex=traveller.sex if traveller.sex in ("M", "F") else None,
        document_number=document.document_number if document else None,
        issuing_state=document.issuing_state if document else None,
        document_code=document.document_code if document else None,
        name_truncated=traveller.name_truncated,
    )


def _date(expand: Callable[[date], str], today: date) -> PartialDate | None:
    try:
        return PartialDate.parse(expand(today))
    except (MrzError, ValueError):
        return None
