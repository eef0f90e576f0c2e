"""Watchlists and screening, on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from api.schemas.base import DocumentNumber, Name, Note, PartialDateText, State, Wire
from api.schemas.lifecycle import TermsOut


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
