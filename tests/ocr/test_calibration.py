"""The chance that a zone was read wrong: what it takes into account, and how it is fitted."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr.calibration import PLACE_EVIDENCE, Calibration, chances, load_calibration, uncovered
from ocr.decode import Decoded, decode
from ocr.evidence import Aligned, Cell
from ocr.layout import ALPHABET
from ocr.reading import RISK, ObstacleCode, judge
from ocr.training import fonts
from ocr.training.calibrate import Known, costs, fit, fit_logistic, found_readings, known_readings, reliability

LINES = ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10")
needs_font = pytest.mark.skipif(
    fonts.find_font("OCRB.otf") is None, reason="OCR-B is not installed (Debian: fonts-ocr-b)"
)
Seen = dict[tuple[int, int], tuple[dict[str, float], dict[str, float]]]

shares = st.floats(0.5, 0.9999)


def zone(seen: Seen | None = None, sure: float = 0.999, lines: tuple[str, ...] = LINES) -> Decoded:
    """A zone that two readers see alike and surely, but for some places."""
    return decode(
        [
            Aligned(tuple(cell((seen or {}).get((row, i)), c, sure) for i, c in enumerate(line)), 0, 0)
            for row, line in enumerate(lines)
        ]
    )


def cell(seen: tuple[dict[str, float], dict[str, float]] | None, character: str, sure: float) -> Cell:
    first, second = (among(view) for view in (seen or ({character: sure}, {character: sure})))
    both = np.sqrt([first[c] for c in ALPHABET]) * [second[c] for c in ALPHABET]
    both = dict(zip(ALPHABET, both / both.sum(), strict=True))
    return Cell(max(both, key=both.__getitem__), both, 0.0, (first, second))


def among(named: dict[str, float]) -> dict[str, float]:
    rest = max(1 - sum(named.values()), 1e-4) / (len(ALPHABET) - len(named))
    return {character: named.get(character, rest) for character in ALPHABET}


def test_no_evidence_for_an_error_counts_against_one() -> None:
    fitted = load_calibration()
    assert len(fitted.place) == len(PLACE_EVIDENCE)
    assert min(*fitted.place[1:], fitted.zone[1]) >= 0


def test_what_both_readers_are_sure_of_is_accepted() -> None:
    decoded = zone()
    assert chances(decoded).zone < RISK
    assert judge(decoded, b"", (), (), 0.0).accepted


@settings(max_examples=30, deadline=None)
@given(st.sampled_from([(0, 7), (0, 20), (1, 20), (0, 3)]), shares, shares)
def test_more_doubt_is_never_less_chance_of_an_error(place: tuple[int, int], one: float, other: float) -> None:
    less, more = sorted((one, other), reverse=True)
    character = LINES[place[0]][place[1]]
    wrong = "X" if character != "X" else "F"
    found = [chances(zone({place: ({character: share, wrong: 1 - share},) * 2})) for share in (less, more)]
    assert found[0].zone <= found[1].zone + 1e-12
    assert found[0].places[place] <= found[1].places[place] + 1e-12


def test_doubt_is_named_where_it_is() -> None:
    reading = judge(zone({(0, 8): ({"K": 0.55, "X": 0.4}, {"K": 0.6, "X": 0.35})}), b"", (), (), 0.0)
    assert not reading.accepted
    assert reading.chance is not None
    assert reading.chance >= RISK
    doubts = [o for o in reading.obstacles if o.code is ObstacleCode.NAME_DOUBTFUL]
    assert [(o.params["position"], o.params["character"]) for o in doubts] == [(9, "K")]


def test_what_is_named_leaves_the_rest_beyond_doubt() -> None:
    found = chances(zone(sure=0.9))
    named = found.to_confirm(RISK)
    rest = [chance for place, chance in found.places.items() if place not in named]
    assert len(named) > 1
    assert sum(rest) < sum(found.places.values())
    assert found.to_confirm(1.0) == frozenset()


def test_two_readers_that_contradict_each_other_are_not_accepted() -> None:
    reading = judge(zone({(0, 8): ({"K": 0.05, "X": 0.94}, {"K": 0.9999})}), b"", (), (), 0.0)
    assert reading.lines == LINES
    assert not reading.accepted


@pytest.mark.parametrize(("column", "accepted"), [(40, True), (25, False)])
def test_no_letter_stands_beyond_the_end_of_a_name(column: int, accepted: bool) -> None:
    """Far behind the name a letter is impossible; right behind it, it may be the name's last one."""
    unsure = {"<": 0.6, "K": 0.39}
    reading = judge(zone({(0, column): (unsure, unsure)}), b"", (), (), 0.0)
    assert reading.lines == LINES
    assert reading.accepted == accepted


