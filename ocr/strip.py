"""Along one seed: how the lines of text run there, and the strip with its lines straight."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.cut import CAPITAL_HEIGHT, PITCH, Floats, TextLine, unroll
from ocr.image import Pixels, percentile
from ocr.rows import CAPITAL, Row, find_rows
from ocr.seeds import Seed

_HALF = 88  # rows of a strip above and below the seed
_CHUNKS = 16  # columns into which a strip is cut to see how its lines run
_SLOPES = range(-24, 25, 3)  # pixels of a strip from its middle to its end
_BOWS = range(-24, 25, 3)
_TURNS = (-0.2, -0.13, -0.07, 0.0, 0.07, 0.13, 0.2)  # by which the scale grows from the middle to the end
_NEAR = 2.5 * CAPITAL  # rows so far from the seed count little
_UNLIKELY = 0.25  # how much less a run that turns, sinks or hangs so much is believed


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


_STRAIGHT = tuple(Run(slope, bow, 0) for slope in _SLOPES for bow in _BOWS)


def strip_along(pixels: Pixels, seed: Seed) -> Strip:
    """The rows of text along a seed, and up to five heights above and below it."""
    frame = _frame(seed)
    strip = unroll(pixels, frame, _HALF, 0, fine=False)
    ink = _ink(strip)
    run, profile = _run_of_lines(ink, seed.length / frame.length)
    flat = _flatten(ink, run)
    return Strip(frame, strip.shape[1], run, flat, tuple(find_rows(flat, _spans(profile))))


def _frame(seed: Seed) -> TextLine:
    """The line along which a strip is cut: the seed, drawn out at both ends."""
    along = np.array((np.cos(np.deg2rad(seed.angle)), np.sin(np.deg2rad(seed.angle))))
    reach = along * (seed.length / 2 + 8 * seed.thickness)
    start, end = (np.array((seed.x, seed.y)) + sign * reach for sign in (-1, 1))
    return TextLine(
        (float(start[0]), float(start[1])),
        (float(end[0]), float(end[1])),
        height=seed.thickness * CAPITAL_HEIGHT / CAPITAL,
        pitch=seed.thickness * PITCH / CAPITAL,
    )


def _ink(strip: Pixels) -> Floats:
    """How much darker than its surroundings each pixel is, the darkest ink cut to a common depth."""
    depth = cv2.morphologyEx(strip, cv2.MORPH_BLACKHAT, np.ones((13, 13), np.uint8))
    usual = percentile(depth[_HALF - CAPITAL : _HALF + CAPITAL], 95)
    return np.minimum(depth.astype(np.float32), np.float32(usual))


def _run_of_lines(ink: Floats, sure: float) -> tuple[Run, Floats]:
    """How the lines run, and the profile of their rows; text is ``sure`` to be in this share of the strip."""
    columns = np.stack([part.mean(axis=1) for part in np.array_split(ink, _CHUNKS, axis=1)])
    smooth = cv2.GaussianBlur(columns, (3, 1), 0)
    outer = np.abs((2 * np.arange(_CHUNKS) + 1) / _CHUNKS - 1) > sure
    depth = np.maximum(smooth - cv2.blur(smooth, (49, 1)), 0) * np.where(outer, np.float32(0.3), np.float32(1))[:, None]
    run, _ = _sharpest(depth, _STRAIGHT, 4, _straight_places())
    run, _ = _sharpest(depth, [Run(run.slope + by, run.bow, turn) for turn in _TURNS for by in (-3, 0, 3)], 2)
    near = (-2, -1, 0, 1, 2)
    run, _ = _sharpest(depth, [Run(run.slope + by, run.bow + sag, run.turn) for by in near for sag in near], 2)
    return _sharpest(depth, [Run(run.slope, run.bow, run.turn + by / 60) for by in near])


def _sharpest(
    columns: Floats, runs: Sequence[Run], step: int = 1, places: NDArray[np.intp] | None = None
) -> tuple[Run, Floats]:
    """The run at which the rows of the strip stand out most, and their profile at every ``step``-th row."""
    profiles = columns.take(_places(runs, step) if places is None else places).mean(axis=1)
    rows = np.arange(0, 2 * _HALF, step, dtype=np.float32) - _HALF + 0.5
    strength = np.square(profiles) @ np.exp(-np.square(rows / _NEAR) / 2)
    found = np.array([(run.slope, run.bow, run.turn) for run in runs], np.float32)
    extreme = np.square(found / (_SLOPES[-1], _BOWS[-1], _TURNS[-1])).sum(axis=1)
    best = int((strength * (1 - _UNLIKELY * extreme)).argmax())
    return runs[best], np.asarray(profiles[best], np.float32)


def _places(runs: Sequence[Run], step: int) -> NDArray[np.intp]:
    """Where the chunks' values for every ``step``-th row lie among all: [run, chunk, row]."""
    along = ((2 * np.arange(_CHUNKS, dtype=np.float32) + 1) / _CHUNKS - 1)[:, None]
    rows = np.arange(0, 2 * _HALF, step, dtype=np.float32) - _HALF + 0.5
    found = np.array([(run.slope, run.bow, run.turn) for run in runs], np.float32)[:, :, None, None]
    below = Run(*found.transpose(1, 0, 2, 3)).below(along, rows)
    places = np.rint(below + _HALF - 0.5).clip(0, 2 * _HALF - 1).astype(np.intp)
    return np.asarray(places + 2 * _HALF * np.arange(_CHUNKS)[:, None], np.intp)


@cache
def _straight_places() -> NDArray[np.intp]:
    return _places(_STRAIGHT, 4)


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
    return [span for span in spans if 0.4 * CAPITAL <= span[1] - span[0] <= 1.8 * CAPITAL]
