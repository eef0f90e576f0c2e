"""The catalogue written out for officers and lawyers, from the rules' own metadata. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from service.domain import Severity
from service.policy import Policy, RuleState
from service.rules.catalogue import RULES
from service.rules.rule import Rule
from service.wording import word

FAMILIES = {
    "E": "Entry and stay: what the law sets",
    "D": "Documents",
    "M": "Movements that do not fit together",
    "P": "Protection: a referral, never a ground for refusal",
}
SEVERITIES = {
    Severity.NOTICE: "shown, and asks for nothing",
    Severity.IRREGULAR: "sends to second line",
    Severity.ALERT: "sends to second line, as a hit does",
    Severity.PROTECTION: "sets the neutral cue and leaves the verdict as it is",
}


def catalogue(policy: Policy) -> str:
    """Markdown: each rule in two sentences, with its parameters under a policy and what rebuts it."""
    return "\n".join(_lines(policy))


def _lines(policy: Policy) -> Iterator[str]:
    for family, title in FAMILIES.items():
        yield f"### {title}\n"
        for rule in RULES:
            if rule.id.startswith(family):
                yield from _rule(rule, policy)


def _rule(rule: Rule, policy: Policy) -> Iterator[str]:
    state = "" if policy.state(rule.id) is RuleState.ACTIVE else f", {policy.state(rule.id)}"
    yield f"**{rule.id}, version {rule.version}{state}: {word(rule.title, {})}.** {rule.description}\n"
    yield f"- Severity: {rule.severity}, which {SEVERITIES[rule.severity]}."
    for name, parameter in rule.parameters.items():
        yield f"- `{name}` = {_value(policy, rule, name)}: {parameter.meaning}."
    yield f"- Rebutted by: {' '.join(word(message, {}) for message in rule.rebuttable_by)}\n"


def _value(policy: Policy, rule: Rule, name: str) -> str:
    value = policy.parameter(rule.id, name, "")
    return (", ".join(value) or "none") if isinstance(value, tuple) else str(value)
