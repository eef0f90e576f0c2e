"""What findings mean, on the wire."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from service.domain import Severity


class MeaningOut(BaseModel):
    """One kind of finding in words: what it says, how much it weighs as a rule, and what would rebut it."""

    rule: str
    severity: Severity
    title: str
    text: str
    rebuttals: list[str]

    model_config = ConfigDict(from_attributes=True)
