"""A few seconds of what `make fuzz-mrz` does for an hour, and that it finds what it looks for."""

import json
from pathlib import Path

import numpy as np
import pytest

from bench import fuzz
from bench.fuzz import Batch, State, batches, campaign, try_image, try_text
from bench.mutations import mutated_image, mutated_text
from bench.rasters import interlaced_png, seed_images, seed_zones
from ocr.image import decode_image
from ocr.training import fonts

pytestmark = pytest.mark.skipif(fonts.find_font("OCRB.otf") is None, reason="the OCR-B typeface is not installed")
MISSED = 10_000_000  # case numbers that no campaign reaches


def test_a_number_names_a_case_for_ever() -> None:
    assert mutated_text(5) == mutated_text(5) != mutated_text(6)
    assert mutated_image(5) == mutated_image(5) != mutated_image(6)


def test_what_is_mutated_can_be_read() -> None:
    assert len(seed_images()) >= 40
    assert len({decode_image(data).shape for data in seed_images()}) >= 4
    assert len(seed_zones()) == 3


def test_an_interlaced_png_is_read_as_it_was_written() -> None:
    grey = np.arange(35 * 21, dtype=np.uint32).reshape(21, 35).astype(np.uint8)
    assert np.array_equal(decode_image(interlaced_png(grey)), grey)


def test_spoilt_zones_are_parsed_or_refused() -> None:
    results = [try_text(MISSED + number) for number in range(3000)]
    assert {"refused", "parsed", "valid"} == set(results)


def test_spoilt_images_are_decoded_or_refused() -> None:
    results = [try_image(MISSED + 1 + number) for number in range(400)]
    assert {"refused", "decoded"} == set(results)


def test_some_spoilt_images_are_read() -> None:
    results = {try_image(MISSED + number * fuzz.READ_EVERY) for number in range(15)}
    assert results & {"accepted", "read", "read as nothing"}


def planted(number: int) -> str:
    if number == 7:
        raise ZeroDivisionError("planted")
    return "fine"


def test_a_crash_and_a_slow_case_are_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "CASES", {"text": planted})
    monkeypatch.setattr(fuzz, "LIMIT_S", -1.0)
    current = fuzz.multiprocessing.Value("q", 0)
    found = fuzz.run_batch("text", range(6, 9), current)
    assert found.counts == {"fine": 2, "crashed": 1}
    assert (7, "ZeroDivisionError: planted") in found.findings
    assert [number for number, what in found.findings if what.endswith("s of CPU time")] == [6, 7, 8]
    assert current.value == 8


def test_a_batch_runs_in_a_process_of_its_own() -> None:
    ((reached, batch),) = batches("text", range(40))
    assert reached == 40
    assert sum(batch.counts.values()) == 40
    assert batch.findings == []


@pytest.mark.parametrize(("crash", "result"), [(True, "died"), (False, "hung")])
def test_a_process_that_dies_or_hangs_is_a_finding(crash: bool, result: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "_serve", _dies if crash else _hangs)
    monkeypatch.setattr(fuzz, "PATIENCE_S", 30.0 if crash else 8.0)  # to start a process takes a busy machine a second
    batch, reached = fuzz._watched("text", range(10, 40))
    assert batch.counts == {result: 1}
    assert [number for number, _ in batch.findings] == [12]
    assert reached == 13


def _dies(_kind: str, numbers: range, current: object, _answers: object) -> None:
    current.value = numbers.start + 2
    fuzz.os._exit(9)


def _hangs(_kind: str, numbers: range, current: object, _answers: object) -> None:
    current.value = numbers.start + 2
    fuzz.time.sleep(600)


def test_a_campaign_goes_on_where_it_was_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "FOLDER", tmp_path)
    tried = []

    def once(_kind: str, numbers: range) -> list[tuple[int, Batch]]:
        tried.append(numbers)
        return [(numbers.stop, Batch({"fine": len(numbers)}, [], 0.1, 50.0, 2.0))]

    monkeypatch.setattr(fuzz, "batches", once)
    campaign("text", 10)
    state = campaign("text", 25)
    assert tried == [range(10), range(10, 25)]
    assert (state.next, state.counts, state.growth_mb) == (25, {"fine": 25}, 2.0)
    assert State(**json.loads((tmp_path / "text.json").read_text())) == state
    assert "cases 0 to 24: 25 fine" in str(state)
