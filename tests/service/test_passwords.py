from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service import passwords
from service.errors import PasswordRefused, TooManyAttempts
from service.throttle import FORGET_AFTER, FREE_ATTEMPTS, LONGEST_WAIT, Throttle

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "elevenchars",
        "x" * 300,
        "Password1234!",
        "Administrator1",
        "aaaaaaaaaaaaaaaa",
        "abcabcabcabc",
        "123456789012",
        "layla.hassan-2024",
    ],
)
def test_what_is_guessed_first_is_refused(password: str) -> None:
    with pytest.raises(PasswordRefused):
        passwords.check(password, "layla.hassan")


@pytest.mark.parametrize("password", ["copper river lantern", "معبر الحدود القديم ليلا", "t7Fq-9xLm-2wPz"])
def test_length_and_rarity_are_enough(password: str) -> None:
    passwords.check(password, "layla.hassan")


def test_what_is_made_up_is_good_and_never_twice_the_same() -> None:
    made = {passwords.generate() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        passwords.check(password, "demo")


async def test_a_password_matches_what_was_kept_of_it() -> None:
    kept = await passwords.keep("copper river lantern")
    assert kept.startswith("$argon2id$")
    assert await passwords.matches("copper river lantern", kept)
    assert not await passwords.matches("copper river lanterns", kept)
    assert not await passwords.matches("copper river lantern", None)


async def test_the_same_letters_typed_otherwise_are_the_same_password() -> None:
    assert await passwords.matches("cafe\u0301 lantern river", await passwords.keep("caf\u00e9 lantern river"))


async def test_any_text_can_be_tried() -> None:
    assert not await passwords.matches("\ud800", None)


def test_three_wrong_passwords_are_free() -> None:
    throttle = Throttle()
    for _ in range(FREE_ATTEMPTS):
        throttle.admit("layla", "10.0.0.5", NOON)
    with pytest.raises(TooManyAttempts) as refusal:
        throttle.admit("layla", "10.0.0.5", NOON)
    assert refusal.value.wait == 1


@given(st.integers(1, 60))
def test_the_wait_grows_to_its_bound_and_waiting_it_out_lets_one_through(attempts: int) -> None:
    throttle = Throttle()
    now, waits = NOON, []
    for _ in range(FREE_ATTEMPTS + attempts):
        try:
            throttle.admit("layla", "10.0.0.5", now)
        except TooManyAttempts as refusal:
            waits.append(refusal.wait)
            now += timedelta(seconds=refusal.wait)
            throttle.admit("layla", "10.0.0.5", now)
    assert waits == sorted(waits)
    assert waits[-1] <= LONGEST_WAIT.total_seconds()


def test_neither_another_client_nor_another_account_waits() -> None:
    throttle = Throttle()
    for _ in range(FREE_ATTEMPTS):
        throttle.admit("layla", "10.0.0.5", NOON)
    throttle.admit("layla", "10.0.0.6", NOON)
    throttle.admit("omar", "10.0.0.5", NOON)


def test_the_right_password_wipes_the_slate() -> None:
    throttle = Throttle()
    for _ in range(FREE_ATTEMPTS):
        throttle.admit("layla", "10.0.0.5", NOON)
    throttle.succeeded("layla", "10.0.0.5")
    throttle.admit("layla", "10.0.0.5", NOON)


def test_long_ago_is_forgotten() -> None:
    throttle = Throttle()
    for _ in range(FREE_ATTEMPTS):
        throttle.admit("layla", "10.0.0.5", NOON)
    throttle.admit("layla", "10.0.0.5", NOON + FORGET_AFTER + timedelta(seconds=1))


def test_a_flood_of_made_up_names_takes_no_memory() -> None:
    throttle = Throttle(remembered=10)
    for number in range(1000):
        throttle.admit(f"nobody{number}", "10.0.0.5", NOON)
    assert len(throttle._failures) == 10
