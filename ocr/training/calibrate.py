"""Fit `ocr.calibration` again: read made-up documents and see where the readings are wrong.

    python -m ocr.training.calibrate --documents 1500 --out ocr/model/calibration.json
    python -m ocr.training.calibrate --documents 300 --first-seed 7000000 --check

Lines are cut where they truly are, a little off, as for `ocr.training.glyphs`, at three sizes each:
that takes a fifth of the time of finding them and shows the same errors of reading. With ``--check``
nothing is fitted: a table compares what the calibration that is shipped promised with what was wrong.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
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

import numpy as np
from numpy.typing import NDArray

from ocr.cut import cut_line
from ocr.decode import Decoded
from ocr.locate import Band
from ocr.mrz import verify
from ocr.reader import Clock, default_engine, read_lines
from ocr.reading import MISPLACED, judge
from ocr.training.glyphs import captured, found, photographed

FIRST_SEED = 6_500_000
_TIERS = ("clean", "moderate", "moderate", "severe")
_SMALLEST = 8.0  # pixels from character to character
_ASTRAY = 8  # wrong characters from which on lines were not read at all
_RIDGE = 1e-3
_STEPS = 3000
_BOUNDS = (0.0, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 1e-1, 1.0)

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


def known_readings(seed: int) -> Iterator[Known]:
    """A made-up document read at three sizes."""
    rng = np.random.default_rng(seed)
    page, zone, points = photographed(rng, _TIERS[seed % len(_TIERS)])
    pitch = float(np.linalg.norm(points[0, -1] - points[0, 0])) / (len(zone[0]) - 1)
    least = min(_SMALLEST / pitch, 1.0)
    for scale in (1.0, float(rng.uniform(least, 1)), float(rng.uniform(least, min(1.7 * least, 1)))):
        small = captured(page, scale, rng)
        images = [cut_line(small, found((middles + 0.5) * scale - 0.5, rng)) for middles in points]
        read = read_lines(Band((), 0.0), images, default_engine(), Clock())
        if read is not None:
            yield Known(read.decoded, zone)


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
    right = [reading for reading in known if reading.is_right]
    accepted = [reading for reading in known if judge(reading.decoded, b"", (), (), 0.0).accepted]
    false = sum(not reading.is_right for reading in accepted)
    rows.append(
        f"\n{len(known)} readings, {len(right)} right, {len(accepted)} accepted "
        f"({(len(accepted) - false) / max(len(right), 1):.1%} of the right ones), {false} of them wrong."
    )
    return "\n".join(rows)


def save(fitted: Calibration, recipe: dict[str, int], path: Path) -> None:
    """Write a calibration as `ocr.calibration` reads it, with what it was fitted on."""
    stored = {
        "recipe": recipe,
        "place": dict(zip(PLACE_EVIDENCE, fitted.place, strict=True)),
        "zone": dict(zip(("always", "together"), fitted.zone, strict=True)),
    }
    path.write_text(json.dumps(stored, indent=1) + "\n")


def _read(seed: int) -> list[Known]:
    return list(known_readings(seed))


def main() -> None:
    """Read documents, fit or check, write or print."""
    options = argparse.ArgumentParser(prog="python -m ocr.training.calibrate", description=__doc__)
    options.add_argument("--documents", type=int, default=1500)
    options.add_argument("--first-seed", type=int, default=FIRST_SEED)
    options.add_argument("--processes", type=int, default=2)
    options.add_argument("--out", type=Path)
    options.add_argument("--check", action="store_true")
    given = options.parse_args()
    with ProcessPoolExecutor(given.processes) as workers:
        seeds = range(given.first_seed, given.first_seed + given.documents)
        known = [reading for readings in workers.map(_read, seeds, chunksize=8) for reading in readings]
    if given.check:
        print(reliability(known))
    elif given.out:
        recipe = {"first_seed": given.first_seed, "documents": given.documents, "readings": len(known)}
        save(fit(known), recipe, given.out)


if __name__ == "__main__":
    main()
