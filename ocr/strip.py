"""Along one seed: how the lines of text run there, and the rows they form once they are straight."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.cut import CAPITAL_HEIGHT, PITCH, Floats, TextLine, unroll
from ocr.image import Pixels
from ocr.seeds import Seed

WIDTHS = (30, 36, 44)
"""Characters in a line of a zone."""

_CAPITAL = 16  # height of a capital in a strip, pixels, if the seed is right
_HALF = 88  # rows of a strip above and below the seed
_CHUNKS = 16  # columns into which a strip is cut to see how its lines run
_SLOPES = range(-24, 25, 3)  # pixels of a strip from its middle to its end
_BOWS = range(-24, 25, 3)
_TURNS = (-0.2, -0.13, -0.07, 0.0, 0.07, 0.13, 0.2)  # by which the scale grows from the middle to the end
_NEAR = 2.5 * _CAPITAL  # rows so far from the seed count little
_UNLIKELY = 0.25  # how much less a run that turns, sinks or hangs so much is believed
_LEAN = 0.06  # by which upright OCR-B seems to lean to the left, for the strokes of 2, 4, 7, A and Z
_SLANTS = np.linspace(-0.4, 0.4, 13)
_TAPERS = np.linspace(-0.45, 0.45, 31)
_REACH = 5  # pixels by which a row may still run off once the strip is straight


@dataclass(frozen=True, slots=True)
class Row:
    """A row of text in a straightened strip: its edges, pitch and evenness (1: repeats perfectly).

    ``sunk`` is how far the true centre lies below the row's at its left edge, middle and right edge.
    ``taper`` and ``slants`` are as in TextLine; ``pitch`` is that at the middle of the places.
    """

    top: int
    bottom: int
    left: int
    right: int
    pitch: float
    evenness: float
    sunk: tuple[float, float, float] = (0.0, 0.0, 0.0)
    taper: float = 0.0
    slants: tuple[float, float] = (0.0, 0.0)

    @property
    def places(self) -> float:
        """How many characters it holds."""
        return (self.right - self.left) / self.pitch + 0.3  # the gaps beside first and last


@dataclass(frozen=True, slots=True)
class Run:
    """How lines run in a strip: as seen at an angle on a page that may be curled.

    From the strip's middle to its end a line sinks by ``slope`` pixels and hangs by ``bow`` less, and
    the scale grows by the share ``turn``.
    """

    slope: float
    bow: float
    turn: float

    def below(self, along: Any, row: Any) -> Any:
        """How far below the strip's middle a ``row`` of the straightened strip lies, at -1 to 1 ``along`` it."""
        return (row + self.slope * along + self.bow * (1 - along * along)) / (1 + self.turn * along)


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """A stretch of the image along a seed, how its lines run there, and its ink with them straight."""

    frame: TextLine
    width: int
    run: "Run"
    flat: Floats
    rows: tuple[Row, ...]

    @property
    def scale(self) -> float:
        """Pixels of the image in a pixel of the strip."""
        return self.frame.height / CAPITAL_HEIGHT

    def point(self, column: float, row: float) -> tuple[float, float]:
        """The place in the image of a place in the straightened strip."""
        below = float(self.run.below(2 * column / self.width - 1, row - _HALF + 0.5))
        cos, sin = ((b - a) / self.frame.length for a, b in zip(self.frame.start, self.frame.end, strict=True))
        x, y = column * cos - below * sin, column * sin + below * cos
        return self.frame.start[0] + x * self.scale, self.frame.start[1] + y * self.scale

    def lean(self, start: NDArray[np.floating], end: NDArray[np.floating]) -> float:
        """The sine of the angle from the strip's direction to that of a line."""
        along = (end - start) / max(float(np.hypot(*(end - start))), 1.0)
        cos, sin = ((b - a) / self.frame.length for a, b in zip(self.frame.start, self.frame.end, strict=True))
        return float(along[1] * cos - along[0] * sin)


def strip_along(pixels: Pixels, seed: Seed) -> Strip:
    """The rows of text along a seed, and up to five heights above and below it."""
    frame = _frame(seed)
    strip = unroll(pixels, frame, _HALF, 0, fine=False)
    ink = _ink(strip)
    run, profile = _run_of_lines(ink, seed.length / frame.length)
    flat = _flatten(ink, run)
    rows = [row for span in _spans(profile) if (row := _row(flat, *span))]
    return Strip(frame, strip.shape[1], run, flat, tuple(_completed(rows, flat)))


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
    depth = cv2.morphologyEx(strip, cv2.MORPH_BLACKHAT, np.ones((13, 13), np.uint8))
    usual = np.percentile(depth[_HALF - _CAPITAL : _HALF + _CAPITAL], 95)
    return np.minimum(depth.astype(np.float32), np.float32(usual))


