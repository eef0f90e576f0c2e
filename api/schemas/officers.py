"""Officers' work on the wire."""

from __future__ import annotations

from pydantic import AwareDatetime, BaseModel, Field


class LoadLineOut(BaseModel):
    """What an officer did at a post. Medians are null of fewer than five waits."""

    crossing_point: str
    officer: str | None = Field(description="the name, where the post is one of yours by name")
    number: int | None = Field(description="in the place of a name; dealt anew with each answer")
    inspections: int
    decisions: int
    referred: int
    refused: int
    handling_seconds: float | None = Field(description="median, from the crossing to the first decision")
    second_line_seconds: float | None = Field(description="median, from a referral to the decision that followed")


class LoadOut(BaseModel):
    """The work of officers by post, in no order of merit: it is for planning shifts, and ranks nobody."""

    since: AwareDatetime
    until: AwareDatetime
    lines: list[LoadLineOut]
