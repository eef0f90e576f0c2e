"""The engine: what reads line images with Tesseract's model.

Line images go in, symbols with their places and alternatives come out. The network is run by
`ocr.lstm`, all lines of a zone at once. Tesseract itself reads a model of a shape that is not known
there, one line at a time: in process (tesserocr) or, slower by an order of magnitude and without
alternatives, as a program (pytesseract).
"""

import math
import os
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Protocol

import numpy as np

from ocr.cut import LINE_HEIGHT, PITCH, Floats
from ocr.evidence import Symbol
from ocr.image import Pixels
from ocr.layout import ALPHABET
from ocr.lstm import HEIGHT, POOL, ModelUnreadable, load_network, probabilities

# Read by the library when it is loaded: more threads make one short line slower, not faster.
os.environ.setdefault("OMP_THREAD_LIMIT", "1")

MODEL = Path(__file__).parent / "model" / "mabar_ocrb.traineddata"

_Span = tuple[int, int]  # steps from the first to behind the last

_MOST_ALTERNATIVES = 6
_FAR = 8  # steps from where a symbol is seen
_LEAST = 1e-9  # Tesseract's kMinCertainty is -20 in logarithms
_SOBER = 0.345  # power to which chances are taken, as in Tesseract's choices: a network is surer than it should be
_CERTAINTY_SCALE = 7.0  # Tesseract's kCertaintyScale: its costs are -7 ln p
_OPTIONS = {
    "lstm_choice_mode": "2",
    "invert_threshold": "0",  # lines are dark on light: a poor one is not to be read again inverted
    "load_system_dawg": "0",
    "load_freq_dawg": "0",
    "load_punc_dawg": "0",
}


class EngineMissing(RuntimeError):  # noqa: N818
    """No Tesseract or no model is installed; the message says which."""


class Engine(Protocol):
    """Reads line images."""

    def read(self, lines: Sequence[Pixels]) -> list[tuple[Symbol, ...]]:
        """The symbols of each line image as `ocr.cut.cut_line` makes it, from left to right."""


def load_engine(model: Path = MODEL) -> Engine:
    """The fastest engine that is installed. Raises EngineMissing."""
    if not model.is_file():
        raise EngineMissing(f"the model {model.name} is missing from {model.parent.name}/: train it or fetch it first")
    try:
        return NetworkEngine(model)
    except ModelUnreadable:  # of a shape that Tesseract knows
        pass
    for module, engine in (("tesserocr", LibraryEngine), ("pytesseract", ProgramEngine)):
        if find_spec(module):
            return engine(model)
    raise EngineMissing("neither tesserocr nor pytesseract is installed")


