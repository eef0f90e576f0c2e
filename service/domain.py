"""The nouns of border control, as frozen values.

Pure: nothing here reads a clock, a file or a database. Words are those of ICAO 9303 (issuing state,
primary identifier), of the European Entry/Exit System (entry, exit, crossing point, overstay) and of
border-guard practice (first line, second line, referral).
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from service.kept import kept
from service.light import light


class Direction(StrEnum):
    """Which way the traveller crosses, seen from the country that runs the post."""

    ENTRY = "entry"
    EXIT = "exit"


class PostKind(StrEnum):
    """What a crossing point is reached by."""

    LAND = "land"
    AIR = "air"
    SEA = "sea"


class Clock(StrEnum):
    """How sure the time of a movement is; `uncertain` when it was keyed from paper."""

    CERTAIN = "certain"
    UNCERTAIN = "uncertain"


class Source(StrEnum):
    """How a movement came in."""

    LIVE = "live"
    PAPER = "paper"
    IMPORT = "import"


class ReadFrom(StrEnum):
    """Where else than in the machine-readable zone a field was read."""

    CHIP = "chip"
    PRINTED = "printed"
    TYPED = "typed"


class Observation(StrEnum):
    """What an officer saw or was told that may call for protection; never inferred by a machine.

    It is no part of a `Crossing`: it is kept apart, where only the protection desk reads it.
    """

    DOCUMENT_HELD = "document_held"  # held or handed over by another
    FEAR = "fear"
    CONTROL = "control"
    INJURIES = "injuries"
    SCRIPTED_ANSWERS = "scripted_answers"
    ASYLUM_WISH = "asylum_wish"
    FEAR_OF_RETURN = "fear_of_return"
    MEDICAL = "medical"
    DISABILITY = "disability"
    ELDERLY = "elderly"


class ListingKind(StrEnum):
    """What a list says, as far as a rule asks: D3 or E5."""

    LOST_OR_STOLEN = "lost_or_stolen"
    ENTRY_BAN = "entry_ban"


class Outcome(StrEnum):
    """What an officer decided. Only an officer refuses."""

    ADMITTED = "admitted"
    REFUSED = "refused"
    REFERRED = "referred"


class Verdict(StrEnum):
    """All that the machine says of itself."""

    CLEAR = "CLEAR"
    REFER = "REFER"


class Severity(StrEnum):
    """How much a finding asks for.

    `notice` is shown and asks for nothing; `irregular` and `alert` send the traveller to second line
    (an alert is a watchlist or document hit); `protection` gives the neutral second-line cue and
    never changes the verdict.
    """

    NOTICE = "notice"
    IRREGULAR = "irregular"
    ALERT = "alert"
    PROTECTION = "protection"


class FindingStatus(StrEnum):
    """A finding is withdrawn by a later fact, never deleted; one in shadow is a rule's on trial, and nobody sees it."""

    RAISED = "raised"
    WITHDRAWN = "withdrawn"
    SHADOW = "shadow"


_PARTIAL = re.compile(r"(\d{4}|XXXX)(?:-(\d{2}|XX)(?:-(\d{2}|XX))?)?")


