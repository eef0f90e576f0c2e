"""Counts put into rows of measures, small cells withheld. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from service.figures import FIGURES, QUANTILES, Figure, Shape, quantile_of
from service.suppression import Sum, withheld

Key = tuple[str, ...]
Rows = Mapping[Key, Mapping[str, int]]  # how many, by row and category
Values = dict[str, float | int | None]
Cells = dict[Key, tuple[Values, frozenset[str]]]  # by row, its values and which of them are withheld
ALL: Key = ("*",)  # the key of the row of totals, which no other row has
_EVERY = "*"  # the category of all
_Place = tuple[Key, str]


def counts(rows: Rows, shape: Shape, smallest: int) -> Cells:
    """Rows of counts by category, and their totals."""
    every = _with_totals(rows)
    hidden = _hidden({(key, category): n for key, of in every.items() for category, n in of.items()}, smallest)
    return {key: _measured(of, shape, hidden.get(key, ())) for key, of in every.items()}


def _with_totals(rows: Rows) -> dict[Key, dict[str, int]]:
    total: dict[str, int] = defaultdict(int)
    every = {key: {**dict(sorted(of.items())), _EVERY: sum(of.values())} for key, of in sorted(rows.items())}
    for of in every.values():
        for category, n in of.items():
            total[category] += n
    return {**every, ALL: total}


def _hidden(cells: Mapping[_Place, int], smallest: int) -> Mapping[Key, set[str]]:
    """The categories that must not be told, by row."""
    hidden: dict[Key, set[str]] = defaultdict(set)
    if smallest > 1:
        places = [*cells]  # by their numbers, which are quick to look up
        for number in withheld(dict(enumerate(cells.values())), list(_sums(places)), smallest):
            key, category = places[number]
            hidden[key].add(category)
    return hidden


def _sums(places: Sequence[_Place]) -> Iterator[Sum[int]]:
    """What adds up to what: a row's categories to the row, a category's rows to its total, and rows along each of
    several dimensions to what a table by fewer would tell."""
    rows: dict[Key, list[int]] = defaultdict(list)
    columns: dict[str, list[int]] = defaultdict(list)
    totals: dict[_Place, int] = {}
    for number, (key, category) in enumerate(places):
        if category == _EVERY or key == ALL:
            totals[key, category] = number
        if category != _EVERY:
            rows[key].append(number)
        if key != ALL:
            columns[category].append(number)
    for key, parts in rows.items():
        yield Sum(parts, totals[key, _EVERY])
    for category, parts in columns.items():
        if len(parts) > 1 or places[parts[0]][0]:
            yield Sum(parts, totals[ALL, category])
        yield from _along(places, parts)


def _along(places: Sequence[_Place], parts: Sequence[int]) -> Iterator[Sum[int]]:
    dimensions = len(places[parts[0]][0])
    for axis in range(dimensions if dimensions > 1 else 0):
        lines: dict[Key, list[int]] = defaultdict(list)
        for number in parts:
            key = places[number][0]
            lines[key[:axis] + key[axis + 1 :]].append(number)
        yield from map(Sum, lines.values())


def _measured(of: Mapping[str, int], shape: Shape, hidden: Collection[str]) -> tuple[Values, frozenset[str]]:
    def added(categories: Collection[str]) -> int | None:
        wanted = categories or (_EVERY,)
        return None if any(each in hidden for each in wanted) else sum(of.get(each, 0) for each in wanted)

    values: Values = {name: added(categories) for name, categories in shape.measures.items()}
    gone = {name for name, value in values.items() if value is None}
    for name, (some, every) in shape.shares.items():
        part, whole = added(some), added(every)
        values[name] = round(part / whole, 4) if part is not None and whole else None
        gone |= {name} if part is None or whole is None else set()
    return values, frozenset(gone)


def times(rows: Rows, smallest: int) -> Cells:
    """Rows of how many waits and their quantiles; of fewer than `smallest` waits neither is told."""
    shape = FIGURES[Figure.TIMES]
    every = _with_totals(rows)
    hidden = _hidden({(key, _EVERY): of.get(_EVERY, 0) for key, of in every.items()}, smallest)
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
