"""What every list and every entry must say before anybody is stopped for it. Pure.

An entry without an owner, a legal basis and an instruction accuses somebody and answers to nobody; one that never
expires outlives its reason; a bare name accuses everybody who bears it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from service.errors import Forbidden, ThinEntry
from watchlist import dates
from watchlist.names import fold
from watchlist.records import Entry


class ChangeAction(StrEnum):
    """What is proposed. `withdraw` takes the entry, or the whole list, out of screening."""

    CREATE = "create"
    AMEND = "amend"
    WITHDRAW = "withdraw"


class ChangeState(StrEnum):
    """Where a proposal stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Terms:
    """Who answers for a list or an entry, on which ground, until when, and what the officer is to do.

    `expires_on` is the first day on which nothing matches any more; None is for lists, which their publisher keeps.
    `minimum_identifiers` leaves out of an imported list what could only match by a bare name.
    """

    owner: str
    legal_basis: str
    instruction: str
    review_on: date
    expires_on: date | None = None
    minimum_identifiers: bool = True


@dataclass(frozen=True, slots=True)
class Change:
    """One revision of a list (`entry_id` empty) or of an entry: what was proposed and who decided on it."""

    id: UUID
    list: str
    entry_id: str
    revision: int
    action: ChangeAction
    terms: Terms
    reason: str
    proposed_by: str  # an account's id
    proposed_by_name: str
    proposed_at: datetime
    entry: Entry | None = None
    state: ChangeState = ChangeState.PROPOSED
    decided_by_name: str | None = None
    decided_at: datetime | None = None
    decision_reason: str | None = None


class Proposed(Protocol):
    """What somebody proposed, by the id of the account."""

    @property
    def proposed_by(self) -> str: ...


def require_second_person(change: Proposed, decider: str, *, approves: bool) -> None:
    """See that nobody puts into force what he or she proposed; a proposal may be taken back by anybody who decides.

    The one place where this is decided; the database refuses it once more.

    Raises:
        Forbidden: the same account proposed it.
    """
    if approves and decider == change.proposed_by:
        raise Forbidden("what one person proposed is put into force by another")


def require_minimum(entry: Entry) -> None:
    """See that an entry says enough to tell its person from a namesake.

    Raises:
        ThinEntry: with what it lacks.
    """
    if lacking := lacks(entry):
        raise ThinEntry(lacking)


def lacks(entry: Entry) -> str | None:
    """What an entry lacks to be screened against at the first line; None when it says enough.

    A document needs its number and issuing state. A person needs a name of two words or more, and beside it a
    document with its issuing state, a full date of birth, or a year of birth together with a parent's name.
    """
    documented = any(document.number and document.issuing_state for document in entry.documents)
    if entry.kind == "document":
        return None if documented else "a document needs its number and its issuing state"
    if not any(len(fold(name.text)) > 1 for name in entry.names):
        return "a person needs a name of at least two words"
    known = [found for text in entry.dates_of_birth if (found := dates.parse(text)) and found.year]
    full = any(found.month and found.day for found in known)
    parent = bool(entry.father_names or entry.mother_names)
    if documented or full or (known and parent):
        return None
    return (
        "a name alone fits too many people: give a full date of birth, a document with its issuing state, "
        "or a year of birth and a parent's name"
    )


def lapsed(expires_on: date | None, at: datetime) -> bool:
    """Whether something with that expiry matches no more at a moment (days are those of UTC)."""
    return expires_on is not None and at >= datetime.combine(expires_on, time(), UTC)


def differences(before: Change | None, after: Change) -> dict[str, dict[str, object]]:
    """What a revision says otherwise than the one in force before it: field by field, before and after."""
    old, new = (_fields(change) for change in (before, after))
    return {
        name: {"before": old.get(name), "after": new.get(name)}
        for name in dict.fromkeys((*old, *new))
        if old.get(name) != new.get(name)
    }


def _fields(change: Change | None) -> Mapping[str, object]:
    if change is None or change.action is ChangeAction.WITHDRAW:
        return {}
    return {**(asdict(change.entry) if change.entry else {}), **asdict(change.terms)}


LONGEST = timedelta(days=366 * 5)  # nobody answers longer for an entry or a clearance without looking at it again


def require_dates(terms: Terms, today: date, *, entry: bool) -> None:
    """See that terms end, and are looked at before that.

    Raises:
        ThinEntry: a date is missing, past, or too far away.
    """
    if entry and terms.expires_on is None:
        raise ThinEntry("an entry needs the day on which it expires")
    if not today < terms.review_on <= today + LONGEST:
        raise ThinEntry("the review must be in the future, and within five years")
    if terms.expires_on is not None and not today < terms.expires_on <= today + LONGEST:
        raise ThinEntry("the expiry must be in the future, and within five years")
