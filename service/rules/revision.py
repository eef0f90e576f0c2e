"""What a late fact changes: whom to judge again, and which findings that raises and withdraws. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from service.domain import Finding, FindingStatus, Movement


@dataclass(frozen=True, slots=True)
class Revision:
    """The difference between two judgements of one movement. A finding on other evidence is another finding."""

    withdrawn: tuple[Finding, ...]
    raised: tuple[Finding, ...]


def revision(before: Iterable[Finding], after: Iterable[Finding]) -> Revision:
    """What stood before and stands no longer, and what stands now and did not. Withdrawn findings say so."""
    old, new = ({_identity(finding): finding for finding in findings} for findings in (before, after))
    withdrawn = (replace(finding, status=FindingStatus.WITHDRAWN) for key, finding in old.items() if key not in new)
    return Revision(tuple(withdrawn), tuple(finding for key, finding in new.items() if key not in old))


def _identity(finding: Finding) -> tuple[object, ...]:
    return (finding.rule, finding.rule_version, finding.severity, finding.message, finding.evidence, *_field(finding))


def _field(finding: Finding) -> tuple[object, ...]:
    """Two findings of one rule on one record may differ only in the field that they name."""
    return (finding.params.get("field"),)


def to_judge_again(arrived: Movement, related: Sequence[Movement]) -> list[Movement]:
    """Of the movements of the same document or person, those that `arrived` may change.

    A movement is judged by what came before it. What arrives last in every respect changes none of the others; what
    arrives late may also move others about at its post, and so may change any.
    """
    others = [m for m in related if m.id != arrived.id]
    return [] if all(_precedes(m, arrived) for m in others) else others


def _precedes(m: Movement, arrived: Movement) -> bool:
    return m.crossing.occurred_at < arrived.crossing.occurred_at and m.recorded_at <= arrived.recorded_at
