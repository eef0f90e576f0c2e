"""The pure part of the protection desk: what bars a refusal, and how a referral goes on."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from made_up import NOON, later
from service.domain import Observation
from service.errors import ReferralRefused
from service.protection import (
    ASYLUM,
    Need,
    Observed,
    Partner,
    Referral,
    ReferralStatus,
    Released,
    ReleaseReason,
    Step,
    StepReason,
    removal_barred,
    require_partner,
    require_step,
    signs,
)

REFERRAL = Referral(uuid4(), "shelter", (Need.SHELTER,), "desk", NOON)
PARTNER = Partner("shelter", {"en": "Shelter"}, frozenset({"IQ-IBK"}), frozenset({Need.SHELTER}), "+964 1")
RELEASE = Released(uuid4(), ReleaseReason.HANDED_OVER, "desk", NOON)
said = st.lists(
    st.one_of(
        st.just(RELEASE),
        st.lists(st.sampled_from(Observation), min_size=1).map(lambda its: Observed(uuid4(), tuple(its), "o", NOON)),
    )
)


@given(said)
def test_an_asylum_wish_bars_until_it_is_released_and_a_later_one_bars_again(
    history: list[Observed | Released],
) -> None:
    last = max((at for at, each in enumerate(history) if isinstance(each, Released)), default=-1)
    after = {sign for each in history[last + 1 :] if isinstance(each, Observed) for sign in each.signs}
    assert removal_barred(history) == bool(after & ASYLUM)


@given(said)
def test_a_release_takes_nothing_away_but_the_wish(history: list[Observed | Released]) -> None:
    every = {sign for each in history if isinstance(each, Observed) for sign in each.signs}
    assert signs(history) | ASYLUM >= every
    assert signs([*history, RELEASE]) == every - ASYLUM


def _at(*statuses: ReferralStatus) -> Referral:
    return replace(REFERRAL, steps=tuple(Step(uuid4(), REFERRAL.id, each, "desk", later(hours=1)) for each in statuses))


ALLOWED = {
    ("open", "accepted", None),
    *(("open", "declined", reason) for reason in ("no_capacity", "not_competent")),
    *(("accepted", "closed", reason) for reason in ("help_given", "help_refused", "not_reached")),
    *(("open", "withdrawn", reason) for reason in ("help_refused", "recorded_in_error")),
    *(("accepted", "withdrawn", reason) for reason in ("help_refused", "recorded_in_error")),
}  # fmt: skip


@pytest.mark.parametrize("status", ReferralStatus)
def test_a_referral_goes_on_in_its_order_and_with_a_reason_that_fits(status: ReferralStatus) -> None:
    referral = _at() if status is ReferralStatus.OPEN else _at(status)
    for to, reason in product(ReferralStatus, (None, *StepReason)):
        if (status, to, reason) in ALLOWED:
            require_step(referral, to, reason)
        else:
            with pytest.raises(ReferralRefused):
                require_step(referral, to, reason)


def test_a_partner_takes_from_its_posts_and_for_what_it_helps_with() -> None:
    require_partner(PARTNER, "IQ-IBK", [Need.SHELTER])
    require_partner(replace(PARTNER, crossing_points=frozenset({"*"})), "IQ-TRB", [Need.SHELTER])
    for partner, post, need in (
        (PARTNER, "IQ-TRB", Need.SHELTER),
        (PARTNER, "IQ-IBK", Need.MEDICAL_CARE),
        (replace(PARTNER, active=False), "IQ-IBK", Need.SHELTER),
    ):
        with pytest.raises(ReferralRefused):
            require_partner(partner, post, [need])
