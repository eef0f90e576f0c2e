"""Spoilt zones and spoilt images by the hundred thousand: read or refused, in time, in flat memory.

    python -m bench.fuzz text|image --count N [--number I]

Case number I is the same for ever; `--number I` runs it alone and shows what it is. A campaign goes on where it was
stopped. What it finds is printed and kept: a crash other than a declared refusal, an answer that breaks its promise, a
case of more than 2 s of CPU time, a process that died.
"""

import argparse
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

import numpy as np

from bench.mutations import mutated_image, mutated_text
from bench.peers.adapter import peak_megabytes, resident_megabytes
from bench.rasters import seed_zones
from ocr.image import DEFAULT_LIMITS, ImageRefused, decode_image
from ocr.mrz import MrzError, decode_arabic_escapes, parse, parse_text
from ocr.reader import read_mrz

FOLDER = Path("build/fuzz")
BATCH = {"text": 50_000, "image": 2_000}  # cases to a process: how its memory grows shows whether any is lost
LIMIT_S = 2.0  # CPU time of a case
PATIENCE_S = 60.0  # on a clock, without a case done: then the process is ended
READ_EVERY = 500  # images of which one is also read for a zone, which takes as long as several hundred decodings
TODAY = date(2026, 1, 1)


class PromiseBroken(AssertionError):  # noqa: N818
    """An answer that contradicts itself."""


def try_text(number: int) -> str:
    """Parse text number `number`; what became of it."""
    try:
        mrz = parse_text(mutated_text(number))
    except MrzError as refusal:
        _promise(bool(str(refusal)), "a refusal says why")
        return "refused"
    _promise(parse(mrz.lines) == mrz, "the lines of a zone are parsed as the zone")
    for expand in (mrz.birth, mrz.expiry):
        try:
            _promise(len(expand(TODAY)) == 10, "a date has ten places")
        except MrzError:
            continue
    decode_arabic_escapes(mrz.primary_identifier)
    return "valid" if mrz.valid else "parsed"


def try_image(number: int) -> str:
    """Decode file number `number`, read one in `READ_EVERY`; what became of it."""
    data = mutated_image(number)
    try:
        pixels = decode_image(data)
    except ImageRefused as refusal:
        _promise(bool(str(refusal)), "a refusal says why")
        return "refused"
    _promise(pixels.dtype == np.uint8 and pixels.ndim == 2, "pixels are grey bytes")
    _promise(0 < pixels.size <= DEFAULT_LIMITS.max_pixels, "pixels are within limits")
    if number % READ_EVERY:
        return "decoded"
    reading = read_mrz(data)
    _promise(not reading.accepted or (reading.valid and not reading.obstacles), "nothing stands against the accepted")
    _promise(not reading.accepted or reading.lines in seed_zones(), "what is accepted is what is printed")
    return "accepted" if reading.accepted else "read" if reading.lines else "read as nothing"


def _promise(kept: bool, what: str) -> None:
    if not kept:
        raise PromiseBroken(what)


CASES: Mapping[str, Callable[[int], str]] = {"text": try_text, "image": try_image}


@dataclass(frozen=True, slots=True)
class Batch:
    """What a process says at its end: results counted, findings, seconds of the slowest case.

    ``most_mb`` is its peak of memory, ``growth_mb`` how much more it held at the end than after a quarter of its cases.
    """

    counts: dict[str, int]
    findings: list[tuple[int, str]]
    slowest_s: float
    most_mb: float
    growth_mb: float


def run_batch(kind: str, numbers: range, current: "Synchronized[int]") -> Batch:
    """Try the cases one after the other; `current` tells which is under way."""
    counts: dict[str, int] = {}
    findings: list[tuple[int, str]] = []
    slowest = 0.0
    warm = 0.0
    for place, number in enumerate(numbers):
        current.value = number
        began = time.process_time()
        try:
            result = CASES[kind](number)
        except Exception as error:  # any exception that is no refusal is what is looked for
            result = "crashed"
            findings.append((number, f"{type(error).__name__}: {error}"))
        spent = time.process_time() - began
        if spent > LIMIT_S:
            findings.append((number, f"{spent:.1f} s of CPU time"))
        slowest = max(slowest, spent)
        counts[result] = counts.get(result, 0) + 1
        warm = (resident_megabytes() or 0.0) if place == len(numbers) // 4 else warm
    grown = (resident_megabytes() or 0.0) - warm
    return Batch(counts, findings, slowest, peak_megabytes() or 0.0, grown)


