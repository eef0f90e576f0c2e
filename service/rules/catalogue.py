"""The catalogue: every rule there is, in the order in which findings are shown. Pure."""

from __future__ import annotations

from dataclasses import replace

from service.domain import Finding, FindingStatus
from service.policy import RuleState
from service.rules.case import Case
from service.rules.document import D1, D4, D5, D6
from service.rules.eligibility import E1, E2, E3, E4
from service.rules.movement import M1, M2, M3, M4, M5, M6, M7
from service.rules.protection import P1
from service.rules.rule import Rule

RULES: tuple[Rule, ...] = (E1, E2, E3, E4, D1, D4, D5, D6, M1, M2, M3, M4, M5, M6, M7, P1)


def irregularities(case: Case) -> tuple[Finding, ...]:
    """What the active rules find on a case."""
    return _findings(case, RuleState.ACTIVE)


def shadow(case: Case) -> tuple[Finding, ...]:
    """What the rules on trial find: to be recorded and counted, and shown to nobody at the booth."""
    return tuple(replace(finding, status=FindingStatus.SHADOW) for finding in _findings(case, RuleState.SHADOW))


def _findings(case: Case, state: RuleState) -> tuple[Finding, ...]:
    return tuple(finding for rule in RULES if case.policy.state(rule.id) is state for finding in rule.find(case))
