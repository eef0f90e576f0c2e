"""Guessing is slow, and nobody is shut out by somebody else's guesses."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.errors import TooManyAttempts
from service.throttle import ACCOUNT, CLIENT, FORGET_AFTER, FREE_ATTEMPTS, LONGEST_WAIT, Throttle

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


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


def guess(throttle: Throttle, accounts: int, clients: int, times: int = FREE_ATTEMPTS) -> None:
    """Wrong passwords for many accounts from many machines, as fast as they are heard."""
    for account in range(accounts):
        for client in range(clients):
            for _ in range(times):
                try:
                    throttle.admit(f"officer{account}", f"10.0.0.{client}", NOON)
                except TooManyAttempts:
                    break


@settings(max_examples=20)
@given(st.integers(1, 40))
def test_the_first_attempt_from_a_machine_is_heard_whatever_others_did(clients: int) -> None:
    throttle = Throttle()
    guess(throttle, 1, clients)
    throttle.admit("officer0", "10.9.9.9", NOON)


def test_many_machines_at_one_account_each_wait_longer() -> None:
    throttle = Throttle()
    guess(throttle, 1, clients=ACCOUNT.free + 6, times=1)
    with pytest.raises(TooManyAttempts) as refusal:
        throttle.admit("officer0", "10.0.0.0", NOON)
    assert refusal.value.wait == 64


def test_one_machine_that_tries_many_accounts_waits_a_little_for_all() -> None:
    throttle = Throttle()
    guess(throttle, accounts=CLIENT.free + 20, clients=1, times=1)
    with pytest.raises(TooManyAttempts) as refusal:
        throttle.admit("somebody-else", "10.0.0.0", NOON)
    assert refusal.value.wait <= CLIENT.longest.total_seconds()


@settings(max_examples=20)
@given(st.integers(1, 40), st.integers(1, 4))
def test_a_known_workstation_is_slowed_by_nobody(accounts: int, clients: int) -> None:
    throttle = Throttle()
    guess(throttle, accounts, clients)
    throttle.admit("officer0", "10.0.0.0", NOON, known="booth 3")


def test_guessing_at_a_known_workstation_is_slowed_there() -> None:
    throttle = Throttle()
    for _ in range(FREE_ATTEMPTS):
        throttle.admit("layla", "10.0.0.5", NOON, known="booth 3")
    with pytest.raises(TooManyAttempts):
        throttle.admit("layla", "10.0.0.6", NOON, known="booth 3")


def test_neither_another_client_nor_another_account_waits() -> None:
    throttle = Throttle()
    for _ in range(FREE_ATTEMPTS):
        throttle.admit("layla", "10.0.0.5", NOON)
    throttle.admit("layla", "10.0.0.6", NOON)
    throttle.admit("omar", "10.0.0.5", NOON)


def test_the_right_password_wipes_the_slate() -> None:
    throttle = Throttle()
    for _ in range(10 * CLIENT.free):
        throttle.admit("layla", "10.0.0.5", NOON)
        throttle.succeeded("layla", "10.0.0.5")
    throttle.admit("omar", "10.0.0.5", NOON)


def test_long_ago_is_forgotten() -> None:
    throttle = Throttle()
    for _ in range(FREE_ATTEMPTS):
        throttle.admit("layla", "10.0.0.5", NOON)
    throttle.admit("layla", "10.0.0.5", NOON + FORGET_AFTER + timedelta(seconds=1))


def test_a_flood_of_made_up_names_takes_no_memory() -> None:
    throttle = Throttle(remembered=10)
    for number in range(1000):
        throttle.admit(f"nobody{number}", f"10.0.{number}.5", NOON)
    assert len(throttle._failures) == 10
