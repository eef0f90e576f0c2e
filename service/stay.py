"""At most so many days in any window: the calculation behind rule E2. Pure.

The rule is that of the Schengen short stay (Regulation (EU) 2016/399, article 6(1) and (2)): the days of presence in
the window that ends with the day looked at are counted, the day of entry and the day of exit among them. Both numbers
are parameters.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from service.light import light


@light(frozen=True, slots=True)
class Stay:
    """Presence from the first to the last day, both included; `last` is None while it goes on."""

    first: date
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a traveller who is present on the day looked at has used and has left.

    `days_used` counts that day. `latest_exit` is the last day of a stay that goes on from it, None where not even
    that day is allowed or no day would be too late. `earliest_reentry` is the first day, from it on, on which someone
    who stays away until then may be present; None where there is none.
    """

    days_used: int
    days_left: int
    window_start: date
    latest_exit: date | None
    earliest_reentry: date | None


def allowance(
    stays: Iterable[Stay], day: date, *, days: int = 90, window: int = 180, permits: Iterable[Stay] = ()
) -> Allowance:
    """Count the days of `stays` in the window of `window` days that ends with `day`, which counts itself.

    Days that several stays share count once; days under one of `permits` do not count.
    """
    today = day.toordinal()
    present = _days(stays, today - window + 1, today) - _days(permits, today - window + 1, today)
    used = len(present | {today})
    return Allowance(
        days_used=used,
        days_left=max(0, days - used),
        window_start=date.fromordinal(today - window + 1),
        latest_exit=_latest_exit(present, today, days, window) if used <= days < window else None,
        earliest_reentry=_earliest_reentry(present, today, days, window),
    )


def covered(stays: Iterable[Stay], day: date) -> bool:
    """Whether a day lies within one of the stays."""
    return any(stay.first <= day <= (stay.last or date.max) for stay in stays)


def _days(stays: Iterable[Stay], start: int, end: int) -> set[int]:
    """The days of the stays, clipped: only those from `start` to `end` are there."""
    found: set[int] = set()
    for stay in stays:
        last = stay.last.toordinal() if stay.last else end
        found.update(range(max(stay.first.toordinal(), start), min(last, end) + 1))
    return found


def _latest_exit(present: set[int], today: int, days: int, window: int) -> date:
    """Stay on, a day in and a day out of the window at a time, until the next day is one too many."""
    used, last = len(present | {today}), today
    while used + 1 - (last + 1 - window in present) <= days:
        last += 1
        used += 1 - (last - window in present)
    return date.fromordinal(last)


def _earliest_reentry(present: set[int], today: int, days: int, window: int) -> date | None:
    """Today if it is still allowed; else the day on which the last `days - 1` days present are all that is left."""
    if days < 1:
        return None
    if len(present | {today}) <= days:
        return date.fromordinal(today)
    return date.fromordinal(sorted(present)[-days] + window)
