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

from ocr.cut import LINE_HEIGHT, MARGIN, PITCH, Floats
from ocr.evidence import Aligned, Symbol, blend, realign
from ocr.image import Pixels
from ocr.layout import ALPHABET

WEIGHTS = Path(__file__).parent / "model" / "glyphs.npz"

HIGH, WIDE = LINE_HEIGHT // 2, 28
"""Pixels of a place as the network sees it, at half the size of the line image.

Nearly two characters wide: it sees where its neighbours begin and end, and so what is its own.
"""

LAYERS = ((24, 5, 2), (48, 3, 2), (48, 3, 1))
"""Of each convolution: how many features it gives, side of its window, step."""

_CERTAIN = 0.98  # probability of a character from which on it needs no closer look
_BENDS = (0.0, -0.06, -0.03, 0.03, 0.06)  # shares of a line's length, four times the shift of its middle

Weights = Mapping[str, Floats]


def look(line: Pixels, centres: Sequence[float], weights: Weights | None = None) -> Floats:
    """Probabilities [place, character of ALPHABET] for places of a line image around ``centres``."""
    return np.asarray(np.exp(_logs(places(line, centres), weights or load_weights())), np.float32)


def seen_again(line: Aligned, symbols: Sequence[Symbol], image: Pixels) -> Aligned:
    """A line with what is seen in its places; placed anew where the engine lost or invented symbols.

    Places that leave doubt are looked at closer.
    """
    centres = [cell.centre for cell in line.cells]
    if line.missing or line.extra:
        centres = clearest(image, len(centres), [centres])
        line = realign(symbols, centres)
    seen = look(image, centres)
    both = blend(line, seen)
    doubtful = [place for place, cell in enumerate(both.cells) if cell.share(cell.raw) < _CERTAIN]
    if not doubtful:
        return both
    seen[doubtful] = look_closer(image, [centres[place] for place in doubtful])
    return blend(line, seen)


def look_closer(line: Pixels, centres: Sequence[float], weights: Weights | None = None) -> Floats:
    """As `look`, a pixel of the network to the left, right, above and below as well: the mean of what is seen.

    Five times the work, for places in doubt: where a place was cut a little off, most of the looks are better.
    """
    aside = places(line, [centre + 2 * by for by in (-1, 0, 1) for centre in centres])
    middle = aside[len(centres) : 2 * len(centres)]
    seen = np.concatenate([aside, np.roll(middle, -1, axis=1), np.roll(middle, 1, axis=1)])
    logs = _logs(seen, weights or load_weights()).reshape(5, len(centres), -1).mean(axis=0)
    shares = np.exp(logs)
    return np.asarray(shares / shares.sum(axis=1, keepdims=True), np.float32)


def _logs(cells: Floats, weights: Weights) -> Floats:
    """Log probabilities [place, character]."""
    seen = network(cells, weights)
    seen -= seen.max(axis=1, keepdims=True)
    return np.asarray(seen - np.log(np.exp(seen).sum(axis=1, keepdims=True)))


def clarity(line: Pixels) -> float:
    """How clear the characters of a line image are, as mean log probability (0: all beyond doubt).

    Places are taken as equally wide and a third of them is looked at, so this is quick and rough: it
    tells text that stands upright from text upside down, and both from what is no such text at all.
    """
    inside = line.shape[1] - 2 * MARGIN
    count = max(round(inside / PITCH), 1)
    shares = look(line, [MARGIN + (place + 0.5) * inside / count for place in range(0, count, 3)])
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
    some = tried[:, ::2]
    shares = look(line, some.ravel().tolist()).max(axis=1).reshape(some.shape)
    return [float(centre) for centre in tried[np.log(shares).mean(axis=1).argmax()]]


@cache
def load_weights(path: Path = WEIGHTS) -> Weights:
    """The weights that are part of the model."""
    with np.load(path) as stored:
        return {name: stored[name].astype(np.float32) for name in stored.files}


def places(line: Pixels, centres: Sequence[float]) -> Floats:
    """The places of a line image, float [place, HIGH, WIDE], 0 is paper and 1 is ink."""
    half = cv2.resize(line, (max(line.shape[1] // 2, WIDE), HIGH), interpolation=cv2.INTER_AREA)
    padded = cv2.copyMakeBorder(half, 0, 0, WIDE, WIDE, cv2.BORDER_CONSTANT, value=255)
    left = np.rint(np.asarray(centres) / 2 - WIDE / 2).astype(int) + WIDE
    columns = left.clip(0, padded.shape[1] - WIDE)[:, None] + np.arange(WIDE)
    cut = padded[:, columns].transpose(1, 0, 2)
    return np.asarray(1 - cut.astype(np.float32) / 255, np.float32)


def network(cells: Floats, weights: Weights) -> Floats:
    """Scores [place, character] of places [place, HIGH, WIDE]."""
    maps = cells[:, :, :, None]
    for i, (_, size, step) in enumerate(LAYERS, 1):
        maps = np.maximum(convolve(maps, weights[f"kernel{i}"], weights[f"bias{i}"], size, step), 0)
    hidden = np.maximum(maps.reshape(len(cells), -1) @ weights["dense1"] + weights["dense_bias1"], 0)
    return np.asarray(hidden @ weights["dense2"] + weights["dense_bias2"])


def convolve(maps: Floats, kernel: Floats, bias: Floats, size: int, step: int) -> Floats:
    """Every ``step``-th place of a convolution [n, height, width, channels], borders taken as paper.

    All surroundings are laid out for one product of matrices, which a library does faster than
    anything here could.
    """
    count, height, width, channels = maps.shape
    edge, size_in_row = size // 2, size * channels
    padded = np.zeros((count, height + 2 * edge, width + 2 * edge, channels), maps.dtype)
    padded[:, edge : edge + height, edge : edge + width] = maps
    high, wide = -(-height // step), -(-width // step)
    image, row, column, _ = padded.strides
    # Pixels beside each other lie beside each other in memory: a row of a patch is one stretch.
    patches = np.lib.stride_tricks.as_strided(
        padded, (count, high, wide, size, size_in_row), (image, step * row, step * column, row, maps.itemsize)
    )
    flat = patches.reshape(count * high * wide, size * size_in_row) @ kernel
    flat += bias
    return np.asarray(flat.reshape(count, high, wide, -1))


CHARACTERS = tuple(ALPHABET)
"""The characters whose scores the network gives, in their order."""
