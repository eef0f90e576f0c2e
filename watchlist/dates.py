"""Dates of birth as graded evidence: equal, slipped, partial, missing, contradicting.

Weights are log likelihood ratios in nats: how much likelier the pair is for one person than for two strangers
whose births spread over some fifty years.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import log

# How likely each is for one person, over how likely by chance. Rates of slips are of the order of a hundredth for each
# kind, a chance is one day in 50 years; a date that was converted between calendars is easily a day off.
EQUAL, REGISTRY_DAY, YEAR_ONLY = 8.5, 5.0, 3.6
SWAPPED, NEXT_DAY, YEAR_OFF, NEAR_DAY, DIGITS_SWAPPED = 5.5, 5.5, 5.0, 3.5, 3.5
DAY_DIGIT, YEAR_DIGIT, MONTH_OFF, SAME_MONTH = 1.5, 1.5, 1.5, 0.5
YEAR_ONLY_OFF, SAME_YEAR, CONTRADICTION = 0.0, -4.0, -6.0
MONTH_GAIN, DAY_GAIN = 2.2, 2.6  # where a part beside the year agrees

# Registries write these days where the day of birth is not known: 1 January, and in Iraq 1 July.
REGISTRY_DAYS = ((1, 1), (7, 1))


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date of which any part may be unknown; ``last_year`` ends a range of years, ``circa`` loosens the year."""

    year: int | None
    month: int | None = None
    day: int | None = None
    last_year: int | None = None
    circa: bool = False


@dataclass(frozen=True, slots=True)
class DateEvidence:
    """How two dates agree (a message id), what that weighs, and which of the entry's dates was meant."""

    message: str
    weight: float
    entry_date: str


_RANGE = re.compile(r"(\d{4})[^/]*/(\d{4}).*")
_DATE = re.compile(r"(\d{4}|XXXX)(?:-(\d\d|XX)(?:-(\d\d|XX))?)?(~?)")


@lru_cache(maxsize=1 << 14)
def parse(text: str) -> PartialDate | None:
    """A partial date from its EDTF-like string, or None where the string is no such date.

    >>> parse("1974-XX-12")
    PartialDate(year=1974, month=None, day=12, last_year=None, circa=False)
    """
    if found := _RANGE.fullmatch(text):
        first, last = sorted(map(int, found.groups()))
        return PartialDate(first, last_year=last)
    if not (found := _DATE.fullmatch(text)):
        return None
    year, month, day = (_number(part) for part in found.groups()[:3])
    if not (0 < (month or 1) <= 12 and 0 < (day or 1) <= 31):
        return None
    return PartialDate(year, month, day, circa=bool(found[4]))


def _number(part: str | None) -> int | None:
    return int(part) if part and part.isdigit() else None


def compare(subject: str | None, entry_dates: Iterable[str]) -> DateEvidence | None:
    """The best agreement of a date of birth with any of an entry's; None where either side knows none.

    An entry with many dates agrees by chance more often, and is weighed down by the logarithm of their number.
    """
    asked = parse(subject) if subject else None
    if asked is None:
        return None
    listed = [(text, date) for text in entry_dates if (date := parse(text))]
    found = [DateEvidence(*_grade(asked, date), text) for text, date in listed]
    if not found:
        return None
    best = max(found, key=lambda evidence: evidence.weight)
    if best.weight <= 0:
        return best
    years = len({date.year for _, date in listed})
    return DateEvidence(best.message, max(0.0, best.weight - 0.6 * log(years)), best.entry_date)


def _grade(a: PartialDate, b: PartialDate) -> tuple[str, float]:
    if a.last_year or b.last_year:
        return _grade_range(a, b)
    if a.year is None or b.year is None:
        return _grade_without_year(a, b)
    if None in (a.month, a.day, b.month, b.day):
        return _grade_partial(a, b)
    if (a.year, a.month, a.day) == (b.year, b.month, b.day):
        return ("dob.registry-day", REGISTRY_DAY) if _is_registry_day(a) else ("dob.equal", EQUAL)
    for message, weight, holds in _SLIPS:
        if holds(a, b):
            return message, weight
    if _is_registry_day(a) or _is_registry_day(b):
        return _grade_years(a.year, b.year, circa=False)
    if a.year == b.year:
        return "dob.same-year", SAME_YEAR
    return _contradiction(a.year, b.year)


def _is_registry_day(date: PartialDate) -> bool:
    return (date.month, date.day) in REGISTRY_DAYS