def test_codes_of_states_settle_what_no_other_code_could_be() -> None:
    unsure = {"O": 0.5, "Q": 0.45}  # there is no UTQ
    decoded = zone({(0, 4): (unsure, unsure)})
    assert decoded.lines == LINES
    assert decoded.confidences[0][4] > 0.99
    between = {"N": 0.5, "Q": 0.45}  # but both IRN and IRQ
    lines = ("P<IRN" + LINES[0][5:], LINES[1])
    assert zone({(0, 4): (between, between)}, lines=lines).confidences[0][4] < 0.6


def test_evidence_is_weighed_as_it_was_thrown() -> None:
    rng = np.random.default_rng(1)
    evidence = np.c_[np.ones(20_000), rng.uniform(0, 4, (20_000, 2))]
    happened = rng.random(20_000) < 1 / (1 + np.exp(-evidence @ (-4.0, 1.5, 0.0)))
    start, telling, idle = fit_logistic(evidence.tolist(), happened.tolist())
    assert start == pytest.approx(-4, abs=0.25)
    assert telling == pytest.approx(1.5, abs=0.1)
    assert idle == pytest.approx(0, abs=0.06)


def test_a_fit_promises_as_many_errors_as_there_were() -> None:
    rng = np.random.default_rng(2)
    known = []
    for _ in range(60):
        share = float(rng.uniform(0.5, 0.999))
        read = zone({(0, 8): ({"K": share, "X": 1 - share},) * 2})
        truth = LINES if rng.random() < share else (LINES[0][:8] + "X" + LINES[0][9:], LINES[1])
        known.append(Known(read, truth))
    fitted = fit(known)
    expected = sum(chances(reading.decoded, fitted).zone for reading in known)
    assert expected == pytest.approx(sum(not reading.is_right for reading in known), rel=0.15)
    counted = [int(row.split("|")[2]) for row in reliability(known).splitlines()[2:]]
    assert sum(counted) == len(known)


def test_what_a_limit_costs_is_told() -> None:
    wrong = (LINES[0][:8] + "X" + LINES[0][9:], LINES[1])
    doubtful = zone({(0, 8): ({"K": 0.55, "X": 0.4}, {"K": 0.6, "X": 0.35})})
    known = [Known(zone(), LINES), Known(zone(), wrong), Known(doubtful, LINES), Known(doubtful, LINES)]
    table = costs(known)
    assert "4 readings, 3 right" in table
    assert "| 0.005 | 33.3% | 1 |" in table


@needs_font
def test_documents_are_read_where_they_are_cut_and_where_they_are_found(tmp_path: Path) -> None:
    cut = list(known_readings(6_900_004, tmp_path))  # clean
    again = list(known_readings(6_900_004, tmp_path))
    found = list(found_readings(6_900_004))
    assert cut == again
    assert len(cut) == 3
    assert cut[0].is_right
    assert [reading.is_right for reading in found] == [True]


def test_what_digits_cover_is_judged_as_one() -> None:
    decoded = zone()
    doubtful = replace(decoded, probability=0.6)
    assert chances(doubtful).covered > chances(decoded).covered
    assert (1, 3) not in uncovered(decoded)
    assert chances(doubtful, Calibration((-9.0,) + (0.0,) * 7, (0.0, 1.0))).zone > 0.4
