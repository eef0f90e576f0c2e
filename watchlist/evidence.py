"""What each field beside the name says for or against, as evidence that an officer can read.

Weights are log likelihood ratios in nats. A field that either side lacks weighs nothing, and says what it
would settle if it were known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import log

from watchlist import dates
from watchlist.alignment import NameEvidence
from watchlist.likeness import likeness
from watchlist.names import fold
from watchlist.records import Entry, EntryDocument, EntryName, FieldEvidence, Outcome, Subject

NATIONALITY_DIFFERS = -2.5  # one in twelve, say, travels on a document of a state that the list does not give
SEX_AGREES, SEX_DIFFERS = 0.3, -2.5
PARENT_AGREES, PARENT_DIFFERS = 3.0, -3.5
NUMBER_EQUAL, NUMBER_ALIKE = 14.0, 6.0

States = Callable[[str], float]
"""What it weighs, in nats, that a nationality agrees."""

_DATE_OUTCOMES = {
    "dob.equal": Outcome.EQUAL,
    "dob.registry-day": Outcome.EQUAL,
    "dob.contradicting": Outcome.CONTRADICTING,
    "dob.same-year": Outcome.CONTRADICTING,
    "dob.year-near": Outcome.DIFFERENT,
    "dob.parts-differ": Outcome.DIFFERENT,
    "dob.year-only": Outcome.PARTIAL,
    "dob.year-only-off": Outcome.PARTIAL,
    "dob.in-range": Outcome.PARTIAL,
    "dob.partial": Outcome.PARTIAL,
    "dob.missing": Outcome.MISSING,
}
# Shares of the people at an Iraqi border who hold a nationality, roughly: a list cannot tell. Coarse on purpose.
_TRAVELLERS = {"IRQ": 0.5, "IRN": 0.15, "TUR": 0.08, "SYR": 0.08}
RAREST_STATE = 0.05
_MISREAD = str.maketrans("OILBSZG", "0118526")
_GERMANY = {"D": "DEU", "GBD": "GBR", "GBN": "GBR", "GBO": "GBR", "GBP": "GBR", "GBS": "GBR", "RKS": "XKX"}


def of_name(subject: Subject, listed: EntryName, found: NameEvidence, weight: float) -> FieldEvidence:
    """The name as evidence: which words agreed, which were left over."""
    outcome, message = _name_outcome(found)
    params = {
        "agreed": ", ".join(a if a == b else f"{a} ~ {b}" for a, b, _ in found.pairs),
        "subject_only": " ".join(found.subject_left),
        "entry_only": " ".join(found.entry_left),
        "other_names": " ".join(found.elsewhere),
        "name_kind": listed.kind.value,
    }
    asked = _full_name(subject)
    return FieldEvidence("name", asked, listed.text, outcome, weight, message, params)


def _name_outcome(found: NameEvidence) -> tuple[Outcome, str]:
    if not found.pairs:
        return Outcome.DIFFERENT, "name.different"
    if found.subject_left or found.entry_left or found.elsewhere:
        return Outcome.PARTIAL, "name.partial"
    if all(alike == 1 for _, _, alike in found.pairs):
        return Outcome.EQUAL, "name.equal"
    return Outcome.ALIKE, "name.alike"


def _full_name(subject: Subject) -> str:
    halves = f"{subject.secondary_identifier} {subject.primary_identifier}".strip()
    return halves or subject.name or subject.native_name or ""


def other_fields(subject: Subject, entry: Entry, states: States) -> Iterator[FieldEvidence]:
    """Evidence of every field but the name; ``states`` gives the weight of a nationality that agrees."""
    yield of_birth(subject, entry)
    yield of_nationality(subject, entry, states)
    yield of_sex(subject, entry)
    if subject.document_number and entry.documents:
        yield of_document(subject, entry.documents)
    for field, asked, listed in (
        ("father_name", subject.father_name, entry.father_names),
        ("mother_name", subject.mother_name, entry.mother_names),
    ):
        if asked and listed:
            yield of_parent(field, asked, listed)


def of_birth(subject: Subject, entry: Entry) -> FieldEvidence:
    """The dates of birth, graded."""
    listed = ", ".join(entry.dates_of_birth) or None
    found = dates.compare(subject.date_of_birth, entry.dates_of_birth)
    if found is None:
        side = "dob.subject-lacks" if entry.dates_of_birth else "dob.entry-lacks"
        return FieldEvidence("date_of_birth", subject.date_of_birth, listed, Outcome.MISSING, 0.0, side)
    outcome = _DATE_OUTCOMES.get(found.message, Outcome.ALIKE)
    return FieldEvidence("date_of_birth", subject.date_of_birth, found.entry_date, outcome, found.weight, found.message)


def of_nationality(subject: Subject, entry: Entry, states: States) -> FieldEvidence:
    """Nationalities: the rarer the more; people hold several, so a difference settles nothing."""
    listed = ", ".join(entry.nationalities) or None
    asked = subject.nationality or None
    if not asked or not entry.nationalities:
        return FieldEvidence("nationality", asked, listed, Outcome.MISSING, 0.0, "nationality.missing")
    if state(asked) in map(state, entry.nationalities):
        return FieldEvidence("nationality", asked, listed, Outcome.EQUAL, states(asked), "nationality.equal")
    return FieldEvidence("nationality", asked, listed, Outcome.DIFFERENT, NATIONALITY_DIFFERS, "nationality.different")


def weight_of_state(code: str, share: float) -> float:
    """What it weighs that a nationality agrees which this share of a list's entries have: the rarer the more."""
    return -log(min(1.0, max(share, RAREST_STATE, _TRAVELLERS.get(state(code), 0.0))))


