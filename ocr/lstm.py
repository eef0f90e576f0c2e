"""Tesseract's network without Tesseract: its model read from the file and run as products of matrices.

Tesseract runs a small network one time step and one line at a time; laid out as products of
matrices, for all lines of a zone at once, it takes a quarter of the time. What is read is what
`lstmtraining --stop_training` writes: the layers of Tesseract's `lstm` component, in the shape that
`ocr.training.train` gives them. Whoever changes that shape finds here what is not known.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.cut import Floats
from ocr.image import Pixels, percentile

HEIGHT = 28
"""Rows of a line as the network sees it."""
POOL = 3
"""Its columns in one step."""

_SHARPENED = 0.2  # as Leptonica does when it makes a picture smaller
_SEGMENT, _WARMING = 64, 32  # steps that are run at once, and those before them that fill the memory: five characters
_LSTM, _UNICHARSET = 17, 18 + 3  # components of a model's file
_INT8, _CURRENT, _RATES = 1, 128, 64  # flags


class ModelUnreadable(ValueError):  # noqa: N818
    """The model's file is none, or of another shape; the message says which."""


@dataclass(frozen=True, slots=True)
class Memory:
    """A layer with memory: weights of what comes in, of what it said last, and what is always added.

    The columns are those of the new content, and of the gates that let it in, keep the old and let it
    out. Those of the gates are halved: a gate is (1 + tanh) / 2.
    """

    entering: Floats
    recurring: Floats
    always: Floats


@dataclass(frozen=True, slots=True)
class Network:
    """The layers in their order, and the characters that the scores stand for ("" for none)."""

    window: Floats
    down: Memory
    forth: Memory
    back: Memory
    scores: Floats
    characters: tuple[str, ...]
    blank: int


def load_network(model: Path) -> Network:
    """The network of a model. Raises ModelUnreadable."""
    try:
        return _network(model.read_bytes())
    except (struct.error, ValueError, IndexError, TypeError) as error:
        raise ModelUnreadable(f"{model.name} is no model of the shape that is run: {error}") from error


def probabilities(network: Network, lines: Sequence[Pixels]) -> Floats:
    """Of every character (the last axis) at every step of line images: [step, line, character].

    Narrower lines are filled up with paper on the right.
    """
    seen = [_as_seen(line) for line in lines]
    width = max(line.shape[1] for line in seen) // POOL * POOL
    sheet = np.zeros((len(seen), HEIGHT + 2, width + 2), np.float32)
    sheet[:, 1:-1, 1:-1] = 1
    for room, line in zip(sheet, seen, strict=True):
        part = line[:, :width]
        room[1:-1, 1 : 1 + part.shape[1]] = part
    maps = _down(network.down, _pooled(network.window, sheet)).reshape(len(seen), -1, network.forth.entering.shape[0])
    steps = _along(network.forth, maps.transpose(1, 0, 2))
    steps = _along(network.back, steps[::-1])[::-1]
    scores = steps @ network.scores[:-1] + network.scores[-1]
    shares = np.exp(scores - scores.max(axis=2, keepdims=True))
    return np.asarray(shares / shares.sum(axis=2, keepdims=True), np.float32)


