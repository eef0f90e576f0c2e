"""The measure of a zone reader: what is right, wrong behind faultless digits, accepted, and at what cost."""

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bench.readers import Answer
from ocr.mrz import MrzError, parse


@dataclass(frozen=True, slots=True)
class Sample:
    """An image, its true lines ("" where it has no zone), and whether they are in one of ICAO's formats."""

    file: str
    truth: str
    icao: bool


@dataclass(frozen=True, slots=True)
class Score:
    """Figures of one reader; shares are of all images, `exact_icao` of those with a zone in ICAO's formats.

    `accepted_where_right` is of those among them that are right and whose printed check digits hold: a specimen that
    breaks its own must not be accepted.
    """

    images: int
    icao_images: int
    exact: float
    exact_icao: float
    valid_yet_wrong: float
    accepted_where_right: float
    wrong_accepted: int
    characters_wrong: float
    errors: int
    median_ms: float
    p95_ms: float


def score(samples: Sequence[Sample], answers: Mapping[str, Answer]) -> Score:
    """The figures of a reader's answers; an image without an answer counts as unread."""
    given = [(sample, answers.get(sample.file, Answer(None, False, None))) for sample in samples]
    texts = [(sample, (answer.mrz or "").strip(), answer) for sample, answer in given]
    right = [(sample, answer) for sample, text, answer in texts if text == sample.truth]
    zones = [sample for sample in samples if sample.icao]
    right_zones = [answer for sample, answer in right if sample.icao]
    acceptable = [answer for sample, answer in right if sample.icao and digits_hold(sample.truth)]
    times = [answer.ms for _, answer in given if answer.ms is not None]
    return Score(
        images=len(samples),
        icao_images=len(zones),
        exact=_share(len(right), len(samples)),
        exact_icao=_share(len(right_zones), len(zones)),
        valid_yet_wrong=_share(sum(t != s.truth and digits_hold(t) for s, t, _ in texts), len(samples)),
        accepted_where_right=_share(sum(answer.valid for answer in acceptable), len(acceptable)),
        wrong_accepted=sum(answer.valid for sample, text, answer in texts if text != sample.truth),
        characters_wrong=_share(sum(distance(t, s.truth) for s, t, _ in texts), sum(len(s.truth) for s in samples)),
        errors=sum(answer.why.startswith("error") for _, answer in given),
        median_ms=statistics.median(times) if times else math.nan,
        p95_ms=percentile(times, 0.95),
    )


def _share(part: float, whole: float) -> float:
    return part / whole if whole else math.nan


def digits_hold(text: str) -> bool:
    """Whether a text is a zone of ICAO's whose check digits all hold, whoever read it."""
    try:
        return parse(text.split("\n")).valid
    except MrzError:
        return False


def percentile(values: Iterable[float], share: float) -> float:
    """The value that a share of all values does not exceed; nan of none."""
    ordered = sorted(values)
    return ordered[min(math.ceil(share * len(ordered)), len(ordered)) - 1] if ordered else math.nan


def wilson(hits: int, trials: int, z: float = 1.96) -> tuple[float, float]:
    """The interval that holds the true rate with 95 % confidence: E. B. Wilson, 1927."""
    if not trials:
        return 0.0, 1.0
    rate, square = hits / trials, z * z
    centre = (rate + square / (2 * trials)) / (1 + square / trials)
    half = z / (1 + square / trials) * math.sqrt(rate * (1 - rate) / trials + square / (4 * trials * trials))
    return max(0.0, centre - half), min(1.0, centre + half)


def distance(a: str, b: str) -> int:
    """Levenshtein's distance."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row[0] = row[:], i
        for j, y in enumerate(b, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
    return row[-1]
