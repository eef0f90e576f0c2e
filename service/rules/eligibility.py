"""E: what the law sets on entering and staying. Deterministic; every figure comes from the policy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from service.dates import months_after
from service.domain import Crossing, Direction, ListingKind, Severity, Visa
from service.kept import once
from service.rules.case import Case
from service.rules.rule import Found, Params, Rule
from service.rules.stays import KnownStay, days_at_most
from service.stay import Allowance, Stay, allowance


def _overstay(case: Case) -> Iterator[Found]:
    if case.national or case.crossing.direction is Direction.ENTRY:
        return
    limit, basis = admitted_until(case)
    if limit and case.day > limit + timedelta(days=case.parameter("E1", "grace_days", int)):
        params = {"admitted_until": limit, "days_over": (case.day - limit).days, "basis": basis}
        yield Found("overstay", params, evidence=(case.entry,) if case.entry else (), unheard=case.unheard)


def admitted_until(case: Case) -> tuple[date | None, str]:
    """The last admitted day and what says so; of an entry, the last of the stay that it begins.

    In this order: what an officer recorded on exit (an extension), a permit shown on exit, the same two on entry, the
    length of stay that the visa states, the policy's table. A permit without an end sets no limit.
    """
    stated = [crossing for crossing in (case.crossing, case.entry and case.entry.crossing) if crossing]
    for crossing in stated:
        if crossing.admitted_until:
            return crossing.admitted_until, "recorded"
        if crossing.visa and crossing.visa.kind in case.policy.permit_kinds:
            return crossing.visa.valid_until, "permit"
    begun = case.entry.crossing if case.entry else None if case.leaving else case.crossing
    return _by_length(case, begun) if begun else (None, "")


def _by_length(case: Case, entry: Crossing) -> tuple[date | None, str]:
    """The day of entry is the first of the admitted days."""
    first = case.day_of(entry)
    if entry.visa and entry.visa.duration_days:
        return first + timedelta(days=entry.visa.duration_days - 1), "visa"
    regime = case.policy.admitted_stay(*case.asked(entry, first))
    return (first + timedelta(days=regime.days - 1), regime.citation) if regime and regime.days else (None, "")


E1 = Rule(
    "E1",
    1,
    "Finds an exit after the last day for which the traveller was admitted; the day of entry counts. "
    "Nationals are exempt, and residents while their permit lasts.",
    ("rebut.extension", "rebut.force_majeure", "rebut.movement_supplied"),
    _overstay,
    only=Direction.EXIT,
    of_foreigners=True,
)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many days in a window of so many, and the law that says so, where it is not the policy's general rule."""

    days: int
    window: int
    citation: str | None = None


@once
def limit_of(case: Case) -> Limit:
    """The limit that holds for the traveller, with this document and visa, here and on this day."""
    regime = case.policy.window(*case.asked_here)
    if regime and regime.days and regime.window_days:
        return Limit(regime.days, regime.window_days, regime.citation)
    return Limit(case.parameter("E2", "days", int), case.parameter("E2", "window_days", int))


@once
def stay_allowance(case: Case) -> Allowance | None:
    """What a foreigner has used and has left of the days in the window, for the officer and for E2.

    None for a national, and under a residence permit or long-stay visa that is valid on the day.
    """
    if case.national or _under_permit(case):
        return None
    limit = limit_of(case)
    known = case.all_stays[::-1]
    before = known if case.leaving else known[:-1]  # on entry the stay that would begin is what is asked about
    stays = [Stay(stay.first, stay.last) for stay in before]
    return allowance(stays, case.day, days=limit.days, window=limit.window, permits=_permits(case, before))


def _window_start(case: Case, limit: Limit) -> date:
    return case.day - timedelta(limit.window - 1)


def _permits(case: Case, stays: Iterable[KnownStay]) -> Iterator[Stay]:
    """The times under a residence permit or long-stay visa, by what was shown at either end of a stay."""
    for stay in stays:
        for visa in stay.visas:
            if visa.kind in case.policy.permit_kinds:
                yield Stay(visa.valid_from or stay.first, visa.valid_until or stay.last)


def _under_permit(case: Case) -> bool:
    shown = [case.crossing.visa, case.entry.crossing.visa if case.entry else None]
    return any(visa.kind in case.policy.permit_kinds and _valid(visa, case.day) for visa in shown if visa)


def _valid(visa: Visa, on: date) -> bool:
    return (visa.valid_from or date.min) <= on <= (visa.valid_until or date.max)


def _too_many_days(case: Case) -> Iterator[Found]:
    if case.national:
        return
    first = case.day_of(case.earlier[0].crossing) if case.earlier else case.day
    if (case.day - first).days < case.bounds.fewest_days:
        return  # hardly so long ago that the traveller was first seen: most are spared the rest
    limit = limit_of(case)
    since = _window_start(case, limit)
    if days_at_most((*case.earlier, case.this), since) <= limit.days:
        return
    counted = case.stays_since(since)
    if (found := stay_allowance(case)) and found.days_used > limit.days:
        yield Found(
            "stayed_too_long" if case.leaving else "no_days_left",
            {"days_allowed": limit.days, "window_days": limit.window, "citation": limit.citation, **_figures(found)},
            evidence=tuple(m for stay in counted for m in stay.evidence),
            unheard=case.unheard,
        )