def _as_seen(line: Pixels) -> Floats:
    """A line image at the network's height, ink -1 and paper 1."""
    width = max(round(line.shape[1] * HEIGHT / line.shape[0]), POOL)
    small = cv2.resize(line, (width, HEIGHT), interpolation=cv2.INTER_AREA)
    sharp = cv2.addWeighted(small, 1 + _SHARPENED, cv2.blur(small, (3, 3)), -_SHARPENED, 0)
    black, white = _levels(sharp[HEIGHT // 2].astype(np.int16))
    seen = (sharp.astype(np.float32) - black) * np.float32(2 / max(white - black, 2.0)) - 1
    return np.asarray(np.clip(seen, -1, 1), np.float32)


def _levels(row: NDArray[np.int16]) -> tuple[float, float]:
    """Ink and paper by the valleys and peaks of the middle row."""
    before, at, after = row[:-2], row[1:-1], row[2:]
    valleys = at[((at < before) & (at <= after)) | ((at <= before) & (at < after))]
    peaks = at[((at > before) & (at >= after)) | ((at >= before) & (at > after))]
    black = percentile(valleys, 25) if len(valleys) else 0.0
    white = percentile(peaks, 75) if len(peaks) else 255.0
    return black, white


def _pooled(window: Floats, sheet: Floats) -> Floats:
    """The strongest features of each POOL x POOL pixels: [row, feature, line and column]."""
    lines, height, width = sheet.shape
    rows, columns = (height - 2) // POOL * POOL, width - 2
    shifted = [sheet[:, y : y + rows, x : x + columns] for x in range(3) for y in range(3)]
    maps = (window[:, :-1] @ np.stack(shifted).reshape(9, -1)).reshape(len(window), lines, rows // POOL, POOL, columns)
    maps = np.maximum(np.maximum(maps[:, :, :, 0], maps[:, :, :, 1]), maps[:, :, :, 2])
    maps = np.maximum(np.maximum(maps[..., 0::POOL], maps[..., 1::POOL]), maps[..., 2::POOL])
    maps = np.tanh(maps + window[:, -1, None, None, None])
    return np.ascontiguousarray(maps.transpose(2, 0, 1, 3)).reshape(rows // POOL, len(window), -1)


def _down(layer: Memory, rows: Floats) -> Floats:
    """What the layer says once it has gone down the rows [row, feature, column]: [column, feature]."""
    weights = np.ascontiguousarray(np.concatenate((layer.entering, layer.recurring)).T)
    size = len(layer.recurring)
    said = np.zeros((size, rows.shape[2]), np.float32)
    kept = np.zeros_like(said)
    for row in rows:
        gates = weights @ np.concatenate((row, said))
        gates += layer.always[:, None]
        np.tanh(gates, out=gates)
        gates[size:] *= 0.5
        gates[size:] += 0.5
        kept *= gates[2 * size : 3 * size]
        kept += gates[:size] * gates[size : 2 * size]
        said = np.tanh(kept) * gates[3 * size :]
    return np.ascontiguousarray(said.T)


def _along(layer: Memory, steps: Floats) -> Floats:
    """What the layer says at every one of the steps [step, line, feature].

    Stretches of a line are run side by side, each after the steps before it, which fill its memory.
    """
    count, lines, _ = steps.shape
    entering = (steps.reshape(count * lines, -1) @ layer.entering + layer.always).reshape(count, lines, -1)
    parts = -(-count // _SEGMENT)
    before = np.zeros((_WARMING, lines, entering.shape[2]), np.float32)
    after = np.zeros((parts * _SEGMENT - count, lines, entering.shape[2]), np.float32)
    padded = np.concatenate((before, entering, after))
    places = np.arange(_WARMING + _SEGMENT)[:, None] + _SEGMENT * np.arange(parts)
    said = _run(layer.recurring, padded[places].reshape(len(places), parts * lines, -1), fresh=lines)
    inside = said[_WARMING:].reshape(_SEGMENT, parts, lines, -1).transpose(1, 0, 2, 3)
    return np.ascontiguousarray(inside.reshape(parts * _SEGMENT, lines, -1)[:count])


def _run(recurring: Floats, entering: Floats, fresh: int) -> Floats:
    """The layer step by step; the first ``fresh`` columns begin a line and have nothing before it to remember."""
    count, columns, _ = entering.shape
    size = len(recurring)
    said = np.empty((count, columns, size), np.float32)
    last, kept, new = np.zeros((3, columns, size), np.float32)
    gates = np.empty((columns, 4 * size), np.float32)
    doors = gates[:, size:]
    for step in range(count):
        np.dot(last, recurring, out=gates)
        gates += entering[step]
        np.tanh(gates, out=gates)
        doors *= 0.5
        doors += 0.5
        kept *= gates[:, 2 * size : 3 * size]
        np.multiply(gates[:, :size], gates[:, size : 2 * size], out=new)
        kept += new
        last = said[step]
        np.tanh(kept, out=last)
        last *= gates[:, 3 * size :]
        if step < _WARMING:
            last[:fresh] = kept[:fresh] = 0
    return said


def _network(data: bytes) -> Network:
    count = struct.unpack_from("<i", data)[0]
    starts = struct.unpack_from(f"<{count}q", data, 4)
    reader = _Reader(data, starts[_LSTM])
    (_, conv, pool, down, forth, back, scores) = _layer(reader)
    (down,), (back,) = down, back
    if conv[0] != (1, 1) or pool != (POOL, POOL):
        raise ValueError("other windows")
    reader.text()
    blank = reader.take("4i")[3]
    characters = data[starts[_UNICHARSET] :].split(b"\n")[1 : 1 + len(scores)]
    names = tuple(name.split(b" ")[0].decode() for name in characters)
    known = tuple(name if len(name) == 1 else "" for name in names)
    return Network(conv[1], _memory(down), _memory(forth), _memory(back), np.ascontiguousarray(scores.T), known, blank)


def _memory(weights: Sequence[Floats]) -> Memory:
    table = np.concatenate((weights[0], *(part / 2 for part in weights[1:]))).T
    said = len(weights[0])
    parts = (table[: -1 - said], table[-1 - said : -1], table[-1])
    return Memory(*(np.ascontiguousarray(part, np.float32) for part in parts))


class _Reader:
    """Walks through the bytes of a model."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data, self._at = data, at

    def take(self, kinds: str) -> tuple[Any, ...]:
        """The next values."""
        values = struct.unpack_from("<" + kinds, self._data, self._at)
        self._at += struct.calcsize("<" + kinds)
        return values

    def text(self) -> str:
        """The next string."""
        (length,) = self.take("I")
        return bytes(self.take(f"{length}s")[0]).decode()

    def row(self, kind: str, count: int) -> NDArray[Any]:
        """The next ``count`` numbers."""
        numbers = np.frombuffer(self._data, kind, count, self._at)
        self._at += numbers.nbytes
        return numbers

    def matrix(self) -> Floats:
        """The next weights [output, input and bias]."""
        (mode,) = self.take("B")
        if not mode & _CURRENT or not mode & _INT8:
            raise ValueError("weights that are no bytes")
        high, wide, _ = self.take("2ib")
        weights = self.row("<i1", high * wide).reshape(high, wide)
        scales = self.row("<f8", self.take("I")[0])[:high]
        return np.asarray(weights * scales[:, None], np.float32)


def _layer(reader: _Reader) -> Any:
    """The next layer with those in it: its weights, sizes, or parts."""
    if reader.take("b")[0]:
        raise ValueError("a layer without a name of its kind")
    kind = reader.text()
    _, _, flags = reader.take("2bi")
    reader.take("3i")
    reader.text()
    if kind in ("Series", "RTLReversed", "XYTranspose"):
        parts = [_layer(reader) for _ in range(reader.take("I")[0])]
        if flags & _RATES:
            reader.row("<f4", reader.take("I")[0])
        return parts
    if kind in ("Convolve", "Maxpool"):
        return reader.take("2i")
    if kind in ("LSTM", "SummLSTM"):
        reader.take("i")
        return [reader.matrix() for _ in range(4)]
    if kind in ("Tanh", "Softmax"):
        return reader.matrix()
    if kind == "Input":
        return reader.take("5i")
    raise ValueError(f"a layer {kind}")
