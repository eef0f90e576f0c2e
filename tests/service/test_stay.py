"""So many days in any window, by hand.

Days are numbered: day 1 is 1 January 2026, day 0 the day before, and so on back.
"""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.stay import Stay, allowance


def day(number: int) -> date:
    return date(2026, 1, 1) + timedelta(days=number - 1)


def stays(*pairs: tuple[int, int | None]) -> list[Stay]:
    return [Stay(day(first), None if last is None else day(last)) for first, last in pairs]


# stays, the day looked at, then: days used, days left, latest exit, earliest re-entry
NINETY_IN_180 = {
    "first visit": ([], 1, 1, 89, 90, 1),
    "in and out on one day": ([(5, 5)], 5, 1, 89, 94, 5),
    "a stay that goes on": ([(1, None)], 30, 30, 60, 90, 30),
    "exit on the last day": ([(1, 90)], 90, 90, 0, 90, 90),
    "exit a day late": ([(1, 91)], 91, 91, 0, None, 182),
    "back the day after the last": ([(1, 90)], 91, 91, 0, None, 181),
    "back on day 180, a day too early": ([(1, 90)], 180, 91, 0, None, 181),
    "back on day 181: a day falls out for each that comes in": ([(1, 90)], 181, 90, 0, 270, 181),
    "half a year full": ([(1, 180)], 180, 180, 0, None, 271),
    "begun before the window, and too long in it": ([(-100, 20)], 100, 101, 0, None, 111),
    "begun before the window: 92 unclipped, 71 in truth": ([(-100, -60), (50, 100)], 100, 71, 19, 139, 100),
    "wholly before the window": ([(-300, -200)], 1, 1, 89, 90, 1),
    "its last day is the window's first": ([(-50, 1)], 180, 2, 88, 269, 180),
    "it ended the day before the window": ([(-50, 0)], 180, 1, 89, 269, 180),
    "out and in on one day counts once": ([(1, 10), (10, 20)], 20, 20, 70, 90, 20),
    "records that overlap count once": ([(1, 10), (5, 15)], 15, 15, 75, 90, 15),
    "what comes later does not count": ([(1, 10), (50, 60)], 20, 11, 79, 99, 20),
    "45 and 45": ([(1, 45), (61, 105)], 105, 90, 0, 105, 105),
    "45 and 46": ([(1, 45), (61, 106)], 106, 91, 0, None, 182),
    "45 and 45, and back at once": ([(1, 45), (61, 105)], 120, 91, 0, None, 181),
    "45 and 45, and back when the first day has gone": ([(1, 45), (61, 105)], 181, 90, 0, 225, 181),
    "given in any order": ([(61, 105), (1, 45)], 181, 90, 0, 225, 181),
    "a single day, long ago": ([(1, 1)], 181, 1, 89, 270, 181),
}

THREE_IN_7 = {
    "first visit": ([], 1, 1, 2, 3, 1),
    "all at once": ([(1, 3)], 3, 3, 0, 3, 3),
    "one too many": ([(1, 3)], 4, 4, 0, None, 8),
    "back when day 1 has gone": ([(1, 3)], 8, 3, 0, 10, 8),
    "every other day": ([(1, 1), (3, 3), (5, 5)], 6, 4, 0, None, 8),
    "every other day, back on day 8": ([(1, 1), (3, 3), (5, 5)], 8, 3, 0, 8, 8),
    "three single days": ([(1, 1), (3, 3)], 5, 3, 0, 5, 5),
    "two days too long": ([(1, 5)], 5, 5, 0, None, 10),
    "four days before the window, one in it": ([(-5, -1)], 5, 2, 1, 7, 5),
}


@pytest.mark.parametrize("case", NINETY_IN_180.values(), ids=NINETY_IN_180)
def test_ninety_days_in_180(case):
    assert_allowance(case, 90, 180)


