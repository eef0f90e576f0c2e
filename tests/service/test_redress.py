"""Redress numbers: what is typed wrong is never taken for another traveller's number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.redress import RedressNumberError, read_redress_number, redress_number

CHANCES = st.integers(0, 2**64 - 1)
SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXY"


@given(CHANCES)
def test_a_number_is_read_as_it_was_given_out(chance: int) -> None:
    number = redress_number(chance)
    assert read_redress_number(number) == number
    assert read_redress_number(number.replace("-", " ").lower()) == number


@given(CHANCES, st.integers(0, 10), st.sampled_from(SIGNS))
def test_one_wrong_sign_never_passes(chance: int, place: int, sign: str) -> None:
    bare = redress_number(chance).replace("-", "")
    wrong = bare[:place] + sign + bare[place + 1 :]
    if wrong != bare:
        with pytest.raises(RedressNumberError):
            read_redress_number(wrong)


@given(CHANCES, st.integers(0, 10), st.integers(0, 10))
def test_two_signs_that_changed_places_never_pass(chance: int, one: int, other: int) -> None:
    signs = list(redress_number(chance).replace("-", ""))
    signs[one], signs[other] = signs[other], signs[one]
    wrong = "".join(signs)
    if wrong != redress_number(chance).replace("-", ""):
        with pytest.raises(RedressNumberError):
            read_redress_number(wrong)


@pytest.mark.parametrize("text", ["", "K7M5Q", "K7M4Q-2R9XP-A-1", "K7M4Q-2R9XP-!", "٣٣٣٣٣-٣٣٣٣٣-٣"])
def test_what_is_no_number_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(RedressNumberError) as refusal:
        read_redress_number(text)
    assert not text or text not in str(refusal.value)


def test_letters_that_look_like_digits_are_read_as_digits() -> None:
    assert read_redress_number("ooooo-ooooo-o") == "00000-00000-0"
