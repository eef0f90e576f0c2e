"""RapidOCR (PP-OCR networks) on the whole page; the zone is picked and put right by `bench.peers.zone`."""

from collections.abc import Iterator, Sequence
from importlib.metadata import version
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from rapidocr import RapidOCR  # type: ignore[import-not-found]

from bench.peers.adapter import serve
from bench.peers.zone import pick

ONE_THREAD = {f"EngineConfig.onnxruntime.{name}_op_num_threads": 1 for name in ("intra", "inter")}


def main() -> None:
    """Read with the models that the package brings."""
    cv2.setNumThreads(1)
    reader = RapidOCR(params={**ONE_THREAD, "Global.log_level": "error"})

    def read(path: str) -> tuple[str | None, bool, str]:
        found = reader(path)
        if found.txts is None:
            return None, False, "nothing found"
        zone = pick(list(_rows(found.boxes, found.txts)))
        return (None, False, "no zone among the lines") if zone is None else ("\n".join(zone.lines), zone.holds, "")

    serve(read, f"RapidOCR {version('rapidocr')}")


def _rows(boxes: Sequence[Any], texts: Sequence[str]) -> Iterator[str]:
    """The texts row by row, from the top or the left: what stands side by side in one row is one line."""
    corners = [np.asarray(box, float) for box in boxes]
    upright = sum(_width(c) for c in corners) >= sum(_height(c) for c in corners)
    along, across = (0, 1) if upright else (1, 0)
    middles = [c.mean(axis=0) for c in corners]
    order = sorted(range(len(texts)), key=lambda i: middles[i][across])
    row: list[int] = order[:1]
    for before, at in pairwise(order):
        thick = min(np.ptp(corners[i][:, across]) for i in (before, at))
        if middles[at][across] - middles[before][across] > 0.4 * thick:
            yield _joined(row, texts, middles, along)
            row = []
        row.append(at)
    yield _joined(row, texts, middles, along)


def _joined(row: Sequence[int], texts: Sequence[str], middles: Sequence[Any], along: int) -> str:
    return "".join(texts[i] for i in sorted(row, key=lambda i: middles[i][along]))


def _width(corners: Any) -> float:
    return float(np.ptp(corners[:, 0]))


def _height(corners: Any) -> float:
    return float(np.ptp(corners[:, 1]))


if __name__ == "__main__":
    main()
