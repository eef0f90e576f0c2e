"""Measure the zone reader on images whose zone is known.

DATA is a folder with a manifest.csv that names in its columns `file` an image and in `mrz` its
lines, joined by a line feed, empty for an image without a zone. Figures say what was measured and
on how many images; nothing is tuned here.
"""

import argparse
import csv
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ocr.image import ImageRefused
from ocr.reader import read_mrz
from ocr.tesseract import MODEL, load_engine


@dataclass(frozen=True, slots=True)
class Sample:
    """An image and its true lines, none where it has no zone."""

    file: str
    truth: str


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a reader made of an image: text, whether it stands by it, CPU milliseconds."""

    mrz: str | None
    valid: bool
    ms: float
    why: str = ""


Read = Callable[[Path], tuple[str | None, bool, str]]
"""A reader: the text of a file, whether it stands by it, and what speaks against it."""


def load(data: Path) -> list[Sample]:
    """The images that the manifest of a folder lists."""
    with (data / "manifest.csv").open(newline="") as rows:
        return [Sample(row["file"], row["mrz"].replace("\\n", "\n").strip()) for row in csv.DictReader(rows)]


def run(read: Read, data: Path, samples: Sequence[Sample]) -> dict[str, Prediction]:
    """Read every image, one after the other, on one thread."""
    found = {}
    for sample in samples:
        start = _cpu_seconds()
        text, sure, why = read(data / sample.file)
        found[sample.file] = Prediction(text, sure, 1000 * (_cpu_seconds() - start), why)
    return found


def _cpu_seconds() -> float:
    """CPU time of this process and of the programs it has run."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def ours(model: Path) -> Read:
    """Our reader as a function of a file."""
    engine = load_engine(model)

    def read(path: Path) -> tuple[str | None, bool, str]:
        try:
            reading = read_mrz(path.read_bytes(), engine=engine)
        except ImageRefused as refusal:
            print(f"{path.name}: {refusal}", file=sys.stderr)
            return None, False, "refused"
        why = " ".join(f"{obstacle.code}:{obstacle.field}" for obstacle in reading.obstacles)
        return "\n".join(reading.lines) if reading.lines else None, reading.accepted, why

    return read


def plain_tesseract(path: Path) -> tuple[str | None, bool, str]:
    """The peer: stock Tesseract, English model, whole page; its last zone-like lines, never sure."""
    command = ["tesseract", str(path), "-", "-l", "eng", "--psm", "6"]
    text = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    lines = ["".join(line.split()).upper() for line in text.splitlines()]
    zone = [line for line in lines if "<" in line and len(line) > 24]
    return "\n".join(zone[-3:]) or None, False, ""


def distance(a: str, b: str) -> int:
    """Levenshtein's distance."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row[0] = row[:], i
        for j, y in enumerate(b, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
    return row[-1]


def report(name: str, samples: Sequence[Sample], found: dict[str, Prediction]) -> dict[str, float]:
    """Print and return the figures of one reader."""
    zones = [sample for sample in samples if sample.truth]
    right = [s for s in zones if found[s.file].mrz == s.truth]
    accepted = [s for s in samples if found[s.file].valid]
    errors = sum(distance(found[s.file].mrz or "", s.truth) for s in zones)
    times = sorted(prediction.ms for prediction in found.values())
    figures = {
        "exact": len(right) / max(len(zones), 1),
        "accepted_of_exact": sum(found[s.file].valid for s in right) / max(len(right), 1),
        "false_accepts": sum((found[s.file].mrz or "") != s.truth for s in accepted),
        "cer": errors / max(sum(len(s.truth) for s in zones), 1),
        "median_ms": statistics.median(times),
        "p95_ms": times[min(int(0.95 * len(times)), len(times) - 1)],
    }
    print(
        f"{name}: {len(samples)} images, {len(zones)} with a zone: exact {figures['exact']:.1%}, "
        f"accepted where exact {figures['accepted_of_exact']:.1%}, wrong but accepted {figures['false_accepts']:.0f}, "
        f"CER {figures['cer']:.2%}, CPU median {figures['median_ms']:.0f} ms, p95 {figures['p95_ms']:.0f} ms"
    )
    return figures


def main() -> None:
    """Read the folder, print the figures, write the predictions."""
    options = argparse.ArgumentParser(prog="python -m bench.mrz", description=__doc__)
    options.add_argument("--data", type=Path, required=True, help="folder with manifest.csv")
    options.add_argument("--model", type=Path, default=MODEL)
    options.add_argument("--out", type=Path, default=Path("predictions.json"))
    options.add_argument("--peer", action="store_true", help="also run stock Tesseract on the whole page")
    options.add_argument("--show", action="store_true", help="print every wrong reading beside the truth")
    given = options.parse_args()
    samples = load(given.data)
    found = run(ours(given.model), given.data, samples)
    figures = report("this reader", samples, found)
    print(f"largest resident memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    given.out.write_text(json.dumps({file: vars_of(p) for file, p in found.items()}, indent=1))
    if given.show:
        show(samples, found)
    if given.peer and shutil.which("tesseract"):
        peer = run(plain_tesseract, given.data, samples)
        other = report("stock Tesseract, whole page", samples, peer)
        for name in ("exact", "cer", "median_ms"):
            print(f"{name}: {figures[name]:.4g} against {other[name]:.4g}")


def vars_of(prediction: Prediction) -> dict[str, object]:
    """A prediction as the scorer reads it."""
    return {"mrz": prediction.mrz, "valid": prediction.valid, "ms": round(prediction.ms, 1)}


def show(samples: Sequence[Sample], found: dict[str, Prediction]) -> None:
    """Print wrong readings with the truth above, and which right ones were not accepted."""
    for sample in samples:
        prediction = found[sample.file]
        if (prediction.mrz or "") != sample.truth:
            print(f"{sample.file} accepted={prediction.valid}\n{sample.truth}\n{prediction.mrz}\n")
        elif sample.truth and not prediction.valid:
            print(f"{sample.file} right, not accepted: {prediction.why}\n")


if __name__ == "__main__":
    main()
