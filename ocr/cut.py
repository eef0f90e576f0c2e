"""Lines of text as geometry, and cutting them out as the engine wants them.

The images the model is trained on and the images it reads must look alike: whoever trains it cuts
with `cut_line` or ends with `normalise_line`, as the reader does.
"""

from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.image import Pixels, percentile

Floats = NDArray[np.float32]
Points = NDArray[np.floating[Any]]

LINE_HEIGHT = 40
"""Height in pixels of a line image for the engine."""
CAPITAL_HEIGHT = 28
"""Height in pixels of a capital in it."""
PITCH = 29
"""Pixels from one character to the next in it: OCR-B's capitals are almost as high as its pitch."""
MARGIN = 14
"""Pixels of paper before and after the text in it."""

_STRETCH = 4  # places of a line that tell ink from paper
_LEAST_CONTRAST = 0.3  # of that of the whole line, to which a faint stretch of it is stretched


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text in an image, in its pixels.

    ``start`` and ``end`` lie half way up the capitals, at the left edge of the first place and the
    right edge of the last as one reads; ``height`` is that of a capital; ``pitch`` the distance
    from one character to the next at its middle; ``bow`` is how far the middle of the line hangs
    below the straight line from start to end.

    On a page seen at an angle the scale changes along a line: at its end the page is exp(``taper``)
    times as large as at its start, and a character so many times as high and, as the page turns away,
    the square of that as wide. ``slants`` are how far uprights lean to the right on their way
    down, at start and end (0: upright, 1: at 45 degrees).
    """

    start: tuple[float, float]
    end: tuple[float, float]
    height: float
    pitch: float
    bow: float = 0.0
    taper: float = 0.0
    slants: tuple[float, float] = (0.0, 0.0)

    @property
    def length(self) -> float:
        """Distance from start to end, in pixels of the image."""
        return max(float(np.hypot(self.end[0] - self.start[0], self.end[1] - self.start[1])), 1.0)

    @property
    def places(self) -> float:
        """How many characters the line holds, by its length and pitch."""
        return self.length / self.pitch

    def point(self, done: Points, heights: Points) -> tuple[Points, Points]:
        """The columns and rows in the image where a line has done a share of its places, so many capitals lower.

        Both broadcast; 0 and 1 are the ends of the line, less and more lie beyond them.
        """
        growth = np.float32(np.exp(self.taper))
        nearness = (1 + growth) / 2 / (done + growth * (1 - done))  # the page's scale, 1 at the line's middle
        share = 2 * done * nearness / (1 + growth)
        down = heights * (self.height * nearness)
        below = down + 4 * self.bow * done * (1 - done) * nearness
        along = share * self.length + down * (self.slants[0] + (self.slants[1] - self.slants[0]) * share)
        cos, sin = ((b - a) / self.length for a, b in zip(self.start, self.end, strict=True))
        return self.start[0] + along * cos - below * sin, self.start[1] + along * sin + below * cos

    def enlarged(self, by: float) -> "TextLine":
        """The same line in a picture so many times as large."""
        start, end = (((x + 0.5) * by - 0.5, (y + 0.5) * by - 0.5) for x, y in (self.start, self.end))
        return replace(self, start=start, end=end, height=self.height * by, pitch=self.pitch * by, bow=self.bow * by)

    def moved(self, places: int) -> "TextLine":
        """The same line so many places further on."""
        done = np.array((0, 1), np.float32) + np.float32(places / self.places)
        columns, rows = self.point(done, np.zeros_like(done))
        start, end = ((float(column), float(row)) for column, row in zip(columns, rows, strict=True))
        return replace(self, start=start, end=end)

    def turned(self) -> "TextLine":
        """The same line read upside down."""
        return replace(self, start=self.end, end=self.start, bow=-self.bow, taper=-self.taper, slants=self.slants[::-1])


def cut_line(pixels: Pixels, line: TextLine) -> Pixels:
    """The image of a line for the engine: uint8 [LINE_HEIGHT, width], dark text on light paper.

    The line is straightened; its capitals are CAPITAL_HEIGHT high and centred, its characters
    PITCH apart, with MARGIN pixels of paper before the first and after the last; the contrast is
    stretched by `normalise_line`. What lies outside the image repeats its border.
    """
    return normalise_line(unroll(pixels, line))


def normalise_line(strip: Pixels) -> Pixels:
    """Stretch the contrast of a line image: ink to 0, paper to 255. The shape stays.

    Where light falls off along the line or a shadow or reflection lies on it, ink and paper are those
    of the neighbourhood, as far as its contrast is not so low that noise would be stretched.
    """
    dark, light = _levels(strip)
    whole = percentile(strip, 90) - percentile(strip, 1)
    least = np.float32(max(_LEAST_CONTRAST * whole, 16.0))
    stretched = (strip - dark) * (255 / np.maximum(light - dark, least))
    return np.asarray(np.clip(stretched, 0, 255), np.uint8)


def _levels(strip: Pixels) -> Floats:
    """Ink and paper for each column of a line image, [2, width], from stretches of some places around it."""
    count = max(round(strip.shape[1] / (_STRETCH * PITCH)), 1)
    parts = np.array_split(strip, count, axis=1)
    levels = np.array([(percentile(part, 2), percentile(part, 88)) for part in parts])
    smooth = cv2.blur(levels, (1, 3), borderType=cv2.BORDER_REPLICATE)
    middles = (np.arange(count) + 0.5) * strip.shape[1] / count
    return np.array([np.interp(np.arange(strip.shape[1]), middles, level) for level in smooth.T], np.float32)


def unroll(
    pixels: Pixels, line: TextLine, half: int = LINE_HEIGHT // 2, margin: int = MARGIN, *, fine: bool = True
) -> Pixels:
    """As `cut_line` without touching the contrast: ``half`` pixels above and below the centre.

    Not ``fine`` is quicker and takes what lies outside the image as white.
    """
    across, up = line.pitch / PITCH, line.height / CAPITAL_HEIGHT
    inside = max(round(line.length / across), 1)
    done = ((np.arange(inside + 2 * margin, dtype=np.float32) - margin + 0.5) / inside)[None, :]
    heights = ((np.arange(2 * half, dtype=np.float32) - half + 0.5) / CAPITAL_HEIGHT)[:, None]
    columns, rows = (at.astype(np.float32) for at in line.point(done, heights))
    return _sample(pixels, columns, rows, max(across, up), fine)


def _sample(pixels: Pixels, columns: Floats, rows: Floats, step: float, fine: bool) -> Pixels:
    """Look pixels up; in a reduced copy of their part of the image where `step` would skip some."""
    left, top = max(int(columns.min()) - 4, 0), max(int(rows.min()) - 4, 0)
    part = pixels[top : max(int(rows.max()), 0) + 5, left : max(int(columns.max()), 0) + 5]
    if not part.size:
        return np.full(columns.shape, 255, np.uint8)
    columns, rows = columns - left, rows - top
    if step > 1.3:
        height, width = (max(round(side / step), 1) for side in part.shape)
        columns = (columns + 0.5) * (width / part.shape[1]) - 0.5
        rows = (rows + 0.5) * (height / part.shape[0]) - 0.5
        part = np.asarray(cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    how, outside = (cv2.INTER_CUBIC, cv2.BORDER_REPLICATE) if fine else (cv2.INTER_LINEAR, cv2.BORDER_CONSTANT)
    sampled = cv2.remap(part, columns, rows, how, borderMode=outside, borderValue=255)
    return np.asarray(sampled, np.uint8)
