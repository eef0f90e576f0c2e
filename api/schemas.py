"""What goes over the wire: the API's own shapes, apart from the domain's values."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from service.domain import Clock, Direction, Outcome, PartialDate, PostKind, Severity, Source, Verdict

Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]
State = Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,3}$")]


def _a_date(text: str) -> str:
    return str(PartialDate.parse(text))


PartialDateText = Annotated[
    str, StringConstraints(pattern=r"^(\d{4}|XXXX)(-(\d{2}|XX)(-(\d{2}|XX))?)?$"), AfterValidator(_a_date)
]
DocumentNumber = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9<-]{1,30}$")]
PostCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}-[A-Z0-9]{2,5}$")]


class Wire(BaseModel):
    """A shape that refuses what it does not know, so that a misspelt field is never silently lost."""

    model_config = ConfigDict(extra="forbid")


class MrzTextIn(Wire):
    """The zone as a swipe reader sends it: lines joined, or parted by CR or LF."""

    mrz: Annotated[str, StringConstraints(min_length=1, max_length=400)]
    crossing_point: PostCode | None = None

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"mrz": "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F3004157ZE184226B<<<<<16"}
            ]
        },
    )


class CheckDigitOut(BaseModel):
    """The verdict on one check digit."""

    field: str
    printed: str
    computed: str
    valid: bool


class RepairOut(BaseModel):
    """A character that the reader changed because the field or a check digit demanded it.

    `line` and `position` count from 1.
    """

    line: int
    position: int
    raw: str
    repaired: str
    confidence: float
    reason: str


class ObstacleOut(BaseModel):
    """What stands between a reading and its acceptance without an officer's eye."""

    code: str
    field: str | None = None
    params: dict[str, Any] = {}


class MrzFieldsOut(BaseModel):
    """The zone's named fields (ICAO 9303). Dates are ISO 8601-2, unknown parts as X."""

    document_code: str
    issuing_state: str
    document_number: str
    primary_identifier: str
    secondary_identifier: str
    nationality: str
    date_of_birth: str
    sex: str
    date_of_expiry: str
    optional_data: list[str]
    name_truncated: bool


class ReadingOut(BaseModel):
    """A reading: what was found, how sure, and what an officer must look at.

    `confidences` holds a number from 0 to 1 for each character of each line; `boxes` the place of each
    character in `crop_png` (base64) as left, top, right, bottom in pixels; `steps` how many milliseconds each took.
    """

    id: UUID
    format: str | None
    lines: list[str] | None
    valid: bool
    accepted: bool
    fields: MrzFieldsOut | None
    check_digits: list[CheckDigitOut]
    confidences: list[list[float]]
    repairs: list[RepairOut]
    obstacles: list[ObstacleOut]
    crop_png: str | None
    boxes: list[list[tuple[int, int, int, int]]]
    steps: dict[str, float]
    elapsed_ms: float


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
    valid_from: date | None = None
    valid_until: date | None = None
    entries_allowed: Annotated[int, Field(ge=1, le=999)] | None = None
    duration_days: Annotated[int, Field(ge=1, le=3660)] | None = None
    jurisdiction: Annotated[str, StringConstraints(max_length=10)] | None = None
    exit_point: PostCode | None = None


class InspectionIn(Wire):
    """One traveller at one crossing point.

    What was read comes as `reading_id` (an accepted reading), as `mrz` (text; together with `reading_id`
    it is the officer's confirmed or corrected text of that reading), or as a typed `document`.
    """

    id: UUID = Field(description="made by the client (UUIDv7); the same id with the same data is answered again")
    crossing_point: PostCode
    direction: Direction
    occurred_at: AwareDatetime
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
    admitted_until: date | None = None
    group_id: Annotated[str, StringConstraints(max_length=64)] | None = None
    accompanying: list[Name] = Field(default=[], max_length=100)
    vehicle: Name | None = None
    address: Name | None = None
    phone: Annotated[str, StringConstraints(pattern=r"^[0-9+() -]{3,30}$")] | None = None

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
    """What was found, why, and what would rebut it. `text` is `message` put into the asked language."""

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


class ReceiptOut(BaseModel):
    """What a camera learns: that its movement is recorded."""

    id: UUID
    seq: int
    recorded_at: datetime


class MovementOut(BaseModel):
    """One line of the movement log."""

    id: UUID
    seq: int
    crossing_point: str
    direction: Direction
    occurred_at: datetime
    recorded_at: datetime
    clock: Clock
    source: Source
    document: DocumentOut
    traveller: TravellerOut
    verdict: Verdict
    second_line: bool
    rules: list[str]
    decision: Outcome | None
    index_version: str
    policy_version: str


class MovementPage(BaseModel):
    """A page of the log, newest first; hand `next` back as `cursor` for the one after it."""

    items: list[MovementOut]
    next: str | None


class CountOut(BaseModel):
    """How many crossed one way at one post within one hour (UTC)."""

    crossing_point: str
    direction: Direction
    hour: datetime
    movements: int
    referred: int


class CrossingPointOut(BaseModel):
    """A crossing point. `heard_until` is null for a post that writes here directly."""

    code: str
    kind: PostKind
    names: dict[str, str]
    latitude: float
    longitude: float
    jurisdiction: str
    heard_until: datetime | None


class WatermarkIn(Wire):
    """Until when a relayed post was heard; null when it writes here directly."""

    heard_until: AwareDatetime | None


class SkippedOut(BaseModel):
    """A record that an import left out, and why."""

    reference: str
    reason: str


class ImportOut(BaseModel):
    """What an import changed. `skipped` names every record left out."""

    list: str
    version: int
    entries: int
    added: int
    changed: int
    removed: int
    unchanged: int
    skipped: tuple[SkippedOut, ...]
    digest: str


class ListOut(BaseModel):
    """A list in force."""

    name: str
    format: str
    version: int
    entries: int
    imported_at: datetime
    imported_by: str
    digest: str


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
