"""Watchlists and screening, on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from api.schemas.base import DocumentNumber, Name, Note, PartialDateText, State, Wire
from api.schemas.lifecycle import TermsOut, VerdictIn
from service.hygiene import ChangeState
from service.rehearsal import Trial
from service.sifting import Effect


class SkippedOut(BaseModel):
    """A record that an import left out, and why."""

    reference: str
    reason: str


class ListImportOut(BaseModel):
    """What an import changed. `skipped` names every record left out. A list that is not `active` is screened against
    once a second person approved its terms."""

    list: str
    version: int
    entries: int
    added: int
    changed: int
    removed: int
    unchanged: int
    skipped: tuple[SkippedOut, ...]
    digest: str
    active: bool


class ListOut(BaseModel):
    """A list in force; `terms` None means that nobody answers for it yet."""

    name: str
    format: str
    version: int
    entries: int
    imported_at: datetime
    imported_by: str
    digest: str
    terms: TermsOut | None


class KnownListOut(BaseModel):
    """A list that is known here. It is screened against if it is `active` and has a `version` (0 before the first);
    `national` ones are written here, entry by entry."""

    name: str
    format: str
    national: bool
    active: bool
    version: int
    entries: int
    imported_at: datetime | None
    imported_by: str | None
    digest: str | None
    terms: TermsOut | None


class DraftOut(BaseModel):
    """A list file that waits for a second person, or was decided on, and what it does to version `base_version`.

    `doubtful`: it would strike so much that approval must confirm it. `version` is the one that it became.
    """

    id: UUID
    list: str
    format: str
    base_version: int
    digest: str
    entries: int
    added: int
    changed: int
    removed: int
    unchanged: int
    left_out: int
    doubtful: bool
    proposed_by: str
    proposed_at: datetime
    state: ChangeState
    version: int | None
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str | None


class WholeDraftOut(DraftOut):
    """The same, with every record that was left out."""

    skipped: tuple[SkippedOut, ...]


class EntryChangeOut(BaseModel):
    """What a file does to one entry: all that it says, then (what is struck: before), and field by field what it says
    otherwise."""

    entry_id: str
    effect: Effect
    entry: dict[str, Any]
    differences: dict[str, dict[str, Any]]


class DraftVerdictIn(VerdictIn):
    """What the second person says of a file. `confirmed` lets one pass that strikes much of the list."""

    confirmed: bool = False


class ScreenIn(Wire):
    """Somebody to screen without a crossing."""

    name: Name | None = None
    primary_identifier: Name | None = None
    secondary_identifier: Name | None = None
    native_name: Name | None = None
    father_name: Name | None = None
    mother_name: Name | None = None
    date_of_birth: PartialDateText | None = None
    nationality: State | None = None
    sex: Literal["M", "F", "X"] | None = None
    document_number: DocumentNumber | None = None
    issuing_state: State | None = None
    purpose: Annotated[Note, Field(min_length=3)]


class EvidenceOut(BaseModel):
    """What one field says for or against; `weight` in nats, above zero speaks for the same person."""

    field: str
    subject_value: str | None
    entry_value: str | None
    outcome: str
    weight: float
    message: str
    params: dict[str, str]
    text: str


class HitOut(BaseModel):
    """An entry that may be the subject, with the reasons field by field."""

    entry_id: str
    list: str
    kind: str
    score: float
    strength: str
    instruction: str | None
    explanation: tuple[EvidenceOut, ...]


class ScreenOut(BaseModel):
    """What the lists in force say of the subject."""

    index_version: str
    hits: list[HitOut]


class NameFormsOut(BaseModel):
    """A name as it is compared: its words, and the consonants that each is found by."""

    text: str
    words: tuple[str, ...]
    skeletons: tuple[str, ...]


class TriedOut(BaseModel):
    """What a traveller of one kind would meet: `hit` null where the officer is told nothing."""

    trial: Trial
    hit: HitOut | None


class PreviewOut(BaseModel):
    """What an entry would do, against the lists in force.

    `lacking` is why it would be refused; `alike` the entries in force that its own person would meet. A hit refers the
    traveller from the score `strong_from` on, with full name and date of birth agreeing.
    """

    index_version: str
    lacking: str | None
    names: tuple[NameFormsOut, ...]
    tried: tuple[TriedOut, ...]
    alike: tuple[HitOut, ...]
    strong_from: float