def _serve(kind: str, numbers: range, current: "Synchronized[int]", answers: "multiprocessing.Queue[Batch]") -> None:
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 2)  # the image libraries comment on every file
    answers.put(run_batch(kind, numbers, current))


def batches(kind: str, numbers: range) -> Iterator[tuple[int, Batch]]:
    """Run the cases batch by batch, each in a process; after each the number to go on with."""
    start = numbers.start
    while start < numbers.stop:
        part = range(start, min(start + BATCH[kind], numbers.stop))
        batch, start = _watched(kind, part)
        yield start, batch


def _watched(kind: str, numbers: range) -> tuple[Batch, int]:
    """A batch, or the finding that its process died or hung, and the number to go on with."""
    context = multiprocessing.get_context("spawn")
    current: Synchronized[int] = context.Value("q", numbers.start)
    answers: multiprocessing.Queue[Batch] = context.Queue()
    process = context.Process(target=_serve, args=(kind, numbers, current, answers))
    process.start()
    last, since = -1, time.monotonic()
    while True:
        if not answers.empty():
            batch = answers.get()
            process.join()
            return batch, numbers.stop
        process.join(0.05)
        if current.value != last:
            last, since = current.value, time.monotonic()
        if not process.is_alive() and answers.empty():
            return Batch({"died": 1}, [(last, f"the process died: {process.exitcode}")], 0.0, 0.0, 0.0), last + 1
        if time.monotonic() - since > PATIENCE_S:
            process.kill()
            process.join()
            return Batch({"hung": 1}, [(last, f"nothing for {PATIENCE_S:.0f} s")], 0.0, 0.0, 0.0), last + 1


@dataclass(slots=True)
class State:
    """What a campaign has come to: cases below ``next`` are done."""

    next: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    slowest_s: float = 0.0
    most_mb: float = 0.0
    growth_mb: float = 0.0
    findings: list[tuple[int, str]] = field(default_factory=list)

    def add(self, reached: int, batch: Batch) -> None:
        """Count a batch in."""
        self.next = reached
        for result, times in batch.counts.items():
            self.counts[result] = self.counts.get(result, 0) + times
        self.slowest_s = max(self.slowest_s, batch.slowest_s)
        self.most_mb = max(self.most_mb, batch.most_mb)
        self.growth_mb = max(self.growth_mb, batch.growth_mb)
        self.findings += batch.findings

    def __str__(self) -> str:
        results = ", ".join(f"{times:,} {result}" for result, times in sorted(self.counts.items()))
        return (
            f"cases 0 to {self.next - 1:,}: {results}; slowest {self.slowest_s:.2f} s of CPU time; memory at most "
            f"{self.most_mb:.0f} MB, growing by at most {self.growth_mb:.0f} MB over the last three quarters of a "
            f"batch; {len(self.findings)} findings"
        )


def campaign(kind: str, count: int) -> State:
    """Run cases 0 to `count`, from where the last run stopped."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    file = FOLDER / f"{kind}.json"
    state = State(**json.loads(file.read_text())) if file.exists() else State()
    for reached, batch in batches(kind, range(state.next, count)):
        state.add(reached, batch)
        for number, what in batch.findings:
            print(f"{kind} {number}: {what}", flush=True)
        file.write_text(json.dumps(asdict(state)))
    return state


def main() -> None:
    """Run a campaign, or one case of it."""
    options = argparse.ArgumentParser(prog="python -m bench.fuzz", description=__doc__)
    options.add_argument("kind", choices=tuple(CASES))
    options.add_argument("--count", type=int, default=100_000)
    options.add_argument("--number", type=int, help="run this case alone")
    given = options.parse_args()
    if given.number is None:
        state = campaign(given.kind, given.count)
        print(f"{given.kind}: {state}")
        sys.exit(1 if state.findings else 0)
    if given.kind == "text":
        print(repr(mutated_text(given.number)))
    else:
        case = FOLDER / f"image-{given.number}"
        FOLDER.mkdir(parents=True, exist_ok=True)
        case.write_bytes(mutated_image(given.number))
        print(case)
    print(CASES[given.kind](given.number))


if __name__ == "__main__":
    main()
