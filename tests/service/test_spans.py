"""Which roll-ups add up to a period."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from service.figures import FIGURES, Figure
from service.spans import Part, parts

DAYS = st.dates(date(2023, 1, 1), date(2027, 12, 31))


def _covered(of: list[Part]) -> Counter[date]:
    """How often each day is counted, days taken off included."""
    told: Counter[date] = Counter()
    for part in of:
        for number in range((part.after - part.first).days):
            told[part.first + timedelta(number)] += part.sign
    return Counter({day: times for day, times in told.items() if times})


@given(first=DAYS, length=st.integers(1, 800), figure=st.sampled_from(Figure), by=st.sampled_from(["", "day", "month"]))
def test_each_day_of_a_period_is_counted_once_and_no_other(first: date, length: int, figure: Figure, by: str) -> None:
    after = first + timedelta(length)
    of = parts(FIGURES[figure], (by,) if by else (), first, after)
    assert _covered(of) == Counter(first + timedelta(number) for number in range(length))
    months = [part for part in of if part.long and not FIGURES[figure].hourly]
    assert all(part.first.day == 1 == part.after.day for part in months)


def test_a_year_is_months_and_few_days() -> None:
    of = parts(FIGURES[Figure.TRAVELLERS], ("nationality",), date(2025, 11, 23), date(2026, 11, 23))
    assert of == [
        Part(date(2025, 12, 1), date(2026, 12, 1), long=True),
        Part(date(2025, 11, 23), date(2025, 12, 1)),
        Part(date(2026, 11, 23), date(2026, 12, 1), sign=-1),
    ]


def test_what_is_asked_by_the_day_is_added_up_by_the_day() -> None:
    of = parts(FIGURES[Figure.TRAVELLERS], ("day",), date(2026, 1, 1), date(2026, 3, 1))
    assert of == [Part(date(2026, 1, 1), date(2026, 3, 1))]
    of = parts(FIGURES[Figure.MOVEMENTS], ("day",), date(2026, 1, 1), date(2026, 3, 1))
    assert of == [Part(date(2026, 1, 1), date(2026, 3, 1), long=True)]
