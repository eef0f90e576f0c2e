"""What the shapes share: fields that occur in several, and a base that refuses what it does not know."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    model_validator,
)

from service.domain import PartialDate

MOST, MOST_OF_A_LOG = 2**31 - 1, 2**63 - 1  # what PostgreSQL's integer and bigint hold: a larger number names nothing
ONE_LINE = r"^[^\x00-\x1f\x7f]*$"
Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=ONE_LINE)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]
State = Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,3}$")]


_MOST_FIELDS = 100
_WRITTEN = re.compile(r"\d{4}-\d{2}-\d{2}")


def _as_written(value: object) -> object:
    """A day or moment as ISO 8601 writes it. Pydantic would take any number for seconds since 1970."""
    if isinstance(value, date) or (isinstance(value, str) and _WRITTEN.match(value)):
        return value
    raise ValueError("write it as 2026-03-01, a moment as 2026-03-01T08:30:00Z")


def _countable(moment: datetime) -> datetime:
    """What a few days or an offset can be added to and taken from: the calendar ends at the years 1 and 9999."""
    if not 1900 <= moment.year <= 2999:
        raise ValueError("must lie in the years 1900 to 2999")
    return moment


Moment = Annotated[AwareDatetime, BeforeValidator(_as_written), AfterValidator(_countable)]
Day = Annotated[date, BeforeValidator(_as_written)]


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

    @model_validator(mode="before")
    @classmethod
    def _few(cls, value: object) -> object:
        """Each unknown field would be a fault of its own to be told of, and a body has room for many thousands."""
        if isinstance(value, dict) and len(value) > _MOST_FIELDS:
            raise ValueError(f"an object has at most {_MOST_FIELDS} fields")
        return value
