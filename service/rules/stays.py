"""From movements to stays: what E2 counts and M5 strings together."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from service.domain import Direction, Movement, Visa
from service.rules.case import Case
from service.stay import Stay


@dataclass(frozen=True, slots=True)
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
        return tuple(m for m in (self.entry, self.exit) if m)

    @property
    def visas(self) -> tuple[Visa, ...]:
        """The visas shown at either end."""
        return tuple(m.crossing.visa for m in self.evidence if m.crossing.visa)


def known_stays(case: Case) -> Iterator[KnownStay]:
    """The stays up to the crossing, oldest first; one that begins or ends with it is the last."""
    entry: Movement | None = None
    for m in (*case.earlier, case.this):
        if m.crossing.direction is Direction.EXIT:
            yield _stay(case, entry, m)
            entry = None
        else:
            if entry:
                yield _stay(case, entry, None)
            entry = m
    if entry:
        yield _stay(case, entry, None)


def _stay(case: Case, entry: Movement | None, exit: Movement | None) -> KnownStay:
    days = [case.day_of(m.crossing) for m in (entry, exit) if m]
    return KnownStay(min(days), max(days), entry, exit)


def ended_stays(case: Case, exempt_visa_kinds: Collection[str]) -> list[KnownStay]:
    """The stays of which both ends are recorded, but for those under an exempt visa or a permit."""
    exempt = {*exempt_visa_kinds, *case.policy.permit_kinds}
    ended = (stay for stay in known_stays(case) if stay.entry and stay.exit)
    return [stay for stay in ended if not any(visa.kind in exempt for visa in stay.visas)]


def permits(case: Case, stays: list[KnownStay]) -> Iterator[Stay]:
    """The times under a residence permit or long-stay visa, by what was shown at either end of a stay."""
    for stay in stays:
        for visa in stay.visas:
            if visa.kind in case.policy.permit_kinds:
                yield Stay(visa.valid_from or stay.first, visa.valid_until or stay.last)
