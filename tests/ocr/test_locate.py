"""Zones are found by their even lines alone, at any size and turn; lines are cut straight."""

import cv2
import numpy as np
import pytest

from ocr.cut import CAPITAL_HEIGHT, LINE_HEIGHT, MARGIN, PITCH, TextLine, cut_line, normalise_line
from ocr.locate import Band, Search, find_bands
from ocr.mrz import MrzFormat
from ocr.seeds import Seed

LINES = {
    MrzFormat.TD3: ("PXUTOERIKSSONXXANNAXMARIAXXXXXXXXXXXXXXXXXXX", "L898902C36UTO7408122F1204159ZE184226B8888810"),
    MrzFormat.TD2: ("IXUTOERIKSSONXXANNAXMARIAXXXXXXXXXXX", "D231458907UTO7408122F120415999999996"),
    MrzFormat.TD1: (
        "IXUTOD231458907999999999999999",
        "7408122F1204159UTO999999999996",
        "ERIKSSONXXANNAXMARIAXXXXXXXXXX",
    ),
}


def page(lines: tuple[str, ...], pitch: int = 18) -> tuple[np.ndarray, np.ndarray]:
    """A sheet with lines of characters at a fixed pitch and no filler; and the ends of the lines."""
    width, height = pitch * (len(lines[0]) + 6), pitch * 26
    sheet = np.full((height, width), 225, np.uint8)
    cv2.rectangle(sheet, (pitch * 2, pitch * 3), (pitch * 9, pitch * 13), 120, -1)
    for row in range(4):
        cv2.putText(
            sheet, "Some words of no fixed width", (pitch * 11, pitch * (4 + 3 * row)), 0, pitch / 30, 40, 1, 16
        )
    ends = []
    for row, line in enumerate(lines):
        baseline = pitch * 17 + round(row * pitch * 2.1)
        ends.append([(pitch * 3, baseline - pitch * 0.45), (pitch * (3 + len(line)), baseline - pitch * 0.45)])
        for place, character in enumerate(line):
            left = pitch * (3 + place) + pitch // 8
            cv2.putText(sheet, character, (left, baseline), cv2.FONT_HERSHEY_SIMPLEX, pitch / 26, 30, 2, cv2.LINE_AA)
    return sheet, np.array(ends, np.float64)


def turned(sheet: np.ndarray, ends: np.ndarray, angle: float, scale: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    height, width = sheet.shape
    side = int(1.2 * scale * np.hypot(width, height))
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, scale)
    matrix[:, 2] += (side - width) / 2, (side - height) / 2
    image = cv2.warpAffine(sheet, matrix, (side, side), flags=cv2.INTER_AREA, borderValue=70)
    return image, ends @ matrix[:, :2].T + matrix[:, 2]


def fits(band: Band, ends: np.ndarray) -> bool:
    """Whether a band lies on these lines, a place off at most."""
    if len(band.lines) != len(ends):
        return False
    found = np.array([(line.start, line.end) for line in band.lines])
    pitch = np.hypot(*(ends[0, 1] - ends[0, 0])) / round(band.lines[0].places)
    return bool(np.abs(found - ends).max() < 1.1 * pitch)


def found(image: np.ndarray, ends: np.ndarray) -> bool:
    bands = [band for band, _ in zip(find_bands(image), range(4), strict=False)]
    return any(fits(way, ends) for band in bands for way in (band, band.turned()))


@pytest.mark.parametrize("format_", LINES)
@pytest.mark.parametrize("pitch", [8, 18, 30])
def test_a_zone_without_any_filler_is_found(format_: MrzFormat, pitch: int) -> None:
    assert found(*page(LINES[format_], pitch))


@pytest.mark.parametrize("angle", [90, 180, 270, 12, -20, 45, 135])
def test_a_zone_is_found_however_it_lies(angle: float) -> None:
    assert found(*turned(*page(LINES[MrzFormat.TD3], 20), angle))


def test_a_zone_is_found_in_perspective() -> None:
    sheet, ends = page(LINES[MrzFormat.TD3], 24)
    height, width = sheet.shape
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    seen = corners + np.array([(30, 20), (-40, 0), (0, -10), (10, -30)], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, seen)
    image = cv2.warpPerspective(sheet, matrix, (width, height), borderValue=90)
    ends = cv2.perspectiveTransform(ends.reshape(1, -1, 2), matrix).reshape(ends.shape)
    assert found(image, ends)


