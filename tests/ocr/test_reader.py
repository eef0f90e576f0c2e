"""Whole pictures of made-up documents, read from end to end with the model as it is shipped."""

import csv
import shutil
from collections.abc import Sequence
from dataclasses import replace
from io import StringIO
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from ocr import reader as reader_module
from ocr.cut import PITCH, cut_line
from ocr.evidence import Aligned, Symbol
from ocr.image import ImageDamaged, ImageTooLarge, NotAnImage, Pixels, decode_image
from ocr.locate import Search
from ocr.lstm import ModelUnreadable, load_network
from ocr.mrz import MrzError, MrzFormat, parse
from ocr.reader import Clock, _readings, default_engine, read_mrz, read_text
from ocr.reading import MrzReading, ObstacleCode
from ocr.tesseract import MODEL, EngineMissing, LibraryEngine, ProgramEngine, load_engine
from ocr.training import fonts
from ocr.training.generate import generate_document
from ocr.worker import ReaderPool

PICTURES = Path(__file__).parent / "pictures"
TRUTH = """\
td3,POCOGSHABTUAD<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<,VS3QN3N<<9ZAF4810302M35070275187267496322044
td1,I<JORY6045128<888500629<<<<<<<,5909245<3607097MWI<<<<<<<<<<<0,BIN<HASSKARJA<NUAMKAR<<IBZI<AB
td2,IDBHRBINT<ULVIC<CHIMIZODAR<<AM<<<<<<,5334767241ARG6708098M3111091<<<<<<<6
mrv_a,VNSAUABU<REYARXAHEVI<ZI<<WALHOL<TARASAD<VA<Y,2965897967GBD0702234F2904191<<<<<<<<<<<<<<<<
mrv_b,VCATGZA<XASTRERIK<<MUAY<VERWICZ<DIL<,Q5991483<1KWT5312283F32121509<<<<<<<
"""
ZONES = {row[0]: tuple(row[1:]) for row in csv.reader(StringIO(TRUTH))}


def picture(name: str) -> bytes:
    return (PICTURES / f"{name}.jpg").read_bytes()


def changed(data: bytes, change: object = None, suffix: str = ".png") -> bytes:
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    return cv2.imencode(suffix, change(pixels) if callable(change) else pixels)[1].tobytes()


@pytest.mark.parametrize("name", ZONES)
def test_each_format_is_read_and_accepted(name: str) -> None:
    reading = read_mrz(picture(name))
    assert reading.lines == ZONES[name]
    assert (reading.valid, reading.accepted, reading.obstacles) == (True, True, ())
    assert reading.mrz == parse(ZONES[name])
    assert reading.format == reading.mrz.format


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_turned_picture_is_read_all_the_same(quarters: int) -> None:
    reading = read_mrz(changed(picture("td1"), lambda pixels: np.rot90(pixels, quarters)))
    assert reading.lines == ZONES["td1"]


@pytest.mark.skipif(fonts.find_font("OCRB.otf") is None, reason="the OCR-B typeface is not installed")
def test_the_first_columns_of_a_large_visa_are_not_taken_for_a_small_one() -> None:
    document = generate_document(4, "clean", MrzFormat.MRV_A)
    first, last = document.middles[:, 0, 0].min(), document.middles[:, 1, 0].max()
    cropped = document.image[:, : round(first + (last - first) * 36.1 / 44)]
    reading = read_mrz(cv2.imencode(".png", cropped)[1].tobytes())
    assert parse(tuple(line[:36] for line in document.mrz_lines)).valid
    assert not reading.accepted


