"""Months and years counted on the calendar. Pure."""

from __future__ import annotations

import calendar
from datetime import date
from functools import lru_cache


@lru_cache(maxsize=1 << 12)  # a log asks it of few days, again and again
def months_after(day: date, months: int) -> date:
    """The same day so many months later (earlier, if below 0), or the last day of a month that has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def age_on(birth: date, day: date) -> int:
    """Completed years of life on `day`; who was born on 29 February completes one on 1 March of a common year."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
