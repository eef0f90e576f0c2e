"""Dates of a machine-readable zone: six places YYMMDD, any part unknown (``<<``)."""

from datetime import date
from typing import Literal

from ocr.layout import FILLER, MrzError


def expand_date(yymmdd: str, kind: Literal["birth", "expiry"], today: date) -> str:
    """The date with its century, unknown parts as X: "1974-08-12", "1974-XX-12", "XXXX-08-12".

    Doc 9303 part 3 section 4.8 gives two digits of the year. A birth is never in the future, so it
    lies in the hundred years up to ``today``; an expiry is 20xx. Raises MrzError where the text is
    no date: letters, a month 13, a 30 February.
    """
    if len(yymmdd) != 6:
        raise MrzError(f"a date has 6 places, YYMMDD; {yymmdd!r} has {len(yymmdd)}")
    year, month, day = (_part(yymmdd, at) for at in (0, 2, 4))
    if not _exists(year, month, day):
        raise MrzError(f"{yymmdd!r} is no date in the order YYMMDD")
    century = "XX" if year is None else f"{_century(year, month, day, kind, today)}"
    return f"{century}{_text(year)}-{_text(month)}-{_text(day)}"


def is_date(yymmdd: str) -> bool:
    """Whether the text is a date, unknown parts allowed, in some century."""
    try:
        expand_date(yymmdd, "expiry", date.max)
    except MrzError:
        return False
    return True


def _part(yymmdd: str, at: int) -> int | None:
    text = yymmdd[at : at + 2]
    if text == FILLER * 2:
        return None
    if not (text.isascii() and text.isdigit()):
        raise MrzError(f"{yymmdd!r} is no date: a part is two digits, or << where it is unknown")
    return int(text)


def _exists(year: int | None, month: int | None, day: int | None) -> bool:
    """Whether some day fits what is known; 2000 is a leap year, as every fourth of 20xx is."""
    try:
        date(2000 + (year or 0), 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        return False
    return True


def _century(year: int, month: int | None, day: int | None, kind: Literal["birth", "expiry"], today: date) -> int:
    earliest = (2000 + year, month or 1, day or 1)
    future = kind == "birth" and earliest > (today.year, today.month, today.day)
    return 19 if future else 20


def _text(part: int | None) -> str:
    return "XX" if part is None else f"{part:02}"
