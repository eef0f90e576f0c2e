"""The crop that an officer sees beside a reading."""

from collections.abc import Sequence

import cv2
import numpy as np

from ocr.cut import LINE_HEIGHT, PITCH, TextLine, unroll
from ocr.image import Pixels
from ocr.reading import Box

_QUICK_PNG = [cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_HUFFMAN_ONLY]


def crop(
    pixels: Pixels, lines: Sequence[TextLine], centres: Sequence[Sequence[float]]
) -> tuple[bytes, tuple[tuple[Box, ...], ...]]:
    """The lines straightened, one below the other, as PNG; and where each character stands in it."""
    strips = [unroll(pixels, line, half=LINE_HEIGHT // 2 + 4) for line in lines]
    height, width = strips[0].shape[0], max(strip.shape[1] for strip in strips)
    sheet = np.full((height * len(strips), width), 255, np.uint8)
    for row, strip in enumerate(strips):
        sheet[row * height : (row + 1) * height, : strip.shape[1]] = strip
    boxes = tuple(
        tuple(_box(centre, row * height, height, width) for centre in places) for row, places in enumerate(centres)
    )
    _, png = cv2.imencode(".png", sheet, _QUICK_PNG)
    return png.tobytes(), boxes


def _box(centre: float, top: int, height: int, width: int) -> Box:
    left, right = (min(max(round(centre + side * PITCH / 2), 0), width) for side in (-1, 1))
    return Box(left, top, right, top + height)