@pytest.mark.parametrize("shape", [(1, 1), (3, 2000), (20, 9000), (40, 40), (400, 600)])
def test_an_image_without_text_has_no_clear_zone(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(5)
    for image in (np.full(shape, 200, np.uint8), rng.integers(0, 256, shape, np.uint8)):
        assert all(band.score < 0.3 for band in find_bands(image))


def test_a_band_upside_down_is_itself_when_turned_twice() -> None:
    band = next(find_bands(page(LINES[MrzFormat.TD1])[0]))
    assert band.turned().turned() == band
    assert band.turned().lines[0].start == band.lines[-1].end


def test_a_cut_line_has_the_size_that_was_promised() -> None:
    sheet, ends = page(LINES[MrzFormat.TD3], 20)
    (start, end), _ = ends
    line = TextLine(tuple(start), tuple(end), height=15.0, pitch=20.0)
    image = cut_line(sheet, line)
    assert image.shape == (LINE_HEIGHT, 44 * PITCH + 2 * MARGIN)
    assert image.dtype == np.uint8
    ink = np.flatnonzero(image.min(axis=1) < 100)
    assert ink[0] >= (LINE_HEIGHT - CAPITAL_HEIGHT) // 2 - 3
    assert ink[-1] <= (LINE_HEIGHT + CAPITAL_HEIGHT) // 2 + 3


def test_a_hanging_line_is_cut_straight() -> None:
    sheet = np.full((200, 1000), 255, np.uint8)
    along = np.arange(100, 900)
    hang = np.rint(100 + 4 * 20 * ((along - 100) / 800) * (1 - (along - 100) / 800)).astype(int)
    for thick in range(-2, 3):
        sheet[hang + thick, along] = 0
    image = cut_line(sheet, TextLine((100, 100), (900, 100), height=20.0, pitch=20.0, bow=20.0))
    inside = image[:, MARGIN + 2 : -MARGIN - 2]
    assert (inside[18:22].max(axis=0) < 120).all()
    assert (inside[:10] > 200).all()


def test_a_line_beyond_the_image_is_cut_all_the_same() -> None:
    line = TextLine((-500.0, -500.0), (-100.0, -500.0), height=20.0, pitch=20.0)
    assert cut_line(np.full((50, 50), 9, np.uint8), line).shape[0] == LINE_HEIGHT


def test_contrast_is_stretched_from_ink_to_paper() -> None:
    strip = np.full((40, 400), 140, np.uint8)
    strip[10:30, ::10] = 100
    stretched = normalise_line(strip)
    assert (stretched.min(), stretched.max()) == (0, 255)
    assert stretched.shape == strip.shape


def seen(sheet: np.ndarray, ends: np.ndarray, moved: list[tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    """A sheet whose corners, clockwise from the top left one, are moved by shares of its width."""
    height, width = sheet.shape
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    placed = corners + np.array(moved, np.float32) * width
    placed -= placed.min(axis=0)
    size = tuple(int(side) for side in placed.max(axis=0) + 1)
    matrix = cv2.getPerspectiveTransform(corners, placed.astype(np.float32))
    image = cv2.warpPerspective(sheet, matrix, size, borderValue=70)
    return image, cv2.perspectiveTransform(ends.reshape(1, -1, 2), matrix).reshape(ends.shape)


def test_characters_get_larger_towards_the_camera() -> None:
    leaning = [(0.0, 0.06), (0.0, -0.06), (0.0, 0.06), (0.0, -0.06)]
    image, ends = seen(*page(LINES[MrzFormat.TD3], 20), leaning)
    band = next(find_bands(image))
    band = band if fits(band, ends) else band.turned()
    assert fits(band, ends)
    assert all(0.15 < line.taper < 0.5 for line in band.lines)


@pytest.mark.parametrize("slant", [-0.25, 0.25])
def test_a_zone_whose_uprights_lean_begins_farther_on_line_by_line(slant: float) -> None:
    sheet, ends = page(LINES[MrzFormat.TD1], 20)
    height, width = sheet.shape
    matrix = np.array([(1, slant, max(-slant * height, 0)), (0, 1, 0)], np.float64)
    image = cv2.warpAffine(sheet, matrix, (int(width + abs(slant) * height), height), borderValue=70)
    ends = ends @ matrix[:, :2].T + matrix[:, 2]
    band = next(find_bands(image))
    band = band if fits(band, ends) else band.turned()
    starts = np.array([line.start[0] for line in band.lines]) - ends[:, 0, 0]
    assert np.ptp(starts) < 0.5 * 20


def test_a_tapered_line_is_cut_to_even_places() -> None:
    sheet = np.full((200, 1000), 255, np.uint8)
    growth = 1.3
    done = (np.arange(44) + 0.5) / 44
    places = np.rint(100 + 800 * done / (done + growth * (1 - done))).astype(int)
    for place in places:
        sheet[95:106, place - 1 : place + 2] = 0
    line = TextLine((100, 100), (900, 100), height=18.0, pitch=800 / 44, taper=float(np.log(growth)))
    image = cut_line(sheet, line)
    centres = MARGIN + (np.arange(44) + 0.5) * PITCH
    assert all(image[20, round(centre) - 3 : round(centre) + 4].min() < 100 for centre in centres)
    assert all(image[20, round(centre + PITCH / 2)] > 200 for centre in centres[:-1])


def test_slanted_characters_are_cut_upright() -> None:
    sheet = np.full((200, 1000), 255, np.uint8)
    for place in range(44):
        x = 100 + (place + 0.5) * 18
        cv2.line(sheet, (round(x - 3), 92), (round(x + 3), 108), 0, 2)  # leans to the right on its way down
    line = TextLine((100, 100), (100 + 44 * 18, 100), height=18.0, pitch=18.0, slants=(0.375, 0.375))
    upright = 255 - cut_line(sheet, line)[10:30].astype(np.float32)
    slanted = 255 - cut_line(sheet, TextLine(line.start, line.end, 18.0, 18.0))[10:30].astype(np.float32)
    assert upright.mean(axis=0).max() > 1.4 * slanted.mean(axis=0).max()


def test_a_shadow_on_a_line_is_lifted() -> None:
    strip = np.full((40, 800), 220, np.uint8)
    strip[10:30, ::10] = 60
    strip[:, 400:] //= 2
    stretched = normalise_line(strip)
    assert stretched[5, 600:].min() > 200
    assert stretched[20, 600:800:10].max() < 60


def test_text_is_found_on_striped_paper() -> None:
    sheet, ends = page(LINES[MrzFormat.TD3], 20)
    rows, columns = np.indices(sheet.shape)
    stripes = np.where(np.sin((rows + 0.4 * columns) * 0.7) > 0, 1.0, 0.6)
    assert found(np.rint(sheet * stripes).astype(np.uint8), ends)


def test_a_line_that_a_shadow_broke_is_as_long_as_its_neighbours() -> None:
    sheet, ends = page(LINES[MrzFormat.TD1], 20)
    left, y = ends[0, 0]
    bright = sheet.copy()
    bright[int(y) - 18 : int(y) + 16, int(left) + 60 : int(left) + 110] = 225  # some characters are worn away
    assert found(bright, ends)


def test_lines_that_a_stamp_broke_mend_one_another() -> None:
    sheet, ends = page(LINES[MrzFormat.TD1], 20)
    right = int(ends[0, 1, 0])
    for row, broken in enumerate((7, 6)):  # the third line is whole: it mends the second, and this one the first
        top = int(ends[row, 0, 1]) - 18
        sheet[top : top + 34, right - 20 * broken - 30 : right - 20 * broken + 10] = 225
    band = next(find_bands(sheet))
    assert fits(band, ends) or fits(band.turned(), ends)
    assert band.score > 0.3


def test_lines_that_ran_into_one_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    sheet, ends = page(LINES[MrzFormat.TD3], 20)
    (left, top), (right, bottom) = ends[0, 0], ends[-1, 1]
    merged = Seed((left + right) / 2, (top + bottom) / 2, 0.0, right - left, 3.5 * 20)
    monkeypatch.setattr("ocr.locate.find_seeds", lambda pixels, turn: iter([[merged]]))
    assert found(sheet, ends)


def test_a_place_is_not_offered_twice_unless_it_is_freed() -> None:
    sheet, ends = page(LINES[MrzFormat.TD3], 20)
    kept, freed = Search(sheet), Search(sheet)
    assert sum(fits(band, ends) for band in kept.bands()) == 1
    offered = []
    for band in freed.bands():
        offered.append(band)
        freed.free(band)
    assert len(offered) >= 1
    ends_of = [np.array([(line.start, line.end) for line in band.lines]).round(0).tolist() for band in offered]
    assert all(one != other for i, one in enumerate(ends_of) for other in ends_of[:i])


def test_a_page_full_of_upright_text_does_not_hide_a_slanted_zone() -> None:
    image, ends = turned(*page(LINES[MrzFormat.TD3], 20), 45)
    for row in range(40, 420, 36):
        cv2.putText(image, "LETTERS OF ANOTHER PAGE", (20, row), 0, 0.7, 10, 2, 16)
    assert any(fits(way, ends) for band in find_bands(image) for way in (band, band.turned()))


def test_a_line_moved_by_places_and_back_is_itself() -> None:
    line = TextLine((100.0, 100.0), (900.0, 140.0), height=18.0, pitch=800.8 / 44)
    there = line.moved(2)
    step = np.hypot(there.start[0] - line.start[0], there.start[1] - line.start[1])
    assert step == pytest.approx(2 * line.pitch, rel=0.01)
    assert np.allclose(there.moved(-2).start, line.start, atol=0.1)
