"""Who was cleared of which entry, when that still holds, and for whom. Pure.

A clearance says "this traveller is not the one that this entry means" (RULES: W4). It belongs to the entry, not to one
version of it: a new name, a merge or another import leaves it standing. It rests on what the entry said of its person
when the officer looked, and lapses when that changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from service.domain import Crossing, Traveller
from service.person import Identity, same_person
from watchlist.evidence import number_key, state
from watchlist.names import fold
from watchlist.records import Entry, Hit, Kind, Strength


class HitOutcome(StrEnum):
    """What second line says of a hit. `undecided` leaves it in the queue."""

    CONFIRMED = "confirmed"
    CLEARED = "cleared"
    UNDECIDED = "undecided"


SAME_PERSON = "same_person"
# Why, in codes; `reason.<code>` is the text.
REASONS: Mapping[str, HitOutcome] = {
    SAME_PERSON: HitOutcome.CONFIRMED,
    "document_listed": HitOutcome.CONFIRMED,
    "other_date_of_birth": HitOutcome.CLEARED,
    "other_parents": HitOutcome.CLEARED,
    "other_documents": HitOutcome.CLEARED,
    "other_biometrics": HitOutcome.CLEARED,
    "owner_says_other": HitOutcome.CLEARED,
    "document_returned": HitOutcome.CLEARED,
    "owner_asked": HitOutcome.UNDECIDED,
    "documents_awaited": HitOutcome.UNDECIDED,
    "not_enough_known": HitOutcome.UNDECIDED,
}


class EndingCause(StrEnum):
    """Why a clearance ended before its time."""

    REVOKED = "revoked"
    LAPSED = "lapsed"


Identifiers = Mapping[str, Sequence[str]]
Changes = Mapping[str, Mapping[str, Sequence[str]]]  # field -> {"before": …, "after": …}


@dataclass(frozen=True, slots=True)
class Ending:
    """An end: of a lapse, `changes` says what the entry said before and after, field by field."""

    cause: EndingCause
    ended_at: datetime
    ended_by: str
    reason: str
    changes: Changes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Clearance:
    """A traveller, seen with a document, who is not the one that `entry_id` of `list` means."""

    id: UUID
    list: str
    entry_id: str
    traveller: Traveller
    document_key: str
    identifiers: Identifiers
    reason_code: str
    cleared_by: str
    cleared_at: datetime
    expires_at: datetime
    note: str | None = None
    redress_number: str | None = None
    hit_id: UUID | None = None
    ending: Ending | None = None

    def stands(self, at: datetime) -> bool:
        """Whether it holds at that moment."""
        return self.ending is None and at < self.expires_at


class Standing(StrEnum):
    """What a clearance says of a hit on somebody: that it holds, or why it does not."""

    HONOURED = "honoured"
    UNSURE = "unsure"  # perhaps the same traveller: the document or the redress number would tell
    LAPSED = "lapsed"
    EXPIRED = "expired"


# What makes an entry's person another one. Names are left out on purpose: publishers respell and add them.
def identifiers(entry: Entry) -> dict[str, list[str]]:
    """What an entry says of its person beside the names, in one spelling and order whatever the publisher's."""
    found: dict[str, Iterable[str]] = {
        "date_of_birth": entry.dates_of_birth,
        "nationality": map(state, entry.nationalities),
        "sex": (entry.sex,) if entry.sex else (),
        "document_number": (f"{state(d.issuing_state or '')}:{number_key(d.number)}" for d in entry.documents),
        "father_name": (" ".join(fold(name)) for name in entry.father_names),
        "mother_name": (" ".join(fold(name)) for name in entry.mother_names),
    }
    return {name: sorted(set(values)) for name, values in found.items()}


def changes(before: Identifiers, after: Identifiers) -> dict[str, dict[str, list[str]]]:
    """The fields that say something else than before, with both."""
    return {
        name: {"before": list(before.get(name, ())), "after": list(after.get(name, ()))}
        for name in dict.fromkeys((*before, *after))
        if list(before.get(name, ())) != list(after.get(name, ()))
    }


def lives_on(gone: Entry, other: Entry) -> bool:
    """Whether `other` is `gone` under another id: all its identifiers and a name, with a day of birth or a document."""
    said = identifiers(gone)
    telling = said["document_number"] or any(len(day) == 10 and "X" not in day for day in said["date_of_birth"])
    names = ({" ".join(fold(name.text)) for name in entry.names} for entry in (gone, other))
    return bool(telling) and said == identifiers(other) and (not gone.names or bool(set.intersection(*names)))


def standing(clearance: Clearance, crossing: Crossing, hit: Hit) -> Standing | None:
    """What `clearance` says of this hit at the time of the crossing; None where it is another person's."""
    if not _is_theirs(clearance, crossing):
        return None
    if clearance.ending is not None:
        return Standing.LAPSED if clearance.ending.cause is EndingCause.LAPSED else None
    if not clearance.stands(crossing.occurred_at):
        return Standing.EXPIRED
    return Standing.HONOURED if _is_sure(clearance, crossing, hit) else Standing.UNSURE


def _is_theirs(clearance: Clearance, crossing: Crossing) -> bool:
    return is_same(clearance.traveller, crossing.traveller, shown=_is_shown(clearance, crossing))


def is_same(seen: Traveller, now: Traveller, *, shown: bool) -> bool:
    """Whether a traveller is the one seen before; `shown` says that a document or a number speaks for it.

    That makes up for a name that many bear, never for another date of birth, sex or parent.
    """
    likeness = same_person(seen, now)
    apart = {"date_of_birth", "sex", "father_name", "mother_name"} & set(likeness.differ)
    return likeness.identity is Identity.SAME or (shown and likeness.identity is Identity.POSSIBLE and not apart)


def _is_shown(clearance: Clearance, crossing: Crossing) -> bool:
    """Whether the traveller shows the document of then, or the number given out for the clearance."""
    number = clearance.redress_number
    return clearance.document_key == crossing.document.key or (number is not None and number == crossing.redress_number)


def _is_sure(clearance: Clearance, crossing: Crossing, hit: Hit) -> bool:
    """Whether the traveller cannot be the listed one who shares name and date of birth with the one cleared.

    A listed document clears nobody but its holder. Against a full identity, name and date of birth tell the two apart
    no longer: the document, the redress number, or a parent's name must.
    """
    if hit.kind is Kind.DOCUMENT:
        return clearance.document_key == crossing.document.key
    if hit.strength is Strength.WEAK or _is_shown(clearance, crossing):
        return True
    agree = same_person(clearance.traveller, crossing.traveller).agree
    return bool({"father_name", "mother_name"} & set(agree))
