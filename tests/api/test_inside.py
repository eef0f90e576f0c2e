"""Who is inside, over HTTP: exact to the last commit, as of any day, page by page, bound to the asker's posts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from made_up import DOCUMENT, NOON, OFFICER, TRAVELLER, crossing
from service.access import Role
from service.decision import decide
from service.domain import Decision, Direction, Outcome, PartialDate, Source, TravelDocument, Visa
from service.freshness import bring_up_to_date
from service.inspection import inspect
from service.policy import default_policy
from watchlist.index import Index

Platform = Any  # of tests/api/conftest.py, which cannot be imported
TODAY = NOON.date()


def _before(days: int) -> date:
    return TODAY - timedelta(days)


class Desk:
    """Inspects crossings at the platform's database, days before today."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.sessions = platform.services.database.sessions

    async def cross(self, person: int, days_ago: int, **changes: Any) -> UUID:
        traveller = replace(TRAVELLER, date_of_birth=PartialDate(1950 + person, 4, 19))
        document = replace(DOCUMENT, document_number=f"K{person}")
        at = NOON - timedelta(days_ago)
        made = crossing(**{"traveller": traveller, "document": document, "occurred_at": at, **changes})
        now = max(at, NOON) if made.source is Source.PAPER else at
        await inspect(self.sessions, Index.build(()), default_policy(), made, actor=OFFICER, now=now)
        return made.id

    async def decide(self, movement: UUID, outcome: Outcome, supersedes: UUID | None = None) -> UUID:
        reason = "E" if outcome is Outcome.REFUSED else None
        said = Decision(uuid4(), movement, outcome, "officer-7", NOON, reason, supersedes)
        await decide(self.sessions, default_policy(), said, actor=OFFICER)
        return said.id

    async def ask(self, path: str, headers: dict[str, str]) -> dict[str, Any]:
        answer = await self.platform.client.get(f"/v1/inside/{path}", headers=headers)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def over(self, headers: dict[str, str], query: str = "") -> dict[UUID, int]:
        found = await self.ask(f"overstayers{query}", headers)
        return {UUID(row["movement_id"]): row["days_over"] for row in found["items"]}


@pytest.fixture
async def desk(platform: Platform) -> Desk:
    platform.services.parts.policy = default_policy()
    await bring_up_to_date(platform.services.database.sessions)
    platform.clock.time = NOON
    return Desk(platform)


@pytest.fixture
async def second(desk: Desk) -> dict[str, str]:
    headers: dict[str, str] = await desk.platform.officer(Role.SECOND_LINE)
    return headers


async def test_an_overstayer_as_of_any_day(desk: Desk, second: dict[str, str]) -> None:
    entry = await desk.cross(1, 40, admitted_until=_before(10), phone="+964 1", sponsor="HOTEL")
    await desk.cross(1, 3, direction=Direction.EXIT)
    days = {9: 1, 5: 5, 4: 6}
    for ago, over in days.items():
        assert await desk.over(second, f"?on={_before(ago)}") == {entry: over}
    for ago in (41, 10, 3, 0):
        assert await desk.over(second, f"?on={_before(ago)}") == {}
    (row,) = (await desk.ask(f"overstayers?on={_before(5)}", second))["items"]
    assert (row["until"], row["basis"], row["entered_at"]) == (
        str(_before(10)), "recorded", (NOON - timedelta(40)).isoformat().replace("+00:00", "Z"),
    )  # fmt: skip
    assert row["contact"] == {"phone": "+964 1", "address": None, "sponsor": "HOTEL", "vehicle": None, "group_id": None}
    assert len(row["rebuttal_texts"]) == len(row["rebuttable_by"]) > 0


async def test_an_exit_keyed_late_takes_somebody_off_the_list_of_then(desk: Desk, second: dict[str, str]) -> None:
    entry = await desk.cross(1, 40, admitted_until=_before(10))
    assert await desk.over(second) == {entry: 10}
    exit = await desk.cross(1, 12, direction=Direction.EXIT, source=Source.PAPER)
    assert await desk.over(second) == await desk.over(second, f"?on={_before(5)}") == {}
    refusal = await desk.decide(exit, Outcome.REFUSED)
    assert await desk.over(second) == {entry: 10}
    await desk.decide(exit, Outcome.ADMITTED, supersedes=refusal)
    assert await desk.over(second) == {}


