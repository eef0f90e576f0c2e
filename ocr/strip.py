"""Along one seed: how the lines of text run there, and the rows they form once they are straight."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.cut import CAPITAL_HEIGHT, PITCH, Floats, TextLine, unroll
from ocr.image import Pixels
from ocr.seeds import Seed

WIDTHS = (30, 36, 44)
"""Characters in a line of a zone."""

_CAPITAL = 20  # height of a capital in a strip, pixels, if the seed is right
_HALF = 110  # rows of a strip above and below the seed
_CHUNKS = 16  # columns into which a strip is cut to see how its lines run
_SLOPES = range(-40, 41, 3)  # pixels of a strip
_BOWS = (-12, -9, -6, -4, -2, 0, 2, 4, 6, 9, 12)
_REACH = 6  # pixels by which a row may still run off once the strip is straight


@dataclass(frozen=True, slots=True)
class Row:
    """A row of text in a straightened strip: its edges, pitch and evenness (1: repeats perfectly).

    ``sunk`` is how far the true centre lies below the row's at its left edge, middle and right edge.
    """

    top: int
    bottom: int
    left: int
    right: int
    pitch: float
    evenness: float
    sunk: tuple[float, float, float] = (0.0, 0.0, 0.0)

    @property
    def places(self) -> float:
        """How many characters it holds."""
        return (self.right - self.left) / self.pitch + 0.3  # the gaps beside first and last


@dataclass(frozen=True, slots=True)
class Strip:
    """A stretch of the image along a seed, in which lines sink by ``slope`` and hang by ``bow``."""

    frame: TextLine
    width: int
    slope: float
    bow: float
    rows: tuple[Row, ...]

    @property
    def scale(self) -> float:
        """Pixels of the image in a pixel of the strip."""
        return self.frame.height / CAPITAL_HEIGHT

    def point(self, column: float, row: float) -> tuple[float, float]:
        """The place in the image of a place in the straightened strip."""
        share = column / self.width
        below = row - _HALF + 0.5 + self.slope * (share - 0.5) + 4 * self.bow * share * (1 - share)
        cos, sin = ((b - a) / self.frame.length for a, b in zip(self.frame.start, self.frame.end, strict=True))
        x, y = column * cos - below * sin, column * sin + below * cos
        return self.frame.start[0] + x * self.scale, self.frame.start[1] + y * self.scale


def strip_along(pixels: Pixels, seed: Seed) -> Strip:
    """The rows of text along a seed, and up to five heights above and below it."""
    frame = _frame(seed)
    strip = unroll(pixels, frame, _HALF, 0, fine=False)
    ink = _ink(strip)
    slope, bow, profile = _run_of_lines(ink)
    flat = _flatten(ink, slope, bow)
    rows = [row for span in _spans(profile) if (row := _row(flat, *span))]
    return Strip(frame, strip.shape[1], slope, bow, tuple(_completed(rows, flat)))


def _completed(rows: list[Row], flat: Floats) -> list[Row]:
    """The rows, with the third of a card's three where only two of them stood out.

    Lines of a card are 1.7 pitches apart (Doc 9303 part 5); seen at an angle one of them blurs.
    """
    for upper, lower in pairwise(rows):
        apart, pitch = (lower.top + lower.bottom - upper.top - upper.bottom) / 2, (upper.pitch + lower.pitch) / 2
        if len(rows) > 2 or not (upper.places < 33 > lower.places) or apart > 4.4 * pitch:
            continue
        steps = (0.5,) if apart > 2.4 * pitch else (-1.0, 2.0)
        spans = [(round(upper.top + step * apart), round(upper.bottom + step * apart)) for step in steps]
        inside = [span for span in spans if span[0] >= 0 and span[1] <= len(flat)]
        third = [row for span in inside if (row := _row(flat, *span)) and abs(row.places - upper.places) < 3]
        if third:
            return sorted([upper, lower, max(third, key=lambda row: row.evenness)], key=lambda row: row.top)
    return rows


def _frame(seed: Seed) -> TextLine:
    """The line along which a strip is cut: the seed, drawn out at both ends."""
    along = np.array((np.cos(np.deg2rad(seed.angle)), np.sin(np.deg2rad(seed.angle))))
    reach = along * (seed.length / 2 + 8 * seed.thickness)
    start, end = (np.array((seed.x, seed.y)) + sign * reach for sign in (-1, 1))
    return TextLine(
        (float(start[0]), float(start[1])),
        (float(end[0]), float(end[1])),
        height=seed.thickness * CAPITAL_HEIGHT / _CAPITAL,
        pitch=seed.thickness * PITCH / _CAPITAL,
    )


def _ink(strip: Pixels) -> Floats:
    """How much darker than its surroundings each pixel is, the darkest ink cut to a common depth."""
    depth = cv2.morphologyEx(strip, cv2.MORPH_BLACKHAT, np.ones((17, 17), np.uint8))
    usual = np.percentile(depth[_HALF - _CAPITAL : _HALF + _CAPITAL], 95)
    return np.minimum(depth.astype(np.float32), np.float32(usual))


def _run_of_lines(ink: Floats) -> tuple[float, float, Floats]:
    """How far the lines sink from left to right, how far their middle hangs, the profile of rows."""
    columns = np.stack([part.mean(axis=1) for part in np.array_split(ink, _CHUNKS, axis=1)])
    smooth = cv2.GaussianBlur(columns, (3, 1), 0)
    depth = np.maximum(smooth - cv2.blur(smooth, (61, 1)), 0)
    slope, _, _ = _sharpest(depth, _SLOPES, (0,))
    _, bow, _ = _sharpest(depth, (slope,), _BOWS)
    return _sharpest(depth, range(slope - 3, slope + 4), (bow,))


def _sharpest(columns: Floats, slopes: Sequence[int], bows: Sequence[int]) -> tuple[int, int, Floats]:
    """The slope and bow at which the rows of the strip stand out most, and their profile."""
    share = (np.arange(_CHUNKS) + 0.5) / _CHUNKS
    runs = [(slope, bow) for slope in slopes for bow in bows]
    sunk = np.array([slope * (share - 0.5) + 4 * bow * share * (1 - share) for slope, bow in runs])
    rows = np.arange(columns.shape[1]) + np.rint(sunk).astype(int)[:, :, None]
    rows = rows.clip(0, columns.shape[1] - 1)
    profiles = columns[np.arange(_CHUNKS)[:, None], rows].mean(axis=1)
    best = int(np.square(profiles).sum(axis=1).argmax())
    return (*runs[best], np.asarray(profiles[best], np.float32))


def _flatten(ink: Floats, slope: float, bow: float) -> Floats:
    height, width = ink.shape
    share = np.arange(width, dtype=np.float32) / width
    sunk = slope * (share - 0.5) + 4 * bow * share * (1 - share)
    rows = np.arange(height, dtype=np.float32)[:, None] + sunk[None, :].astype(np.float32)
    columns = np.broadcast_to(np.arange(width, dtype=np.float32), ink.shape)
    return np.asarray(cv2.remap(ink, columns, rows, cv2.INTER_LINEAR), np.float32)


def _spans(profile: Floats) -> list[tuple[int, int]]:
    """Rows of the strip that hold text, as (top, bottom)."""
    on = profile > 0.3 * profile[_HALF - 12 : _HALF + 12].max()
    on[1:-1] |= on[:-2] & on[2:]
    steps = np.flatnonzero(np.diff(np.concatenate(([0], on.astype(np.int8), [0]))))
    spans = [(int(top), int(bottom)) for top, bottom in zip(steps[::2], steps[1::2], strict=True)]
    return [span for span in spans if 0.4 * _CAPITAL <= span[1] - span[0] <= 1.8 * _CAPITAL]


def _row(flat: Floats, top: int, bottom: int) -> Row | None:
    """The longest stretch of text without a blank place between two rows, if it is long enough."""
    columns = flat[top:bottom].mean(axis=0)
    # What is as dark above and below the row - a pattern, the edge of a card - is no text.
    above, below = flat[max(top - 8, 0) : max(top - 3, 1)], flat[bottom + 3 : bottom + 8]
    text = np.maximum(columns - np.concatenate((above, below)).mean(axis=0), 0)
    dense = cv2.blur(text[None, :], (_CAPITAL, 1))[0]
    inked = np.flatnonzero((dense > 0.35 * np.percentile(dense, 70)) & (text > 0.2 * np.percentile(text, 80)))
    if len(inked) < 10:
        return None
    breaks = np.flatnonzero(np.diff(inked) > 1.2 * _CAPITAL)
    starts, stops = inked[np.r_[0, breaks + 1]], inked[np.r_[breaks, len(inked) - 1]] + 1
    longest = int(np.argmax(stops - starts))
    left, right = int(starts[longest]), int(stops[longest])
    if right - left < 12 * _CAPITAL:
        return None
    pitch, evenness = _pitch(columns[left:right])
    return Row(top, bottom, left, right, pitch, evenness, _sunk(flat, top, bottom, left, right))


def _sunk(flat: Floats, top: int, bottom: int, left: int, right: int) -> tuple[float, float, float]:
    """How far a row's centre still lies too low at its left edge, middle and right edge."""
    rows = np.arange(top - _REACH, bottom + _REACH).clip(0, len(flat) - 1)
    parts = np.stack([part.mean(axis=1) for part in np.array_split(flat[rows, left:right], _CHUNKS, axis=1)])
    shifts = np.arange(-_REACH, _REACH + 1)
    usual = parts.mean(axis=0)
    match = np.stack([parts @ np.roll(usual, shift) for shift in shifts], axis=1)
    found = shifts[match.argmax(axis=1)]
    share = (np.arange(_CHUNKS) + 0.5) / _CHUNKS
    curve = np.polynomial.Polynomial.fit(share, found, 2, w=match.max(axis=1), domain=[0, 1], window=[0, 1])
    start, middle, end = (float(np.clip(curve(at), -_REACH, _REACH)) for at in (0.0, 0.5, 1.0))
    return start, middle, end


