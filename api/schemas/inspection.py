"""An inspection and the decision on it, on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from api.schemas.base import Day, DocumentNumber, Moment, Name, PartialDateText, PostCode, State, Wire
from service.domain import Clock, Direction, Outcome, ReadFrom, Severity, Source, Verdict
from service.forms import read_form_number
from service.redress import read_redress_number


class DocumentIn(Wire):
    """A document typed by the officer, for one without a zone that can be read."""

    document_code: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z<]?$")]
    issuing_state: State
    document_number: DocumentNumber
    date_of_expiry: PartialDateText | None = None
    primary_identifier: Annotated[Name, Field(min_length=1)]
    secondary_identifier: Name = ""
    nationality: State
    date_of_birth: PartialDateText
    sex: Literal["M", "F", "X"] = "X"


class VisaIn(Wire):
    """The visa or permit shown; `kind` is the policy's word for its class."""

    number: DocumentNumber | None = None
    kind: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")] | None = None
    valid_from: Day | None = None
    valid_until: Day | None = None
    entries_allowed: Annotated[int, Field(ge=1, le=999)] | None = None
    duration_days: Annotated[int, Field(ge=1, le=3660)] | None = None
    jurisdiction: Annotated[Name, StringConstraints(max_length=10)] | None = None
    exit_point: PostCode | None = None


class RelationIn(Wire):
    """What somebody who travels along is to the traveller: `to` is a document key such as ``JOR:T1234567``."""

    to: Annotated[Name, Field(min_length=1)]
    kind: Annotated[Name, Field(min_length=1, max_length=40, examples=["mother", "guardian"])]


class OtherReadingIn(Wire):
    """A field as the chip, the printed page or an officer's typing has it; compared with the zone (D2)."""

    source: ReadFrom
    field: Literal[
        "document_number",
        "document_code",
        "issuing_state",
        "nationality",
        "name",
        "sex",
        "date_of_birth",
        "date_of_expiry",
    ]
    value: Name


class InspectionIn(Wire):
    """One traveller at one crossing point.

    What was read comes as `reading_id` (an accepted reading), as `mrz` (text; together with `reading_id`
    it is the officer's confirmed or corrected text of that reading), or as a typed `document`.
    """

    id: UUID = Field(description="made by the client (UUIDv7); the same id with the same data is answered again")
    crossing_point: PostCode
    direction: Direction
    occurred_at: Moment
    clock: Clock = Clock.CERTAIN
    source: Literal[Source.LIVE, Source.PAPER] = Source.LIVE
    reading_id: UUID | None = None
    mrz: Annotated[str, StringConstraints(min_length=1, max_length=400)] | None = None
    document: DocumentIn | None = None
    native_name: Name | None = None
    father_name: Name | None = None
    mother_name: Name | None = None
    other_nationalities: list[State] = Field(default=[], max_length=10, description="declared beside the document's")
    visa: VisaIn | None = None
    admitted_until: Day | None = None
    group_id: Annotated[Name, StringConstraints(max_length=64)] | None = None
    accompanying: list[Name] = Field(
        default=[], max_length=100, description="document keys, such as `JOR:T1234567`, of those who travel along"
    )
    relations: list[RelationIn] = Field(default=[], max_length=20, description="of a child to the adult, as shown")
    consent: Annotated[Name | None, Field(description="the paper by which a child's parents agree, as shown")] = None
    sponsor: Annotated[Name | None, Field(description="who invited the traveller or answers for the visa")] = None
    other_readings: list[OtherReadingIn] = Field(default=[], max_length=40)
    vehicle: Name | None = None
    address: Name | None = None
    phone: Annotated[str, StringConstraints(pattern=r"^[0-9+() -]{3,30}$")] | None = None
    redress_number: Annotated[
        Annotated[str, StringConstraints(max_length=20), AfterValidator(read_redress_number)] | None,
        Field(description="what a traveller who was cleared before carries; a wrong letter or digit is refused"),
    ] = None

    form_number: Annotated[
        Annotated[str, StringConstraints(max_length=40), AfterValidator(read_form_number)] | None,
        Field(description="of the paper form that it is keyed from; with `source` paper and the time on the form"),
    ] = None

    @model_validator(mode="after")
    def _a_form_is_paper(self) -> InspectionIn:
        if self.form_number and (self.source is not Source.PAPER or self.clock is not Clock.UNCERTAIN):
            raise ValueError("what is keyed from a form has source paper and clock uncertain")
        return self

    @model_validator(mode="after")
    def _one_source_of_the_document(self) -> InspectionIn:
        if (self.document is None) == (self.reading_id is None and self.mrz is None):
            raise ValueError("give a reading_id, an mrz, or a typed document")
        return self

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "id": "01939c1e-7d3a-7c11-8f5e-0d8f3f1f2a01",
                    "crossing_point": "IQ-ZUR",
                    "direction": "entry",
                    "occurred_at": "2026-11-21T08:30:00Z",
                    "mrz": "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F3004157ZE184226B<<<<<16",
                    "native_name": None,
                    "accompanying": [],
                }
            ]
        },
    )


class FindingOut(BaseModel):
    """What was found, why, and what would rebut it. `text` is `message` put into the asked language.

    `claim` names what it says, for whoever rebuts it.
    """

    rule: str
    rule_version: int
    severity: Severity
    status: str
    message: str
    text: str
    params: dict[str, Any]
    evidence: list[str]
    rebuttable_by: list[str]
    rebuttal_texts: list[str]
    stale_posts: list[str]
    claim: str


class TravellerOut(BaseModel):
    """The traveller as recorded."""

    primary_identifier: str
    secondary_identifier: str
    native_name: str | None
    nationality: str
    date_of_birth: str
    sex: str


class DocumentOut(BaseModel):
    """The document as recorded."""

    document_code: str
    issuing_state: str
    document_number: str
    date_of_expiry: str | None


class DecisionIn(Wire):
    """The officer's decision. A change of mind is a new decision that names the one it replaces."""

    id: UUID
    outcome: Outcome
    reason_code: Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,2}$")] | None = None
    supersedes: UUID | None = None

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"id": "01939c1e-8000-7c11-8f5e-0d8f3f1f2a02", "outcome": "admitted"}]},
    )


class DecisionOut(BaseModel):
    """A recorded decision."""

    id: UUID
    outcome: Outcome
    reason_code: str | None
    officer: str
    decided_at: datetime
    supersedes: UUID | None


class InspectionOut(BaseModel):
    """A recorded movement and what the machine says of it. `second_line` is the neutral cue."""

    id: UUID
    seq: int
    crossing_point: str
    direction: Direction
    occurred_at: datetime
    recorded_at: datetime
    verdict: Verdict
    second_line: bool
    document: DocumentOut
    traveller: TravellerOut
    findings: list[FindingOut]
    index_version: str
    policy_version: str
    decisions: list[DecisionOut]
    restricted: str | None = Field(default=None, description="that the traveller contests these data, in words")


class ReceiptOut(BaseModel):
    """What a camera learns: that its movement is recorded."""

    id: UUID
    seq: int
    recorded_at: datetime
