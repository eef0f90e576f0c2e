"""A reading as pictures: they show what was read, and change nothing of it."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from ocr.cut import TextLine
from ocr.drawing import Drawing, _edge, draw_reading
from ocr.image import NotAnImage
from ocr.reader import read_mrz

PICTURES = Path(__file__).parent / "pictures"


def pixels_of(drawing: Drawing) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(drawing.png, np.uint8), cv2.IMREAD_COLOR)


def count_of(pixels: np.ndarray, blue: int, green: int, red: int) -> int:
    return int((pixels == (blue, green, red)).all(axis=2).sum())


def test_what_was_found_is_outlined_and_what_was_read_is_written_below_it() -> None:
    data = (PICTURES / "td3.jpg").read_bytes()
    reading, drawings = draw_reading(data)
    assert reading.lines == read_mrz(data).lines
    assert [drawing.name for drawing in drawings] == ["1-where", "2-lines", "3-doubts", "4-steps"]
    where, lines = (pixels_of(drawing) for drawing in drawings[:2])
    assert count_of(where, 70, 150, 20) > 500  # the outline of the zone taken
    assert count_of(lines, 70, 150, 20) > 500  # its characters, sure


def test_an_image_without_a_zone_still_shows_where_was_looked() -> None:
    reading, drawings = draw_reading((PICTURES / "no_zone.jpg").read_bytes())
    assert not reading.accepted
    assert [drawings[0].name, drawings[-1].name] == ["1-where", "4-steps"]


def test_what_is_no_image_is_refused_as_ever() -> None:
    with pytest.raises(NotAnImage):
        draw_reading(b"nothing")


def test_an_outline_follows_a_page_that_is_seen_at_an_angle() -> None:
    line = TextLine((0.0, 0.0), (800.0, 0.0), height=20.0, pitch=20.0, taper=0.3)
    upper, lower = _edge(line, -0.8), _edge(line, 0.8)
    heights = lower[:, 1] - upper[:, 1]
    assert heights[-1] / heights[0] == pytest.approx(np.exp(0.3), rel=0.01)
    assert np.allclose(upper[[0, -1], 0], [0, 800], atol=0.1)
