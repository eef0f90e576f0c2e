"""The roll-ups, fed by the database itself, against a recount of the log, after any sequence of facts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from made_up import NOON
from service import statistics_store
from service.figures import Asked, Figure

POSTS = ("IQ-SHL", "IQ-ZUR")
OFFSET = timedelta(hours=3)


async def judge(session: AsyncSession) -> None:
    """Work as who writes facts does."""
    await session.execute(text("SELECT set_config('role', 'mabar_judge', true)"))
    await session.execute(text("SELECT set_config('mabar.purpose', 'maintenance', true)"))


async def insert(session: AsyncSession, table: str, **values: Any) -> None:
    columns, places = ", ".join(values), ", ".join(f":{name}" for name in values)
    await session.execute(text(f"INSERT INTO {table} ({columns}) VALUES ({places})"), values)


@dataclass
class Log:
    """Facts as they are added, and as a clerk would count them by hand."""

    session: AsyncSession
    movements: list[dict[str, Any]] = field(default_factory=list)
    corrections: list[tuple[UUID, str, dict[str, str]]] = field(default_factory=list)
    decisions: dict[UUID, list[tuple[UUID, str]]] = field(default_factory=dict)
    findings: dict[tuple[UUID, str], list[UUID]] = field(default_factory=dict)
    hits: dict[UUID, list[tuple[UUID, str]]] = field(default_factory=dict)
    stays: set[UUID] = field(default_factory=set)
    numbers: int = 0

    def next(self) -> int:
        self.numbers += 1
        return self.numbers

    async def movement(self, seed: int) -> None:
        made = {
            "id": uuid4(),
            "occurred_at": NOON - timedelta(hours=seed % 40),
            "crossing_point": POSTS[seed % 2],
            "direction": ("entry", "exit")[seed % 3 == 0],
            "nationality": ("JOR", "IRN", "IRQ")[seed % 3],
            "date_of_birth": ("1980-05-17", "XXXX-XX-XX", "2020-XX-XX")[seed % 3],
            "verdict": ("CLEAR", "REFER")[seed % 4 == 0],
        }
        self.movements.append(made)
        at, number = made["occurred_at"], self.next()
        found = ([], ["E1"], ["M2", "W1"])[seed % 7 % 3]
        fixed = dict.fromkeys(("document_code", "issuing_state", "document_number", "document_key"), "X")
        names = dict.fromkeys(("primary_identifier", "secondary_identifier", "index_version", "policy_version"), "X")
        more = {"seq": number, "recorded_at": at, "clock": "certain", "source": "live", "sex": "X"}
        await insert(self.session, "movement", **made, **fixed, **names, **more, rules=found)
        for rule in found:
            await self._found(made, rule, cause=None)

    async def correct(self, seed: int) -> None:
        made = self.movements[seed % len(self.movements)]
        said = (
            {"crossing_point": "IQ-TRB"},
            {"direction": "exit", "nationality": "SYR"},
            {"date_of_birth": "1950-01-01"},
        )
        later = {"occurred_at": (made["occurred_at"] - timedelta(days=1)).isoformat()}
        kind, changes = ("void", {}) if seed % 5 == 0 else ("data", [*said, later][seed % 4])
        self.corrections.append((made["id"], kind, changes))
        keys = {"document_key": "X", "reason": "X", "evidence": "X", "officer": "X", "crossing_point": "IQ-SHL"}
        of = {"movement_id": made["id"], "movement_occurred_at": made["occurred_at"], "recorded_at": NOON}
        more = {"id": uuid4(), "kind": kind, "changes": json.dumps(changes), "seq": self.next()}
        await insert(self.session, "correction", **keys, **of, **more)

    async def decide(self, seed: int) -> None:
        made = self.movements[seed % len(self.movements)]
        chain = self.decisions.setdefault(made["id"], [])
        outcome = ("admitted", "refused", "referred")[seed % 3]
        said = {"id": uuid4(), "outcome": outcome, "reason_code": "E" if outcome == "refused" else None, "officer": "X"}
        of = {"movement_id": made["id"], "movement_occurred_at": made["occurred_at"]}
        at = made["occurred_at"] + timedelta(seconds=40 * (len(chain) + 1))
        before = chain[-1][0] if chain else None
        await insert(self.session, "decision", **said, **of, decided_at=at, supersedes=before)
        chain.append((said["id"], outcome))

    async def find(self, seed: int) -> None:
        """Raise a finding, or withdraw the one that stands."""
        made, rule = self.movements[seed % len(self.movements)], ("M2", "E1", "W1")[seed % 3]
        await self._found(made, rule, cause="x")

    async def _found(self, made: dict[str, Any], rule: str, *, cause: str | None) -> None:
        chain = self.findings.setdefault((made["id"], rule), [])
        stands = len(chain) % 2
        said = {"id": uuid4(), "rule": rule, "status": "withdrawn" if stands else "raised", "evidence": ["list:e1"]}
        of = {"movement_id": made["id"], "occurred_at": made["occurred_at"]}
        fixed = {"rule_version": 1, "severity": "notice", "message": "x", "policy_version": "1"}
        await insert(
            self.session, "finding", **said, **of, **fixed, cause=cause, supersedes=chain[-1] if stands else None
        )
        chain.append(said["id"])

    async def hit(self, seed: int) -> None:
        """Raise a hit, or say more of the one that is there."""
        made = self.movements[seed % len(self.movements)]
        chain = self.hits.setdefault(made["id"], [])
        if not chain:
            case, said = uuid4(), {"id": uuid4(), "list": "list", "entry_id": "e1", "rule": "W1", "score": 1.0}
            of = {"movement_id": made["id"], "movement_occurred_at": made["occurred_at"], "raised_at": NOON}
            await insert(self.session, "hit_case", id=case, opened_at=NOON, movement_id=made["id"], document_key="X")
            await insert(self.session, "hit", **said, **of, case_id=case, crossing_point=made["crossing_point"])
            chain.append((said["id"], "raised"))
            return
        outcome = ("confirmed", "cleared", "undecided")[seed % 3]
        before = chain[-1][0] if len(chain) > 1 else None
        said = {"id": uuid4(), "hit_id": chain[0][0], "outcome": outcome, "reason_code": "x", "officer": "x"}
        await insert(self.session, "adjudication", **said, decided_at=NOON, supersedes=before)
        chain.append((said["id"], outcome))

    async def stay(self, seed: int) -> None:
        """Begin a stay, end it or put its end elsewhere, or take it out."""
        made = self.movements[seed % len(self.movements)]
        at = made["occurred_at"]
        if made["id"] not in self.stays:
            self.stays.add(made["id"])
            post = made["crossing_point"]
            due = at + timedelta(hours=30) if seed % 2 else None
            values = {"entry_id": made["id"], "crossing_point": post, "entered_at": at, "basis": "visa"}
            until = {"due_at": due, "until": due.date()} if due else {}
            await insert(self.session, "stay", **values, **until)
        elif seed % 3 == 0:
            self.stays.discard(made["id"])
            await self.session.execute(text("DELETE FROM stay WHERE entry_id = :id"), {"id": made["id"]})
        else:
            ended = {"id": made["id"], "at": at + timedelta(hours=seed % 60)}
            await self.session.execute(text("UPDATE stay SET ended_at = :at WHERE entry_id = :id"), ended)

    async def fold(self, seed: int) -> None:
        await statistics_store.fold(self.session, seed)

    def counting(self) -> list[dict[str, Any]]:
        """The movements as they count by hand."""
        counting = []
        for made in self.movements:
            said = [(kind, changes) for movement, kind, changes in self.corrections if movement == made["id"]]
            if not any(kind == "void" for kind, _ in said):
                now = dict(made)
                for _, changes in said:
                    now |= changes
                at = now["occurred_at"]
                now["occurred_at"] = datetime.fromisoformat(at) if isinstance(at, str) else at
                counting.append(now)
        return counting


STEPS: dict[str, Callable[[Log, int], Awaitable[None]]] = {
    "movement": Log.movement,
    "correct": Log.correct,
    "decide": Log.decide,
    "find": Log.find,
    "hit": Log.hit,
    "stay": Log.stay,
    "fold": Log.fold,
}


async def kept(session: AsyncSession, figure: str) -> Counter[tuple[Any, ...]]:
    rows = await session.execute(
        text(
            "SELECT at, crossing_point, direction, one, two, three, sum(n) FROM statistic_now WHERE figure = :figure "
            "GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(n) <> 0"
        ),
        {"figure": figure},
    )
    return Counter({tuple(row[:-1]): row[-1] for row in rows})


def _day(at: datetime) -> datetime:
    return datetime.combine((at + OFFSET).date(), datetime.min.time(), UTC) - OFFSET


def _band(born: str, on: date) -> str:
    return {"1980": "45-54", "XXXX": "unknown", "2020": "0-11", "1950": "65+"}[born[:4]]


async def _is_counted_right(log: Log) -> None:
    movements, travellers, outcomes, hits = Counter[Any](), Counter[Any](), Counter[Any](), Counter[Any]()
    for made in log.counting():
        at, where = made["occurred_at"], (made["crossing_point"], made["direction"])
        movements[(at.replace(minute=0, second=0), *where, made["verdict"], "", "")] += 1
        band = _band(made["date_of_birth"], at.date())
        travellers[(_day(at), *where, made["nationality"], band, made["verdict"])] += 1
        chain = log.decisions.get(made["id"])
        outcome = chain[-1][1] if chain else "undecided"
        outcomes[(_day(at), *where, outcome, "E" if outcome == "refused" else "", made["nationality"])] += 1
        if said := log.hits.get(made["id"]):
            found = log.findings.get((made["id"], "W1"), [])
            state = said[-1][1] if len(said) > 1 else "open" if len(found) % 2 else "withdrawn"
            hits[(_day(at), *where, "list", state, "")] += 1
    assert await kept(log.session, "movements") == movements
    assert await kept(log.session, "travellers") == travellers
    assert await kept(log.session, "outcomes") == outcomes
    assert await kept(log.session, "hits") == hits


async def _adds_up(log: Log, days: tuple[int, int]) -> None:
    """A period's total is that of its days, whichever roll-ups it is made of."""
    first, after = (NOON.date() + timedelta(number) for number in days)
    by_hand = Counter(
        made["nationality"] for made in log.counting() if first <= (made["occurred_at"] + OFFSET).date() < after
    )
    asked = Asked(first, after - timedelta(1), ("nationality",))
    rows = await statistics_store.counted(log.session, Figure.TRAVELLERS, asked, first, after, OFFSET)
    told = Counter[str]()
    for (nationality,), _, n in rows:
        told[nationality] += n
    assert told == by_hand


