"""Replay movements through the rules without a database: what would have been found, and what later facts changed.

Input is JSON lines, a movement each, in the order in which they were recorded::

    {"id": "m1", "at": "2026-03-01T09:00:00Z", "recorded_at": "2026-03-01T09:00:10Z", "crossing_point": "IQ-TRB",
     "direction": "entry", "document": {"document_code": "P", "issuing_state": "JOR", "document_number": "T1234567"},
     "traveller": {"primary_identifier": "…", "nationality": "JOR", "date_of_birth": "1980-05-17"}}

The findings that stand at the end are those of the set of movements, whatever the order of the lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from service.domain import CrossingPoint, Finding, Movement, verdict
from service.movement_lines import LineError, read_movement
from service.policy import Policy
from service.rules.case import Case
from service.rules.catalogue import irregularities
from service.rules.revision import revision, to_judge_again
from service.wording import word

Line = dict[str, object]


def replay(lines: Iterable[str], policy: Policy, posts: Mapping[str, CrossingPoint]) -> Iterator[Line]:
    """A line for each movement with its verdict at that moment, and one for each finding that it changed elsewhere.

    A movement line holds `id`, `verdict` and `findings`; a change holds `caused_by`, `id` and the finding with its
    `status`, raised or withdrawn. Empty lines are skipped. Every post is taken to be heard.

    Raises:
        LineError: a line is no movement, or repeats an id.
    """
    log = _Log(policy, posts)
    for number, line in enumerate(lines, start=1):
        if line.strip():
            name, movement = read_movement(number, line)
            if movement.id in log.names:
                raise LineError(f"line {number}: id: {name} was there before")
            yield from log.add(name, movement)


@dataclass(slots=True)
class _Log:
    """What was replayed so far: the movements, filed by document and person, and the findings that stand."""

    policy: Policy
    posts: Mapping[str, CrossingPoint]
    names: dict[UUID, str] = field(default_factory=dict)
    movements: list[Movement] = field(default_factory=list)
    filed: dict[str, list[int]] = field(default_factory=dict)  # document or person key -> places in `movements`
    standing: dict[UUID, tuple[Finding, ...]] = field(default_factory=dict)

    def add(self, name: str, movement: Movement) -> Iterator[Line]:
        self.names[movement.id] = name
        for key in _keys(movement):
            self.filed.setdefault(key, []).append(len(self.movements))
        self.movements.append(movement)
        findings = self._judge(movement)
        yield {"id": name, "verdict": verdict(findings), "findings": [self._written(each) for each in findings]}
        for other in to_judge_again(movement, self._related(movement)):
            yield from self._changes(other, caused_by=name)

    def _judge(self, movement: Movement) -> tuple[Finding, ...]:
        related = self._related(movement)
        case = Case.of(movement, related, self.posts, self.policy, as_of=movement.recorded_at)
        self.standing[movement.id] = irregularities(case)
        return self.standing[movement.id]

    def _changes(self, movement: Movement, *, caused_by: str) -> Iterator[Line]:
        change = revision(self.standing[movement.id], self._judge(movement))
        for finding in (*change.withdrawn, *change.raised):
            yield {"caused_by": caused_by, "id": self.names[movement.id], **self._written(finding)}

    def _related(self, movement: Movement) -> list[Movement]:
        return [self.movements[at] for at in {at for key in _keys(movement) for at in self.filed[key]}]

    def _written(self, finding: Finding) -> Line:
        return {
            "rule": finding.rule,
            "severity": finding.severity,
            "status": finding.status,
            "evidence": [self.names[UUID(record)] for record in finding.evidence],
            "message": word(finding.message, finding.params),
            "rebuttable_by": [word(message, {}) for message in finding.rebuttable_by],
        }


def _keys(movement: Movement) -> tuple[str, ...]:
    return (movement.crossing.document.key, *movement.crossing.person_keys)