class NetworkEngine:
    """Tesseract's network without Tesseract, for all lines of a zone at once."""

    def __init__(self, model: Path = MODEL) -> None:
        self._network = load_network(model)
        self._column = POOL * LINE_HEIGHT / HEIGHT  # columns of a line image in a step
        known = [(text, place) for place, text in enumerate(self._network.characters) if text and text in ALPHABET]
        self._names, self._places = zip(*known, strict=True)

    def read(self, lines: Sequence[Pixels]) -> list[tuple[Symbol, ...]]:
        """See Engine."""
        shares = probabilities(self._network, lines)
        return [self._symbols(shares[: int(line.shape[1] / self._column), row]) for row, line in enumerate(lines)]

    def _symbols(self, shares: Floats) -> tuple[Symbol, ...]:
        """The symbols of a line: each a run of steps at which one character is likelier than none.

        A symbol reaches half way to the next one; within that it may be any character, as likely as the
        likeliest way of nothing, then this character, then nothing again.
        """
        best = shares.argmax(axis=1)
        changes = [0, *(np.flatnonzero(np.diff(best)) + 1).tolist(), len(best)]
        runs = [run for run in pairwise(changes) if best[run[0]] in self._places]
        if not runs:
            return ()
        edges = [(stop + start) // 2 for (_, stop), (start, _) in pairwise(runs)]
        stretches = list(pairwise((0, *edges, len(best))))
        likely = _likeliest_ways(shares, self._network.blank, self._places, runs, stretches)
        something = 1 - shares[:, self._network.blank]
        ranked = np.argsort(-likely, axis=1)[:, :_MOST_ALTERNATIVES]
        shares = np.take_along_axis(likely, ranked, axis=1)
        shares /= shares.sum(axis=1, keepdims=True)
        alternatives = [
            tuple((self._names[place], share) for place, share in zip(*row, strict=True))
            for row in zip(ranked.tolist(), shares.tolist(), strict=True)
        ]
        return tuple(self._symbol(something, *found) for found in zip(runs, alternatives, strict=True))

    def _symbol(self, something: Floats, run: _Span, alternatives: tuple[tuple[str, float], ...]) -> Symbol:
        first, weights = max(run[0] - 1, 0), something[max(run[0] - 1, 0) : run[1] + 1] + _LEAST
        centre = (first + 0.5 + float(weights @ np.arange(len(weights)) / weights.sum())) * self._column
        return Symbol(round(centre - PITCH / 2), round(centre + PITCH / 2), alternatives)


def _likeliest_ways(
    shares: Floats,
    blank: int,
    places: Sequence[int],
    runs: Sequence[tuple[int, int]],
    stretches: Sequence[tuple[int, int]],
) -> Floats:
    """How probable it is that each of some stretches is each of some characters: [stretch, character].

    A stretch is looked at as far as _FAR steps from its run.
    """
    spans = [(max(a, start - _FAR), min(b, stop + _FAR)) for (start, stop), (a, b) in zip(runs, stretches, strict=True)]
    logs = np.log(np.maximum(shares, _LEAST))
    nothing, character = logs[:, blank, None], logs[:, places]
    longest = max(stop - start for start, stop in spans)
    steps = np.array([start for start, _ in spans])[:, None] + np.arange(longest)
    outside = steps >= np.array([stop for _, stop in spans])[:, None]
    steps = steps.clip(0, len(shares) - 1)
    quiet = np.where(outside[..., None], 0, nothing[steps])
    loud = np.where(outside[..., None], -np.inf, character[steps])
    before = np.zeros((len(spans), 1), np.float32)
    within = after = np.full((len(spans), len(places)), -np.inf, np.float32)
    for step in range(longest):
        after = np.maximum(after, within) + quiet[:, step]
        within = np.maximum(within, before) + loud[:, step]
        before = before + quiet[:, step]
    ways = _SOBER * np.maximum(within, after)
    likely = np.exp(ways - ways.max(axis=1, keepdims=True))
    return np.asarray(likely / likely.sum(axis=1, keepdims=True), np.float32)


class LibraryEngine:
    """Tesseract in process."""

    def __init__(self, model: Path = MODEL) -> None:
        import tesserocr  # noqa: PLC0415 - either engine may be absent

        self._level = tesserocr.RIL.SYMBOL
        self._walk = tesserocr.iterate_level
        self._api = tesserocr.PyTessBaseAPI(
            path=str(model.parent),
            lang=model.stem,
            psm=tesserocr.PSM.RAW_LINE,
            oem=tesserocr.OEM.LSTM_ONLY,
            variables=_OPTIONS,
        )

    def read(self, lines: Sequence[Pixels]) -> list[tuple[Symbol, ...]]:
        """See Engine."""
        return [self._read(line) for line in lines]

    def _read(self, line: Pixels) -> tuple[Symbol, ...]:
        height, width = line.shape
        self._api.SetImageBytes(line.tobytes(), width, height, 1, width)
        if not self._api.Recognize():
            return ()
        return tuple(self._symbols())

    def _symbols(self) -> Iterator[Symbol]:
        found = self._api.GetIterator()
        if found is None or found.Empty(self._level):
            return
        costs = [symbol for word in self._api.GetBestLSTMSymbolChoices() or () for symbol in word]
        for place, at in enumerate(self._walk(found, self._level)):
            text, box = at.GetUTF8Text(self._level), at.BoundingBox(self._level)
            if text and box and text in ALPHABET:
                named = costs[place] if place < len(costs) else ((text, 0.0),)
                yield Symbol(box[0], box[2], _shares(text, named))


def _shares(best: str, costs: Sequence[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    """Costs as probabilities; the engine's own choice comes first even where a tie says otherwise."""
    weights = {text: math.exp(-cost / _CERTAINTY_SCALE) for text, cost in costs if text in ALPHABET and text}
    weights[best] = max(weights.values(), default=1.0)
    total = max(sum(weights.values()), 1e-9)
    ranked = sorted(weights.items(), key=lambda item: (-item[1], item[0] != best))
    return tuple((text, weight / total) for text, weight in ranked)


class ProgramEngine:
    """Tesseract as a program: one process a line, no alternatives but the obvious one."""

    def __init__(self, model: Path = MODEL) -> None:
        import pytesseract  # noqa: PLC0415 - either engine may be absent

        self._run = pytesseract.image_to_boxes
        self._language = model.stem
        self._config = f'--tessdata-dir "{model.parent}" --psm 13 --oem 1'

    def read(self, lines: Sequence[Pixels]) -> list[tuple[Symbol, ...]]:
        """See Engine."""
        return [self._read(line) for line in lines]

    def _read(self, line: Pixels) -> tuple[Symbol, ...]:
        boxes = self._run(line, lang=self._language, config=self._config)
        parts = [row.split() for row in boxes.splitlines()]
        return tuple(Symbol(int(p[1]), int(p[3]), ((p[0], 0.9),)) for p in parts if len(p) == 6 and p[0] in ALPHABET)