@given(steps=st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 10_000)), min_size=1, max_size=60))
@settings(max_examples=20, suppress_health_check=list(HealthCheck))
async def test_after_any_facts_the_figures_are_those_of_a_recount(
    session: AsyncSession, steps: list[tuple[str, int]]
) -> None:
    await judge(session)
    undone = await session.begin_nested()
    log = Log(session)
    await log.movement(steps[0][1])
    for name, seed in steps:
        await STEPS[name](log, seed)
    await _is_counted_right(log)
    for days in ((-1, 0), (-40, 30), (-2, 25), (-20, 0)):
        await _adds_up(log, days)
    assert await statistics_store.differences(session) == []
    await undone.rollback()


async def _filled(session: AsyncSession) -> Log:
    await judge(session)
    log = Log(session)
    for seed in range(12):
        await log.movement(seed)
    for seed in range(8):
        for step in (Log.find, Log.hit, Log.decide, Log.stay):
            await step(log, seed)
    return log


FIGURES = ("movements", "travellers", "documents", "outcomes", "times", "findings", "hits", "inside")


async def test_what_is_erased_stays_counted_and_is_not_looked_for(session: AsyncSession) -> None:
    await _filled(session)
    before = [await kept(session, figure) for figure in FIGURES]
    await session.execute(text("SELECT set_config('role', 'mabar_eraser', true)"))
    for table in ("stay", "adjudication", "hit", "decision", "finding", "movement"):
        await session.execute(text(f"DELETE FROM {table}"))
    await judge(session)
    assert [await kept(session, figure) for figure in FIGURES] == before
    assert all(before)
    assert await statistics_store.differences(session) == []
    assert await statistics_store.rebuild(session, OFFSET) == 0


async def test_roll_ups_are_made_anew_from_the_log_alone(session: AsyncSession) -> None:
    log = await _filled(session)
    await log.fold(1_000_000)
    right = [await kept(session, figure) for figure in FIGURES]
    columns = "figure, at, crossing_point, direction, one, two, three"
    spoilt = f"INSERT INTO statistic_delta SELECT {columns}, 7 FROM statistic"
    await session.execute(text("RESET ROLE"))
    await session.execute(text("SELECT set_config('role', 'mabar_owner', true)"))
    await session.execute(text(spoilt))
    await judge(session)
    assert {figure for figure, _, _ in await statistics_store.differences(session)} == set(FIGURES)
    await statistics_store.rebuild(session, OFFSET)
    await log.fold(1_000_000)
    assert [await kept(session, figure) for figure in FIGURES] == right
    assert await statistics_store.differences(session) == []


@pytest.mark.parametrize("table", ["statistic", "statistic_delta", "statistic_basis", "pseudonym_key"])
async def test_the_service_writes_no_figure_by_itself(session: AsyncSession, table: str) -> None:
    await judge(session)
    with pytest.raises(DBAPIError, match="permission denied"):
        await session.execute(text(f"DELETE FROM {table}"))
