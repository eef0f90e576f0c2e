"""What stands in the end is what was said, in whatever order: movements, decisions, corrections, links, rebuttals.

A made-up log in memory hears facts in a random order, and the judge follows each to whom it may change, as the service
does. Then every movement is judged once more from nothing, and that must find nothing new.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Coroutine
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from service.correcting import Correction, CorrectionKind, claim_of, corrected
from service.domain import (
    Clock,
    Crossing,
    Direction,
    Finding,
    Movement,
    Observation,
    Outcome,
    PartialDate,
    Source,
    TravelDocument,
    Traveller,
)
from service.judging import Beside, Judge, Reached
from service.linking import Links, Pair, Ruling, pair_of
from service.person import person_keys
from service.policy import Policy
from service.rules.case import Case
from service.rules.catalogue import irregularities
from service.rules.inside import Begun, begun, ended
from service.rules.reach import Sought, filed_under
from service.rules.revision import Revision
from tests.cases import POSTS, SOUTH, policy_with, silent

HISTORIES = int(os.environ.get("MABAR_HISTORIES", "40"))  # `make rules-campaign` tries ten thousand
POLICY = policy_with(
    {
        "P5": {"travellers": 2},
        "P3": {"children": 1},
        "D7": {"documents": 2},
        "M8": {"hours": 5},
        "E1": {"grace_days": 0},
    }
)
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
END = BEGIN + timedelta(days=30)
HEARD = {**POSTS, SOUTH.code: silent(SOUTH, "2026-03-02")}

FATHER = Traveller("AL TARAWNEH", "SUHAIB YOUSEF", "JOR", PartialDate(1980, 5, 17), "M")
RESPELT = replace(FATHER, primary_identifier="ALTARAWNAH", secondary_identifier="SOHAIB YUSUF")
MARRIED = replace(FATHER, primary_identifier="HADDADIN")
MOTHER = Traveller("AL TARAWNEH", "RANIA NABIL", "JOR", PartialDate(1984, 7, 2), "F")
CHILD = Traveller("AL TARAWNEH", "SAIF SUHAIB", "JOR", PartialDate(2015, 3, 9), "M")
OTHER = Traveller("HADDAD", "LUAY", "JOR", PartialDate(2014), "M")
BEARERS = {
    "T1234567": (FATHER, RESPELT),
    "T5550001": (FATHER, MARRIED),
    "T9990001": (MARRIED,),
    "T1234569": (MOTHER,),
    "T1234571": (CHILD,),
    "T1234580": (OTHER, CHILD),
}


Place = tuple[Begun | None, UUID | None]  # the stay that a movement begins, and the entry whose stay it ends


@dataclass
class Log:
    """A log in memory: all that was said, and what stands."""

    movements: dict[UUID, Movement] = field(default_factory=dict)
    corrections: list[Correction] = field(default_factory=list)
    rulings: dict[Pair, Ruling] = field(default_factory=dict)
    seen: dict[UUID, frozenset[Observation]] = field(default_factory=dict)
    rebutted: dict[UUID, frozenset[bytes]] = field(default_factory=dict)
    stands: dict[UUID, dict[str, Finding]] = field(default_factory=dict)
    waiting: set[tuple[datetime, UUID]] = field(default_factory=set)
    stays: dict[UUID, Place] = field(default_factory=dict)

    def now(self, id: UUID) -> Movement | None:
        return corrected(self.movements[id], [each for each in self.corrections if each.movement_id == id])

    async def filed(self, *sought: Sought) -> list[Movement]:
        known = (m for id in self.movements if (m := self.now(id)))
        return [m for m in known if any(each.finds(m.crossing, filed_under(m.crossing)) for each in sought)]

    async def movement(self, id: UUID) -> Movement | None:
        return self.now(id)

    async def links(self, *documents: str) -> Links:
        known = Links(self.rulings).confirmed(*documents)
        return Links({pair: ruling for pair, ruling in self.rulings.items() if not known.isdisjoint(pair)})

    async def beside(self, movement: Movement) -> Beside:
        rebutted = self.rebutted.get(movement.id, frozenset())
        return Beside(observed=self.seen.get(movement.id, frozenset()), rebutted=rebutted)

    async def standing(self, id: UUID) -> Collection[Finding]:
        return self.stands.get(id, {}).values()

    async def revise(self, id: UUID, change: Revision, cause: str) -> None:
        there = self.stands.setdefault(id, {})
        for finding in change.withdrawn:
            del there[said(finding)]
        for finding in change.raised:
            assert said(finding) not in there
            there[said(finding)] = finding

    async def wait(self, id: UUID, moment: datetime, cause: str) -> None:
        self.waiting.add((moment, id))

    async def place(self, id: UUID, case: Case | None) -> None:
        stay, entry = (begun(case), ended(case)) if case else (None, None)
        self.stays[id] = (stay, entry.id if entry else None)


def said(finding: Finding) -> str:
    params = {name: value for name, value in finding.params.items() if not name.startswith("unheard")}
    return str((finding.rule, finding.severity, finding.message, finding.evidence, sorted(params.items(), key=str)))


def run(step: Coroutine[Any, Any, Any]) -> Any:
    """What a coroutine gives that waits for nothing."""
    try:
        step.send(None)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("it waits for something")


@dataclass
class Desk:
    """Says facts to a log one after the other, as the service's use cases do."""

    policy: Policy
    log: Log = field(default_factory=Log)
    time: datetime = BEGIN

    @property
    def judge(self) -> Judge:
        return Judge(self.log, self.policy, HEARD, self.time)

    def arrives(self, movement: Movement) -> None:
        self.time = max(self.time, movement.recorded_at)
        near = run(self.judge.near(movement))
        reached = run(self.judge.reached(movement, near, late=True))
        self.log.movements[movement.id] = movement
        run(self.judge.again(movement.id, "arrival"))
        run(self.judge.follow(reached, "arrival"))
        self.come()

    def says(self, id: UUID, change: Any) -> None:
        """Change what is said of a movement; whoever it reached before or reaches now is judged again."""
        before = self._reached(id)
        change()
        reached = before.and_(self._reached(id))
        run(self.judge.again(id, "fact"))
        run(self.judge.follow(reached, "fact"))

    def _reached(self, id: UUID) -> Reached:
        movement = self.log.now(id)
        return run(self.judge.reached_by(movement)) if movement else Reached()

    def decides(self, id: UUID, outcome: Outcome) -> None:
        def decide() -> None:
            self.log.movements[id] = replace(self.log.movements[id], decision=outcome)

        self.says(id, decide)

    def corrects(self, correction: Correction) -> None:
        self.says(correction.movement_id, lambda: self.log.corrections.append(correction))

    def rebuts(self, id: UUID, which: int) -> None:
        """One of the findings that stand, if any does."""
        if stands := self.log.stands.get(id):
            claim = claim_of(stands[sorted(stands)[which % len(stands)]])
            self.log.rebutted[id] = self.log.rebutted.get(id, frozenset()) | {claim}
            run(self.judge.again(id, "rebuttal"))

    def sees(self, id: UUID, sign: Observation) -> None:
        self.log.seen[id] = self.log.seen.get(id, frozenset()) | {sign}
        run(self.judge.again(id, "observation"))

    def rules(self, pair: Pair, ruling: Ruling) -> None:
        """As `service.links` does: judge again whose own movements the ruling changes, and whom those may change."""
        changed = self._changed_by(pair, ruling)
        before = self._reached_by_any(changed)
        self.log.rulings[pair] = ruling
        run(self.judge.follow(before.and_(self._reached_by_any(changed)), "link"))

    def _changed_by(self, pair: Pair, ruling: Ruling) -> list[UUID]:
        before, rulings = self._own(), self.log.rulings
        self.log.rulings = {**rulings, pair: ruling}
        after, self.log.rulings = self._own(), rulings
        return [id for id, own in after.items() if before[id] != own]

    def _reached_by_any(self, ids: list[UUID]) -> Reached:
        return reduce(Reached.and_, map(self._reached, ids), Reached(ids))

    def _own(self) -> dict[UUID, set[UUID]]:
        known = {id: m for id in self.log.movements if (m := self.log.now(id))}
        return {id: {each.id for each in run(self.judge.near(m)).own} for id, m in known.items()}

    def come(self, until: datetime | None = None) -> None:
        """Judge again those whose moment has come."""
        self.time = until or self.time
        while due := sorted(each for each in self.log.waiting if each[0] <= self.time):
            self.log.waiting.remove(due[0])
            run(self.judge.again(due[0][1], "time"))

    def anew(self, id: UUID) -> set[str]:
        """What stands on a movement when it is judged from nothing."""
        movement = self.log.now(id)
        if movement is None:
            return set()
        beside = run(self.log.beside(movement))
        case = self.judge.case(movement, run(self.judge.near(movement)), beside)
        found = [each for each in irregularities(case) if claim_of(each) not in beside.rebutted]
        return {said(each) for each in found}

    def placed_anew(self, id: UUID) -> Place:
        """Where a movement stands among the stays when it is judged from nothing."""
        movement = self.log.now(id)
        if movement is None or movement.decision is Outcome.REFUSED:
            return None, None
        case = self.judge.case(movement, run(self.judge.near(movement)), Beside())
        entry = ended(case)
        return begun(case), entry.id if entry else None

    def stands(self) -> dict[UUID, set[str]]:
        return {id: set(self.log.stands.get(id, {})) for id in self.log.movements}

    def ends_as_from_nothing(self) -> None:
        self.come(END)
        assert self.stands() == {id: self.anew(id) for id in self.log.movements}
        assert self.log.stays == {id: self.placed_anew(id) for id in self.log.movements}