def _run_of_lines(ink: Floats, sure: float) -> tuple[Run, Floats]:
    """How the lines run, and the profile of their rows; text is ``sure`` to be in this share of the strip."""
    columns = np.stack([part.mean(axis=1) for part in np.array_split(ink, _CHUNKS, axis=1)])
    smooth = cv2.GaussianBlur(columns, (3, 1), 0)
    outer = np.abs((2 * np.arange(_CHUNKS) + 1) / _CHUNKS - 1) > sure
    depth = np.maximum(smooth - cv2.blur(smooth, (49, 1)), 0) * np.where(outer, np.float32(0.3), np.float32(1))[:, None]
    run, _ = _sharpest(depth, [Run(slope, bow, 0) for slope in _SLOPES for bow in _BOWS], 2)
    run, _ = _sharpest(depth, [Run(run.slope + by, run.bow, turn) for turn in _TURNS for by in (-3, 0, 3)], 2)
    near = (-2, -1, 0, 1, 2)
    run, _ = _sharpest(depth, [Run(run.slope + by, run.bow + sag, run.turn) for by in near for sag in near])
    return _sharpest(depth, [Run(run.slope, run.bow, run.turn + by / 60) for by in near])


def _sharpest(columns: Floats, runs: Sequence[Run], step: int = 1) -> tuple[Run, Floats]:
    """The run at which the rows of the strip stand out most, and their profile at every ``step``-th row."""
    along = ((2 * np.arange(_CHUNKS, dtype=np.float32) + 1) / _CHUNKS - 1)[:, None]
    rows = np.arange(0, 2 * _HALF, step, dtype=np.float32) - _HALF + 0.5
    found = np.array([(run.slope, run.bow, run.turn) for run in runs], np.float32)[:, :, None, None]
    below = Run(*found.transpose(1, 0, 2, 3)).below(along, rows)
    places = np.rint(below + _HALF - 0.5).astype(np.int32).clip(0, 2 * _HALF - 1)
    profiles = columns[np.arange(_CHUNKS)[:, None], places].mean(axis=1)
    strength = np.square(profiles) @ np.exp(-np.square(rows / _NEAR) / 2)
    extreme = np.square(found[:, :, 0, 0] / (_SLOPES[-1], _BOWS[-1], _TURNS[-1])).sum(axis=1)
    best = int((strength * (1 - _UNLIKELY * extreme)).argmax())
    return runs[best], np.asarray(profiles[best], np.float32)


def _flatten(ink: Floats, run: Run) -> Floats:
    height, width = ink.shape
    along = (2 * np.arange(width, dtype=np.float32) + 1) / width - 1
    rows = run.below(along[None, :], np.arange(height, dtype=np.float32)[:, None] - _HALF + 0.5) + (_HALF - 0.5)
    columns = np.broadcast_to(np.arange(width, dtype=np.float32), ink.shape)
    return np.asarray(cv2.remap(ink, columns, rows.astype(np.float32), cv2.INTER_LINEAR), np.float32)


def _spans(profile: Floats) -> list[tuple[int, int]]:
    """Rows of the strip that hold text, as (top, bottom)."""
    on = profile > 0.3 * profile[_HALF - 10 : _HALF + 10].max()
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
    upright, slants = _uprighted(flat[top:bottom, left:right])
    taper = _taper(upright)
    pitch, evenness = _pitch(_untapered(upright, np.array([taper]))[0])
    return Row(top, bottom, left, right, pitch, evenness, _sunk(flat, top, bottom, left, right), taper, slants)


def _uprighted(row: Floats) -> tuple[Floats, tuple[float, float]]:
    """The ink of a row's columns along its uprights, and how these lean at its start and end."""
    height, width = row.shape
    down = np.arange(height)[:, None] - (height - 1) / 2
    share = np.arange(width) / width

    def leaning(slants: NDArray[np.floating]) -> Floats:
        places = np.rint(np.arange(width) + slants[:, None, :] * down).astype(np.int32).clip(0, width - 1)
        return np.asarray(row[np.arange(height)[:, None], places].mean(axis=1), np.float32)

    columns = leaning(np.repeat(_SLANTS[:, None], width, 1))
    contrast = np.square(columns - cv2.blur(columns, (2 * _CAPITAL + 1, 1)))
    parts = np.stack([part.sum(axis=1) for part in np.array_split(contrast, 4, axis=1)], axis=1)
    steps = np.arange(len(_SLANTS))
    pairs = np.stack(np.meshgrid(steps, steps, indexing="ij"), -1).reshape(-1, 2)
    at = np.rint(pairs[:, :1] + (pairs[:, 1:] - pairs[:, :1]) * np.linspace(0, 1, 4)).astype(int)
    start, end = _SLANTS[pairs[parts[at, np.arange(4)].sum(axis=1).argmax()]]
    return leaning((start + (end - start) * share)[None, :])[0], (float(start) + _LEAN, float(end) + _LEAN)


def _untapered(columns: Floats, tapers: NDArray[np.floating]) -> Floats:
    """The ink along a row as if the page were seen from straight ahead, for each of some tapers."""
    done = (np.arange(len(columns)) + 0.5) / len(columns)
    share = done / (done + np.exp(tapers[:, None]) * (1 - done))
    return np.asarray(np.interp(share * len(columns) - 0.5, np.arange(len(columns)), columns), np.float32)


def _taper(columns: Floats) -> float:
    """The taper at which a row repeats itself most evenly."""
    waves = _untapered(columns - columns.mean(), _TAPERS)
    power = np.square(np.abs(np.fft.rfft(waves, 2 * len(columns))))
    low, high = (int(2 * len(columns) / (size * _CAPITAL)) for size in (1.8, 0.55))
    return float(_TAPERS[power[:, low : high + 1].max(axis=1).argmax()])


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