def _pitch(columns: Floats) -> tuple[float, float]:
    """The distance at which a stretch repeats itself, and how well it does (1: perfectly)."""
    wave = columns - columns.mean()
    count = len(wave)
    spectrum = np.abs(np.fft.rfft(wave, 2 * count)) ** 2
    echo = np.fft.irfft(spectrum)[:count] / np.arange(count, 0, -1) / max(float(np.square(wave).mean()), 1e-9)
    low, high = int(0.55 * _CAPITAL), int(1.8 * _CAPITAL)
    peaks = [lag for lag in range(low, high) if echo[lag] >= max(echo[lag - 1], echo[lag + 1], 0.05)]
    if not peaks:
        return float(_CAPITAL), 0.0
    coarse = max(peaks, key=lambda lag: echo[lag] * (1 + _fit_of(count / lag + 0.3)))
    return _refined(echo, coarse), float(echo[coarse])


def _refined(echo: NDArray[np.floating], pitch: float) -> float:
    """The pitch by its farthest echo: it tells more finely, once it is known which one it is."""
    for multiple in (2, 4, 8, 16):
        near, far = int((multiple - 0.25) * pitch), int((multiple + 0.25) * pitch) + 2
        if far > 0.7 * len(echo):
            break
        pitch = (near + float(np.argmax(echo[near:far]))) / multiple
    return pitch


def _fit_of(places: float) -> float:
    """How near a number of characters is to that of some format (1: equal, 0: 3 or more off)."""
    return max(0.0, *(1 - abs(places - count) / 3 for count in WIDTHS))
