"""A reading of a zone, on the wire."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.schemas.base import PostCode, Wire
from ocr.reading import FrameOutcome


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


class ImageFormIn(Wire):
    """What a form says beside its images."""

    crossing_point: Annotated[PostCode | None, Field(examples=["IQ-ZUR"])] = None


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

    `chance` is the calibrated chance, from 0 to 1, that anything in the zone is read wrong; null where nothing was read
    or nothing was left to doubt, as with a swipe reader's text.
    `confidences` holds a number from 0 to 1 for each character of each line; `boxes` the place of each
    character in `crop_png` (base64) as left, top, right, bottom in pixels; `steps` how many milliseconds each took.
    `frames` says of each image handed in whether it was `used`, or why not: `no_zone`, `another_zone` (of another
    document, or too unclear to tell), `refused`, `not_needed` (the others left no doubt), `no_time`.
    """

    id: UUID
    format: str | None
    lines: list[str] | None
    valid: bool
    accepted: bool
    chance: float | None
    fields: MrzFieldsOut | None
    check_digits: list[CheckDigitOut]
    confidences: list[list[float]]
    repairs: list[RepairOut]
    obstacles: list[ObstacleOut]
    crop_png: str | None
    boxes: list[list[tuple[int, int, int, int]]]
    frames: list[FrameOutcome]
    steps: dict[str, float]
    elapsed_ms: float
