"""Pixels to candidate zones: two or three parallel lines of evenly spaced text.

Nothing here knows a character. A zone is found by what every zone has: lines of one size and one
pitch that begin and end together with no blank place in them. Fillers are never asked for: a
second line may hold none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.cut import CAPITAL_HEIGHT, PITCH, TextLine, unroll
from ocr.image import Pixels
from ocr.seeds import Seed, find_seeds

Floats = NDArray[np.float32]

WIDTHS = (30, 36, 44)
"""Characters in a line of a zone."""

_CAPITAL = 20  # height of a capital in a strip, pixels, if the seed is right
_HALF = 110  # rows of a strip above and below the seed
_CHUNKS = 16  # columns into which a strip is cut to see how its lines run
_MOST_SEEDS = 12


@dataclass(frozen=True, slots=True)
class Band:
    """A candidate zone: its lines from top to bottom, and how much it looks like one (0 to 1)."""

    lines: tuple[TextLine, ...]
    score: float

    def turned(self) -> "Band":
        """The same band upside down."""
        return Band(tuple(line.turned() for line in reversed(self.lines)), self.score)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of text in a flattened strip: rows top to bottom, columns left to right."""

    top: int
    bottom: int
    left: float
    right: float
    pitch: float
    evenness: float

    @property
    def places(self) -> float:
        return (self.right - self.left) / self.pitch


def find_bands(pixels: Pixels) -> Iterator[Band]:
    """Candidate zones, likeliest first, each found once; as one reads or upside down."""
    done: list[Band] = []
    for seed in find_seeds(pixels)[:_MOST_SEEDS]:
        if any(_covers(band, seed) for band in done):
            continue
        for band in sorted(_bands_at(pixels, seed), key=lambda band: -band.score):
            done.append(band)
            yield band


def _covers(band: Band, seed: Seed) -> bool:
    for line in band.lines:
        middle = np.add(line.start, line.end) / 2
        if np.hypot(*(middle - (seed.x, seed.y))) < max(line.height, 0.1 * line.length):
            return True
    return False


def _bands_at(pixels: Pixels, seed: Seed) -> list[Band]:
    frame = _frame_of(seed)
    strip = unroll(pixels, frame, _HALF, 0)
    ink = _ink(strip)
    slope, bow, profile = _run_of_lines(ink)
    flat = _flatten(ink, slope, bow)
    rows = [row for span in _spans(profile) if (row := _row(flat, *span))]
    return [_band(group, frame, slope, bow, strip.shape[1]) for group in _groups(rows)]


def _frame_of(seed: Seed) -> TextLine:
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
    slope = max(range(-40, 41, 3), key=lambda slope: _sharpness(_aligned(depth, slope, 0)))
    runs = [(s, b) for s in range(slope - 3, slope + 4) for b in (-12, -9, -6, -4, -2, 0, 2, 4, 6, 9, 12)]
    best = max(runs, key=lambda run: _sharpness(_aligned(depth, *run)))
    return (*best, _aligned(depth, *best))


def _aligned(columns: Floats, slope: float, bow: float) -> Floats:
    share = (np.arange(_CHUNKS) + 0.5) / _CHUNKS
    sunk = slope * (share - 0.5) + 4 * bow * share * (1 - share)
    rows = np.arange(columns.shape[1])[None, :] + np.rint(sunk).astype(int)[:, None]
    aligned = np.take_along_axis(columns, rows.clip(0, columns.shape[1] - 1), 1)
    return np.asarray(aligned.mean(axis=0), np.float32)


def _sharpness(profile: Floats) -> float:
    return float(np.square(profile).sum())


def _flatten(ink: Floats, slope: float, bow: float) -> Floats:
    height, width = ink.shape
    share = np.arange(width, dtype=np.float32) / width
    sunk = slope * (share - 0.5) + 4 * bow * share * (1 - share)
    rows = np.arange(height, dtype=np.float32)[:, None] + sunk[None, :].astype(np.float32)
    columns = np.broadcast_to(np.arange(width, dtype=np.float32), ink.shape)
    return np.asarray(cv2.remap(ink, columns, rows, cv2.INTER_LINEAR), np.float32)


def _spans(profile: Floats) -> list[tuple[int, int]]:
    """Rows of the strip that hold text, as (top, bottom)."""
    on = profile > 0.45 * profile[_HALF - 12 : _HALF + 12].max()
    on[1:-1] |= on[:-2] & on[2:]
    steps = np.flatnonzero(np.diff(np.concatenate(([0], on.astype(np.int8), [0]))))
    spans = [(int(top), int(bottom)) for top, bottom in zip(steps[::2], steps[1::2], strict=True)]
    return [span for span in spans if 0.4 * _CAPITAL <= span[1] - span[0] <= 1.8 * _CAPITAL]


