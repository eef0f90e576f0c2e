"""A second pair of eyes: a small network that looks at one place of a line at a time.

The engine reads a line as a whole and may lose or invent a character; this looks at each place by
itself and knows nothing of its neighbours' meaning. Where both see the same there is little doubt.
`ocr.training.glyphs` makes its weights again from made-up documents.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.cut import LINE_HEIGHT, MARGIN, PITCH, Floats
from ocr.image import Pixels
from ocr.layout import ALPHABET

WEIGHTS = Path(__file__).parent / "model" / "glyphs.npz"

SIDE = LINE_HEIGHT // 2
"""Height and width in pixels of a place as the network sees it, at half the size of the line image."""

_BENDS = (0.0, -0.06, -0.03, 0.03, 0.06)  # shares of a line's length, four times the shift of its middle

Weights = Mapping[str, Floats]


def look(line: Pixels, centres: Sequence[float], weights: Weights | None = None) -> Floats:
    """Probabilities [place, character of ALPHABET] for places of a line image around ``centres``."""
    seen = network(places(line, centres), weights or load_weights())[0]
    shares = np.exp(seen - seen.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True), np.float32)


def clarity(line: Pixels) -> float:
    """How clear the characters of a line image are, as mean log probability (0: all beyond doubt).

    Places are taken as equally wide, so this is quick and rough: it tells text that stands upright
    from text upside down, and both from what is no such text at all.
    """
    inside = line.shape[1] - 2 * MARGIN
    count = max(round(inside / PITCH), 1)
    shares = look(line, [MARGIN + (place + 0.5) * inside / count for place in range(count)])
    return float(np.log(shares.max(axis=1)).mean())


def clearest(line: Pixels, count: int, others: Sequence[Sequence[float]] = ()) -> list[float]:
    """The centres of ``count`` places at which the characters of a line image are clearest.

    Tried are equal places between the margins, wider on the left or on the right as perspective
    makes them, and ``others``.
    """
    inside = line.shape[1] - 2 * MARGIN
    share = (np.arange(count) + 0.5) / count
    bent = [MARGIN + inside * (share + bend * share * (1 - share)) for bend in _BENDS]
    tried = np.array([*bent, *others])
    shares = look(line, tried.ravel().tolist()).max(axis=1).reshape(tried.shape)
    return [float(centre) for centre in tried[np.log(shares).mean(axis=1).argmax()]]


@cache
def load_weights(path: Path = WEIGHTS) -> Weights:
    """The weights that are part of the model."""
    with np.load(path) as stored:
        return {name: stored[name].astype(np.float32) for name in stored.files}


def places(line: Pixels, centres: Sequence[float]) -> Floats:
    """The places of a line image, float [place, SIDE, SIDE], 0 is paper and 1 is ink."""
    half = cv2.resize(line, (max(line.shape[1] // 2, SIDE), SIDE), interpolation=cv2.INTER_AREA)
    padded = cv2.copyMakeBorder(half, 0, 0, SIDE, SIDE, cv2.BORDER_CONSTANT, value=255)
    left = np.rint(np.asarray(centres) / 2 - SIDE / 2).astype(int) + SIDE
    columns = left.clip(0, padded.shape[1] - SIDE)[:, None] + np.arange(SIDE)
    cut = padded[:, columns].transpose(1, 0, 2)
    return np.asarray(1 - cut.astype(np.float32) / 255, np.float32)


def network(cells: Floats, weights: Weights) -> tuple[Floats, tuple[NDArray[np.float32], ...]]:
    """Scores [place, character], and what each layer gave, which training needs."""
    first = convolve(cells[:, :, :, None], weights["kernel1"], weights["bias1"], 5)
    second = convolve(np.maximum(first, 0), weights["kernel2"], weights["bias2"], 3)
    flat = np.maximum(second, 0).reshape(len(cells), -1)
    third = flat @ weights["dense3"] + weights["bias3"]
    scores = np.maximum(third, 0) @ weights["dense4"] + weights["bias4"]
    return scores, (first, second, flat, third)


def convolve(maps: Floats, kernel: Floats, bias: Floats, size: int) -> Floats:
    """Every second place of a convolution [n, height, width, channels], borders taken as paper."""
    return patches(maps, size) @ kernel + bias


def patches(maps: Floats, size: int) -> Floats:
    """The size x size surroundings of every second pixel, [n, height/2, width/2, size*size*channels]."""
    edge = size // 2
    padded = np.pad(maps, ((0, 0), (edge, edge), (edge, edge), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size), axis=(1, 2))[:, ::2, ::2]
    count, height, width = windows.shape[:3]
    return np.ascontiguousarray(windows.transpose(0, 1, 2, 4, 5, 3)).reshape(count, height, width, -1)


CHARACTERS = tuple(ALPHABET)
"""The characters whose scores the network gives, in their order."""