def test_the_names_of_a_card_are_not_accepted_a_place_astray(monkeypatch: pytest.MonkeyPatch) -> None:
    cut_as_it_is = reader_module.align_lines

    def astray(seen: Sequence[Sequence[Symbol]], *where: float) -> tuple[Aligned, ...] | None:
        """The last line without its first symbol, and so a place to the left."""
        aligned = cut_as_it_is([*seen[:2], seen[2][1:]], *where)
        if aligned is None or len(aligned) < 3:
            return aligned
        last = aligned[2]
        beyond = replace(last.cells[-1], centre=last.cells[-1].centre + PITCH)
        return (*aligned[:2], replace(last, cells=(*last.cells[1:], beyond), missing=0, extra=0))

    monkeypatch.setattr(reader_module, "align_lines", astray)
    reading = read_mrz(picture("td1"))
    assert reading.lines is not None
    assert reading.lines[2][:28] == ZONES["td1"][2][1:29]
    assert ObstacleCode.LENGTH_DOUBTFUL in {obstacle.code for obstacle in reading.obstacles}


def test_a_reading_tells_where_how_sure_and_how_long() -> None:
    reading = read_mrz(picture("td2"))
    assert reading.lines is not None
    assert reading.crop_png is not None
    crop = cv2.imdecode(np.frombuffer(reading.crop_png, np.uint8), cv2.IMREAD_GRAYSCALE)
    for line, boxes, confidences in zip(reading.lines, reading.boxes, reading.confidences, strict=True):
        assert len(line) == len(boxes) == len(confidences)
        assert all(0 <= confidence <= 1 for confidence in confidences)
        assert all(0 <= b.left < b.right <= crop.shape[1] and 0 <= b.top < b.bottom <= crop.shape[0] for b in boxes)
        assert all(a.left < b.left for a, b in pairwise(boxes))
        # Where a character stands is ink, darker than the paper around it.
        assert all(crop[b.top : b.bottom, b.left : b.right].std() > 5 for b in boxes)
    assert {step.name for step in reading.steps} >= {"decode", "locate", "recognise", "solve", "crop"}
    assert sum(step.ms for step in reading.steps) <= reading.elapsed_ms


def test_a_page_without_a_zone_has_no_lines() -> None:
    reading = read_mrz(picture("no_zone"))
    assert (reading.lines, reading.mrz, reading.crop_png, reading.accepted) == (None, None, None, False)
    assert [obstacle.code for obstacle in reading.obstacles] == [ObstacleCode.NO_ZONE]


