"""Several frames to one reading, with the model as it is shipped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from ocr.frames import MOST_FRAMES, TooManyFrames, read_frames
from ocr.image import Limits, NotAnImage
from ocr.reader import read_mrz
from ocr.reading import FrameOutcome, MrzReading, ObstacleCode

PICTURES = Path(__file__).parent / "pictures"
TD2 = ("IDBHRBINT<ULVIC<CHIMIZODAR<<AM<<<<<<", "5334767241ARG6708098M3111091<<<<<<<6")
USED, NO_ZONE, ANOTHER = FrameOutcome.USED, FrameOutcome.NO_ZONE, FrameOutcome.ANOTHER_ZONE
BLANK = cv2.imencode(".png", np.full((300, 400), 255, np.uint8))[1].tobytes()
UNHURRIED = Limits(patience_ms=60_000)  # on a machine that is busy with other tests


def picture(name: str) -> bytes:
    return (PICTURES / f"{name}.jpg").read_bytes()


def blurred(name: str, sigma: float) -> bytes:
    pixels = cv2.imdecode(np.frombuffer(picture(name), np.uint8), cv2.IMREAD_COLOR)
    return cv2.imencode(".png", cv2.GaussianBlur(pixels, (0, 0), sigma))[1].tobytes()


def without_times(reading: MrzReading) -> MrzReading:
    return replace(reading, steps=(), elapsed_ms=0.0, frames=())


@pytest.mark.parametrize("name", ["td1", "no_zone"])
def test_one_frame_is_read_as_an_image_is(name: str) -> None:
    assert without_times(read_frames([picture(name)], UNHURRIED)) == without_times(read_mrz(picture(name), UNHURRIED))


def test_frames_that_show_nothing_change_nothing() -> None:
    alone = read_frames([picture("td2")], UNHURRIED)
    reading = read_frames([BLANK, picture("td2"), b"no image", picture("no_zone")], UNHURRIED)
    assert without_times(reading) == without_times(alone)
    assert reading.frames == (NO_ZONE, USED, FrameOutcome.REFUSED, NO_ZONE)


def test_frames_of_one_document_make_one_reading_in_any_order() -> None:
    frames = [picture("td2"), blurred("td2", 1.5), blurred("td2", 2.5)]
    first, last = read_frames(frames, UNHURRIED), read_frames(frames[::-1], UNHURRIED)
    assert first.lines == last.lines == TD2
    assert first.crop_png is not None


def test_reading_ends_when_two_frames_leave_no_doubt() -> None:
    reading = read_frames([picture("td2")] * 4, UNHURRIED)
    assert reading.accepted
    assert reading.frames == (USED, USED, FrameOutcome.NOT_NEEDED, FrameOutcome.NOT_NEEDED)


def test_a_frame_of_another_document_is_left_out_and_named() -> None:
    reading = read_frames([picture("td1"), picture("td2"), blurred("td2", 1.0)], UNHURRIED)
    assert reading.lines == TD2
    assert reading.frames == (ANOTHER, USED, USED)


def test_two_documents_are_not_accepted_as_either() -> None:
    reading = read_frames([picture("td1"), picture("td2")], UNHURRIED)
    assert not reading.accepted
    assert ObstacleCode.FRAMES_DISAGREE in {obstacle.code for obstacle in reading.obstacles}


def test_what_there_is_no_time_for_is_left_unread_and_named() -> None:
    hurried = Limits(patience_ms=0)
    assert read_frames([picture("td2"), picture("td2")], hurried).frames == (FrameOutcome.NO_TIME,) * 2


def test_frames_none_of_which_is_an_image_are_refused() -> None:
    with pytest.raises(NotAnImage):
        read_frames([b"", b"no image"], UNHURRIED)


def test_more_frames_than_are_read_together_are_refused() -> None:
    with pytest.raises(TooManyFrames, match="11 images"):
        read_frames([b""] * (MOST_FRAMES + 1))


def test_no_frame_at_all_is_no_reading() -> None:
    assert read_frames([], UNHURRIED).lines is None
