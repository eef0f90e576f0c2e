"""The values that screening is about: who is asked for, what a list says, what was found.

Dates of birth are partial strings in the manner of EDTF: ``1974-08-12``, ``1974-08`` or ``1974-08-XX``,
``1974-XX-12``, ``1974``; an entry may also hold a range ``1970/1975`` and a circa date ``1974~``.
States are three-letter codes as ICAO 9303 writes them. Nothing here reads a clock or a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as field_of
from enum import StrEnum


class Kind(StrEnum):
    """What a hit rests on: W1 a document, W2 a full identity, W3 a name without enough beside it."""

    DOCUMENT = "document"
    STRONG = "strong"
    WEAK = "weak"


class Strength(StrEnum):
    """``strong`` may raise a referral; ``weak`` never does so alone."""

    STRONG = "strong"
    WEAK = "weak"


class NameKind(StrEnum):
    """How much the list's publisher stands behind a name."""

    PRIMARY = "primary"
    ALIAS = "alias"
    WEAK_ALIAS = "weak alias"


class Outcome(StrEnum):
    """What comparing one field gave."""

    EQUAL = "equal"
    ALIKE = "alike"
    PARTIAL = "partial"
    MISSING = "missing"
    DIFFERENT = "different"
    CONTRADICTING = "contradicting"


@dataclass(frozen=True, slots=True)
class Subject:
    """A traveller as read from a document or typed by an officer; every field may be unknown.

    ``primary_identifier`` and ``secondary_identifier`` are the two halves of an MRZ name; ``name`` is a full
    name when the halves are not known. ``name_truncated`` says that the MRZ name field was full to its end.
    """

    primary_identifier: str = ""
    secondary_identifier: str = ""
    name: str | None = None
    native_name: str | None = None
    mother_name: str | None = None
    father_name: str | None = None
    date_of_birth: str | None = None
    nationality: str | None = None
    sex: str | None = None
    document_number: str | None = None
    issuing_state: str | None = None
    document_code: str | None = None
    name_truncated: bool = False


@dataclass(frozen=True, slots=True)
class EntryName:
    """One name of an entry, in any script."""

    text: str
    kind: NameKind = NameKind.PRIMARY
    script: str | None = None


@dataclass(frozen=True, slots=True)
class EntryDocument:
    """A document that a list ties to a person, or that is itself listed as lost or stolen."""

    number: str
    kind: str | None = None
    issuing_state: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One listed person, or one listed document when ``kind`` is ``document``.

    ``valid_from`` and ``valid_until`` are its first and last day in force (``2026-03-01``), where it has such.
    """

    id: str
    list: str
    names: tuple[EntryName, ...] = ()
    dates_of_birth: tuple[str, ...] = ()
    nationalities: tuple[str, ...] = ()
    sex: str | None = None
    documents: tuple[EntryDocument, ...] = ()
    mother_names: tuple[str, ...] = ()
    father_names: tuple[str, ...] = ()
    instruction: str | None = None
    kind: str = "person"
    reference: str | None = None
    provenance: str | None = None
    valid_from: str | None = None
    valid_until: str | None = None


@dataclass(frozen=True, slots=True)
class FieldEvidence:
    """What one field says for or against: the values side by side, and how much that weighed.

    ``weight`` is a log likelihood ratio in nats: above zero speaks for the same person, below zero against.
    ``message`` names a text in ``messages.json``; ``params`` fill it.
    """

    field: str
    subject_value: str | None
    entry_value: str | None
    outcome: Outcome
    weight: float
    message: str
    params: Mapping[str, str] = field_of(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that may be the subject, with the reasons.

    ``score`` lies between 0 and 1 and orders hits; the sum of the evidence decides it.
    """

    entry_id: str
    list: str
    kind: Kind
    score: float
    strength: Strength
    explanation: tuple[FieldEvidence, ...]
    instruction: str | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A record that an import left out, and why."""

    reference: str
    reason: str


@dataclass(frozen=True, slots=True)
class Removed:
    """An entry that a delta strikes from the list."""

    id: str


Record = Entry | Removed | Skipped
"""What a reader of list files gives."""