def _figures(found: Allowance) -> Params:
    return {
        "days_used": found.days_used,
        "days_left": found.days_left,
        "window_start": found.window_start,
        "latest_exit": found.latest_exit,
        "earliest_reentry": found.earliest_reentry,
    }


E2 = Rule(
    "E2",
    1,
    "Finds more days of presence in the window than are allowed; entry and exit days count, and a stay counts only "
    "with its days inside the window. Nationals are exempt, and the days under a permit do not count.",
    ("rebut.residence_permit", "rebut.movement_supplied", "rebut.force_majeure", "rebut.namesake"),
    _too_many_days,
    of_foreigners=True,
)


def _visa(case: Case) -> Iterator[Found]:
    if case.national or case.crossing.direction is Direction.EXIT:
        return
    visa, asked = case.crossing.visa, case.asked_here[1]
    regime = case.policy.visa_regime(asked)
    if regime and not regime.visa_required:
        return
    if visa:
        yield from _visa_faults(case, visa, where=asked[2])
    elif regime:
        yield Found("visa_missing", {"citation": regime.citation})


def _visa_faults(case: Case, visa: Visa, where: str | None) -> Iterator[Found]:
    if visa.valid_from and case.day < visa.valid_from:
        yield Found("visa_not_yet_valid", {"valid_from": visa.valid_from})
    if visa.valid_until and case.day > visa.valid_until:
        yield Found("visa_expired", {"valid_until": visa.valid_until})
    if visa.jurisdiction and where and visa.jurisdiction != where:
        yield Found("visa_elsewhere", {"valid_in": visa.jurisdiction, "jurisdiction": where})
    used = [m for m in case.earlier if m.crossing.direction is Direction.ENTRY and _same_visa(m.crossing.visa, visa)]
    if visa.entries_allowed is not None and len(used) >= visa.entries_allowed:
        yield Found("visa_used_up", {"entries_allowed": visa.entries_allowed}, evidence=tuple(used))


def _same_visa(one: Visa | None, other: Visa) -> bool:
    return one is not None and one.number is not None and one.number == other.number


E3 = Rule(
    "E3",
    1,
    "Finds on entry a visa that is missing, expired, not yet valid, used up or valid in the other jurisdiction only. "
    "Whether one is needed is for the policy's dated table to say; nationals are exempt.",
    ("rebut.visa_shown", "rebut.visa_extended", "rebut.visa_exempt"),
    _visa,
    only=Direction.ENTRY,
    of_foreigners=True,
)


def _validity(case: Case) -> Iterator[Found]:
    expiry = case.crossing.document.date_of_expiry
    last = expiry.latest() if expiry else None
    if not last or last.year > case.day.year + case.bounds.most_months // 12 + 1:
        return  # nobody knows, or it is valid for years to come, as most are
    months, citation = _months(case)
    needed = months_after(case.day, months)
    if last < case.day:
        yield Found("expired", {"date_of_expiry": last})
    elif last < needed:
        params = {"date_of_expiry": last, "months": months, "needed_until": needed, "citation": citation}
        yield Found("short_validity", params)


def _months(case: Case) -> tuple[int, str | None]:
    """How many months, and the law that says so where it is a row of the policy's table."""
    if case.national:
        return case.parameter("E4", "months_for_nationals", int), None
    if case.leaving:
        return case.parameter("E4", "months_on_exit", int), None
    regime = case.policy.validity(*case.asked_here)
    if regime and regime.months_valid is not None:
        return regime.months_valid, regime.citation
    return case.parameter("E4", "months_on_entry", int), None


E4 = Rule(
    "E4",
    1,
    "Finds a document that has expired, or that is valid for fewer months than the policy asks for. "
    "A date of expiry known in part counts as the latest day that it may mean.",
    ("rebut.document_extended", "rebut.misread", "rebut.exemption_in_law"),
    _validity,
)


def _entry_ban(case: Case) -> Iterator[Found]:
    if case.national or case.leaving:
        return
    for each in case.listings:
        in_force = (each.valid_from or date.min) <= case.day <= (each.valid_until or date.max)
        if each.kind is ListingKind.ENTRY_BAN and each.exact and in_force:
            yield Found("entry_ban", {"field": each.reference, "valid_until": each.valid_until})


E5 = Rule(
    "E5",
    1,
    "Finds on entry a traveller under an entry ban that is in force on the day. "
    "Only an identity established exactly counts, by the document or by second line's word that this is the listed "
    "person, and nationals are exempt: they have the right to enter.",
    ("rebut.identifiers_differ", "rebut.ban_lifted"),
    _entry_ban,
    Severity.ALERT,
    needs="listings",
    only=Direction.ENTRY,
    of_foreigners=True,
)
