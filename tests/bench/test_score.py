"""The figures that a benchmark prints."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.readers import Answer
from bench.score import Sample, digits_hold, distance, percentile, score, wilson

ZONE = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
OTHER_NAME = ZONE.replace("ANNA", "ANHA")
BROKEN = ZONE[:-1] + "1"
FRENCH = "IDFRAMADEUP<<<<<<<<<<<<<<<<<<<952042\n0509952018746NICOLAS<<PAUL<8206152M3"
SAMPLES = [
    Sample("right", ZONE, True),
    Sample("doubtful", ZONE, True),
    Sample("wrong name", ZONE, True),
    Sample("dead", ZONE, True),
    Sample("broken", BROKEN, True),
    Sample("french", FRENCH, False),
    Sample("none", "", False),
]


def test_every_figure_counts_what_it_says() -> None:
    answers = {
        "right": Answer(ZONE, True, 10.0),
        "doubtful": Answer(ZONE + "\n", False, 20.0),
        "wrong name": Answer(OTHER_NAME, True, 30.0),
        "dead": Answer(None, False, None, "error: it ended"),
        "broken": Answer(BROKEN, False, 35.0),
        "french": Answer(FRENCH, False, 40.0),
        "none": Answer(None, False, 50.0),
    }
    figures = score(SAMPLES, answers)
    assert (figures.images, figures.icao_images) == (7, 5)
    assert figures.exact == pytest.approx(5 / 7)
    assert figures.exact_icao == pytest.approx(3 / 5)
    assert figures.valid_yet_wrong == pytest.approx(1 / 7)
    assert figures.accepted_where_right == pytest.approx(1 / 2)
    assert figures.wrong_accepted == 1
    assert figures.errors == 1
    assert (figures.median_ms, figures.p95_ms) == (32.5, 50.0)
    assert figures.characters_wrong == pytest.approx((1 + 89) / (5 * 89 + len(FRENCH)))


def test_a_zone_seen_where_there_is_none_is_wrong() -> None:
    figures = score([SAMPLES[-1]], {"none": Answer(ZONE, True, 1.0)})
    assert (figures.exact, figures.valid_yet_wrong, figures.wrong_accepted) == (0.0, 1.0, 1)
    assert math.isnan(figures.exact_icao)


def test_an_image_without_an_answer_is_unread() -> None:
    assert score(SAMPLES[:1], {}).exact == 0.0


@pytest.mark.parametrize(("text", "holds"), [(ZONE, True), (BROKEN, False), ("", False), (FRENCH, False)])
def test_digits_hold_in_a_zone_of_icao(text: str, holds: bool) -> None:
    assert digits_hold(text) == holds


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=60))
def test_a_percentile_leaves_no_more_than_its_share_above(values: list[float]) -> None:
    cut = percentile(values, 0.95)
    assert cut in values
    assert sum(value > cut for value in values) <= 0.05 * len(values)


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_wilsons_interval_holds_the_rate(hits: int, misses: int) -> None:
    low, high = wilson(hits, hits + misses)
    assert 0 <= low <= high <= 1
    if hits + misses:
        assert low - 1e-12 <= hits / (hits + misses) <= high + 1e-12


def test_wilsons_interval_is_that_of_the_textbook() -> None:
    assert wilson(0, 10_000)[1] == pytest.approx(0.000384, abs=1e-6)
    assert wilson(85, 100) == pytest.approx((0.7672, 0.9069), abs=1e-4)


@given(st.text("AB<", max_size=8), st.text("AB<", max_size=8))
def test_a_distance_is_none_only_to_oneself_and_the_same_both_ways(a: str, b: str) -> None:
    assert (distance(a, b) == 0) == (a == b)
    assert distance(a, b) == distance(b, a) <= max(len(a), len(b))