@pytest.mark.parametrize("case", THREE_IN_7.values(), ids=THREE_IN_7)
def test_three_days_in_7(case):
    assert_allowance(case, 3, 7)


def assert_allowance(case, days, window):
    known, at, used, left, latest_exit, earliest_reentry = case
    found = allowance(stays(*known), day(at), days=days, window=window)
    assert (found.days_used, found.days_left) == (used, left)
    assert found.latest_exit == (latest_exit and day(latest_exit))
    assert found.earliest_reentry == day(earliest_reentry)
    assert found.window_start == day(at - window + 1)


@pytest.mark.parametrize(
    ("permit", "used", "left", "latest_exit"),
    [((1, 100), 1, 89, 189), ((31, 60), 70, 20, 120), ((31, None), 31, 59, 159), ((150, 200), 100, 0, None)],
    ids=["the whole stay", "part of it", "open-ended", "later"],
)
def test_days_under_a_permit_do_not_count(permit, used, left, latest_exit):
    found = allowance(stays((1, 100)), day(100), permits=stays(permit))
    assert (found.days_used, found.days_left, found.latest_exit) == (used, left, latest_exit and day(latest_exit))


def test_as_many_days_as_the_window_has_are_no_limit():
    found = allowance(stays((1, 7)), day(7), days=7, window=7)
    assert (found.days_used, found.days_left, found.latest_exit) == (7, 0, None)


def test_no_days_at_all():
    found = allowance([], day(1), days=0, window=7)
    assert (found.days_used, found.days_left, found.latest_exit, found.earliest_reentry) == (1, 0, None, None)


def test_29_february_is_a_day():
    found = allowance([Stay(date(2024, 2, 28), date(2024, 3, 1))], date(2024, 3, 1))
    assert found.days_used == 3


def on_the_calendar(known, at: int, days: int, window: int):
    """The same answers from sets of days and nothing clever: the oracle of the table."""
    present = {number for first, last in known for number in range(first, (at if last is None else last) + 1)}
    present = {number for number in present if number <= at}

    def used(on: int, days_there: set[int]) -> int:
        return sum(1 for number in range(on - window + 1, on + 1) if number in days_there | {on})

    last = at
    while used(last + 1, present | set(range(at, last + 1))) <= days:
        last += 1
    again = next(on for on in range(at, at + 2 * window) if used(on, present) <= days)
    reached = used(at, present)
    return reached, max(0, days - reached), last if reached <= days else None, again


@pytest.mark.parametrize(
    ("case", "days", "window"),
    [*((case, 90, 180) for case in NINETY_IN_180.values()), *((case, 3, 7) for case in THREE_IN_7.values())],
    ids=[*NINETY_IN_180, *THREE_IN_7],
)
def test_the_hand_and_the_calendar_agree(case, days, window):
    known, at, *answers = case
    assert on_the_calendar(known, at, days, window) == tuple(answers)


def test_thirty_cases_and_more():
    assert len(NINETY_IN_180) + len(THREE_IN_7) >= 30


def used_naively(present: set[int], at: int, window: int) -> int:
    return len([number for number in range(at - window + 1, at + 1) if number in present or number == at])


pairs = st.tuples(st.integers(-40, 40), st.integers(0, 12)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(st.lists(pairs, max_size=6), st.integers(1, 12), st.integers(13, 30))
def test_agrees_with_counting_day_by_day(known, days, window):
    present = {number for first, last in known for number in range(first, last + 1) if number <= 40}
    found = allowance(stays(*known), day(40), days=days, window=window)
    assert found.days_used == used_naively(present, 40, window)
    allowed_on = [number for number in range(40, 71) if used_naively(present, number, window) <= days]
    assert found.earliest_reentry == day(allowed_on[0])
    staying = present | {40}
    last = 40
    while used_naively(staying | {last + 1}, last + 1, window) <= days:
        last += 1
        staying.add(last)
    assert found.latest_exit == (day(last) if found.days_used <= days else None)
