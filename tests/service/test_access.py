from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.access import ALL_POSTS, Action, Actor, DeviceKind, Purpose, Role, actions_of, decide, lawful

POSTS = st.sampled_from(["IQ-SFW", "IQ-TRB", "IQ-BGW"])
PERSONAL = {
    Action.READ_MOVEMENTS,
    Action.EXPORT_MOVEMENTS,
    Action.READ_PROTECTION,
    Action.PROTECT,
    Action.OBSERVE,
    Action.READ_INSIDE,
    Action.SCREEN,
    Action.READ_LISTS,
    Action.EDIT_LIST,
    Action.APPROVE_LIST,
    Action.READ_HITS,
    Action.READ_IMAGE,
    Action.MANAGE_HOLDS,
    Action.HANDLE_RIGHTS,
    Action.READ_REQUESTS,
    Action.RULE_ON_DISCLOSURE,
    Action.ADJUDICATE_HIT,
    Action.CLEAR_HIT,
    Action.INSPECT,
    Action.READ_DOCUMENT,
}


def test_an_analyst_counts_and_sees_nobody() -> None:
    analyst = Actor(UUID(int=9), "analyst", frozenset({Role.ANALYST}), frozenset({ALL_POSTS}))
    assert actions_of(analyst) == {
        Action.OWN_SESSION,
        Action.OWN_ACCOUNT,
        Action.READ_REFERENCE,
        Action.READ_STATISTICS,
        Action.EXPORT_STATISTICS,
        Action.READ_PSEUDONYMS,
    }


def actor(*roles: Role | DeviceKind, posts: frozenset[str] = frozenset({ALL_POSTS})) -> Actor:
    return Actor(UUID(int=1), "someone", frozenset(roles), posts)


def holders(action: Action) -> set[Role | DeviceKind]:
    return {role for role in (*Role, *DeviceKind) if decide(actor(role), action).allowed}


def test_every_action_belongs_to_somebody() -> None:
    assert all(holders(action) for action in Action)


def test_nobody_without_a_role_may_anything() -> None:
    assert not actions_of(actor())


def test_protection_detail_is_for_the_protection_role_alone() -> None:
    assert holders(Action.READ_PROTECTION) == {Role.PROTECTION}


def test_who_hands_out_accounts_sees_no_travellers() -> None:
    assert not actions_of(actor(Role.ADMINISTRATOR)) & PERSONAL


def test_the_auditor_changes_nothing() -> None:
    assert actions_of(actor(Role.AUDITOR)) == {
        Action.OWN_SESSION,
        Action.OWN_ACCOUNT,
        Action.READ_REFERENCE,
        Action.READ_AUDIT,
        Action.READ_NOTICES,
        Action.READ_STATISTICS,
        Action.READ_LISTS,
        Action.READ_POLICIES,
        Action.READ_RETENTION,
    }


def test_second_line_alone_says_who_somebody_is() -> None:
    assert holders(Action.ADJUDICATE_HIT) == {Role.SECOND_LINE}
    assert not holders(Action.EDIT_LIST) & holders(Action.ADJUDICATE_HIT)


def test_a_camera_only_hands_in() -> None:
    assert actions_of(actor(DeviceKind.CAMERA)) == {Action.READ_DOCUMENT, Action.INSPECT}


def test_a_monitor_only_collects_metrics() -> None:
    assert actions_of(actor(DeviceKind.MONITOR)) == {Action.READ_METRICS}


def test_no_device_decides() -> None:
    assert not holders(Action.DECIDE) & set(DeviceKind)


@given(st.sampled_from(Action), st.sets(st.sampled_from(Role)), st.frozensets(POSTS), POSTS)
def test_the_post_only_narrows_what_the_roles_allow(
    action: Action, roles: set[Role], posts: frozenset[str], post: str
) -> None:
    someone = actor(*roles, posts=posts)
    assert decide(someone, action, post).allowed == (decide(someone, action).allowed and post in posts)


@given(st.sampled_from(Action), st.sets(st.sampled_from(Role)), st.sampled_from(Role))
def test_a_further_role_never_takes_a_right_away(action: Action, roles: set[Role], further: Role) -> None:
    before = decide(actor(*roles), action).allowed
    assert decide(actor(*roles, further), action).allowed >= before


@given(st.sampled_from(Action), st.sampled_from(Role), POSTS)
def test_the_star_is_every_post(action: Action, role: Role, post: str) -> None:
    assert decide(actor(role), action, post).allowed == decide(actor(role), action).allowed


@given(st.sets(st.sampled_from(Role)))
def test_who_has_not_shown_all_may_only_complete_the_sign_in(roles: set[Role]) -> None:
    confined = replace(actor(*roles), confined=True)
    assert actions_of(confined) == ({Action.OWN_SESSION} if roles else set())


def test_a_refusal_says_what_is_missing() -> None:
    clerk = actor(Role.FIRST_LINE, posts=frozenset({"IQ-SFW"}))
    assert "first_line" in decide(clerk, Action.READ_AUDIT).reason
    assert "IQ-TRB" in decide(clerk, Action.INSPECT, "IQ-TRB").reason


@pytest.mark.parametrize("kind", DeviceKind)
def test_a_device_is_known_as_one(kind: DeviceKind) -> None:
    assert actor(kind).is_device
    assert not actor(Role.FIRST_LINE).is_device


@given(st.sampled_from(Action), st.sampled_from([*Role, *DeviceKind]))
def test_what_a_role_may_do_it_may_do_for_something(action: Action, role: Role | DeviceKind) -> None:
    ruling = decide(actor(role), action)
    assert ruling.purpose in (*lawful(actor(role), action), None)
    if ruling.allowed and ruling.purpose is None:
        assert action in {Action.OWN_SESSION, Action.OWN_ACCOUNT, Action.READ_REFERENCE, Action.READ_METRICS}


@given(st.sampled_from(Action), st.sets(st.sampled_from([*Role, *DeviceKind])), st.sampled_from(Purpose))
def test_a_purpose_only_narrows_what_the_roles_allow(
    action: Action, roles: set[Role | DeviceKind], purpose: Purpose
) -> None:
    someone = actor(*roles)
    assert decide(someone, action, purpose=purpose).allowed == (purpose in lawful(someone, action))
    assert not lawful(someone, action) or decide(someone, action).allowed


def test_the_desk_of_protection_alone_acts_for_protection() -> None:
    told = {(action, role) for action in Action for role in Role if Purpose.PROTECTION in lawful(actor(role), action)}
    assert {role for _, role in told} == {Role.PROTECTION}


def test_one_role_gives_the_right_and_the_purpose() -> None:
    both = actor(Role.ANALYST, Role.FIRST_LINE)
    assert lawful(both, Action.READ_MOVEMENTS) == (Purpose.BORDER_CONTROL,)
    assert "statistics" in decide(both, Action.READ_MOVEMENTS, purpose=Purpose.STATISTICS).reason