@st.composite
def movements(draw: st.DrawFn) -> list[Movement]:
    """Some movements of a family and a stranger on documents of one run, in groups, late, undecided, from paper."""
    made = []
    for number in range(draw(st.integers(1, 8))):
        document = draw(st.sampled_from(sorted(BEARERS)))
        traveller = draw(st.sampled_from(BEARERS[document]))
        at = BEGIN + timedelta(minutes=47 * draw(st.integers(0, 60)))
        delay = draw(st.sampled_from([0, 0, 30, 180, 2000]))
        live = draw(st.booleans())
        crossing = Crossing(
            UUID(int=number + 1),
            draw(st.sampled_from(["WEST", "WEST", "NORTH", "SOUTH"])),
            draw(st.sampled_from(Direction)),
            at,
            TravelDocument("P", "JOR", document, PartialDate(2034, 6, 30)),
            traveller,
            Clock.CERTAIN if live else Clock.UNCERTAIN,
            Source.LIVE if live else Source.PAPER,
            person_keys(traveller),
            group_id=draw(st.sampled_from([None, None, "g"])),
            accompanying=draw(st.sampled_from([(), (), ("JOR:T1234567",), ("JOR:T1234571", "JOR:T1234580")])),
            phone=draw(st.sampled_from([None, "0770 1234567"])),
        )
        made.append(Movement(crossing, at + timedelta(minutes=delay)))
    order = sorted(made, key=lambda m: (m.crossing.crossing_point, m.recorded_at, m.id))
    return [replace(m, seq=seq) for seq, m in enumerate(order, 1)]


