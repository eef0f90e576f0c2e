"""The engine: the only module that knows Tesseract.

A line image goes in, symbols with their places and alternatives come out. The library is used in
process (tesserocr) where it is installed; the program (pytesseract) is the portable second choice,
an order of magnitude slower, without alternatives.
"""

import math
import os
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from ocr.evidence import Symbol
from ocr.image import Pixels
from ocr.layout import ALPHABET

# Read by the library when it is loaded: more threads make one short line slower, not faster.
os.environ.setdefault("OMP_THREAD_LIMIT", "1")

MODEL = Path(__file__).parent / "model" / "mabar_ocrb.traineddata"

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
    """Reads a line image."""

    def read(self, line: Pixels) -> tuple[Symbol, ...]:
        """The symbols of a line image as `ocr.cut.cut_line` makes it, from left to right."""


def load_engine(model: Path = MODEL) -> Engine:
    """The fastest engine that is installed. Raises EngineMissing."""
    if not model.is_file():
        raise EngineMissing(f"the model {model.name} is missing from {model.parent.name}/: train it or fetch it first")
    for module, engine in (("tesserocr", LibraryEngine), ("pytesseract", ProgramEngine)):
        if find_spec(module):
            return engine(model)
    raise EngineMissing("neither tesserocr nor pytesseract is installed")


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

    def read(self, line: Pixels) -> tuple[Symbol, ...]:
        """See Engine."""
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

    def read(self, line: Pixels) -> tuple[Symbol, ...]:
        """See Engine."""
        boxes = self._run(line, lang=self._language, config=self._config)
        parts = [row.split() for row in boxes.splitlines()]
        return tuple(Symbol(int(p[1]), int(p[3]), ((p[0], 0.9),)) for p in parts if len(p) == 6 and p[0] in ALPHABET)
