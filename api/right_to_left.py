"""Arabic and Sorani on paper: shaped, and laid out from the right, with what runs from the left kept whole in it.

ReportLab shapes a word and sets words from left to right; what stands here sets lines as they are read. No line of ours
needs more of Unicode's bidirectional algorithm (UAX 9) than runs of words of one direction.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import ShapedStr, TTFont, shapeStr
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

import service

TYPEFACE = "Vazirmatn"
LANGUAGES = ("ar", "ckb")
_LEADING = 1.5  # of the size, between lines


@cache
def typeface() -> str:
    """The typeface that comes along, which has Latin and Arabic letters."""
    pdfmetrics.registerFont(
        TTFont(TYPEFACE, Path(service.__path__[0]) / "fonts" / "Vazirmatn-Regular.ttf", shapable=True)
    )
    return TYPEFACE


def shaped(text: str, size: float) -> ShapedStr:
    """A text of one direction, its letters joined."""
    return shapeStr(text, typeface(), size, force=True)


def width_of(text: str, size: float) -> float:
    """How wide it is, in points."""
    return float(sum(glyph.x_advance for glyph in shaped(text, size).__shapeData__) * size / 1000)


def draw_from_right(canvas: Canvas, x: float, y: float, text: str, size: float) -> None:
    """A text of one direction that ends, or begins, at `x` on its right."""
    canvas.setFont(typeface(), size)
    line = canvas.beginText(x - width_of(text, size), y)
    line.textOut(shaped(text, size))
    canvas.drawText(line)


def runs(text: str) -> list[str]:
    """The words of a line in runs of one direction, in the order of reading.

    >>> runs("رقم A1 22 هنا")
    ['رقم', 'A1 22', 'هنا']
    """
    return [" ".join(words) for _, words in groupby(text.split(), key=is_from_right)]


def is_from_right(text: str) -> bool:
    """Whether any letter of it is read from the right."""
    return any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text)


class FromRight(Flowable):  # type: ignore[misc]  # ReportLab is untyped
    """A paragraph that is read from the right."""

    def __init__(self, text: str, size: float) -> None:
        super().__init__()
        self._text, self._size = text, size
        self._lines: list[str] = []

    def wrap(self, available: float, _height: float) -> tuple[float, float]:
        """Break the text into lines; how much room they take."""
        self._wide, self._lines = available, list(self._broken(available))
        return available, len(self._lines) * self._size * _LEADING

    def _broken(self, available: float) -> Iterator[str]:
        line = ""
        for word in self._text.split():
            longer = f"{line} {word}".strip()
            if line and self._width_of(longer) > available:
                yield line
                line = word
            else:
                line = longer
        yield line

    def _width_of(self, line: str) -> float:
        its = runs(line)
        return sum(width_of(run, self._size) for run in its) + (len(its) - 1) * width_of(" ", self._size)

    def draw(self) -> None:
        """Each line from the right, its runs one after the other."""
        y = len(self._lines) * self._size * _LEADING
        for line in self._lines:
            x, y = self._wide, y - self._size * _LEADING
            for run in runs(line):
                draw_from_right(self.canv, x, y + self._size * (_LEADING - 1), run, self._size)
                x -= width_of(run, self._size) + width_of(" ", self._size)
