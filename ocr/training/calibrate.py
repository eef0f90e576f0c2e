"""Fit `ocr.calibration` again: read made-up documents and see where the readings are wrong.

    python -m ocr.training.calibrate --documents 500 --found 200 --out ocr/model/calibration.json
    python -m ocr.training.calibrate --documents 150 --found 100 --first-seed 7000000 --check

Of most documents the lines are cut where they truly are, a little off, as for `ocr.training.glyphs`,
at three sizes each: that takes a fifth of the time of finding them and shows the same errors of
reading. Some are found and read from end to end. With ``--check`` nothing is fitted: tables compare
what the calibration that is shipped promised with what was wrong, and say what other limits would cost.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import pairwise, repeat
from pathlib import Path

from ocr.calibration import (  # first: bounds the libraries' threads as they load
    PLACE_EVIDENCE,
    Calibration,
    chances,
    log_odds,
    place_evidence,
    uncovered,
)

# isort: split

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.cut import cut_line
from ocr.decode import Decoded
from ocr.image import Pixels
from ocr.locate import Band
from ocr.mrz import verify
from ocr.reader import Clock, default_engine, find_zone, read_lines
from ocr.reading import MISPLACED, RISK, judge
from ocr.training.generate import generate_document
from ocr.training.glyphs import captured, found, photographed

FIRST_SEED = 6_500_000
_FOUND_FROM = -500_000  # where, from the others, the seeds of documents begin that are to be found
_TIERS = ("clean", "moderate", "moderate", "severe")
_SMALLEST = 8.0  # pixels from character to character
_ASTRAY = 8  # wrong characters from which on lines were not read at all
_RIDGE = 1e-3
_STEPS = 3000
_BOUNDS = (0.0, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 1e-1, 1.0)
_LIMITS = (5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2)

Table = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Known:
    """A reading and the zone that was printed."""

    decoded: Decoded
    truth: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        """Whether every character is."""
        return self.decoded.lines == self.truth

    @property
    def might_pass(self) -> bool:
        """Whether nothing but doubt could stand against it: check digits hold, no place is lost."""
        format_ = self.decoded.format
        holds = format_ is not None and all(check.valid for check in verify(self.decoded.lines, format_))
        return holds and self.decoded.misplaced <= MISPLACED


class _Unhurried(Clock):
    """Does not look at the time: what is learnt must not depend on what else the machine does."""

    @property
    def elapsed_ms(self) -> float:
        return 0.0


def known_readings(seed: int, scratch: Path) -> Iterator[Known]:
    """A made-up document read at three sizes, its lines cut where they are."""
    kept = scratch / f"lines-{seed}.npz"
    if not kept.exists():
        _keep(seed, kept)
    with np.load(kept) as stored:
        zone = tuple(str(line) for line in stored["zone"])
        images = [stored[f"line{i}"] for i in range(len(stored.files) - 1)]
    for first in range(0, len(images), len(zone)):
        read = read_lines(Band((), 0.0), images[first : first + len(zone)], default_engine(), Clock())
        if read is not None:
            yield Known(read.decoded, zone)


def _keep(seed: int, path: Path) -> None:
    """Draw a document and keep its lines as they are cut, size by size."""
    zone, images = _cut(seed)
    unfinished = path.with_suffix(".part.npz")
    named = {f"line{i}": image for i, image in enumerate(images)}
    np.savez(unfinished, allow_pickle=False, zone=np.array(zone), **named)
    unfinished.rename(path)


def _cut(seed: int) -> tuple[tuple[str, ...], list[Pixels]]:
    rng = np.random.default_rng(seed)
    page, zone, points = photographed(rng, _TIERS[seed % len(_TIERS)])
    pitch = float(np.linalg.norm(points[0, -1] - points[0, 0])) / (len(zone[0]) - 1)
    least = min(_SMALLEST / pitch, 1.0)
    images: list[Pixels] = []
    for scale in (1.0, float(rng.uniform(least, 1)), float(rng.uniform(least, min(1.7 * least, 1)))):
        small = captured(page, scale, rng)
        images += [cut_line(small, line) for line in found(points, scale, rng)]
    return zone, images


def found_readings(seed: int) -> Iterator[Known]:
    """A made-up document found in its picture and read."""
    made = generate_document(seed, _TIERS[seed % len(_TIERS)])
    grey = np.asarray(cv2.cvtColor(made.image, cv2.COLOR_BGR2GRAY), np.uint8)
    zone = find_zone(grey, default_engine(), _Unhurried())
    if zone is not None:
        yield Known(zone.decoded, made.mrz_lines)


def fit(known: Sequence[Known]) -> Calibration:
    """The calibration that makes what happened to these readings most probable."""
    passing = [reading for reading in known if reading.might_pass]
    read = [reading for reading in passing if _wrong(reading) <= _ASTRAY]
    places = [(reading, place) for reading in read for place in uncovered(reading.decoded)]
    place = fit_logistic(
        [place_evidence(reading.decoded, at) for reading, at in places],
        [reading.decoded.lines[at[0]][at[1]] != reading.truth[at[0]][at[1]] for reading, at in places],
    )
    rough = Calibration(place, (0.0, 1.0))
    odds = [log_odds(chances(reading.decoded, rough).zone) for reading in passing]
    start, slope = fit_logistic([(1.0, odd - min(odds)) for odd in odds], [not reading.is_right for reading in passing])
    return Calibration(place, (start - slope * min(odds), slope))


def _wrong(reading: Known) -> int:
    pairs = zip(reading.decoded.lines, reading.truth, strict=False)
    return sum(a != b for line, true in pairs for a, b in zip(line, true, strict=False))


def fit_logistic(evidence: Sequence[Sequence[float]], happened: Sequence[bool]) -> tuple[float, ...]:
    """Weights of evidence, none below zero but the first, by accelerated projected gradient descent."""
    x, y = np.array(evidence, float), np.array(happened, float)
    steepest = float(np.linalg.eigvalsh(x.T @ x).max()) / 4 + _RIDGE
    weights = ahead = np.r_[-6.0, np.zeros(x.shape[1] - 1)]
    pace = 1.0
    for _ in range(_STEPS):
        expected = 1 / (1 + np.exp(-np.clip(x @ ahead, -30, 30)))
        slope = x.T @ (expected - y) + _RIDGE * np.r_[0.0, ahead[1:]]
        moved = ahead - slope / steepest
        moved[1:] = np.maximum(moved[1:], 0)
        quicker = (1 + np.sqrt(1 + 4 * pace * pace)) / 2
        ahead = moved + (pace - 1) / quicker * (moved - weights)
        weights, pace = moved, quicker
    return tuple(float(weight) for weight in weights)


def reliability(known: Sequence[Known]) -> str:
    """A table of what was promised and what was wrong, of readings that might be accepted."""
    passing = [reading for reading in known if reading.might_pass]
    promised = np.array([chances(reading.decoded).zone for reading in passing])
    wrong = np.array([not reading.is_right for reading in passing])
    rows = ["| chance of any error | readings | errors expected | errors |", "| --- | --- | --- | --- |"]
    for low, high in pairwise(_BOUNDS):
        inside = (promised >= low) & (promised < high)
        rows.append(f"| {low:g} to {high:g} | {inside.sum()} | {promised[inside].sum():.2f} | {wrong[inside].sum()} |")
    return "\n".join(rows)


def costs(known: Sequence[Known]) -> str:
    """A table of what limits on the chance of an error would accept, right and wrong."""
    right = sum(reading.is_right for reading in known)
    rows = [
        f"{len(known)} readings, {right} right; accepted below {RISK:g}\n",
        "| limit | accepted of the right ones | accepted though wrong |",
        "| --- | --- | --- |",
    ]
    for limit in _LIMITS:
        passed = [reading for reading in known if judge(reading.decoded, b"", (), (), 0.0, limit).accepted]
        wrong = sum(not reading.is_right for reading in passed)
        rows.append(f"| {limit:g} | {(len(passed) - wrong) / max(right, 1):.1%} | {wrong} |")
    return "\n".join(rows)


def save(fitted: Calibration, recipe: dict[str, int], path: Path) -> None:
    """Write a calibration as `ocr.calibration` reads it, with what it was fitted on."""
    stored = {
        "recipe": recipe,
        "place": dict(zip(PLACE_EVIDENCE, fitted.place, strict=True)),
        "zone": dict(zip(("always", "together"), fitted.zone, strict=True)),
    }
    path.write_text(json.dumps(stored, indent=1) + "\n")


def _read(seed: int, scratch: Path) -> list[Known]:
    return list(known_readings(seed, scratch))


def _find(seed: int) -> list[Known]:
    return list(found_readings(seed))


def main() -> None:
    """Read documents, fit or check, write or print."""
    options = argparse.ArgumentParser(prog="python -m ocr.training.calibrate", description=__doc__)
    options.add_argument("--documents", type=int, default=500, help="cut where they are")
    options.add_argument("--found", type=int, default=200, help="found and read from end to end")
    options.add_argument("--first-seed", type=int, default=FIRST_SEED)
    options.add_argument("--processes", type=int, default=2)
    options.add_argument("--scratch", type=Path, default=Path("build/lines"), help="folder for the lines that are cut")
    options.add_argument("--out", type=Path)
    options.add_argument("--check", action="store_true")
    given = options.parse_args()
    given.scratch.mkdir(parents=True, exist_ok=True)
    cut = range(given.first_seed, given.first_seed + given.documents)
    whole = range(cut.start + _FOUND_FROM, cut.start + _FOUND_FROM + given.found)
    with ProcessPoolExecutor(given.processes) as workers:
        reading, finding = workers.map(_read, cut, repeat(given.scratch)), workers.map(_find, whole)
        known = [one for some in reading for one in some]
        ends = [one for some in finding for one in some]
    if given.check:
        for title, part in (("cut where they are", known), ("found and read", ends)):
            print(f"\n{title}\n\n{reliability(part)}\n\n{costs(part)}")
    elif given.out:
        recipe = {"first_seed": cut.start, "documents": len(cut), "found": len(whole), "readings": len(known + ends)}
        save(fit(known + ends), recipe, given.out)


if __name__ == "__main__":
    main()