def _digits_apart(a: int, b: int) -> int:
    return sum(x != y for x, y in zip(f"{a:04}", f"{b:04}", strict=True))


def _transposed(a: int, b: int) -> bool:
    return a != b and sorted(f"{a:04}") == sorted(f"{b:04}")


def _same(*parts: str) -> Callable[[PartialDate, PartialDate], bool]:
    return lambda a, b: all(getattr(a, part) == getattr(b, part) for part in parts)


_DAY_AND_MONTH, _YEAR_AND_MONTH, _YEAR_AND_DAY = _same("day", "month"), _same("year", "month"), _same("year", "day")

# Each slip: its message, its weight, and what must hold of two full dates; the first that holds counts.
_SLIPS: tuple[tuple[str, float, Callable[[PartialDate, PartialDate], bool]], ...] = (
    ("dob.swapped", SWAPPED, lambda a, b: (a.year, a.month, a.day) == (b.year, b.day, b.month)),
    ("dob.year-off", YEAR_OFF, lambda a, b: _DAY_AND_MONTH(a, b) and abs((a.year or 0) - (b.year or 0)) == 1),
    ("dob.digits-swapped", DIGITS_SWAPPED, lambda a, b: _DAY_AND_MONTH(a, b) and _transposed(a.year or 0, b.year or 0)),
    ("dob.year-digit", YEAR_DIGIT, lambda a, b: _DAY_AND_MONTH(a, b) and _digits_apart(a.year or 0, b.year or 0) == 1),
    ("dob.day-off", NEXT_DAY, lambda a, b: _YEAR_AND_MONTH(a, b) and abs((a.day or 0) - (b.day or 0)) == 1),
    ("dob.day-off", NEAR_DAY, lambda a, b: _YEAR_AND_MONTH(a, b) and abs((a.day or 0) - (b.day or 0)) <= 3),
    ("dob.day-digit", DAY_DIGIT, lambda a, b: _YEAR_AND_MONTH(a, b) and _digits_apart(a.day or 0, b.day or 0) == 1),
    ("dob.same-month", SAME_MONTH, _YEAR_AND_MONTH),
    ("dob.month-off", MONTH_OFF, _YEAR_AND_DAY),
)


def _grade_years(a: int, b: int, *, circa: bool) -> tuple[str, float]:
    """Two years where nothing finer is known on one side."""
    apart = abs(a - b)
    if apart == 0:
        return "dob.year-only", YEAR_ONLY
    if apart == 1:
        return "dob.year-only-off", YEAR_ONLY_OFF
    if apart <= (5 if circa else 2):
        return "dob.year-near", -1.5 * (apart - 1)
    return _contradiction(a, b)


def _contradiction(a: int, b: int) -> tuple[str, float]:
    """Years apart count for more than days, up to ten."""
    return "dob.contradicting", CONTRADICTION - 0.1 * min(abs(a - b), 10)


def _grade_partial(a: PartialDate, b: PartialDate) -> tuple[str, float]:
    assert a.year is not None and b.year is not None
    message, weight = _grade_years(a.year, b.year, circa=a.circa or b.circa)
    if weight <= 0:
        return message, weight
    parts = [(a.month, b.month, MONTH_GAIN), (a.day, b.day, DAY_GAIN)]
    known = [(x == y, gain) for x, y, gain in parts if x is not None and y is not None]
    if any(not equal for equal, _ in known) and weight > 3:
        return "dob.parts-differ", -1.0
    gained = sum(gain for equal, gain in known if equal)
    return ("dob.partial", weight + gained) if gained else (message, weight)


def _grade_without_year(a: PartialDate, b: PartialDate) -> tuple[str, float]:
    parts = [(a.month, b.month, MONTH_GAIN), (a.day, b.day, DAY_GAIN)]
    known = [(x == y, gain) for x, y, gain in parts if x is not None and y is not None]
    if not known:
        return "dob.missing", 0.0
    if all(equal for equal, _ in known):
        return "dob.partial", sum(gain for _, gain in known)
    return "dob.parts-differ", -1.5


def _grade_range(a: PartialDate, b: PartialDate) -> tuple[str, float]:
    if a.year is None or b.year is None:
        return "dob.missing", 0.0
    first, last = max(a.year, b.year), min(a.last_year or a.year, b.last_year or b.year)
    if first > last:
        return _grade_years(first, last, circa=False)
    width = max((a.last_year or a.year) - a.year, (b.last_year or b.year) - b.year) + 1
    return "dob.in-range", max(0.2, YEAR_ONLY - log(width))
