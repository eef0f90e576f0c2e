"""A typed zone looked through, on the wire. Lines, places and positions count from 1."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from api.schemas.base import Wire
from api.schemas.reading import MrzFieldsOut, ObstacleOut
from ocr.checking import Change, FaultCode
from ocr.mrz import MrzFormat

_EXAMPLE = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F3004157ZE184226B<<<<<16"


class ZoneTextIn(Wire):
    """The text of a zone: lines parted by CR or LF, or joined."""

    mrz: Annotated[str, StringConstraints(min_length=1, max_length=400)]

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"mrz": _EXAMPLE}]})


class PlaceOut(BaseModel):
    """A stretch of a line, from the first to the last of its places."""

    line: int
    first: int
    last: int


class ZoneFieldOut(BaseModel):
    """A field as it is printed, fillers and all, and where."""

    field: str
    text: str
    place: PlaceOut


class ZoneDigitOut(BaseModel):
    """A check digit: what is printed, what the stretches `over` demand, and whether it holds."""

    field: str
    printed: str
    computed: str
    valid: bool
    place: PlaceOut
    over: list[PlaceOut]


class ZoneFaultOut(BaseModel):
    """Why the lines follow no layout; 0 and "" say nothing.

    `lines`: there are `found` of them. `length`: a line has `found` characters of `wanted`. `character`: one that no
    zone holds.
    """

    code: FaultCode
    line: int
    position: int
    found: int
    wanted: int
    character: str


class ZoneSuggestionOut(BaseModel):
    """What may be mistyped: with `proposed` for `printed` the digits of `holds` would hold, and none would break."""

    change: Change
    line: int
    position: int
    printed: str
    proposed: str
    holds: list[str]


class ZoneCheckOut(BaseModel):
    """What is known of the text as a zone.

    `format` is that of the lines, else the nearest; null where none is near. Where the lines do not follow it,
    `faults` say why and there are no fields. `dates` beyond doubt are in `values`, unknown parts as X.
    """

    lines: list[str]
    format: MrzFormat | None
    valid: bool
    values: MrzFieldsOut | None
    fields: list[ZoneFieldOut]
    check_digits: list[ZoneDigitOut]
    faults: list[ZoneFaultOut]
    obstacles: list[ObstacleOut]
    suggestions: list[ZoneSuggestionOut]
