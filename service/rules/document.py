"""D: what the document says of itself, and what it said before."""

from __future__ import annotations

from collections.abc import Iterator

from ocr.states import is_state_code
from service.dates import months_after
from service.domain import Crossing, Movement
from service.person import same_birth, same_name
from service.rules.case import Case, is_same
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
)


def _state_codes(case: Case) -> Iterator[Found]:
    codes = {
        "issuing_state": case.crossing.document.issuing_state,
        "nationality": case.crossing.traveller.nationality,
    }
    for field, code in codes.items():
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
    same_number = [m for m in case.presented if m.crossing.document.key == here.document.key]
    differing = [(m, fields) for m in same_number if (fields := _differences(here, m.crossing))]
    if differing:
        named = sorted({field for _, fields in differing for field in fields})
        params = {"fields": named, "times": len(differing)}
        yield Found("other_person", params, evidence=tuple(m for m, _ in differing))


def _differences(a: Crossing, b: Crossing) -> tuple[str, ...]:
    """The biographic fields in which one document contradicts itself; what is unknown contradicts nothing."""
    one, other = a.traveller, b.traveller
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
)


def _other_document(case: Case) -> Iterator[Found]:
    here = case.crossing
    latest = {m.crossing.document.key: m for m in case.presented if m.crossing.document.key != here.document.key}
    for m in latest.values():
        if is_same(here.traveller, m.crossing.traveller) and not _explained(case, m):
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
)
