"""What another policy would have found: two replays of the same movements side by side. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from service.domain import CrossingPoint, FindingStatus, Verdict
from service.linking import Links
from service.policy import Policy
from service.replay import NO_LINKS, replay
from service.rules.catalogue import RULES


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one policy gives: movement and rule of all findings that stand at the end, and who was referred at once."""

    standing: frozenset[tuple[str, str]]
    referred: frozenset[str]


@dataclass(frozen=True, slots=True)
class Difference:
    """Of one rule: on how many movements it stands under each policy, and on how many under one alone."""

    rule: str
    first: int
    second: int
    only_first: int
    only_second: int


def outcome(
    lines: Iterable[str], policy: Policy, posts: Mapping[str, CrossingPoint], links: Links = NO_LINKS
) -> Outcome:
    """Replay movements and keep what stands at the end. Raises LineError as `replay` does."""
    stands: Counter[tuple[str, str]] = Counter()
    referred = set()
    for line in replay(lines, policy, posts, links):
        movement = str(line["id"])
        if "verdict" not in line:
            stands[movement, str(line["rule"])] += 1 if line["status"] == FindingStatus.RAISED else -1
            continue
        if line["verdict"] == Verdict.REFER:
            referred.add(movement)
        findings = line["findings"]
        assert isinstance(findings, list)
        stands.update((movement, finding["rule"]) for finding in findings)
    return Outcome(frozenset(+stands), frozenset(referred))


def differences(first: Outcome, second: Outcome) -> list[Difference]:
    """Rule by rule in the catalogue's order, those that stand nowhere left out; the last row counts referrals."""
    rows = []
    for rule in RULES:
        one, other = ({movement for movement, its in each.standing if its == rule.id} for each in (first, second))
        if one or other:
            rows.append(Difference(rule.id, len(one), len(other), len(one - other), len(other - one)))
    one, other = set(first.referred), set(second.referred)
    return [*rows, Difference(Verdict.REFER, len(one), len(other), len(one - other), len(other - one))]
