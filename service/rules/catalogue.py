"""The catalogue: every rule there is, in the order in which findings are shown. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import compress
from operator import attrgetter

from service.domain import Crossing, Direction, Finding, FindingStatus
from service.policy import Policy, RuleState
from service.rules.case import Case
from service.rules.document import D1, D2, D3, D4, D5, D6, D7
from service.rules.eligibility import E1, E2, E3, E4, E5
from service.rules.movement import M1, M2, M3, M4, M5, M6, M7
from service.rules.protection import P1, P2, P3, P4, P5, P6, P7, P9, P10
from service.rules.rule import Rule
from service.rules.waiting import M8, M9

RULES: tuple[Rule, ...] = (
    *(E1, E2, E3, E4, E5),
    *(D1, D2, D3, D4, D5, D6, D7),
    *(M1, M2, M3, M4, M5, M6, M7, M8, M9),
    *(P1, P2, P3, P4, P5, P6, P7, P9, P10),
)


OF_OTHERS = frozenset(rule.id for rule in RULES if rule.of_others)
"""The rules that another traveller's movement, or the time that passes, may change."""

ALL = frozenset(rule.id for rule in RULES)


_NEEDS = tuple(sorted({rule.needs for rule in RULES if rule.needs}))
_given = attrgetter(*_NEEDS)


def irregularities(case: Case, among: frozenset[str] = ALL) -> tuple[Finding, ...]:
    """What the active rules find on a case, or those `among` them."""
    return _findings(case, RuleState.ACTIVE, among)


def shadow(case: Case) -> tuple[Finding, ...]:
    """What the rules on trial find: to be recorded and counted, and shown to nobody at the booth."""
    return tuple(replace(finding, status=FindingStatus.SHADOW) for finding in _findings(case, RuleState.SHADOW))


def _findings(case: Case, state: RuleState, among: frozenset[str] = ALL) -> tuple[Finding, ...]:
    given = tuple(map(bool, _given(case)))
    asked = _asked(case.policy.in_state(state), among, case.crossing.direction, case.national, given)
    return tuple([rule.worded(case, found) for rule in asked for found in rule.look(case)])


@lru_cache(maxsize=1 << 12)
def _asked(
    named: frozenset[str], among: frozenset[str], direction: Direction, national: bool, given: tuple[bool, ...]
) -> tuple[Rule, ...]:
    """The rules of a state, without those which such a traveller cannot be found by, or with nothing to look at."""
    there = {"", *compress(_NEEDS, given)}
    return tuple(
        rule
        for rule in RULES
        if rule.id in named & among
        and rule.needs in there
        and rule.only in (None, direction)
        and not (national and rule.of_foreigners)
    )


def waits(case: Case) -> Iterator[datetime]:
    """The moments, later than the case is judged, at which some rule can say more about it: judge it again then."""
    return (moment for moment, _ in waits_by_rule(case))


def waits_by_rule(case: Case) -> Iterator[tuple[datetime, str]]:
    """The same moments, each with the id of the rule that waits for it."""
    if not (case.awaiting or case.accompanied):
        return  # most have nothing to wait for
    for rule in _WAITING:
        moment = rule.due(case) if rule.due else None
        if moment is not None and moment > case.as_of:
            yield moment, rule.id


@lru_cache(maxsize=1 << 10)
def _patience(hours: int, *minutes: int) -> tuple[timedelta, ...]:
    return tuple(sorted({timedelta(hours=hours), *(timedelta(minutes=each) for each in minutes)}))


def patience(policy: Policy, post: str) -> tuple[timedelta, ...]:
    """How long after a crossing the rules wait for the others of its company: M8, P3 and P4, the shortest first."""
    return _patience(*(policy.whole(*each, post) for each in _FOR_COMPANY))


def longest_patience(policy: Policy) -> timedelta:
    """The longest that they wait anywhere."""
    return max(patience(policy, post)[-1] for post in ("", *policy.posts))


_FOR_COMPANY = (("M8", "hours"), ("P3", "minutes"), ("P4", "minutes"))


def awaited(policy: Policy, crossing: Crossing) -> Iterator[tuple[datetime, str]]:
    """The moments up to which the rules wait for the others of a company, each with its rule; only P3 on entry."""
    post, leaving = crossing.crossing_point, crossing.direction is Direction.EXIT
    for rule, unit in _FOR_COMPANY:
        if leaving or rule == P3.id:
            yield crossing.occurred_at + timedelta(**{unit: policy.whole(rule, unit, post)}), rule


def childhood(policy: Policy) -> int:
    """Until which age in years anybody may be a child by the rules of protection, at any post."""
    posts = ("", *policy.posts)
    return max(policy.whole(rule, "age", post) for post in posts for rule in ("P1", "P2", "P3", "P4"))


_WAITING = tuple(rule for rule in RULES if rule.due)