@pytest.mark.parametrize("kind", ["white", "noise", "tiny"])
def test_a_picture_of_nothing_is_read_as_nothing(kind: str) -> None:
    noise = np.random.default_rng(3).integers(0, 256, (300, 400), np.uint8)
    pixels = {"white": np.full((300, 400), 255, np.uint8), "noise": noise, "tiny": noise[:1, :1]}[kind]
    assert read_mrz(cv2.imencode(".png", pixels)[1].tobytes()).lines is None


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", NotAnImage),
        (b"no image at all", NotAnImage),
        (b"\xff\xd8\xff\xe0" + bytes(20), ImageDamaged),
        (b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR" + b"\xff" * 30, ImageTooLarge),
    ],
)
def test_what_is_no_picture_is_refused(data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        read_mrz(data)


def test_half_a_picture_is_refused() -> None:
    data = picture("td3")
    with pytest.raises(ImageDamaged, match="breaks off"):
        read_mrz(data[: len(data) // 2])


def test_text_of_a_swipe_reader_is_accepted_if_it_holds() -> None:
    reading = read_text("\r\n".join(ZONES["td3"]).lower())
    assert (reading.format, reading.lines, reading.accepted) == (MrzFormat.TD3, ZONES["td3"], True)
    assert (reading.crop_png, reading.boxes, reading.repairs) == (None, (), ())


def test_text_with_a_wrong_digit_is_not_accepted() -> None:
    first, second = ZONES["td3"]
    reading = read_text(first + second[:-1] + "9")
    assert not reading.accepted
    assert [(o.code, o.field) for o in reading.obstacles] == [(ObstacleCode.CHECK_DIGIT_FAILED, "composite")]


def test_text_with_an_impossible_date_is_not_accepted() -> None:
    first, second = ZONES["mrv_a"]
    reading = read_text(first + second.replace("0702234", "0732234"))
    assert ObstacleCode.DATE_IMPOSSIBLE in {obstacle.code for obstacle in reading.obstacles}


def test_text_that_is_no_zone_is_refused() -> None:
    with pytest.raises(MrzError):
        read_text("P<UTO")


without_program = pytest.mark.skipif(not shutil.which("tesseract"), reason="Tesseract is not installed (tesseract-ocr)")


@pytest.mark.parametrize("engine", [LibraryEngine, pytest.param(ProgramEngine, marks=without_program)])
def test_tesseract_itself_stands_in_for_its_network(engine: type[LibraryEngine | ProgramEngine]) -> None:
    reading = read_mrz(picture("td2"), engine=engine())
    assert reading.lines == ZONES["td2"]


def test_the_network_sees_what_tesseract_sees() -> None:
    pixels = decode_image(picture("td3"))
    lines = [cut_line(pixels, line) for line in next(Search(pixels).bands()).lines]
    for ours, theirs in zip(load_engine().read(lines), LibraryEngine().read(lines), strict=True):
        assert [symbol.alternatives[0][0] for symbol in ours] == [symbol.alternatives[0][0] for symbol in theirs]
        for one, other in zip(ours, theirs, strict=True):
            assert abs(one.centre - other.centre) < PITCH / 3
            assert abs(one.alternatives[0][1] - other.alternatives[0][1]) < 0.05


def test_a_model_of_another_shape_is_left_to_tesseract(tmp_path: Path) -> None:
    (tmp_path / "other.traineddata").write_bytes(MODEL.read_bytes().replace(b"Maxpool", b"Minpool"))
    with pytest.raises(ModelUnreadable, match="Minpool"):
        load_network(tmp_path / "other.traineddata")


def test_lines_of_a_zone_are_read_together_as_alone() -> None:
    pixels = decode_image(picture("td1"))
    lines = [cut_line(pixels, line) for line in next(Search(pixels).bands()).lines]
    for together, alone in zip(load_engine().read(lines), lines, strict=True):
        (by_itself,) = load_engine().read([alone])
        assert [symbol.alternatives[0][0] for symbol in together] == [s.alternatives[0][0] for s in by_itself]


def test_a_missing_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(EngineMissing, match="is missing"):
        load_engine(tmp_path / "none.traineddata")


async def test_a_worker_reads_the_same_within_its_memory() -> None:
    async with ReaderPool(seconds=30.0) as readers:
        reading = await readers.read(picture("td3"))
        assert isinstance(reading, MrzReading)
        assert reading.lines == ZONES["td3"]
        with pytest.raises(NotAnImage):
            await readers.read(b"")
        assert (await readers.read(picture("td1"))).lines == ZONES["td1"]


class CountingEngine:
    """The engine that is shipped, counting the lines that it reads."""

    def __init__(self) -> None:
        self.lines = 0

    def read(self, lines: Sequence[Pixels]) -> list[tuple[Symbol, ...]]:
        self.lines += len(lines)
        return default_engine().read(lines)


@pytest.mark.parametrize("name", ZONES)
def test_of_a_plain_document_each_line_is_recognised_once(name: str) -> None:
    engine = CountingEngine()
    assert read_mrz(picture(name), engine=engine).lines == ZONES[name]
    assert engine.lines == len(ZONES[name])


@pytest.mark.parametrize("places", [-1, 1])
def test_a_zone_that_was_cut_a_place_off_is_read_where_it_stands(places: int) -> None:
    pixels = decode_image(picture("td1"))
    band = next(Search(pixels).bands()).moved(places)
    images = [cut_line(pixels, line) for line in band.lines]
    readings = [zone.decoded.lines for zone in _readings(pixels, band, images, default_engine(), Clock(60_000))]
    assert readings[0] != ZONES["td1"]
    assert ZONES["td1"] in readings


@pytest.mark.parametrize("shape", [(2, 32767), (32767, 2), (1, 1), (7, 20000), (40, 32000), (61, 9000)])
def test_a_strip_is_a_picture_without_a_zone(shape: tuple[int, int]) -> None:
    noise = np.random.default_rng(1).integers(0, 255, shape, dtype=np.uint8)
    assert read_mrz(cv2.imencode(".png", noise)[1].tobytes()).lines is None
