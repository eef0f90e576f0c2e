"""Made-up cases for the rules: a Jordanian and an Iraqi traveller, both invented, and four crossing points."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from service.domain import (
    Crossing,
    CrossingPoint,
    Direction,
    Finding,
    Movement,
    Outcome,
    PartialDate,
    PostKind,
    TravelDocument,
    Traveller,
)
from service.policy import Policy, RuleSetting, default_policy
from service.regimes import Regime
from service.rules.catalogue import RULES, Case

ENTRY, EXIT = Direction.ENTRY, Direction.EXIT
FOREIGNER = Traveller("AL TARAWNEH", "SUHAIB YOUSEF", "JOR", PartialDate(1980, 5, 17), "M")
NATIONAL = Traveller("AL JUBOURI", "SUHAIB YOUSEF", "IRQ", PartialDate(1980, 5, 17), "M")
PASSPORT = TravelDocument("P", "JOR", "T1234567", PartialDate(2034, 6, 30))
IRAQI_PASSPORT = TravelDocument("P", "IRQ", "A7654321", PartialDate(2034, 6, 30))

WEST = CrossingPoint("WEST", PostKind.LAND, {"en": "West"}, (33.0, 39.0), "IQ")
SOUTH = CrossingPoint("SOUTH", PostKind.LAND, {"en": "South"}, (30.0, 48.0), "IQ")  # 916 km from WEST
NORTH = CrossingPoint("NORTH", PostKind.LAND, {"en": "North"}, (37.0, 43.0), "IQ-KR")
AIR = CrossingPoint("AIR", PostKind.AIR, {"en": "Airport"}, (33.0, 44.0), "IQ")
AIR_NORTH = CrossingPoint("AIR-N", PostKind.AIR, {"en": "Northern airport"}, (36.0, 44.0), "IQ-KR")
POSTS = {post.code: post for post in (WEST, SOUTH, NORTH, AIR, AIR_NORTH)}

_numbers = itertools.count(1)


def at(text: str) -> datetime:
    """A moment in UTC: `2026-03-01` is noon of that day, `2026-03-01 22:30` as written."""
    return datetime.fromisoformat(text if " " in text else f"{text} 12:00").replace(tzinfo=UTC)


def crossing(post: str, direction: Direction, when: str, **changes: Any) -> Crossing:
    """A crossing of the foreigner, but for `changes`; each has the next id."""
    made = Crossing(UUID(int=next(_numbers)), post, direction, at(when), PASSPORT, FOREIGNER)
    return replace(made, **changes)


def of_national(post: str, direction: Direction, when: str, **changes: Any) -> Crossing:
    return crossing(post, direction, when, **{"document": IRAQI_PASSPORT, "traveller": NATIONAL, **changes})


def recorded(
    made: Crossing, seq: int = 0, decision: Outcome | None = Outcome.ADMITTED, recorded_at: datetime | None = None
) -> Movement:
    """The crossing as recorded; without a `seq` the time of recording orders it at its post."""
    return Movement(made, recorded_at or made.occurred_at, seq, decision)


def case_of(
    made: Crossing,
    *history: Movement | Crossing,
    policy: Policy | None = None,
    posts: Iterable[CrossingPoint] = (),
    as_of: datetime | None = None,
    others: Iterable[Movement | Crossing] = (),
    **more: Any,
) -> Case:
    """A case under the default policy; `posts` replace those of the same code, `more` are fields of the case."""
    known = {**POSTS, **{post.code: post for post in posts}}
    before = [m if isinstance(m, Movement) else recorded(m) for m in history]
    beside = [m if isinstance(m, Movement) else recorded(m) for m in others]
    return Case(made, before, known, policy or default_policy(), as_of or made.occurred_at, others=beside, **more)


def somebody(number: int, born: str = "1980-05-17", **changes: Any) -> dict[str, Any]:
    """Another traveller, with a document whose number is far from everybody else's: fields for a crossing."""
    name = f"{'ABCDEFGHIJ'[number % 10]}{'AEIOU'[number % 5]}LDAR{'MNKLR'[number % 5]}I"
    document = TravelDocument("P", "JOR", f"K{number * 1000 + 7:07}", PartialDate(2034, 6, 30))
    traveller = Traveller(name, f"{name[::-1]}", "JOR", PartialDate.parse(born), "X")
    return {"document": document, "traveller": traveller, **changes}


def found(rule_id: str, case: Case) -> list[Finding]:
    """What one rule finds."""
    return list(next(rule for rule in RULES if rule.id == rule_id).find(case))


def only(rule_id: str, case: Case) -> Finding:
    """The one finding of a rule."""
    (finding,) = found(rule_id, case)
    return finding


def policy_with(
    rules: Mapping[str, Mapping[str, Any]] | None = None, regimes: tuple[Regime, ...] | None = None, **changes: Any
) -> Policy:
    """The default policy with other parameters: `policy_with({"E1": {"grace_days": 3}})`."""
    base = default_policy()
    changed = {
        rule: RuleSetting(values={**base.rules[rule].values, **values}) for rule, values in (rules or {}).items()
    }
    changes["regimes"] = base.regimes if regimes is None else regimes
    return replace(base, rules={**base.rules, **changed}, **changes)


def silent(post: CrossingPoint, since: str) -> CrossingPoint:
    """The post as one that reports through a relay and was last heard then."""
    return replace(post, heard_until=at(since))


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)
