"""What the protection desk knows of a movement and does about it: observations, releases, referrals. Pure.

Codes alone, and no free text: what is said of somebody in need is no more than a partner needs to help.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from service.domain import Observation
from service.errors import ReferralRefused

ASYLUM = frozenset({Observation.ASYLUM_WISH, Observation.FEAR_OF_RETURN})
"""What bars refusal and removal (Convention relating to the Status of Refugees, 1951, articles 31 and 33)."""


class Need(StrEnum):
    """What somebody is referred for, and what a partner helps with."""

    ASYLUM_PROCEDURE = "asylum_procedure"
    CHILD_PROTECTION = "child_protection"
    FAMILY_TRACING = "family_tracing"
    INTERPRETER = "interpreter"
    LEGAL_AID = "legal_aid"
    MEDICAL_CARE = "medical_care"
    PSYCHOSOCIAL_CARE = "psychosocial_care"
    SHELTER = "shelter"
    TRAFFICKING_SUPPORT = "trafficking_support"


class ReleaseReason(StrEnum):
    """Why the bar of an asylum wish ends."""

    AUTHORITY_DECIDED = "authority_decided"
    HANDED_OVER = "handed_over"  # to the authority that decides on asylum
    WISH_WITHDRAWN = "wish_withdrawn"
    RECORDED_IN_ERROR = "recorded_in_error"


class ReferralStatus(StrEnum):
    """Where a referral stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class StepReason(StrEnum):
    """Why a referral ended as it did."""

    NO_CAPACITY = "no_capacity"
    NOT_COMPETENT = "not_competent"
    HELP_GIVEN = "help_given"
    HELP_REFUSED = "help_refused"
    NOT_REACHED = "not_reached"
    RECORDED_IN_ERROR = "recorded_in_error"


_AFTER: Mapping[ReferralStatus, frozenset[ReferralStatus]] = {
    ReferralStatus.OPEN: frozenset({ReferralStatus.ACCEPTED, ReferralStatus.DECLINED, ReferralStatus.WITHDRAWN}),
    ReferralStatus.ACCEPTED: frozenset({ReferralStatus.CLOSED, ReferralStatus.WITHDRAWN}),
}
_REASONS: Mapping[ReferralStatus, frozenset[StepReason]] = {
    ReferralStatus.DECLINED: frozenset({StepReason.NO_CAPACITY, StepReason.NOT_COMPETENT}),
    ReferralStatus.CLOSED: frozenset({StepReason.HELP_GIVEN, StepReason.HELP_REFUSED, StepReason.NOT_REACHED}),
    ReferralStatus.WITHDRAWN: frozenset({StepReason.HELP_REFUSED, StepReason.RECORDED_IN_ERROR}),
}


@dataclass(frozen=True, slots=True)
class Observed:
    """What an officer saw or was told. `id` is made by the client, as those below are."""

    id: UUID
    signs: tuple[Observation, ...]
    officer: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Released:
    """The end of the bar on refusal; what was observed before it bars no longer, a wish expressed later does."""

    id: UUID
    reason: ReleaseReason
    officer: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """A referral's next status. `referral` is its id."""

    id: UUID
    referral: UUID
    status: ReferralStatus
    officer: str
    at: datetime
    reason: StepReason | None = None


@dataclass(frozen=True, slots=True)
class Referral:
    """Somebody handed on to a partner of the directory, with what for; `steps` are its history, oldest first."""

    id: UUID
    partner: str
    needs: tuple[Need, ...]
    officer: str
    at: datetime
    steps: tuple[Step, ...] = ()

    @property
    def status(self) -> ReferralStatus:
        return self.steps[-1].status if self.steps else ReferralStatus.OPEN


Said = Observed | Released
Record = Observed | Released | Referral | Step


@dataclass(frozen=True, slots=True)
class Partner:
    """Who takes referrals from which crossing points (``*`` alone for all) and for which needs."""

    code: str
    names: Mapping[str, str]  # language tag (en, ar, ckb) -> name
    crossing_points: frozenset[str]
    needs: frozenset[Need]
    contact: str
    active: bool = True
    changed_by: str = ""
    changed_at: datetime | None = field(default=None)

    def takes_from(self, post: str) -> bool:
        """Whether travellers of a crossing point can be referred there."""
        return self.active and (post in self.crossing_points or "*" in self.crossing_points)


def signs(said: Iterable[Said]) -> frozenset[Observation]:
    """What stands of what was observed, in the order in which it was said: a release takes an asylum wish away."""
    standing: frozenset[Observation] = frozenset()
    for each in said:
        standing = standing - ASYLUM if isinstance(each, Released) else standing | frozenset(each.signs)
    return standing


def removal_barred(said: Iterable[Said]) -> bool:
    """Whether nobody may be refused or removed: an asylum wish, or a fear of return, was not released.

    It is law and not a setting: it holds whatever the policy says of rule P9.
    """
    return bool(signs(said) & ASYLUM)


def require_partner(partner: Partner, post: str, needs: Iterable[Need]) -> None:
    """See that a partner takes such referrals.

    Raises:
        ReferralRefused: not from there, or not for that.
    """
    if not partner.takes_from(post):
        raise ReferralRefused(f"{partner.code} takes no referrals from {post}")
    if missing := sorted(set(needs) - partner.needs):
        raise ReferralRefused(f"{partner.code} does not help with {', '.join(missing)}")


def require_step(referral: Referral, status: ReferralStatus, reason: StepReason | None) -> None:
    """See that a referral may take a status next, and that the reason fits it.

    Raises:
        ReferralRefused: it may not, with what it may.
    """
    possible = _AFTER.get(referral.status, frozenset())
    if status not in possible:
        may = ", ".join(sorted(possible)) or "nothing"
        raise ReferralRefused(f"a referral that is {referral.status} can become {may}")
    reasons = _REASONS.get(status)
    if reason not in (reasons or {None}):
        wanted = f"needs one of the reasons {', '.join(sorted(reasons))}" if reasons else "has no reason"
        raise ReferralRefused(f"a referral that becomes {status} {wanted}")
