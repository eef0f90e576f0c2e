"""How likely it is that anything in a zone was read wrong: fitted to readings whose truth is known.

A logistic model of each character that no check digit covers; for those that are covered, what the
search over all combinations says of them; and one more that takes all together to what happened to
whole zones. Each weight is of evidence for an error and
none is negative, so more doubt is never less chance. `ocr.training.calibrate` fits them.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ocr.decode import Decoded
from ocr.layout import FILLER
from ocr.solve import Place

FITTED = Path(__file__).parent / "model" / "calibration.json"

_MOST = 9.0  # log-odds beyond which a reader's certainty tells nothing more
_MURKIEST = 0.5  # mean log probability per character, below zero
_ALIKE = frozenset("MNHWKXODQ")  # letters that damage turns into one another

PLACE_EVIDENCE = ("always", "filler", "alike", "doubtful", "surer", "together", "murk", "misplaced")
"""Evidence against a character: its kind, log-odds against it by two readers and by both, the zone's state."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights of the evidence; ``zone`` are intercept and slope in log-odds."""

    place: tuple[float, ...]
    zone: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Chances:
    """How likely an error is (0 to 1): anywhere, under the check digits, and in each other place."""

    zone: float
    covered: float
    places: Mapping[Place, float]
    fitted: Calibration

    def to_confirm(self, risk: float) -> frozenset[Place | None]:
        """The fewest places whose confirmation leaves the rest with less than ``risk``.

        None among them stands for all that check digits cover.
        """
        ranked: list[tuple[float, Place | None]] = [(self.covered, None)]
        ranked += [(chance, place) for place, chance in self.places.items()]
        ranked.sort(key=lambda part: part[0])
        while ranked and together(self.fitted, [chance for chance, _ in ranked]) >= risk:
            ranked.pop()
        left = {place for _, place in ranked}
        return frozenset({None, *self.places} - left)


@cache
def load_calibration(path: Path = FITTED) -> Calibration:
    """The calibration that is part of the model."""
    stored = json.loads(path.read_text())
    place = tuple(float(stored["place"][name]) for name in PLACE_EVIDENCE)
    return Calibration(place, (float(stored["zone"]["always"]), float(stored["zone"]["together"])))


def chances(decoded: Decoded, calibration: Calibration | None = None) -> Chances:
    """How likely it is that a zone was read wrong, and where."""
    fitted = calibration or load_calibration()
    places = {place: _chance(fitted.place, place_evidence(decoded, place)) for place in uncovered(decoded)}
    covered = 1 - decoded.probability
    return Chances(together(fitted, [covered, *places.values()]), covered, places, fitted)


def together(fitted: Calibration, parts: Sequence[float]) -> float:
    """The chance of any of several errors, as it turned out to be."""
    right = math.fsum(math.log1p(-min(chance, 1 - 1e-9)) for chance in parts)
    start, slope = fitted.zone
    return _share(start + slope * log_odds(-math.expm1(right)))


def uncovered(decoded: Decoded) -> list[Place]:
    """The places of a zone that no check digit covers."""
    places = [(row, column) for row, line in enumerate(decoded.lines) for column in range(len(line))]
    return [place for place in places if place not in decoded.covered]


def place_evidence(decoded: Decoded, place: Place) -> tuple[float, ...]:
    """The PLACE_EVIDENCE against a character."""
    row, column = place
    character = decoded.lines[row][column]
    seen = sorted(decoded.readers[row][column]) or [0.0]
    return (
        1.0,
        float(character == FILLER),
        float(character in _ALIKE),
        _against(seen[0]),
        _against(seen[-1]),
        _against(decoded.confidences[row][column]),
        _murk(decoded),
        float(min(decoded.misplaced, 3)),
    )


def log_odds(share: float) -> float:
    """Of a probability, bounded."""
    share = min(max(share, 1e-9), 1 - 1e-9)
    return math.log(share / (1 - share))


def _against(share: float) -> float:
    """Log-odds against, from 0 (certain that it is right) up."""
    return _MOST - min(max(log_odds(share), -_MOST), _MOST)


def _murk(decoded: Decoded) -> float:
    return min(-decoded.sight, _MURKIEST) / _MURKIEST


def _chance(weights: Sequence[float], evidence: Sequence[float]) -> float:
    return _share(math.fsum(weight * part for weight, part in zip(weights, evidence, strict=True)))


def _share(odds: float) -> float:
    return 1 / (1 + math.exp(-min(max(odds, -30.0), 30.0)))
