"""The centre's figures: what each counts, by what it can be asked, and what is told of it. Pure.

A figure is kept as counts by moment, crossing point, direction and up to three texts of its own (`one`, `two`,
`three`), of which one may be a category that is told as measures. What a movement counts for is said in migration
0011; docs/statistics.md has the definitions in words.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from service.domain import Direction
from service.errors import BadFilter


class Figure(StrEnum):
    """What can be asked for."""

    MOVEMENTS = "movements"
    TRAVELLERS = "travellers"
    DOCUMENTS = "documents"
    OUTCOMES = "outcomes"
    TIMES = "times"
    FINDINGS = "findings"
    HITS = "hits"
    INSIDE = "inside"


@dataclass(frozen=True, slots=True)
class Shape:
    """How a figure is kept and told.

    `columns` are its own dimensions by where they are kept, `category` where that is kept of which the measures are
    made: `measures` name the categories that each adds up, none for all. A share is of two such sums. Where long spans
    are kept by one column `alone` too, it says as which figure; the smallest comes first.
    """

    columns: Mapping[str, str]
    category: str
    measures: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    shares: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=dict)
    hourly: bool = False
    alone: Mapping[str, str] = field(default_factory=dict)

    @property
    def dimensions(self) -> tuple[str, ...]:
        """By what it can be asked."""
        return (*_EVERYWHERE, *(_HOURLY if self.hourly else ()), *self.columns)

    @property
    def told(self) -> tuple[str, ...]:
        """What is told of it, the count of all first."""
        return (*self.measures, *self.shares)


_EVERYWHERE = ("day", "week", "month", "weekday", "crossing_point", "direction", "transport")
_HOURLY = ("hour", "hour_of_day")
OF_TIME = frozenset({"hour", "day", "week", "month", "weekday", "hour_of_day"})  # whose values are no texts yet
MOVING = frozenset({"hour", "day"})  # dimensions that a comparison moves along with the period
_VERDICTS = {"movements": (), "cleared": ("CLEAR",), "referred": ("REFER",)}
QUANTILES = {"median_seconds": 0.5, "p90_seconds": 0.9, "p95_seconds": 0.95}
AGE_BANDS = ("0-11", "12-17", "18-24", "25-34", "35-44", "45-54", "55-64", "65+", "unknown")

FIGURES: Mapping[Figure, Shape] = {
    Figure.MOVEMENTS: Shape({}, "one", _VERDICTS, hourly=True),
    Figure.TRAVELLERS: Shape(
        {"nationality": "one", "age_band": "two"},
        "three",
        _VERDICTS,
        alone={"age_band": "travellers by age band", "nationality": "travellers by nationality"},
    ),
    Figure.DOCUMENTS: Shape({"issuing_state": "one", "document_type": "two"}, "three", _VERDICTS),
    Figure.OUTCOMES: Shape(
        {"reason": "two", "nationality": "three"},
        "one",
        {
            "movements": (),
            "admitted": ("admitted",),
            "refused": ("refused",),
            "referred": ("referred",),
            "undecided": ("undecided",),
        },
    ),
    Figure.TIMES: Shape({"stage": "one"}, "two", {"waits": (), **dict.fromkeys(QUANTILES, ())}),
    Figure.FINDINGS: Shape(
        {"rule": "one", "nationality": "three"},
        "two",
        {"found": (), "standing": ("standing",), "rebutted": ("rebutted",), "withdrawn": ("withdrawn",)},
        {"false_share": (("rebutted", "withdrawn"), ())},
    ),
    Figure.HITS: Shape(
        {"list": "one"},
        "two",
        {
            "hits": (),
            "confirmed": ("confirmed",),
            "cleared": ("cleared",),
            "undecided": ("undecided",),
            "open": ("open",),
            "withdrawn": ("withdrawn",),
        },
        {"true_share": (("confirmed",), ("confirmed", "cleared"))},
    ),
    Figure.INSIDE: Shape({"regime": "one"}, "two", {"inside": (), "overdue": ("overdue",)}),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a figure is asked for: days at the posts, the first included and the last too.

    `posts` is what the asker may see, None for everything; `only` filters by dimensions of the figure's own.
    """

    first: date
    last: date
    by: tuple[str, ...] = ()
    posts: frozenset[str] | None = None
    crossing_point: str | None = None
    direction: Direction | None = None
    only: Mapping[str, str] = field(default_factory=dict)
    against: date | None = None  # the first day of as long a period to compare with


DAYS_MOST = 3700
ROWS_MOST = 5000


def require_sound(figure: Figure, asked: Asked) -> None:
    """See that a figure can be asked for like this.

    Raises:
        BadFilter: it is not kept by that, or the days are no period.
    """
    shape = FIGURES[figure]
    if not 0 <= (asked.last - asked.first).days < DAYS_MOST:
        raise BadFilter("the last day comes after the first, within ten years")
    _require_kept(figure, asked.by, shape.dimensions)
    _require_kept(figure, asked.only, tuple(shape.columns))
    if len(set(asked.by)) != len(asked.by):
        raise BadFilter("each dimension is named once")
    if asked.against and {"week", "month"} & set(asked.by):
        raise BadFilter("periods are compared by hour, day, weekday, hour of day, or without any; not by week or month")
    if figure is Figure.INSIDE and (asked.direction or not set(asked.by) <= {"day", "crossing_point", "regime"}):
        raise BadFilter("people inside are told by day, crossing_point and regime, whichever way they came")


def _require_kept(figure: Figure, names: Sequence[str] | Mapping[str, str], kept: tuple[str, ...]) -> None:
    for name in names:
        if name not in kept:
            raise BadFilter(f"{figure} are not kept by {name}; what they are kept by: {', '.join(kept)}")


def quantile_of(steps: Mapping[int, int], share: float) -> float | None:
    """The wait that `share` of all stayed below, in seconds; None where there is none.

    Step k holds waits up to 10^(k/10) s, from the end of the step before; within a step they are taken to be spread
    evenly. So the answer is within 26 % of the true one.
    """
    wanted, before = share * sum(steps.values()), 0.0
    for step in sorted(steps):
        if steps[step] > 0 and before + steps[step] >= wanted:
            low = _end(step - 1) if step else 0.0
            return round(low + (_end(step) - low) * (wanted - before) / steps[step], 1)
        before += steps[step]
    return None


def _end(step: int) -> float:
    return math.pow(10, step / 10)


def spread(values: Sequence[int], share: float) -> float:
    """The quantile of a few values, between the two nearest in proportion (Hyndman and Fan's seventh)."""
    ordered, place = sorted(values), share * (len(values) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return round(ordered[low] + (ordered[high] - ordered[low]) * (place - low), 1)