CHANGES: list[dict[str, Any]] = [
    {"occurred_at": (BEGIN + timedelta(minutes=1000)).isoformat()},
    {"direction": "exit"},
    {"date_of_birth": "1980-05-18"},
    {"date_of_birth": "2001-05-18"},
    {"document_number": "T1234569"},
    {"group_id": "g"},
    {"relations": [{"to": "JOR:T1234571", "kind": "mother"}]},
    {"accompanying": ["JOR:T1234571"], "phone": None},
]


@st.composite
def facts_about(draw: st.DrawFn, ids: list[UUID]) -> list[tuple[str, tuple[Any, ...]]]:
    """Things said of movements after they were recorded."""
    found: list[tuple[str, tuple[Any, ...]]] = []
    for number in range(draw(st.integers(0, 4))):
        id = draw(st.sampled_from(ids))
        match draw(st.sampled_from(["decide", "decide", "data", "void", "rule", "rebut", "see"])):
            case "decide":
                found.append(("decides", (id, draw(st.sampled_from(Outcome)))))
            case "rebut":
                found.append(("rebuts", (id, draw(st.integers(0, 3)))))
            case "see":
                found.append(("sees", (id, draw(st.sampled_from([Observation.FEAR, Observation.DOCUMENT_HELD])))))
            case "rule":
                pair = pair_of(*draw(st.lists(st.sampled_from(sorted(BEARERS)), min_size=2, max_size=2, unique=True)))
                named = (f"JOR:{pair[0]}", f"JOR:{pair[1]}")
                found.append(("rules", (named, draw(st.sampled_from(Ruling)))))
            case kind:
                changes = draw(st.sampled_from(CHANGES)) if kind == "data" else {}
                recorded_at = BEGIN + timedelta(days=10, minutes=number)
                correction = Correction(
                    UUID(int=1000 + number),
                    id,
                    CorrectionKind(kind),
                    changes,
                    "why",
                    "stamp",
                    "officer",
                    "WEST",
                    recorded_at,
                )
                found.append(("corrects", (correction,)))
    return found


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[str, tuple[Any, ...]]]:
    """Movements and what is said of them, in any order in which nothing is said of what has not been heard of."""
    made = draw(movements())
    said = draw(facts_about([m.id for m in made]))
    order = draw(st.permutations([("arrives", (m,)) for m in made]))
    for fact in said:
        about = fact[1][0].movement_id if fact[0] == "corrects" else fact[1][0]
        known = next((at for at, (_, args) in enumerate(order) if getattr(args[0], "id", None) == about), -1)
        order.insert(draw(st.integers(known + 1, len(order))), fact)
    return order


