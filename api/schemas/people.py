"""Corrections, rebuttals, links between documents and groups, on the wire."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from api.schemas.base import Day, DocumentNumber, Moment, Name, Note, PartialDateText, PostCode, State, Wire
from api.schemas.inspection import DocumentOut, FindingOut, RelationIn, TravellerOut, VisaIn
from service.correcting import CorrectionKind
from service.domain import Clock, Direction, ListingKind
from service.groups import GroupKind
from service.linking import Ruling, pair_of

Said = Annotated[Note, Field(min_length=1, description="in the officer's words")]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Z<]{1,3}:[A-Z0-9<-]{1,30}$")]
GroupId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,64}$")]


class SuppliedIn(Wire):
    """What a desk learnt after the movement was recorded. A field that is left out stays as it is; null empties a field
    that may be empty."""

    relations: list[RelationIn] | None = None
    consent: Name | None = None
    sponsor: Name | None = None
    accompanying: list[Name] | None = None
    group_id: GroupId | None = None
    visa: VisaIn | None = None
    phone: Annotated[str, StringConstraints(pattern=r"^[0-9+() -]{3,30}$")] | None = None
    address: Name | None = None

    @model_validator(mode="after")
    def _what_cannot_be_empty(self) -> Self:
        emptied = {name for name in self.model_fields_set if getattr(self, name) is None}
        if wrong := sorted(emptied - _MAY_BE_EMPTY):
            raise ValueError(f"{', '.join(wrong)} cannot be emptied")
        return self


class ChangesIn(SuppliedIn):
    """The fields that are corrected, with what they should have said; null empties a field that may be empty."""

    occurred_at: Moment | None = None
    direction: Direction | None = None
    clock: Clock | None = None
    crossing_point: PostCode | None = None
    admitted_until: Day | None = None
    document_code: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z<]?$")] | None = None
    issuing_state: State | None = None
    document_number: DocumentNumber | None = None
    date_of_expiry: PartialDateText | None = None
    primary_identifier: Name | None = None
    secondary_identifier: Name | None = None
    nationality: State | None = None
    date_of_birth: PartialDateText | None = None
    sex: Literal["M", "F", "X"] | None = None
    native_name: Name | None = None
    father_name: Name | None = None
    mother_name: Name | None = None
    other_nationalities: list[State] | None = None


_MAY_BE_EMPTY = frozenset(
    "consent sponsor group_id visa phone address admitted_until date_of_expiry native_name father_name "
    "mother_name".split()
)


class CorrectionIn(Wire):
    """What a recorded movement should have said, or that it never was (`void`)."""

    id: UUID = Field(description="made by the client; the same id with the same content is answered again")
    kind: Literal[CorrectionKind.DATA, CorrectionKind.VOID] = CorrectionKind.DATA
    changes: ChangesIn | None = None
    reason: Said
    evidence: Said

    @model_validator(mode="after")
    def _changes_something(self) -> CorrectionIn:
        if (self.kind is CorrectionKind.DATA) != bool(self.changes and self.changes.model_fields_set):
            raise ValueError("a correction of data names what changes, a void movement nothing")
        return self

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "id": "01939c1e-7d3a-7c11-8f5e-0d8f3f1f2b01",
                    "changes": {"date_of_birth": "1991-04-19"},
                    "reason": "keyed with day and month exchanged",
                    "evidence": "passport seen again",
                }
            ]
        },
    )


class SupplementIn(Wire):
    """What a desk supplies to a movement that is recorded: a relation, a consent, a contact."""

    id: UUID
    changes: SuppliedIn
    evidence: Said


class MissedIn(Wire):
    """A movement of the same traveller and document that nobody recorded when it happened."""

    id: UUID = Field(description="of the movement, made by the client")
    correction_id: UUID
    crossing_point: PostCode
    direction: Direction
    occurred_at: Moment
    clock: Clock = Clock.UNCERTAIN
    reason: Said
    evidence: Said


class RebuttalIn(Wire):
    """What was shown against a finding that stands; or `withdrawn`, to take a rebuttal back."""

    id: UUID
    claim: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    ground: Annotated[str, StringConstraints(pattern=r"^(rebut\.[a-z_]{1,60}|withdrawn)$")]
    evidence: Said


class CorrectionOut(BaseModel):
    """A correction as recorded."""

    id: UUID
    kind: CorrectionKind
    changes: dict[str, Any]
    reason: str
    evidence: str
    officer: str
    crossing_point: str
    recorded_at: datetime


class RebuttalOut(BaseModel):
    """A rebuttal as recorded; `text` is the ground in words."""

    id: UUID
    rule: str
    claim: str
    ground: str
    text: str
    evidence: str
    officer: str
    recorded_at: datetime


class CountsOut(BaseModel):
    """A movement as it counts now."""

    crossing_point: str
    direction: Direction
    occurred_at: datetime
    clock: Clock
    document: DocumentOut
    traveller: TravellerOut
    group_id: str | None
    accompanying: list[str]
    admitted_until: date | None


class HistoryOut(BaseModel):
    """What was said of a movement after it was recorded; `counts` is null where it was found never to have been."""

    movement_id: UUID
    counts: CountsOut | None
    corrections: list[CorrectionOut]
    rebuttals: list[RebuttalOut]


class RulingIn(Wire):
    """What an officer says of two documents; a change of mind names the ruling that it replaces."""

    id: UUID
    documents: Annotated[
        list[Key],
        Field(
            min_length=2,
            max_length=2,
            json_schema_extra={"uniqueItems": True},
            examples=[["JOR:T1234567", "JOR:T7654321"]],
        ),
    ]
    ruling: Ruling
    reason: Said
    evidence: Note = ""
    crossing_point: PostCode = Field(description="where it is said")
    supersedes: UUID | None = None

    @model_validator(mode="after")
    def _are_two(self) -> Self:
        pair_of(*self.documents)
        return self


class RulingOut(BaseModel):
    """A ruling as recorded."""

    id: UUID
    ruling: Ruling
    reason: str
    evidence: str
    officer: str
    crossing_point: str
    ruled_at: datetime
    supersedes: UUID | None


class LinkOut(BaseModel):
    """Two documents that may be one person's. `evidence` says how alike their bearers are, in nats and field by field.

    Without a ruling, `same` counts for the rules and `possible` does not.
    """

    id: UUID
    documents: tuple[str, str]
    identity: str
    evidence: dict[str, Any]
    proposed_at: datetime
    proposed_by: str | None
    ruling: Ruling | None
    rulings: list[RulingOut]


class GroupIn(Wire):
    """A group to open. Members are captured by inspections with its id as `group_id`."""

    id: GroupId
    kind: GroupKind
    name: Annotated[Name, Field(min_length=1)]
    crossing_point: PostCode
    leader: Annotated[Key | None, Field(description="the leader's document")] = None
    expected: Annotated[int, Field(ge=1, le=500)] | None = None
    vehicle: Name | None = None
    operator: Name | None = None


class GroupOut(BaseModel):
    """A group as opened."""

    id: str
    kind: GroupKind
    name: str
    crossing_point: str
    leader: str | None
    expected: int | None
    vehicle: str | None
    operator: str | None
    opened_by: str
    opened_at: datetime


class MemberOut(BaseModel):
    """A member: the entry with the group, and the exit after it."""

    document: DocumentOut
    traveller: TravellerOut
    entry_id: UUID | None
    entered_at: datetime | None
    exit_id: UUID | None
    left_at: datetime | None
    refused: bool
    missing: bool


class CompanyOut(BaseModel):
    """A group with its members. `missing` counts who is inside although some have left; `complete` is null before."""

    group: GroupOut
    captured: int
    entered: int
    left: int
    missing: int
    not_captured: int | None
    complete: bool | None
    members: list[MemberOut]
    incomplete: list[FindingOut]


class WaitingOut(BaseModel):
    """Movements that only time can tell more about: how many wait, how many are due, since when, when the next is."""

    movements: int
    due: int
    due_since: datetime | None
    next_due: datetime | None


class PurposeIn(Wire):
    """What the entries of a list are beyond somebody who is sought; null for nothing else."""

    purpose: ListingKind | None
