"""The life of lists and entries, and what the service does with lists by itself, on the wire."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from api.schemas.base import ONE_LINE, Day, DocumentNumber, Name, Note, State, Wire
from service.hygiene import ChangeAction, ChangeState
from service.source_store import SourceState
from watchlist import dates
from watchlist.records import NameKind

Said = Annotated[Note, Field(min_length=3)]
ListedId = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=ONE_LINE)]  # whoever made the list
EntryId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]


def _a_birth(text: str) -> str:
    if dates.parse(text) is None:
        raise ValueError("write a date of birth as 1974-08-12, 1974-08, 1974, 1970/1975 or 1974~")
    return text


BirthText = Annotated[str, StringConstraints(max_length=21), AfterValidator(_a_birth)]


# --- lists and entries


class TermsIn(Wire):
    """Who answers for it, on which ground, until when, and what the officer is to do (and not to do)."""

    owner: Annotated[Name, Field(min_length=3)]
    legal_basis: Said
    instruction: Said
    review_on: Day
    expires_on: Day | None = Field(default=None, description="the first day on which it matches no more")


class ListTermsIn(TermsIn):
    """The terms of a list; for a name that is new, a list whose entries are written here begins with them."""

    id: UUID = Field(description="made by the client; the same id is answered with what was proposed")
    minimum_identifiers: bool = Field(default=False, description="leave out of its files what matches by name alone")
    reason: Said


class EntryNameIn(Wire):
    """A name in any script."""

    text: Annotated[Name, Field(min_length=1)]
    kind: NameKind = NameKind.PRIMARY


class EntryDocumentIn(Wire):
    """A document of the person; or the listed document itself."""

    number: DocumentNumber
    issuing_state: State | None = None
    kind: Name | None = None


class PersonIn(Wire):
    """Whom an entry means: a person, or a document."""

    kind: Literal["person", "document"] = "person"
    names: list[EntryNameIn] = Field(default=[], max_length=50)
    dates_of_birth: list[BirthText] = Field(default=[], max_length=20)
    nationalities: list[State] = Field(default=[], max_length=20)
    sex: Literal["M", "F"] | None = None
    documents: list[EntryDocumentIn] = Field(default=[], max_length=50)
    father_names: list[Name] = Field(default=[], max_length=10)
    mother_names: list[Name] = Field(default=[], max_length=10)
    reference: Name | None = None


class EntryIn(TermsIn, PersonIn):
    """An entry of a national list. What is proposed replaces all that the entry said before."""

    id: UUID = Field(description="made by the client; the same id is answered with what was proposed")
    expires_on: Day = Field(description="the first day on which it matches no more")
    reason: Said

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "id": "01939c1e-9000-7c11-8f5e-0d8f3f1f2a03",
                    "names": [{"text": "Sarmad Jawhar al-Tarifi"}, {"text": "سرمد جوهر الطريفي"}],
                    "dates_of_birth": ["1979-03-14"],
                    "nationalities": ["IRQ"],
                    "mother_names": ["Nadira Salman"],
                    "owner": "Ministry of Interior, case desk 4",
                    "legal_basis": "Court order 12/2026",
                    "instruction": "Second line. Do not detain; call the case desk.",
                    "expires_on": "2027-11-20",
                    "review_on": "2027-05-20",
                    "reason": "Order received today",
                }
            ]
        },
    )


class WithdrawalIn(Wire):
    """Take it out of screening, once another person agrees."""

    id: UUID = Field(description="made by the client; the same id is answered with what was proposed")
    reason: Said


class VerdictIn(Wire):
    """What the second person says of a proposal."""

    approve: bool
    reason: Said


class TermsOut(BaseModel):
    """The terms of a list or an entry."""

    owner: str
    legal_basis: str
    instruction: str
    review_on: date
    expires_on: date | None
    minimum_identifiers: bool


class ChangeOut(BaseModel):
    """One revision. `entry_id` is empty for the list itself; `entry` is all that the entry says."""

    id: UUID
    list: str
    entry_id: str
    revision: int
    action: ChangeAction
    state: ChangeState
    terms: TermsOut
    entry: dict[str, Any] | None
    reason: str
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str | None


class RevisionOut(ChangeOut):
    """One revision with what it says otherwise than the one in force before: field -> `before`, `after`."""

    differences: dict[str, dict[str, Any]]


class VersionOut(BaseModel):
    """A version of a list, and what it changed."""

    version: int
    state: str
    imported_at: datetime
    imported_by: str
    counts: dict[str, int]
    digest: str


class ListHistoryOut(BaseModel):
    """What was ever decided about a list, and every version of its entries."""

    revisions: list[RevisionOut]
    versions: list[VersionOut]


class ReviewsOut(BaseModel):
    """What somebody must look at."""

    due: list[ChangeOut]
    lists_without_terms: list[str]
    lists_not_in_force: list[str]


class MergeIn(Wire):
    """An entry that lives on under another id."""

    old_id: ListedId
    new_id: ListedId
    reason: Said


class MergeOut(BaseModel):
    """How many clearances lapsed with the merge; the others follow the entry."""

    lapsed_clearances: int


class FiguresOut(BaseModel):
    """What became of hits; `median_seconds` is from the hit to the final word.

    `withdrawn` hits are those that nobody spoke on before the entry was struck, expired or changed.
    """

    list: str
    entry_id: str | None
    hits: int
    confirmed: int
    cleared: int
    undecided: int
    waiting: int
    withdrawn: int
    median_seconds: float | None


class SourceOut(BaseModel):
    """A list that is fetched by itself; `waiting` says what a person is to confirm."""

    list: str
    location: str
    format: str
    every_minutes: int
    state: SourceState
    last_tried_at: datetime | None
    last_changed_at: datetime | None
    last_error: str | None
    waiting: str | None


class RescreeningOut(BaseModel):
    """Changed entries run against what was recorded: `examined` of `total` movements, and the hits that raised.

    `gone` counts the entries struck or changed, `withdrawn` the findings that stand no longer for it.
    """

    list: str
    version: int
    created_at: datetime
    entries: int
    gone: int
    since: datetime | None
    phase: str
    total: int | None
    examined: int
    raised: int
    withdrawn: int
    finished_at: datetime | None


class BuildingOut(BaseModel):
    """The index in force, and how far the next one is: `stage` is idle, reading or indexing."""

    index_version: str
    entries: int
    stage: str
    done: int
    total: int