def state(code: str) -> str:
    """One code for a state that ICAO writes in several ways (D, and the kinds of British nationals)."""
    code = code.upper().rstrip("<")
    return _GERMANY.get(code, code)


def of_sex(subject: Subject, entry: Entry) -> FieldEvidence:
    """Sex as both sides state it; X and blank say nothing."""
    asked, listed = subject.sex or None, entry.sex
    if asked not in ("M", "F") or listed not in ("M", "F"):
        return FieldEvidence("sex", asked, listed, Outcome.MISSING, 0.0, "sex.missing")
    if asked == listed:
        return FieldEvidence("sex", asked, listed, Outcome.EQUAL, SEX_AGREES, "sex.equal")
    return FieldEvidence("sex", asked, listed, Outcome.DIFFERENT, SEX_DIFFERS, "sex.different")


def number_key(number: str) -> str:
    """A document number with its spaces, hyphens and fillers taken out."""
    return "".join(filter(str.isalnum, number)).upper()


def misread_key(number: str) -> str:
    """A document number in which letters and digits of like shape are one."""
    return number_key(number).translate(_MISREAD)


def of_document(subject: Subject, documents: Sequence[EntryDocument]) -> FieldEvidence:
    """The document number, exact or with like shapes read for one another, and its issuing state."""
    asked = number_key(subject.document_number or "")
    for key, weight, outcome, message in (
        (number_key, NUMBER_EQUAL, Outcome.EQUAL, "document.equal"),
        (misread_key, NUMBER_ALIKE, Outcome.ALIKE, "document.alike"),
    ):
        for document in documents:
            if key(document.number) == key(asked) and _states_agree(subject.issuing_state, document):
                return FieldEvidence("document", asked, document.number, outcome, weight, message)
    listed = ", ".join(document.number for document in documents)
    return FieldEvidence("document", asked, listed, Outcome.DIFFERENT, 0.0, "document.different")


def _states_agree(asked: str | None, document: EntryDocument) -> bool:
    return not asked or not document.issuing_state or state(asked) == state(document.issuing_state)


def of_parent(field: str, asked: str, listed: Sequence[str]) -> FieldEvidence:
    """A parent's name; where it differs, it clears a namesake like little else."""
    best = max(listed, key=lambda name: _alike(asked, name))
    alike = _alike(asked, best)
    key = field.replace("_", "-")
    if alike >= 0.7:
        outcome = Outcome.EQUAL if alike == 1 else Outcome.ALIKE
        return FieldEvidence(field, asked, best, outcome, PARENT_AGREES * alike, f"{key}.agrees")
    return FieldEvidence(field, asked, best, Outcome.DIFFERENT, PARENT_DIFFERS, f"{key}.differs")


def _alike(asked: str, listed: str) -> float:
    """How alike the shorter name's tokens are found in the longer's, the least alike of them."""
    short, long = sorted((fold(asked), fold(listed)), key=len)
    return min((max(likeness(a, b) for b in long) for a in short), default=0.0)
