"""The rows of text in a straightened strip: where they begin and end, and how evenly they repeat."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.cut import Floats
from ocr.image import percentile

WIDTHS = (30, 36, 44)
"""Characters in a line of a zone."""

CAPITAL = 16
"""Height of a capital in a strip, pixels, if the seed is right."""

_PARTS = 16  # of a row, of which each tells how far it has sunk
_LEAN = 0.06  # by which upright OCR-B seems to lean to the left, for the strokes of 2, 4, 7, A and Z
_SLANTS = np.linspace(-0.4, 0.4, 13)
_TAPERS = np.linspace(-0.45, 0.45, 31)
_REACH = 5  # pixels by which a row may still run off once the strip is straight
_SAME_PITCH = 0.12  # by which the pitches of two lines of a zone may seem to differ


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


def find_rows(flat: Floats, spans: Iterable[tuple[int, int]]) -> list[Row]:
    """The rows of text in the straightened ink of a strip that stand out between (top, bottom), from top to bottom."""
    rows = [row for span in spans if (row := _row(flat, *span))]
    pairs = list(pairwise(range(len(rows))))
    for upper, lower in pairs + pairs[-2::-1]:  # what is mended may mend the one before it
        rows[upper] = _mended(rows[upper], rows[lower], flat)
        rows[lower] = _mended(rows[lower], rows[upper], flat)
    return _completed(rows, flat)


def _mended(row: Row, other: Row, flat: Floats) -> Row:
    """A row that ends short of its neighbour, or the whole of it where a stamp, a shadow or wear only broke it.

    Broken is what has its neighbour's pitch and one of its ends, and repeats itself as evenly as far as the other.
    """
    pitch = other.pitch
    short = (row.left - other.left, other.right - row.right)
    near = max(row.top, other.top) - min(row.bottom, other.bottom) < 4 * pitch
    if (
        not near
        or abs(row.pitch - pitch) > _SAME_PITCH * pitch
        or abs(min(short)) > 1.5 * pitch
        or max(short) < 3 * pitch
    ):
        return row
    whole = _measured(flat, row.top, row.bottom, other.left, other.right)
    return whole if whole.evenness > 0.5 * row.evenness and abs(whole.pitch - pitch) < _SAME_PITCH * pitch else row


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


def _row(flat: Floats, top: int, bottom: int) -> Row | None:
    """The longest stretch of text without a blank place between two rows, if it is long enough."""
    columns = flat[top:bottom].mean(axis=0)
    # What is as dark above and below the row - a pattern, the edge of a card - is no text.
    above, below = flat[max(top - 8, 0) : max(top - 3, 1)], flat[bottom + 3 : bottom + 8]
    text = np.maximum(columns - np.concatenate((above, below)).mean(axis=0), 0)
    dense = cv2.blur(text[None, :], (CAPITAL, 1))[0]
    inked = np.flatnonzero((dense > 0.35 * percentile(dense, 70)) & (text > 0.2 * percentile(text, 80)))
    if len(inked) < 10:
        return None
    breaks = np.flatnonzero(np.diff(inked) > 1.2 * CAPITAL)
    starts, stops = inked[np.r_[0, breaks + 1]], inked[np.r_[breaks, len(inked) - 1]] + 1
    longest = int(np.argmax(stops - starts))
    left, right = int(starts[longest]), int(stops[longest])
    if right - left < 12 * CAPITAL:
        return None
    return _measured(flat, top, bottom, left, right)


def _measured(flat: Floats, top: int, bottom: int, left: int, right: int) -> Row:
    """The row within edges."""
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
    contrast = np.square(columns - cv2.blur(columns, (2 * CAPITAL + 1, 1)))
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
    count = cv2.getOptimalDFTSize(2 * len(columns))
    power = np.abs(np.fft.rfft(waves, count))
    low, high = (int(count / (size * CAPITAL)) for size in (1.8, 0.55))
    return float(_TAPERS[power[:, low : high + 1].max(axis=1).argmax()])


def _sunk(flat: Floats, top: int, bottom: int, left: int, right: int) -> tuple[float, float, float]:
    """How far a row's centre still lies too low at its left edge, middle and right edge."""
    rows = np.arange(top - _REACH, bottom + _REACH).clip(0, len(flat) - 1)
    edges = np.linspace(left, right, _PARTS + 1).astype(np.intp)
    parts = (np.add.reduceat(flat[rows, left:right], edges[:-1] - left, axis=1) / np.diff(edges)).T
    shifts = np.arange(-_REACH, _REACH + 1)
    usual = parts.mean(axis=0)
    match = parts @ usual[(np.arange(len(usual))[:, None] - shifts) % len(usual)]
    found, weights = shifts[match.argmax(axis=1)], np.square(match.max(axis=1))
    share = (np.arange(_PARTS) + 0.5) / _PARTS
    powers = np.stack((np.ones(_PARTS), share, share * share))
    weighted = powers * weights
    curve = np.linalg.solve(weighted @ powers.T + 1e-9 * (weights.sum() + 1e-9) * np.eye(3), weighted @ found)
    start, middle, end = (float(np.clip(curve @ (1, at, at * at), -_REACH, _REACH)) for at in (0.0, 0.5, 1.0))
    return start, middle, end


def _pitch(columns: Floats) -> tuple[float, float]:
    """The distance at which a stretch repeats itself, and how well it does (1: perfectly)."""
    wave = columns - columns.mean()
    count = len(wave)
    spectrum = np.abs(np.fft.rfft(wave, 2 * count)) ** 2
    echo = np.fft.irfft(spectrum)[:count] / np.arange(count, 0, -1) / max(float(np.square(wave).mean()), 1e-9)
    low, high = int(0.55 * CAPITAL), int(1.8 * CAPITAL)
    peaks = [lag for lag in range(low, high) if echo[lag] >= max(echo[lag - 1], echo[lag + 1], 0.05)]
    if not peaks:
        return float(CAPITAL), 0.0
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
