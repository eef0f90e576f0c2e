"""Who is inside at a moment, and by which right."""

from dataclasses import replace
from datetime import date

import pytest

from service.domain import Outcome, Visa
from service.policy import default_policy
from service.rules.inside import presence
from tests.cases import ENTRY, EXIT, POSTS, SOUTH, at, crossing, of_national, recorded, silent

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


def test_nothing_is_known_of_a_limit():
    found = inside(recorded(crossing("WEST", ENTRY, "2026-03-01")))
    assert (found.until, found.basis, found.days_over) == (None, "", 0)


def test_says_which_posts_may_know_better():
    posts = {**POSTS, "SOUTH": silent(SOUTH, "2026-03-12")}
    assert [post.code for post in inside(CAME, posts=posts).unheard] == ["SOUTH"]
