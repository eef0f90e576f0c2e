"""What a late fact changes: whom to judge again, and which findings that raises and withdraws. Pure."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service.domain import Finding, FindingStatus, Movement, Source
from service.rules.order import moments, recorded


@dataclass(frozen=True, slots=True)
class Revision:
    """The difference between two judgements of one movement. A finding that says something else is another finding."""

    withdrawn: tuple[Finding, ...]
    raised: tuple[Finding, ...]


def revision(before: Iterable[Finding], after: Iterable[Finding]) -> Revision:
    """What stood before and stands no longer, and what stands now and did not. Withdrawn findings say so."""
    old, new = ({_identity(finding): finding for finding in findings} for findings in (before, after))
    withdrawn = (replace(finding, status=FindingStatus.WITHDRAWN) for key, finding in old.items() if key not in new)
    return Revision(tuple(withdrawn), tuple(finding for key, finding in new.items() if key not in old))


def _identity(finding: Finding) -> tuple[object, ...]:
    """All that it says; but for how long a post is silent, which changes by the minute and nothing with it."""
    said = {name: value for name, value in finding.params.items() if not name.startswith("unheard")}
    written = json.dumps(said, sort_keys=True, default=str)
    return (finding.rule, finding.rule_version, finding.severity, finding.message, finding.evidence, written)


CLOCK_AHEAD = timedelta(minutes=5)  # by which a post's clock may be ahead of the time of recording


def to_judge_again(arrived: Movement, related: Iterable[Movement], around: Collection[Movement] = ()) -> list[Movement]:
    """Of the movements of the same document or person, those that `arrived` may change: those that come after it.

    A movement is judged by what came before it. What arrives last in every respect changes none of the others. What
    was recorded at a post after `arrived`, by a clock that was behind it, is moved by it, and so may change any.
    `around` are the other movements on any of their documents: they take part in the order.
    """
    this = arrived.crossing.id
    others = [m for m in related if m.crossing.id != this]
    known = list({m.crossing.id: m for m in (*others, *around) if m.crossing.id != this}.values()) if around else others
    since = arrived.crossing.occurred_at
    if all(latest(m) < since and not _moved(m, arrived) for m in known):
        return []
    placed = {m.id: moment for moment, m in moments([*known, arrived])}
    if any(_moved(m, arrived) and m.crossing.occurred_at < placed[arrived.id][0] for m in known):
        return others
    return [m for m in others if max(placed[m.id][0], latest(m)) >= since]


def latest(m: Movement) -> datetime:
    """The latest moment that a movement can be taken to have happened at: no earlier than what its post sent before."""
    if m.crossing.source is not Source.LIVE:
        return m.crossing.occurred_at
    return max(m.crossing.occurred_at, m.recorded_at + CLOCK_AHEAD)


def _moved(m: Movement, arrived: Movement) -> bool:
    """Whether `m` follows `arrived` in the order of one post's recording."""
    live = m.crossing.source is arrived.crossing.source is Source.LIVE
    return live and m.crossing.crossing_point == arrived.crossing.crossing_point and recorded(m) > recorded(arrived)
