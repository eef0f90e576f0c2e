"""Dates of birth as graded evidence."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchlist.dates import PartialDate, compare, parse

DATES = st.dates(date(1900, 1, 1), date(2030, 12, 31)).map(lambda day: day.isoformat())


@pytest.mark.parametrize(
    ("asked", "listed", "message"),
    [
        ("1974-08-12", "1974-08-12", "dob.equal"),
        ("1974-08-12", "1974-12-08", "dob.swapped"),
        ("1974-08-12", "1975-08-12", "dob.year-off"),
        ("1964-08-12", "1946-08-12", "dob.digits-swapped"),
        ("1974-08-12", "1984-08-12", "dob.year-digit"),
        ("1974-08-12", "1974-08-13", "dob.day-off"),
        ("1974-08-12", "1974-08-22", "dob.day-digit"),
        ("1974-08-05", "1974-08-22", "dob.same-month"),
        ("1974-08-12", "1974-03-12", "dob.month-off"),
        ("1974-08-12", "1974", "dob.year-only"),
        ("1974-08-12", "1974-01-01", "dob.year-only"),
        ("1974-01-01", "1974-01-01", "dob.registry-day"),
        ("1974-08-12", "1974-07-01", "dob.year-only"),
        ("1974-07-01", "1974-07-01", "dob.registry-day"),
        ("1974-08-12", "1974-09", "dob.parts-differ"),
        ("1974-08-12", "1975", "dob.year-only-off"),
        ("1974-08", "1974-08-12", "dob.partial"),
        ("1974-XX-12", "1974-08-12", "dob.partial"),
        ("XXXX-08-12", "1974-08-12", "dob.partial"),
        ("1974-08-12", "1970/1975", "dob.in-range"),
        ("1974-08-12", "1976~", "dob.year-near"),
        ("1974-08-12", "1974-02-25", "dob.same-year"),
        ("1974-08-12", "1990-02-25", "dob.contradicting"),
        ("1974-08-12", "1990", "dob.contradicting"),
        ("1974-08-12", "1960/1965", "dob.contradicting"),
    ],
)
def test_each_grade(asked: str, listed: str, message: str) -> None:
    found = compare(asked, [listed])
    assert found is not None
    assert found.message == message


def test_grades_stand_in_their_order() -> None:
    asked = "1974-08-12"
    order = ["1974-08-12", "1974-12-08", "1975-08-12", "1974", "1975", "1974-02-25", "1990-02-25", "1960-02-25"]
    weights = [found.weight for listed in order if (found := compare(asked, [listed]))]
    assert weights == sorted(weights, reverse=True)
    assert len(weights) == len(order)


def test_what_is_not_known_says_nothing() -> None:
    assert compare(None, ["1974"]) is None
    assert compare("1974", []) is None
    assert compare("unknown", ["1974"]) is None


def test_the_best_of_several_dates_counts_for_less_than_a_single_one() -> None:
    single, several = compare("1974", ["1974"]), compare("1974", ["1960", "1974", "1980"])
    assert single and several
    assert several.entry_date == "1974"
    assert 0 < several.weight < single.weight


@pytest.mark.parametrize("text", ["", "74", "1974-13", "1974-08-32", "12/08/1974", "1974-8-1", "born 1974"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert parse(text) is None


def test_a_range_is_put_in_order() -> None:
    assert parse("1975/1970") == PartialDate(1970, last_year=1975)


@given(DATES, DATES)
def test_comparing_is_symmetric(one: str, other: str) -> None:
    there, back = compare(one, [other]), compare(other, [one])
    assert there and back
    assert (there.message, there.weight) == (back.message, back.weight)


@given(DATES, DATES)
def test_nothing_outweighs_equality(one: str, other: str) -> None:
    equal, found = compare("1974-08-12", ["1974-08-12"]), compare(one, [other])
    assert equal and found
    assert found.weight <= equal.weight


@given(st.text(max_size=12))
def test_parsing_never_fails(text: str) -> None:
    parse(text)
