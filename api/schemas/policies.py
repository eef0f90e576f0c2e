"""Policies, on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from api.schemas.base import Moment, Name, Note, Wire
from service.hygiene import ChangeState

PolicyText = Annotated[str, Field(min_length=1, max_length=500_000, description="the policy as TOML")]
Said = Annotated[Note, StringConstraints(min_length=3)]


class PolicyProposalIn(Wire):
    """A policy that somebody wants in force, and why."""

    id: UUID = Field(description="made by the client; the same id again changes nothing")
    text: PolicyText
    reason: Said


class PolicyDecisionIn(Wire):
    """What the second person says. `from` is when an approved policy begins; left out, as soon as may be."""

    approve: bool
    reason: Said
    since: Moment | None = Field(default=None, alias="from")


class PolicyChangeOut(BaseModel):
    """A policy that was proposed: by whom and why, what another person said, and from when it is in force."""

    id: UUID
    version: str
    reason: str
    proposed_by: str
    proposed_at: datetime
    state: ChangeState
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str | None
    in_force_from: datetime | None


class PolicyOut(BaseModel):
    """A policy's text. `in_force_from` is null for the one that comes with the program."""

    version: str
    in_force_from: datetime | None
    text: str


class PoliciesOut(BaseModel):
    """The version in force now, and everything that was ever proposed, oldest first."""

    in_force: str
    in_force_from: datetime | None
    changes: list[PolicyChangeOut]


class ComparisonIn(Wire):
    """A policy, by its text or by a version that is kept, to be held against the one in force.

    With `from` and `to` the movements of that time are replayed under both.
    """

    text: PolicyText | None = None
    version: Name | None = None
    since: Moment | None = Field(default=None, alias="from", description="included")
    until: Moment | None = Field(default=None, alias="to", description="not included")

    @model_validator(mode="after")
    def _one_policy_and_a_whole_time(self) -> ComparisonIn:
        if (self.text is None) == (self.version is None):
            raise ValueError("give a text or a version")
        if (self.since is None) != (self.until is None):
            raise ValueError("give both from and to, or neither")
        if self.since is not None and self.until is not None and self.since >= self.until:
            raise ValueError("the time ends after it begins")
        return self


class SettingOut(BaseModel):
    """A setting that differs; null where one of the policies does not say it. Rows of law go by a digest of theirs."""

    name: str
    before: Any
    after: Any


class RuleDifferenceOut(BaseModel):
    """On how many movements a rule stands under each policy, and under one alone; REFER counts verdicts at the desk."""

    rule: str
    before: int
    after: int
    only_before: int
    only_after: int


class ComparisonOut(BaseModel):
    """What the policy says otherwise than the one in force, and what it would have found."""

    before: str
    after: str
    settings: list[SettingOut]
    rules: list[RuleDifferenceOut] | None


class TrialOut(BaseModel):
    """How often a rule on trial found something, and on how many movements, at one post under one policy."""

    rule: str
    policy_version: str
    crossing_point: str
    findings: int
    movements: int
