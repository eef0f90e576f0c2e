"""Who is inside at a moment, and by which right."""

from dataclasses import replace
from datetime import date

import pytest

from service.domain import Outcome, Visa
from service.policy import default_policy
from service.rules.inside import begun, ended, presence
from tests.cases import ENTRY, EXIT, POSTS, SOUTH, at, case_of, crossing, of_national, policy_with, recorded, silent

UNTIL = date(2026, 3, 20)
CAME = recorded(crossing("WEST", ENTRY, "2026-03-01", admitted_until=UNTIL))
WENT = recorded(crossing("SOUTH", EXIT, "2026-03-10"))


def inside(*movements, on="2026-03-15", posts=POSTS):
    return presence(movements, posts, default_policy(), at(on))


def test_since_when_and_until_when():
    found = inside(CAME)
    assert (found.entry, found.until, found.basis, found.days_over) == (CAME, UNTIL, "recorded", 0)
    assert (found.allowance.days_used, found.allowance.days_left) == (15, 75)


@pytest.mark.parametrize(("on", "over"), [("2026-03-20", 0), ("2026-03-21", 1), ("2026-04-01", 12)])
def test_overstayed_as_of_any_day(on, over):
    assert inside(CAME, on=on).days_over == over


def test_who_has_left_is_not_inside_and_was_before():
    assert inside(CAME, WENT) is None
    assert inside(CAME, WENT, on="2026-03-09").entry == CAME


def test_what_was_recorded_later_was_not_known():
    late = replace(WENT, recorded_at=at("2026-03-16"))
    assert inside(CAME, late).entry == CAME
    assert inside(CAME, late, on="2026-03-16") is None


def test_the_refused_never_came_in():
    assert inside(replace(CAME, decision=Outcome.REFUSED)) is None


def test_nobody_is_inside_without_an_entry():
    assert inside() is None
    assert inside(WENT) is None


def test_nationals_are_at_home():
    assert inside(recorded(of_national("WEST", ENTRY, "2026-03-01"))) is None


def test_a_resident_has_no_allowance_to_use_up():
    visa = Visa(kind="residence", valid_until=date(2026, 12, 31))
    found = inside(recorded(crossing("WEST", ENTRY, "2025-03-01", visa=visa)))
    assert (found.until, found.basis, found.days_over, found.allowance) == (date(2026, 12, 31), "permit", 0, None)


def test_the_window_limits_a_stay_that_nothing_else_does():
    found = inside(recorded(crossing("WEST", ENTRY, "2026-03-01")))
    assert (found.until, found.basis, found.days_over) == (date(2026, 5, 29), "window", 0)  # 31 + 30 + 29 days


def test_nothing_limits_a_stay_of_as_many_days_as_the_window_has():
    endless = policy_with({"E2": {"days": 180, "window_days": 180}})
    stay = begun(case_of(crossing("WEST", ENTRY, "2026-03-01"), policy=endless))
    assert (stay.until, stay.basis, stay.due_at) == (None, "", None)
    found = presence([recorded(crossing("WEST", ENTRY, "2026-03-01"))], POSTS, endless, at("2026-12-01"))
    assert (found.until, found.basis, found.days_over) == (None, "", 0)


@pytest.mark.parametrize(
    ("admitted", "until", "basis"),
    [
        ("2026-05-28", "2026-05-28", "recorded"),
        ("2026-05-29", "2026-05-29", "recorded"),
        ("2026-05-30", "2026-05-29", "window"),
    ],
)
def test_the_earlier_of_two_limits_holds(admitted, until, basis):
    stay = begun(case_of(crossing("WEST", ENTRY, "2026-03-01", admitted_until=date.fromisoformat(admitted))))
    assert (stay.until, stay.basis) == (date.fromisoformat(until), basis)
    assert stay.due_at == at(f"{until} 21:00")  # midnight at +03:00


@pytest.mark.parametrize(("left", "until"), [("2026-03-30", "2026-04-10"), ("2026-03-31", "2026-04-09")])
def test_whoever_has_no_days_left_may_not_be_here_even_on_the_day_of_entry(left, until):
    """Since 2026-01-01, 89 or 90 days are used up before 04-10."""
    came = recorded(crossing("WEST", ENTRY, "2026-01-01"))
    went = recorded(crossing("WEST", EXIT, left))
    stay = begun(case_of(crossing("WEST", ENTRY, "2026-04-10"), came, went))
    assert (stay.until, stay.basis) == (date.fromisoformat(until), "window")


def test_an_exit_and_a_national_begin_no_stay():
    assert begun(case_of(crossing("WEST", EXIT, "2026-03-01"))) is None
    assert begun(case_of(of_national("WEST", ENTRY, "2026-03-01"))) is None


@pytest.mark.parametrize("direction", [ENTRY, EXIT])
def test_a_stay_ends_with_whatever_comes_next(direction):
    this = crossing("WEST", direction, "2026-03-12")
    assert ended(case_of(this, CAME)) == CAME
    assert ended(case_of(this, CAME, WENT)) is None
    assert ended(case_of(this)) is None


def test_says_which_posts_may_know_better():
    posts = {**POSTS, "SOUTH": silent(SOUTH, "2026-03-12")}
    assert [post.code for post in inside(CAME, posts=posts).unheard] == ["SOUTH"]
