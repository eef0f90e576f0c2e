import csv
import json
import shutil
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

import ocr.training.generate as command
from ocr.layout import ALPHABET, MrzFormat
from ocr.mrz import format_of, verify
from ocr.training import fonts, tools
from ocr.training.camera import CONDITIONS
from ocr.training.content import made_up_zone
from ocr.training.generate import GeneratedDocument, generate_document, generate_without_zone
from ocr.training.lines import LINE_HEIGHT, make_line
from ocr.training.lstmf import write_lstmf
from ocr.training.train import HELD_OUT, PICKING, PICKING_LINES, ROUND_LINES, SCHEDULE

MODEL = Path(__file__).parents[2] / "ocr" / "model"

needs_font = pytest.mark.skipif(
    fonts.find_font("OCRB.otf") is None, reason="the OCR-B typeface is not installed (Debian: fonts-ocr-b)"
)


@pytest.mark.parametrize("doc_type", list(MrzFormat))
def test_made_up_zones_obey_the_standard(doc_type: MrzFormat) -> None:
    for seed in range(50):
        zone = made_up_zone(np.random.default_rng(seed), doc_type)
        assert format_of(zone) == doc_type
        assert all(check.valid for check in verify(zone, doc_type))


def test_made_up_zones_differ_by_seed() -> None:
    zones = {made_up_zone(np.random.default_rng(seed), MrzFormat.TD3) for seed in range(100)}
    assert len(zones) == 100


@needs_font
@pytest.mark.parametrize("condition", list(CONDITIONS))
def test_a_seed_names_an_image(condition: str) -> None:
    first, again, other = (generate_document(seed, condition) for seed in (5, 5, 6))
    assert np.array_equal(first.image, again.image)
    assert first.mrz_lines == again.mrz_lines != other.mrz_lines


def _row(document: GeneratedDocument, line: int, offset: float) -> np.ndarray:
    """Grey levels along a line of the zone, `offset` capitals below its middle."""
    start, end = document.middles[line]
    along = end - start
    below = np.array([-along[1], along[0]]) / np.linalg.norm(along) * offset * document.pitch
    places = np.linspace(0, 1, 2000)[:, None] * along + start + below
    grey = cv2.cvtColor(document.image, cv2.COLOR_BGR2GRAY)
    columns, rows = places.astype(np.float32).T
    return cv2.remap(grey, columns[None], rows[None], cv2.INTER_LINEAR)[0].astype(float)


@needs_font
@pytest.mark.parametrize("doc_type", list(MrzFormat))
def test_middles_run_through_the_text(doc_type: MrzFormat) -> None:
    document = generate_document(11, "clean", doc_type)
    assert document.middles.shape == (len(document.mrz_lines), 2, 2)
    for line in range(len(document.mrz_lines)):
        through, between = _row(document, line, 0.25), _row(document, line, -0.8)
        assert through.std() > 3 * between.std()


@needs_font
def test_corners_go_round_the_zone_as_one_reads() -> None:
    top_left, top_right, bottom_right, bottom_left = generate_document(3, "clean", MrzFormat.TD1).corners
    assert top_left[0] < top_right[0]
    assert bottom_left[0] < bottom_right[0]
    assert top_left[1] < bottom_left[1]


@needs_font
def test_a_character_washed_out_or_off_the_picture_is_lost() -> None:
    faint = {seed: generate_document(seed, "severe") for seed in range(12)}
    assert any(document.lost for document in faint.values())
    for document in faint.values():
        height, width = document.image.shape[:2]
        inside = all(0 <= x < width and 0 <= y < height for x, y in document.middles.reshape(-1, 2))
        assert inside or document.lost
    assert not any(generate_document(seed, "clean").lost for seed in range(6))


@needs_font
def test_a_page_without_a_zone_has_no_truth() -> None:
    page = generate_without_zone(1, "moderate")
    assert (page.doc_type, page.mrz_lines, len(page.middles)) == (None, (), 0)


@needs_font
def test_the_command_writes_images_and_their_truth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["generate", "--seed", "3", "--count", "2", "--without-zone", "5", str(tmp_path)])
    command.main()
    with (tmp_path / "manifest.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["doc_type"] == "NONE" for row in rows] == [False, True]
    assert tuple(rows[0]["mrz"].split("\n")) == generate_document(3, "moderate").mrz_lines
    assert all(cv2.imread(str(tmp_path / row["file"])) is not None for row in rows)


@needs_font
@pytest.mark.parametrize("severity", [0.0, 0.5, 1.0])
def test_lines_are_what_the_engine_is_given(severity: float) -> None:
    for seed in range(10):
        line = make_line(seed, severity)
        assert line.image.dtype == np.uint8
        assert line.image.shape[0] == LINE_HEIGHT
        assert line.image.shape[1] > 10 * len(line.text)
        assert set(line.text) <= set(ALPHABET)


@needs_font
def test_lines_are_dark_on_light() -> None:
    line = make_line(1, 0.0).image.astype(float)
    assert line.mean() > 128 > np.percentile(line, 2)


def test_training_never_sees_the_lines_that_judge_it() -> None:
    assert len(SCHEDULE) * ROUND_LINES <= PICKING
    assert PICKING + 3 * PICKING_LINES <= HELD_OUT


def test_training_gets_harder_and_ends_slowest() -> None:
    rates = [r.learning_rate for r in SCHEDULE]
    assert [r.severity for r in SCHEDULE] == sorted(r.severity for r in SCHEDULE)
    assert SCHEDULE[-1].severity == 1.0
    assert rates[-1] == min(rates)
    assert sum(later > earlier for earlier, later in pairwise(rates)) <= 2  # two warm restarts


def test_a_missing_typeface_is_named_with_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "FOLDERS", (tmp_path,))
    with pytest.raises(fonts.MissingFontError, match="fonts-ocr-b"):
        fonts.ocr_b.__wrapped__()


def test_the_model_is_the_one_its_figures_are_of() -> None:
    figures = json.loads((MODEL / "MODEL.json").read_text())
    assert (MODEL / figures["model"]).stat().st_size == figures["bytes"]


@needs_font
@pytest.mark.skipif(not shutil.which("lstmeval"), reason="Tesseract's training programs are not installed")
def test_the_model_reads_clean_lines_from_a_training_document(tmp_path: Path) -> None:
    document = tmp_path / "lines.lstmf"
    write_lstmf(document, (make_line(HELD_OUT + 5000 + place, 0.1) for place in range(8)))
    score = tools.evaluate(MODEL / f"{tools.MODEL_NAME}.traineddata", document, tmp_path)
    assert score.character_error_rate < 2


@needs_font
def test_another_frame_is_the_same_page_before_another_camera() -> None:
    first, again, other = (generate_document(5, "severe", frame=frame) for frame in (0, 1, 1))
    assert first.mrz_lines == again.mrz_lines
    assert first.image.shape != again.image.shape or not np.array_equal(first.image, again.image)
    assert np.array_equal(again.image, other.image)
