"""From movements to stays: what E2 counts and M5 strings together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

from service.domain import Crossing, Direction, Movement, Visa
from service.light import light

DayOf = Callable[[Crossing], date]


@light(frozen=True, slots=True)
class KnownStay:
    """A stay as the records have it: the first and the last day, and the movements that say so.

    Where an end is not recorded the stay is known for the day of the other alone: what nobody saw is not held
    against the traveller, and M1 to M3 say that something is missing.
    """

    first: date
    last: date
    entry: Movement | None
    exit: Movement | None

    @property
    def evidence(self) -> tuple[Movement, ...]:
        """The movements at its ends, as far as recorded."""
        return tuple(m for m in (self.entry, self.exit) if m)

    @property
    def visas(self) -> tuple[Visa, ...]:
        """The visas shown at either end."""
        return tuple(m.crossing.visa for m in self.evidence if m.crossing.visa)


def known_stays(movements: Sequence[Movement], day_of: DayOf) -> Iterator[KnownStay]:
    """The stays that movements in their order make up, the latest first; `day_of` gives the local day of a crossing.

    An exit ends the stay that the entry right before it began; whatever else stands alone.
    """
    at = len(movements)
    while at:
        at -= 1
        last = movements[at]
        if last.crossing.direction is Direction.ENTRY:
            yield _stay(last, None, day_of)
        elif at and movements[at - 1].crossing.direction is Direction.ENTRY:
            at -= 1
            yield _stay(movements[at], last, day_of)
        else:
            yield _stay(None, last, day_of)


def days_at_most(movements: Sequence[Movement], since: date) -> int:
    """No fewer days than the stays have on or after a day: quick, and spares most the exact count.

    A stay has at most a day for each of its movements and the whole days between them.
    """
    begins = datetime.combine(since, time(), UTC) - timedelta(1)  # wherever that day begins
    days, left = 0, None
    for m in reversed(movements):
        at = m.crossing.occurred_at
        if m.crossing.direction is Direction.EXIT:
            if at < begins:
                break
            left = at
        elif left:
            days += abs(left - at).days
            left = None
        days += 1
    return days


def _stay(entry: Movement | None, exit: Movement | None, day_of: DayOf) -> KnownStay:
    days = [day_of(m.crossing) for m in (entry, exit) if m]
    return KnownStay(min(days), max(days), entry, exit)