async def test_the_refused_never_came_and_nationals_are_at_home(desk: Desk, second: dict[str, str]) -> None:
    refused = await desk.cross(1, 40, admitted_until=_before(10))
    await desk.decide(refused, Outcome.REFUSED)
    national = replace(TRAVELLER, nationality="IRQ")
    await desk.cross(2, 400, traveller=national, document=TravelDocument("P", "IRQ", "A1"))
    statistics = await desk.platform.officer(Role.ANALYST)
    assert await desk.over(second) == {}
    assert (await desk.ask("counts", statistics))["inside"] == 0


async def test_a_second_entry_begins_the_stay_anew(desk: Desk, second: dict[str, str]) -> None:
    await desk.cross(1, 40, admitted_until=_before(10))
    again = await desk.cross(1, 20, admitted_until=_before(2))
    assert await desk.over(second) == {again: 2}


async def test_the_window_of_days_limits_where_nothing_is_recorded(desk: Desk, second: dict[str, str]) -> None:
    entry = await desk.cross(1, 100)  # admitted for 90 days of 180, the day of entry among them
    assert await desk.over(second) == {entry: 11}
    assert (await desk.ask("overstayers", second))["items"][0]["basis"] == "window"


async def test_exits_expected_within_some_days(desk: Desk, second: dict[str, str]) -> None:
    entries = [await desk.cross(person, 20, admitted_until=TODAY + timedelta(person * 3)) for person in (3, 1, 2)]
    await desk.cross(4, 20, admitted_until=TODAY + timedelta(1))
    await desk.cross(4, 1, direction=Direction.EXIT)
    await desk.cross(5, 20, admitted_until=_before(1))
    for days, expected in ((3, []), (4, [entries[1]]), (10, [entries[1], entries[2], entries[0]])):
        rows = (await desk.ask(f"expected-exits?days={days}", second))["items"]
        assert [UUID(row["movement_id"]) for row in rows] == expected
        assert {row["days_over"] for row in rows} <= {0}


async def test_people_inside_by_post_and_right(desk: Desk) -> None:
    analyst = await desk.platform.officer(Role.ANALYST)
    resident = Visa(kind="residence", valid_until=TODAY + timedelta(300))
    await desk.cross(1, 30, admitted_until=_before(2))
    await desk.cross(2, 30, admitted_until=TODAY)
    await desk.cross(3, 30, crossing_point="IQ-TRB", visa=resident)
    await desk.cross(4, 30)
    await desk.cross(4, 10, direction=Direction.EXIT)
    found = await desk.ask("counts", analyst)
    told = {(row["crossing_point"], row["basis"]): (row["inside"], row["overdue"]) for row in found["counts"]}
    assert told == {("IQ-SHL", "recorded"): (2, 1), ("IQ-TRB", "permit"): (1, 0)}
    assert (found["inside"], found["overdue"]) == (3, 1)
    assert (await desk.ask(f"counts?on={_before(11)}", analyst))["inside"] == 4
    assert (await desk.ask(f"counts?on={_before(31)}", analyst))["inside"] == 0


async def test_pages_neither_skip_nor_repeat_and_keep_to_the_posts(desk: Desk, second: dict[str, str]) -> None:
    made = [await desk.cross(person, 40, admitted_until=_before(10 + person // 2)) for person in range(5)]
    elsewhere = await desk.cross(9, 40, admitted_until=_before(10), crossing_point="IQ-TRB")
    here = await desk.platform.officer(Role.SECOND_LINE, posts=frozenset({"IQ-SHL"}), username="here")
    assert set(await desk.over(second)) == {*made, elsewhere}
    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        page = await desk.ask(f"overstayers?limit=2{cursor}", here)
        seen += [row["movement_id"] for row in page["items"]]
        cursor = page["next"] and f"&cursor={page['next']}"
    assert sorted(seen) == sorted(map(str, made))
    shown = await desk.ask("overstayers", here)
    assert [row["days_over"] for row in shown["items"]] == [12, 11, 11, 10, 10]


async def test_every_look_at_people_leaves_its_trace_and_needs_the_role(desk: Desk, second: dict[str, str]) -> None:
    first = await desk.platform.officer(Role.FIRST_LINE)
    for path in ("overstayers", "expected-exits", "counts"):
        assert (await desk.platform.client.get(f"/v1/inside/{path}", headers=first)).status_code == 403
    for path in ("overstayers", "expected-exits"):
        await desk.ask(path, second)
    assert (await desk.platform.client.get("/v1/inside/counts", headers=second)).status_code == 403
    actions = [row.action for row in await desk.platform.trail() if row.purpose == "border_control"]
    assert actions == ["read_overstayers", "read_expected_exits"]