def _row(flat: Floats, top: int, bottom: int) -> _Row | None:
    """The longest stretch of text without a blank place between two rows, if it is long enough."""
    columns = flat[top:bottom].mean(axis=0)
    inked = np.flatnonzero(cv2.blur(columns[None, :], (3, 1))[0] > 0.25 * np.percentile(columns, 80))
    if len(inked) < 10:
        return None
    breaks = np.flatnonzero(np.diff(inked) > 1.5 * _CAPITAL)
    starts, stops = inked[np.r_[0, breaks + 1]], inked[np.r_[breaks, len(inked) - 1]] + 1
    longest = int(np.argmax(stops - starts))
    left, right = int(starts[longest]), int(stops[longest])
    if right - left < 12 * _CAPITAL:
        return None
    pitch, evenness = _pitch(columns[left:right])
    return _Row(top, bottom, left, right, pitch, evenness)


def _pitch(columns: Floats) -> tuple[float, float]:
    """The distance at which a stretch repeats itself, and how well it does (1: perfectly)."""
    wave = columns - columns.mean()
    count = len(wave)
    spectrum = np.abs(np.fft.rfft(wave, 2 * count)) ** 2
    echo = np.fft.irfft(spectrum)[:count] / np.arange(count, 0, -1)
    low, high = int(0.55 * _CAPITAL), int(1.8 * _CAPITAL)
    pitch = float(low + np.argmax(echo[low:high]))
    evenness = float(echo[round(pitch)] / max(echo[0], 1e-9))
    for multiple in (2, 4, 8, 16):
        # An echo from farther away tells the pitch more finely, once it is known which one it is.
        if multiple * pitch > 0.7 * count:
            break
        near = int(multiple * pitch - 0.25 * pitch)
        pitch = (near + float(np.argmax(echo[near : int(near + 0.5 * pitch) + 2]))) / multiple
    return pitch, evenness


def _groups(rows: Sequence[_Row]) -> list[list[_Row]]:
    """Rows that stand together: alike and next to one another."""
    groups: list[list[_Row]] = [[row] for row in rows[:1]]
    for upper, lower in pairwise(rows):
        if _alike(upper, lower):
            groups[-1].append(lower)
        else:
            groups.append([lower])
    return [part for group in groups for part in _zones(group)]


def _alike(upper: _Row, lower: _Row) -> bool:
    pitch = (upper.pitch + lower.pitch) / 2
    ends = max(abs(upper.left - lower.left), abs(upper.right - lower.right))
    return abs(upper.pitch - lower.pitch) < 0.05 * pitch and ends < 3 * pitch and lower.top - upper.bottom < 4 * pitch


def _zones(group: list[_Row]) -> list[list[_Row]]:
    """Two or three rows: the lowest of a group that is too large, for a zone is below all else."""
    if len(group) < 2:
        return []
    narrow = np.median([row.places for row in group]) < 33
    return [group[-3:] if narrow else group[-2:]]


def _band(group: Sequence[_Row], frame: TextLine, slope: float, bow: float, width: int) -> Band:
    left, right = min(row.left for row in group), max(row.right for row in group)
    pitch = float(np.mean([row.pitch for row in group]))
    height = float(np.median([row.bottom - row.top for row in group]))
    places = (right - left) / pitch + 0.3
    fits = max(1 - abs(places - count) / 3 for count in WIDTHS)
    evenness = float(np.mean([row.evenness for row in group]))
    scale = frame.height / CAPITAL_HEIGHT

    def point(column: float, centre: float) -> tuple[float, float]:
        share = column / width
        below = (centre - _HALF + 0.5 + slope * (share - 0.5) + 4 * bow * share * (1 - share)) * scale
        cos, sin = ((b - a) / frame.length for a, b in zip(frame.start, frame.end, strict=True))
        along = column * scale
        return frame.start[0] + along * cos - below * sin, frame.start[1] + along * sin + below * cos

    lines = []
    for row in group:
        centre = (row.top + row.bottom - 1) / 2
        lines.append(
            TextLine(
                point(left - 0.15 * pitch, centre),
                point(right + 0.15 * pitch, centre),
                height=height * scale,
                pitch=pitch * scale,
                bow=bow * scale * ((right - left) / width) ** 2,
            )
        )
    return Band(tuple(lines), max(fits, 0.0) * max(evenness, 0.0))
