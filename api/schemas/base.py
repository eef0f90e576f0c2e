"""What the shapes share: fields that occur in several, and a base that refuses what it does not know."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from service.domain import PartialDate

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
