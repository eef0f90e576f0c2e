"""Token buckets, one a credential."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import TooManyRequests
from service.rate import Buckets, Rate, Rates

STRANGERS = Rate(10, 300)
GAPS = st.lists(st.floats(0, 2), max_size=60)


def heard(rates: Rates, credential: bytes | None, client: str, times: int, at: float = 0.0) -> int:
    """How many of so many requests at once are let through."""
    count = 0
    for _ in range(times):
        try:
            rates.admit(credential, client, at)
        except TooManyRequests:
            continue
        count += 1
    return count


@given(GAPS, st.integers(1, 5), st.floats(0.5, 20))
def test_never_more_than_the_burst_and_what_has_flowed_in_since(gaps: list[float], burst: int, rate: float) -> None:
    buckets: Buckets[str] = Buckets(Rate(rate, burst), 10)
    at, taken = 0.0, 0
    for gap in gaps:
        at += gap
        try:
            buckets.take("a", at)
        except TooManyRequests:
            continue
        taken += 1
        assert taken <= burst + at * rate + 1e-6


@given(st.floats(0.2, 50))
def test_waiting_as_long_as_is_said_lets_one_through(rate: float) -> None:
    buckets: Buckets[str] = Buckets(Rate(rate, 1), 10)
    buckets.take("a", 0.0)
    with pytest.raises(TooManyRequests) as refusal:
        buckets.take("a", 0.0)
    buckets.take("a", float(refusal.value.wait))


def test_each_good_credential_has_its_own_and_made_up_ones_share_their_address() -> None:
    rates = Rates(Rate(1, 5), STRANGERS)
    for known in (b"layla", b"omar"):
        rates.welcome(known, 0.0)
    made_up = sum(heard(rates, bytes([n]), "10.0.0.5", 2) for n in range(250))
    assert made_up == STRANGERS.burst
    assert heard(rates, b"layla", "10.0.0.5", 9) == 5
    assert heard(rates, b"omar", "10.0.0.5", 9) == 5
    assert heard(rates, None, "10.0.0.6", 1) == 1


def test_being_found_good_again_does_not_fill_the_bucket() -> None:
    rates = Rates(Rate(1, 5), STRANGERS)
    rates.welcome(b"layla", 0.0)
    heard(rates, b"layla", "a", 5)
    rates.welcome(b"layla", 0.0)
    assert heard(rates, b"layla", "a", 1) == 0


def test_a_flood_of_addresses_takes_no_memory_and_forgets_no_credential() -> None:
    rates = Rates(Rate(1, 5), STRANGERS, remembered=10)
    rates.welcome(b"layla", 0.0)
    for number in range(1000):
        rates.admit(None, f"10.0.{number}", 0.0)
    assert b"layla" in rates._known
    assert len(rates._strangers._buckets) == 10
