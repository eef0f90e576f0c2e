"""Rows of text that stand together to the lines of a zone: where its places begin and end, as the page is seen."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ocr.cut import Floats, TextLine
from ocr.rows import Row
from ocr.strip import Strip

_SAMPLES = 12  # of the ink of a place
_MOST_TRIMMED = 3  # places


def lines_of(group: Sequence[Row], strip: Strip) -> tuple[tuple[TextLine, ...], float]:
    """The lines that rows which stand together make, and how much they look like a zone (0 to 1)."""
    group = _alike_seen(group)
    leans = _leans(group)
    upright = [
        replace(row, left=row.left - lean[0], right=row.right - lean[1]) for row, lean in zip(group, leans, strict=True)
    ]
    ink = _ink_along(group, leans, strip)
    pitch = float(np.median([row.pitch for row in group]))
    widths = (30,) if len(group) == 3 else (36, 44)
    left, right, count = _ends(upright, pitch, widths)
    left, right = _trimmed(ink, (left, right), pitch, count, group[0].taper)
    off = abs(count - (right - left) / pitch - 0.3)
    left, right = left - 0.15 * pitch, right + 0.15 * pitch
    if off < 2.5:
        left, right, apart = _settled(ink, (left, right), count, group[0].taper)
        pitch = (right - left) / count
        more = _slant_of(group, apart) * pitch
        group = [replace(row, slants=(row.slants[0] + more, row.slants[1] + more)) for row in group]
        leans = _leans(group)
    # OCR-B's capitals are 0.94 of its pitch; a measured height far from that is a mismeasured one.
    height = min(max(float(np.median([row.bottom - row.top for row in group])), 0.8 * pitch), 1.05 * pitch)
    lines = tuple(
        line_of(row, left + lean[0], right + lean[1], height, pitch, strip)
        for row, lean in zip(group, leans, strict=True)
    )
    evenness = float(np.mean([row.evenness for row in group]))
    return lines, max(1 - off / 4, 0.0) * evenness


def _leans(group: Sequence[Row]) -> NDArray[np.floating]:
    """How much farther to the right each row begins and ends than the middle of all, as uprights lean: [row, end].

    The edge of a zone is an upright, too.
    """
    centres = np.array([(row.top + row.bottom) / 2 for row in group])
    return np.outer(centres - centres.mean(), group[0].slants)


def _ink_along(group: Sequence[Row], leans: NDArray[np.floating], strip: Strip) -> Floats:
    """The ink of each row along the uprights, column by column: [row, column]."""
    columns = np.arange(strip.width, dtype=np.float32)
    left, right = (float(np.mean([getattr(row, end) for row in group])) for end in ("left", "right"))
    share = (columns - left) / (right - left)
    inks = [
        np.interp(
            columns + lean[0] + (lean[1] - lean[0]) * share, columns, strip.flat[row.top : row.bottom].mean(axis=0)
        )
        for row, lean in zip(group, leans, strict=True)
    ]
    return np.asarray(inks, np.float32)


def _ends(group: Sequence[Row], pitch: float, widths: Sequence[int]) -> tuple[float, float, int]:
    """Where rows begin and end, the widest that fits a format best, and its characters."""
    fits = [
        (round(abs(count - (right - left) / pitch - 0.3)), left - right, left, right, count)
        for left in {row.left for row in group}
        for right in {row.right for row in group}
        for count in widths
    ]
    _, _, left, right, count = min(fits)
    return left, right, count


def _trimmed(ink: Floats, ends: tuple[float, float], pitch: float, count: int, taper: float) -> tuple[float, float]:
    """The ends without what is too many places for the format: of the outer ones that with less ink."""
    left, right = ends
    growth = float(np.exp(taper))
    for _ in range(min(round((right - left) / pitch + 0.3 - count), _MOST_TRIMMED)):
        first, last = (left, left + pitch / growth), (right - pitch * growth, right)
        if _between(ink, first) < _between(ink, last):
            left = first[1]
        else:
            right = last[0]
    return left, right


def _between(ink: Floats, ends: tuple[float, float]) -> float:
    """The mean ink of a place."""
    return float(ink[:, max(round(ends[0]), 0) : max(round(ends[1]), 1)].mean())


def _settled(
    ink: Floats, ends: tuple[float, float], count: int, taper: float
) -> tuple[float, float, NDArray[np.floating]]:
    """The ends moved so that ink lies within the places and the gaps lie between them, and by how much rows lie apart.

    The phase of the ink's wave of one place tells how far it is off, in places; that of either half, how far each
    end is; that of each row, how much farther to the right than all together it lies.
    """
    left, right = ends
    growth = float(np.exp(taper))
    done = (np.arange(_SAMPLES * count) + 0.5) / (_SAMPLES * count)
    columns = left + (right - left) * done / (done + growth * (1 - done))
    turns = np.exp(-2j * np.pi * count * done)
    waves = np.array([np.interp(columns, np.arange(ink.shape[1]), row) * turns for row in ink])
    halves = [-np.sum(half) for half in np.array_split(waves.sum(axis=0), 2)]
    off = -float(np.angle(sum(halves))) / (2 * np.pi)
    apart = -float(np.angle(halves[1] * np.conj(halves[0]))) / (2 * np.pi)
    place = (right - left) / count
    rows = -np.angle(-waves.sum(axis=1) * np.conj(sum(halves))) / (2 * np.pi)
    return left + (off - apart) * place / growth, right + (off + apart) * place * growth, rows


def _slant_of(group: Sequence[Row], apart: NDArray[np.floating]) -> float:
    """The slant that explains by how much rows lie apart: per pixel from row to row, in what they are measured in."""
    centres = np.array([(row.top + row.bottom) / 2 for row in group])
    centres -= centres.mean()
    return float(apart @ centres / (centres @ centres))


def _alike_seen(group: Sequence[Row]) -> list[Row]:
    """Rows with the taper and the slants that they have in common."""
    taper = float(np.mean([row.taper for row in group]))
    start, end = np.mean([row.slants for row in group], axis=0)
    return [replace(row, taper=taper, slants=(float(start), float(end))) for row in group]


def line_of(row: Row, left: float, right: float, height: float, pitch: float, strip: Strip) -> TextLine:
    """A row of a strip between these columns as a line of the image."""
    centre = (row.top + row.bottom - 1) / 2
    columns = (left, left + (right - left) / (1 + np.exp(row.taper)), right)
    start, middle, end = (
        np.array(strip.point(column, centre + sunk)) for column, sunk in zip(columns, row.sunk, strict=True)
    )
    along = (end - start) / max(float(np.hypot(*(end - start))), 1.0)
    chord = middle - start
    lean = strip.lean(start, end)
    return TextLine(
        (float(start[0]), float(start[1])),
        (float(end[0]), float(end[1])),
        height=height * strip.scale,
        pitch=pitch * strip.scale,
        bow=float(chord[1] * along[0] - chord[0] * along[1]),
        taper=row.taper,
        slants=(row.slants[0] + lean, row.slants[1] + lean),
    )
