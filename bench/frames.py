"""Measure what several frames of one document gain over one, on made-up documents before several cameras.

    python -m bench.frames --seed 702000 --count 100 --condition severe --frames 3

A document counts as unread where its lines are not exactly right; nothing is tuned here.
"""

import argparse
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

import cv2

from ocr.frames import read_frames
from ocr.image import Limits
from ocr.reading import MrzReading
from ocr.training.camera import CONDITIONS
from ocr.training.generate import generate_document

UNHURRIED = Limits(patience_ms=60_000)  # a busy machine must not cut readings short


@dataclass(frozen=True, slots=True)
class Outcome:
    """One reading: whether it is right, whether it was accepted, CPU milliseconds."""

    right: bool
    accepted: bool
    ms: float


def frames_of(seed: int, condition: str, count: int) -> tuple[list[bytes], tuple[str, ...]]:
    """Pictures of one document before ``count`` cameras, and its lines."""
    made = [generate_document(seed, condition, frame=frame) for frame in range(count)]
    return [cv2.imencode(".jpg", one.image)[1].tobytes() for one in made], made[0].mrz_lines


def measure(frames: Sequence[bytes], truth: tuple[str, ...]) -> Outcome:
    """Read frames together and compare."""
    start = time.process_time()
    reading: MrzReading = read_frames(frames, UNHURRIED)
    return Outcome(reading.lines == truth, reading.accepted, 1000 * (time.process_time() - start))


def report(name: str, outcomes: Sequence[Outcome]) -> None:
    """Print the figures of one way to read."""
    unread = sum(not one.right for one in outcomes)
    wrong = sum(one.accepted and not one.right for one in outcomes)
    print(
        f"{name}: {len(outcomes)} documents, unread {unread} ({unread / len(outcomes):.1%}), "
        f"accepted {sum(one.accepted for one in outcomes)}, wrong but accepted {wrong}, "
        f"CPU median {statistics.median(one.ms for one in outcomes):.0f} ms"
    )


def main() -> None:
    """Read every document with its first frame alone and with all of them."""
    options = argparse.ArgumentParser(prog="python -m bench.frames", description=__doc__)
    options.add_argument("--seed", type=int, default=702_000, help="number of the first document")
    options.add_argument("--count", type=int, default=100)
    options.add_argument("--condition", choices=tuple(CONDITIONS), default="severe")
    options.add_argument("--frames", type=int, default=3)
    given = options.parse_args()
    alone, together = [], []
    for seed in range(given.seed, given.seed + given.count):
        frames, truth = frames_of(seed, given.condition, given.frames)
        alone.append(measure(frames[:1], truth))
        together.append(measure(frames, truth))
    report("one frame", alone)
    report(f"{given.frames} frames", together)


if __name__ == "__main__":
    main()
