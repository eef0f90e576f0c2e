"""D: what the document says of itself, and what it said before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from ocr.states import is_state_code
from service.dates import months_after
from service.domain import Crossing, ListingKind, Movement, Severity, Traveller
from service.person import same_birth, same_name
from service.rules.case import Case
from service.rules.comparing import differs
from service.rules.links import number_of, parties
from service.rules.order import happened
from service.rules.rule import Found, Rule

SPECIMEN = "UTO"  # Utopia: Doc 9303's own specimens


def _check_digits(case: Case) -> Iterator[Found]:
    failed = case.crossing.failed_check_digits
    fields = [each for each in failed if each.field != "composite"]
    for each in fields:
        yield Found("check_digit", {"field": each.field, "printed": each.printed, "computed": each.computed})
    for each in failed:
        if not fields:  # a wrong field makes the composite digit wrong as well: that is no news
            yield Found("composite", {"printed": each.printed, "computed": each.computed})


D1 = Rule(
    "D1",
    1,
    "Finds a check digit of the machine-readable zone that does not hold, and names its field. "
    "The composite digit is a finding only where every other digit holds.",
    ("rebut.misread", "rebut.issuer_misprint"),
    _check_digits,
    needs="crossing.failed_check_digits",
)


def _other_readings(case: Case) -> Iterator[Found]:
    sources: dict[str, list[str]] = {}
    for each in case.crossing.other_readings:
        if differs(case.crossing, each):
            sources.setdefault(each.field, []).append(f"source.{each.source}")
    for field, found in sources.items():
        yield Found("differs", {"field": field, "sources": sorted(set(found))})


D2 = Rule(
    "D2",
    1,
    "Finds a field that the chip, the printed page or the officer's typing has otherwise than the machine-readable "
    "zone. Another spelling of the same name, a date known in part and an unspecified sex are no difference.",
    ("rebut.misread", "rebut.issuer_misprint"),
    _other_readings,
    needs="crossing.other_readings",
)


def _reported(case: Case) -> Iterator[Found]:
    """Exactly this document: issuers number cards and passports alike, and so do other issuers."""
    here = case.crossing.document
    for each in case.listings:
        there = each.document
        if each.kind is not ListingKind.LOST_OR_STOLEN or there is None or there.key != here.key:
            continue
        if there.document_code[:1] == here.document_code[:1]:
            yield Found("reported", {"field": each.reference})


D3 = Rule(
    "D3",
    1,
    "Finds a document that is reported lost or stolen. "
    "Number, type and issuing state must all agree exactly: no resemblance counts.",
    ("rebut.document_returned_to_holder", "rebut.list_record_corrected", "rebut.misread"),
    _reported,
    Severity.ALERT,
    needs="listings",
)


def _state_codes(case: Case) -> Iterator[Found]:
    issuer, nationality = case.crossing.document.issuing_state, case.crossing.traveller.nationality
    for field, code in (("issuing_state", issuer), ("nationality", nationality)):
        if code.rstrip("<") == SPECIMEN:
            if not case.policy.accept_specimen:
                yield Found("specimen", {"field": field, "code": code})
        elif not is_state_code(code):
            yield Found("unknown_state", {"field": field, "code": code})


D4 = Rule(
    "D4",
    1,
    "Finds an issuing state or nationality that ICAO Doc 9303 part 3 does not list. "
    "The specimen code UTO is found as well, except under a policy that accepts specimens.",
    ("rebut.misread",),
    _state_codes,
)


def _other_person(case: Case) -> Iterator[Found]:
    here = case.crossing
    known: dict[int, tuple[str, ...]] = {id(here.traveller): ()}
    differing = []
    for m in case.same_document:
        other = m.crossing.traveller
        if id(other) not in known:
            known[id(other)] = _differences(here.traveller, other)
        if known[id(other)]:
            differing.append((m, known[id(other)]))
    if differing:
        named = sorted({field for _, fields in differing for field in fields})
        params = {"fields": named, "times": len(differing)}
        yield Found("other_person", params, evidence=tuple(m for m, _ in differing))


def _differences(one: Traveller, other: Traveller) -> tuple[str, ...]:
    """The biographic fields in which one document contradicts itself; what is unknown contradicts nothing."""
    known_years = one.date_of_birth.year and other.date_of_birth.year
    differs = {
        "name": one != other and not same_name(one, other),
        "date_of_birth": known_years and not same_birth(one.date_of_birth, other.date_of_birth),
        "nationality": one.nationality != other.nationality,
        "sex": {one.sex, other.sex} == {"M", "F"},
    }
    return tuple(field for field, found in differs.items() if found)


D5 = Rule(
    "D5",
    1,
    "Finds a document number that was presented before, by the same issuer, with other biographic data. "
    "Another spelling of the same name is no difference, nor is a date known in part.",
    ("rebut.data_corrected", "rebut.misread", "rebut.number_reused_by_issuer"),
    _other_person,
    needs="history",
)


def _other_document(case: Case) -> Iterator[Found]:
    here = case.crossing
    latest = {m.crossing.document.key: m for m in case.presented if m.crossing.document.key != here.document.key}
    for m in latest.values():
        if not _explained(case, m):
            document = m.crossing.document
            params = {"issuing_state": document.issuing_state, "document_number": document.document_number}
            yield Found("other_document", params, evidence=(m,))


def _explained(case: Case, other: Movement) -> bool:
    """Whether two documents of one person are as usual: passport and card, a renewal, a declared nationality."""
    here, there = case.crossing, other.crossing
    if here.document.issuing_state == there.document.issuing_state:
        return here.document.document_code[:1] != there.document.document_code[:1] or _renewed(case, there)
    return _declared(here, there) or _declared(there, here)


def _declared(crossing: Crossing, other: Crossing) -> bool:
    declared = crossing.traveller.other_nationalities
    return other.document.issuing_state in declared or other.traveller.nationality in declared


def _renewed(case: Case, old: Crossing) -> bool:
    expiry = old.document.date_of_expiry
    earliest = expiry.earliest() if expiry else None
    return earliest is not None and case.day >= months_after(earliest, -case.parameter("D6", "renewal_months", int))


D6 = Rule(
    "D6",
    1,
    "Finds a traveller who crossed before with another document. "
    "A renewal, a card beside a passport of the same issuer and a declared second nationality are no finding.",
    ("rebut.second_nationality", "rebut.document_lost_and_replaced", "rebut.namesake"),
    _other_document,
    needs="history",
)


def _run(case: Case) -> Iterator[Found]:
    placed = number_of(case.crossing.document) if case.others else None
    near = _neighbours(case, *placed) if placed else []
    most = max(_windows(case, near, placed[1]), key=len, default=[]) if placed and near else []
    if len(most) >= case.parameter("D7", "documents", int):
        evidence = sorted((m for party in most for m in party if m is not case.this), key=happened)
        yield Found("consecutive", {"documents": len(most)}, evidence=tuple(evidence))


def _neighbours(case: Case, stretch: str, number: int) -> list[tuple[int, Movement]]:
    """Other documents of the issuer, numbered less than a run away and presented in the hours before, the last time."""
    run, hours = case.parameter("D7", "run", int), timedelta(hours=case.parameter("D7", "hours", int))
    found: dict[str, tuple[int, Movement]] = {}
    placed = ((number_of(m.crossing.document), m) for m in case.others)
    near = ((there[1], m) for there, m in placed if there and there[0] == stretch)
    for at, m in sorted(near, key=lambda each: happened(each[1])):
        before = happened(m) < happened(case.this) and case.crossing.occurred_at - m.crossing.occurred_at <= hours
        if before and at != number and abs(at - number) < run:
            found[m.crossing.document.key] = (at, m)
    return list(found.values())


def _windows(case: Case, near: Sequence[tuple[int, Movement]], number: int) -> Iterator[list[list[Movement]]]:
    """For each run of numbers with this one in it: who presented its documents, a family or group being one."""
    run = case.parameter("D7", "run", int)
    for first in {number, *(at for at, _ in near if at < number)}:
        yield parties([case.this, *(m for at, m in near if first <= at < first + run)])


D7 = Rule(
    "D7",
    1,
    "Finds several documents with nearly consecutive numbers of one issuer, presented within a day. "
    "A family or a group that is registered together counts as one.",
    ("rebut.registered_together", "rebut.issued_together"),
    _run,
    of_others=True,
    needs="others",
)
