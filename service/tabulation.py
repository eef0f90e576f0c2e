"""Counts put into rows of measures, small cells withheld. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date, timedelta

import numpy as np

from service.figures import FIGURES, QUANTILES, Figure, Shape, quantile_of
from service.suppression import Sums, withheld

Key = tuple[str, ...]
Rows = Mapping[Key, Mapping[str, int]]  # how many, by row and category
Values = dict[str, float | int | None]
Cells = dict[Key, tuple[Values, frozenset[str]]]  # by row, its values and which of them are withheld
ALL: Key = ("*",)  # the key of the row of totals, which no other row has
_EVERY = "*"  # the category of all
_NONE: frozenset[str] = frozenset()


def counts(rows: Rows, shape: Shape, smallest: int) -> Cells:
    """Rows of counts by category, and their totals."""
    every = _with_totals(rows)
    hidden = _hidden(every, smallest)
    measures = [(name, categories or (_EVERY,)) for name, categories in shape.measures.items()]
    return {key: _measured(of, measures, shape.shares, hidden.get(key, _NONE)) for key, of in every.items()}


def _with_totals(rows: Rows) -> dict[Key, dict[str, int]]:
    total: dict[str, int] = defaultdict(int)
    every = {key: {**of, _EVERY: sum(of.values())} for key, of in sorted(rows.items())}
    for of in every.values():
        for category, n in of.items():
            total[category] += n
    return {**every, ALL: total}


def _hidden(every: Rows, smallest: int) -> Mapping[Key, Set[str]]:
    """The categories that must not be told, by row."""
    hidden: dict[Key, set[str]] = defaultdict(set)
    if smallest > 1 and every[ALL]:
        categories = [*sorted({*every[ALL]} - {_EVERY}), _EVERY]
        counts = [of.get(category, 0) for of in every.values() for category in categories]
        places = [*every]
        for cell in withheld(counts, _sums(places, len(categories)), smallest):
            hidden[places[cell // len(categories)]].add(categories[cell % len(categories)])
    return hidden


def _sums(keys: Sequence[Key], categories: int) -> Sums:
    """What adds up to what in a table of which the last row is that of totals, and the last category that of all.

    A row's categories to the row, a category's rows to its total, and rows along each of several dimensions to what a
    table by fewer would tell.
    """
    cells = np.arange(len(keys) * categories).reshape(len(keys), categories)
    rows, totals = cells[:-1], cells[-1]
    dimensions = len(keys[0])
    sums = [Sums(cells[:, :-1].ravel(), np.repeat(np.arange(len(keys)), categories - 1), cells[:, -1])]
    if len(rows) > 1 or dimensions:
        sums.append(Sums(rows.ravel(), np.tile(np.arange(categories), len(rows)), totals))
    for axis in range(dimensions if dimensions > 1 else 0):
        lines: dict[Key, int] = {}
        line = np.array([lines.setdefault(key[:axis] + key[axis + 1 :], len(lines)) for key in keys[:-1]])
        of = line[:, None] * categories + np.arange(categories)
        sums.append(Sums(rows.ravel(), of.ravel(), np.full(len(lines) * categories, -1)))
    return Sums.together(sums)


def _measured(
    of: Mapping[str, int],
    measures: Iterable[tuple[str, Sequence[str]]],
    shares: Mapping[str, tuple[Sequence[str], Sequence[str]]],
    hidden: Set[str],
) -> tuple[Values, frozenset[str]]:
    values: Values = {name: _added(of, categories, hidden) for name, categories in measures}
    gone = {name for name, value in values.items() if value is None} if hidden else set()
    for name, (some, every) in shares.items():
        part, whole = _added(of, some or (_EVERY,), hidden), _added(of, every or (_EVERY,), hidden)
        values[name] = round(part / whole, 4) if part is not None and whole else None
        gone |= {name} if part is None or whole is None else set()
    return values, frozenset(gone)


def _added(of: Mapping[str, int], categories: Sequence[str], hidden: Set[str]) -> int | None:
    if hidden and not hidden.isdisjoint(categories):
        return None
    return of.get(categories[0], 0) if len(categories) == 1 else sum(of.get(each, 0) for each in categories)


def times(rows: Rows, smallest: int) -> Cells:
    """Rows of how many waits and their quantiles; of fewer than `smallest` waits neither is told."""
    shape = FIGURES[Figure.TIMES]
    every = _with_totals(rows)
    hidden = _hidden({key: {_EVERY: of.get(_EVERY, 0)} for key, of in every.items()}, smallest)
    told: Cells = {}
    for key, of in every.items():
        steps = {int(step): n for step, n in of.items() if step != _EVERY}
        quantiles = {name: quantile_of(steps, share) for name, share in QUANTILES.items()}
        whole: Values = {"waits": of.get(_EVERY, 0), **quantiles}
        told[key] = (dict.fromkeys(shape.told), frozenset(shape.told)) if hidden.get(key) else (whole, frozenset())
    return told


Event = tuple[date, Key, str, int]  # the day, the row, what happened to stays then, to how many


def inside(events: Iterable[Event], first: date, last: date, smallest: int, *, daily: bool) -> Cells:
    """How many were inside at the end of each day, or of the last, by row, and how many of them over their time.

    `events` are those of all time. With `daily` the day leads the key. Small cells of each day are withheld by
    themselves.
    """
    by_day: dict[date, list[Event]] = defaultdict(list)
    for event in events:
        by_day[max(event[0], first)].append(event)
    standing: dict[Key, dict[str, int]] = defaultdict(lambda: {"overdue": 0, "in_time": 0})
    told: Cells = {}
    for day in (first + timedelta(number) for number in range((last - first).days + 1)):
        for _, key, what, n in by_day[day]:
            for state, sign in _CHANGES[what].items():
                standing[key][state] += sign * n
        if daily or day == last:
            rows = counts(standing, FIGURES[Figure.INSIDE], smallest)
            told |= {(str(day), *key): row for key, row in rows.items() if key != ALL} if daily else rows
            told[ALL] = rows[ALL]
    return told


_CHANGES = {
    "begun": {"in_time": 1},
    "ended": {"in_time": -1},
    "overdue": {"overdue": 1, "in_time": -1},
    "overdue_ended": {"overdue": -1, "in_time": 1},
}