@dataclass(frozen=True, slots=True, order=True)
class PartialDate:
    """A date whose parts may be unknown, as travel documents print them.

    Written as extended ISO 8601-2: ``1974-08-12``, ``1974-XX-12``, ``XXXX-XX-XX``; ``1974`` and
    ``1974-08`` are read as well.
    """

    year: int | None
    month: int | None = None
    day: int | None = None

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Read a partial date.

        Raises:
            ValueError: the text is not one, or names a day that no calendar has.
        """
        match = _PARTIAL.fullmatch(text)
        if not match:
            raise ValueError(f"{text!r} is not a date such as 1974-08-12 or 1974-XX-XX")
        year, month, day = (int(part) if part and "X" not in part else None for part in match.groups())
        # 2000 is a leap year: 29 February of an unknown year stands. A part 00 is no part, and date() says so.
        date(2000 if year is None else year, 1 if month is None else month, 1 if day is None else day)
        return cls(year, month, day)

    @classmethod
    def of(cls, day: date) -> PartialDate:
        """The partial date that says as much as `day`."""
        return cls(day.year, day.month, day.day)

    def __str__(self) -> str:
        year = "XXXX" if self.year is None else f"{self.year:04d}"
        month = "XX" if self.month is None else f"{self.month:02d}"
        day = "XX" if self.day is None else f"{self.day:02d}"
        return f"{year}-{month}-{day}"

    def earliest(self) -> date | None:
        """The first day that this may mean; None when the year is unknown."""
        if self.year is None:
            return None
        return date(self.year, self.month or 1, self.day or 1)

    def latest(self) -> date | None:
        """The last day that this may mean; None when the year is unknown."""
        if self.year is None:
            return None
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])


@dataclass(frozen=True, slots=True)
class CrossingPoint:
    """A port of entry: reference data.

    `position` is latitude and longitude in degrees (WGS 84). `jurisdiction` says whose visa rules
    hold there (``IQ`` federal, ``IQ-KR`` Kurdistan Region). `heard_until` is the watermark of a post
    that reports through a relay: every movement before it has arrived. None means that the post
    writes here directly, so that nothing of it can be missing.
    """

    code: str
    kind: PostKind
    names: Mapping[str, str]  # language tag (en, ar, ckb) -> name
    position: tuple[float, float]
    jurisdiction: str
    heard_until: datetime | None = None


@dataclass(frozen=True)  # without slots: the key is asked for again and again, and made once
class TravelDocument:
    """What identifies a travel document. `document_number` holds no fillers."""

    document_code: str
    issuing_state: str
    document_number: str
    date_of_expiry: PartialDate | None = None

    @kept
    def key(self) -> str:
        """Issuer and number: what makes two presentations the same document.

        The document code is left out on purpose: issuers print P, PP or PN on one and the same
        passport series, and a visa sticker repeats the issuer's own numbering.
        """
        return f"{self.issuing_state}:{self.document_number.upper()}"


@dataclass(frozen=True, slots=True)
class Traveller:
    """Who presents the document, as the document and the officer say.

    Identifiers are in MRZ Latin with spaces for fillers; `native_name` in its own script.
    """

    primary_identifier: str
    secondary_identifier: str
    nationality: str
    date_of_birth: PartialDate
    sex: str = "X"  # M, F or X (unspecified)
    name_truncated: bool = False
    native_name: str | None = None
    father_name: str | None = None
    mother_name: str | None = None
    other_nationalities: tuple[str, ...] = ()  # declared beside the document's own


@dataclass(frozen=True, slots=True)
class Visa:
    """A visa or permit shown at the desk.

    `kind` is the policy's own word for its class (``tourist``, ``residence``…); `jurisdiction` where
    it is valid, None for the whole country.
    """

    number: str | None = None
    kind: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    entries_allowed: int | None = None
    duration_days: int | None = None
    jurisdiction: str | None = None
    exit_point: str | None = None  # a condition: must leave through this crossing point


@dataclass(frozen=True, slots=True)
class Relation:
    """What somebody who travels along is to the traveller, as recorded.

    `to` is written as in `Crossing.accompanying`; `kind` is the post's own word (``mother``, ``guardian``…).
    """

    to: str
    kind: str


@dataclass(frozen=True, slots=True)
class OtherReading:
    """A field as another place than the zone has it (D2): the chip, the printed page, or what an officer typed.

    `field` is ``name`` (both identifiers), ``document_number``, ``date_of_birth``, or another field's name.
    """

    source: ReadFrom
    field: str
    value: str


@dataclass(frozen=True, slots=True)
class FailedCheckDigit:
    """A check digit of the MRZ that does not hold, as read (D1)."""

    field: str
    printed: str
    computed: str


@dataclass(frozen=True, slots=True)
class Listing:
    """An entry of a list that may be about the document or the traveller.

    `exact` says that the identity was established and not only resembles. `document` is the one reported, for
    LOST_OR_STOLEN. Both dates are included.
    """

    kind: ListingKind
    reference: str
    exact: bool = False
    document: TravelDocument | None = None
    valid_from: date | None = None
    valid_until: date | None = None


@light(frozen=True, slots=True)
class Crossing:
    """One traveller, one document, one crossing point, one direction, one time: the movement at hand.

    `id` is made by the client (UUIDv7). `occurred_at` is aware and in UTC. `person_keys` are blocking
    keys made by `service.person`; two crossings of one person share at least one.
    """

    id: UUID
    crossing_point: str
    direction: Direction
    occurred_at: datetime
    document: TravelDocument
    traveller: Traveller
    clock: Clock = Clock.CERTAIN
    source: Source = Source.LIVE
    person_keys: tuple[str, ...] = ()
    failed_check_digits: tuple[FailedCheckDigit, ...] = ()
    visa: Visa | None = None
    admitted_until: date | None = None
    group_id: str | None = None
    accompanying: tuple[str, ...] = ()  # document keys or names of those who travel along
    vehicle: str | None = None
    address: str | None = None
    phone: str | None = None
    sponsor: str | None = None  # who invited the traveller or answers for the visa
    relations: tuple[Relation, ...] = ()
    consent: str | None = None  # the paper by which a child's parents agree to the journey, as shown
    other_readings: tuple[OtherReading, ...] = ()
    redress_number: str | None = None  # as `service.redress` writes it; shown by a traveller who was cleared before
    form_number: str | None = None  # of the paper form that it was keyed from, as `service.forms` writes it


@light(frozen=True, slots=True)
class Movement:
    """A crossing that was recorded.

    `seq` is gapless within its crossing point and gives the order there, whatever the clocks said.
    `decision` is the officer's last word, None while there is none.
    """

    crossing: Crossing
    recorded_at: datetime
    seq: int = 0
    decision: Outcome | None = None

    @property
    def id(self) -> UUID:
        return self.crossing.id


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule or the screening found. An officer disposes of it.

    `message` and `rebuttable_by` are message ids, put into words by the reader's language with
    `params`. `evidence` names the records it rests on. `stale_posts` are the crossing points not
    heard up to the moment that matters, with their watermarks in `params`.
    """

    rule: str
    rule_version: int
    severity: Severity
    message: str
    params: Mapping[str, object] = field(default_factory=dict)
    evidence: tuple[str, ...] = ()
    rebuttable_by: tuple[str, ...] = ()
    stale_posts: tuple[str, ...] = ()
    status: FindingStatus = FindingStatus.RAISED


@dataclass(frozen=True, slots=True)
class Inspection:
    """A crossing with what was found, under which list and which policy."""

    crossing: Crossing
    findings: tuple[Finding, ...]
    index_version: str
    policy_version: str

    @property
    def verdict(self) -> Verdict:
        return verdict(self.findings)

    @property
    def second_line(self) -> bool:
        """The neutral cue: a referral is asked for, whatever the reason."""
        wanted = (f.severity is Severity.PROTECTION and f.status is FindingStatus.RAISED for f in self.findings)
        return self.verdict is Verdict.REFER or any(wanted)


def verdict(findings: tuple[Finding, ...]) -> Verdict:
    """REFER when any finding that stands is more than a notice; protection never counts (RULES: P)."""
    for finding in findings:
        if finding.status is FindingStatus.RAISED and finding.severity in (Severity.IRREGULAR, Severity.ALERT):
            return Verdict.REFER
    return Verdict.CLEAR


@dataclass(frozen=True, slots=True)
class Decision:
    """An officer's decision on a movement; a change of mind is a new one that names the old."""

    id: UUID
    movement_id: UUID
    outcome: Outcome
    officer: str
    decided_at: datetime
    reason_code: str | None = None
    supersedes: UUID | None = None