def _moved(number: int, document: str, traveller: Traveller, direction: Direction, hours: int, **more: Any) -> Movement:
    at = BEGIN + timedelta(hours=hours)
    shown = TravelDocument("P", "JOR", document, PartialDate(2034, 6, 30))
    keys = person_keys(traveller)
    return Movement(
        Crossing(UUID(int=number), "WEST", direction, at, shown, traveller, person_keys=keys, **more),
        at,
        number,
        Outcome.ADMITTED,
    )


def _rules_on(desk: Desk, number: int) -> set[str]:
    desk.come(END)
    return {finding.rule for finding in desk.log.stands.get(UUID(int=number), {}).values()}


def test_a_member_who_left_under_another_name_is_missing_until_officers_link_the_documents() -> None:
    desk = Desk(POLICY)
    entry, exit = Direction.ENTRY, Direction.EXIT
    for made in (
        _moved(1, "T1234567", FATHER, entry, 0, group_id="g"),
        _moved(2, "K2", MOTHER, entry, 0, group_id="g"),
        _moved(3, "T1234567", FATHER, exit, 24, group_id="g"),
        _moved(4, "T9990001", replace(MOTHER, primary_identifier="HADDADIN", secondary_identifier="R"), exit, 25),
    ):
        desk.arrives(made)
    pair = pair_of("JOR:K2", "JOR:T9990001")
    assert _rules_on(desk, 3) == {"M8"}
    desk.rules(pair, Ruling.CONFIRMED)
    assert _rules_on(desk, 3) == set()
    desk.rules(pair, Ruling.SPLIT)
    assert _rules_on(desk, 3) == {"M8"}
    desk.ends_as_from_nothing()


def test_who_is_named_is_judged_again_on_another_document_when_whoever_named_him_never_was() -> None:
    desk = Desk(POLICY)
    for made in (
        _moved(1, "K1", CHILD, Direction.ENTRY, 0),
        _moved(2, "T1234567", FATHER, Direction.ENTRY, 0, accompanying=("JOR:K1",)),
        _moved(3, "K3", MOTHER, Direction.ENTRY, 1, accompanying=("JOR:T1234567",)),
        _moved(4, "T5550001", FATHER, Direction.EXIT, 30),
    ):
        desk.arrives(made)
    assert _rules_on(desk, 4) == {"D6"}
    void = Correction(UUID(int=9), UUID(int=3), CorrectionKind.VOID, {}, "why", "form", "officer", "WEST", END)
    desk.corrects(void)
    assert _rules_on(desk, 4) == {"D6", "P4"}
    desk.ends_as_from_nothing()


@settings(max_examples=HISTORIES)
@given(histories())
def test_what_stands_is_alike_in_any_order_of_arrival(history: list[tuple[str, tuple[Any, ...]]]) -> None:
    desk = Desk(POLICY)
    for name, arguments in history:
        getattr(desk, name)(*arguments)
    desk.ends_as_from_nothing()
