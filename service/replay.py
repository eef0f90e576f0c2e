"""Replay movements through the rules without a database: what would have been found, and what later facts changed.

Input is JSON lines, a movement each, in the order in which they were recorded (see `movement_lines`)::

    {"id": "m1", "at": "2026-03-01T09:00:00Z", "recorded_at": "2026-03-01T09:00:10Z", "crossing_point": "IQ-TRB",
     "direction": "entry", "document": {"document_code": "P", "issuing_state": "JOR", "document_number": "T1234567"},
     "traveller": {"primary_identifier": "…", "nationality": "JOR", "date_of_birth": "1980-05-17"}}

The findings that stand at the end are those of the set of movements, whatever the order of the lines. Time is the
latest time of recording so far: what waits for time to pass (a group that is not complete) is found when it has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from uuid import UUID

from service.domain import CrossingPoint, Finding, Movement, verdict
from service.filing import NEVER, Filing, Near
from service.json_rows import LineError
from service.linking import Links
from service.movement_lines import Line, Reader
from service.policy import Policy
from service.rules.case import Case
from service.rules.catalogue import (
    ALL,
    OF_OTHERS,
    RULES,
    awaited,
    irregularities,
    longest_patience,
    patience,
    waits_by_rule,
)
from service.rules.order import happened
from service.rules.persons import BY_LIKENESS, Persons
from service.rules.revision import revision, to_judge_again
from service.wording import word

Written = dict[str, object]
NO_LINKS = Links()


def replay(
    lines: Iterable[str], policy: Policy, posts: Mapping[str, CrossingPoint], links: Links = NO_LINKS
) -> Iterator[Written]:
    """A line for each movement with its verdict at that moment, and one for each finding that it changed elsewhere.

    A movement line holds `id`, `verdict` and `findings`; a change holds `caused_by`, `id` and the finding with its
    `status`, raised or withdrawn. Empty lines are skipped. Every post is taken to be heard. `links` are what officers
    said of whose documents belong together, and hold for every movement.

    Raises:
        LineError: a line is no movement, or repeats an id.
    """
    persons = links if links.rulings else BY_LIKENESS
    log = _Log(policy, posts, persons, Filing(policy, links), longest_patience(policy))
    reader = Reader()
    for number, text in enumerate(lines, start=1):
        if text.strip():
            line = reader.read(number, text)
            if not log.file(line):
                raise LineError(f"line {number}: id: {line.name} was there before")
            yield from log.judge()


Wait = tuple[datetime, int, str]  # until when, which movement, which rule
_ALSO = frozenset({"P6"})  # which rests on what the rules that wait find


@dataclass(slots=True)
class _Log:
    """What was replayed so far: the movements as filed, and the findings that stand. A place is a movement's number."""

    policy: Policy
    posts: Mapping[str, CrossingPoint]
    persons: Persons
    filing: Filing
    longest: timedelta  # that the rules wait for a company
    now: datetime = NEVER  # the latest time of recording
    heard: datetime = NEVER  # the same before the last movement
    lines: list[Line] = field(default_factory=list)
    places: dict[UUID, int] = field(default_factory=dict)
    standing: dict[int, tuple[Finding, ...]] = field(default_factory=dict)
    waiting: list[Wait] = field(default_factory=list)  # a heap
    awaited: set[Wait] = field(default_factory=set)
    patience: dict[str, tuple[timedelta, ...]] = field(default_factory=dict)  # by post
    patient: set[int] = field(default_factory=set)  # who waits for all that a company may wait for

    def file(self, line: Line) -> bool:
        """Take a movement in; False where its id was there before."""
        place, movement = len(self.lines), line.movement
        if self.places.setdefault(movement.crossing.id, place) != place:
            return False
        self.filing.add(movement)
        self.lines.append(line)
        self.heard, self.now = self.now, max(self.now, movement.recorded_at)
        return True

    def judge(self) -> Iterator[Written]:
        """What is found on the movement filed last, and what it changes."""
        place = len(self.lines) - 1
        line = self.lines[place]
        movement, near = line.movement, self.filing.near(place)
        findings = self._judge(place, near)
        said = [self._written(each) for each in findings]
        yield {"id": line.name, "verdict": str(verdict(findings)), "findings": said}
        again = self._due()
        if near.places:
            again.update(dict.fromkeys(self._company_again(movement, near), OF_OTHERS))
        if near.own:
            again.update(dict.fromkeys(self._own_again(movement, near), ALL))
        self.filing.settle(place)
        for other in sorted(again):
            yield from self._changes(other, again[other], caused_by=line.name)

    def _judge(self, place: int, near: Near, among: frozenset[str] = ALL) -> tuple[Finding, ...]:
        """What stands on a movement now, where only what the rules `among` them find can have changed."""
        line = self.lines[place]
        movement = line.movement
        case = Case(
            movement.crossing,
            near.own,
            self.posts,
            self.policy,
            as_of=self.now,
            seq=movement.seq,
            recorded_at=movement.recorded_at,
            others=near.others,
            listings=line.listings,
            observed=line.observed,
            awaiting=line.awaiting,
            persons=self.persons,
        )
        findings = irregularities(case, among)
        if among is not ALL and (before := self.standing.get(place)):
            kept = (each for each in before if each.rule not in among)
            findings = tuple(sorted((*kept, *findings), key=_last_of_others))
        self._wait(place, waits_by_rule(case))
        if findings:
            self.standing[place] = findings
        else:
            self.standing.pop(place, None)
        return findings

    def _wait(self, place: int, moments: Iterable[tuple[datetime, str]]) -> None:
        for moment, rule in moments:
            if moment > self.now and (wait := (moment, place, rule)) not in self.awaited:
                self.awaited.add(wait)
                heappush(self.waiting, wait)

    def _due(self) -> dict[int, frozenset[str]]:
        """Those of whom more can be said now that time has passed, and by which rules."""
        due: dict[int, frozenset[str]] = {}
        while self.waiting and self.waiting[0][0] <= self.now:
            found = heappop(self.waiting)
            self.awaited.discard(found)
            due[found[1]] = due.get(found[1], _ALSO) | {found[2]}
        return due

    def _own_again(self, movement: Movement, near: Near) -> set[int]:
        """Those of the traveller's own that come after it."""
        late = movement.recorded_at <= self.heard
        if not (late or any(each.latest >= movement.crossing.occurred_at for each in near.holders)):
            return set()
        around: list[Movement] = []
        if late:  # it may stand before what others of their documents sent at its post
            bearers = dict.fromkeys(each for holder in near.holders for each in holder.same)
            around = [self.filing.movements[place] for each in bearers for place in each.places]
        return {self.places[m.id] for m in to_judge_again(movement, near.own, around)}

    def _company_again(self, movement: Movement, near: Near) -> Iterator[int]:
        """Those others whom the movement may change: who crossed after it, and before it who was not waited for.

        Whoever crossed shortly before is judged when the rest of the company had its time to follow.
        """
        crossed, this = movement.crossing.occurred_at, happened(movement)
        for place in (*near.places, *self.filing.afterwards(near, crossed - self.longest)):
            m = self.filing.movements[place]
            since = m.crossing.occurred_at
            if since > crossed or (since == crossed and this < happened(m)):
                yield place
                continue
            patient = self._patience(m.crossing.crossing_point)
            if crossed - since > patient[-1]:
                continue
            if place not in self.patient:
                self.patient.add(place)
                self._wait(place, awaited(self.policy, m.crossing))
            if since + patient[0] <= self.now:
                yield place

    def _patience(self, post: str) -> tuple[timedelta, ...]:
        if post not in self.patience:
            self.patience[post] = patience(self.policy, post)
        return self.patience[post]

    def _changes(self, place: int, among: frozenset[str], *, caused_by: str) -> Iterator[Written]:
        before = self.standing.get(place, ())
        after = self._judge(place, self.filing.near(place), among)
        if not before and not after:
            return
        change = revision(before, after)
        for finding in (*change.withdrawn, *change.raised):
            yield {"caused_by": caused_by, "id": self.lines[place].name, **self._written(finding)}

    def _written(self, finding: Finding) -> Written:
        return {
            "rule": finding.rule,
            "severity": str(finding.severity),
            "status": str(finding.status),
            "evidence": [self.lines[self.places[UUID(record)]].name for record in finding.evidence],
            "message": word(finding.message, finding.params),
            "rebuttable_by": [word(message, {}) for message in finding.rebuttable_by],
        }


_PLACED = {rule.id: (rule.of_others, at) for at, rule in enumerate(RULES)}


def _last_of_others(finding: Finding) -> tuple[bool, int]:
    """In the catalogue's order, and last what others' movements change."""
    return _PLACED[finding.rule]
