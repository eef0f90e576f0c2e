"""Which roll-ups add up to a period: long spans where they fit, short ones at its ends. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from service.figures import FIGURES, Figure, Shape

_FINER = {True: frozenset({"hour", "hour_of_day"}), False: frozenset({"day", "week", "weekday"})}


@dataclass(frozen=True, slots=True)
class Part:
    """Roll-ups of the days from `first` to before `after`, added or taken off; `long`: those of long spans."""

    first: date
    after: date
    long: bool = False
    sign: int = 1


def parts(shape: Shape, by: tuple[str, ...], first: date, after: date) -> list[Part]:
    """What adds up to the days from `first` to before `after`.

    What is kept by the hour has days as its long spans, and any period is made of those. What is kept by the day has
    months: a month that lies for its greater part within the period is taken whole, less its days outside.
    """
    if _FINER[shape.hourly] & {*by}:
        return [Part(first, after)]
    if shape.hourly:
        return [Part(first, after, long=True)]
    begin, end = _nearest_month(first), _nearest_month(after)
    ends = [*_between(first, begin), *_between(end, after)]
    if begin >= end or sum((part.after - part.first).days for part in ends) >= (after - first).days:
        return [Part(first, after)]
    return [Part(begin, end, long=True), *ends]


def kept_as(figure: Figure, used: Collection[str]) -> str:
    """As which figure the long spans are kept that tell of these dimensions, the fewest that do."""
    shape = FIGURES[figure]
    own = {*used} & {*shape.columns}
    return next((name for column, name in shape.alone.items() if own <= {column}), figure.value)


def _nearest_month(day: date) -> date:
    this = day.replace(day=1)
    following = (this + timedelta(31)).replace(day=1)
    return this if day - this <= following - day else following


def _between(day: date, other: date) -> Iterator[Part]:
    if day != other:
        yield Part(min(day, other), max(day, other), sign=1 if day < other else -1)
