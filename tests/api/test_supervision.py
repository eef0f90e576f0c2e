"""What supervisors and auditors ask of officers' work: load, deadlines of reviews, who is searched for in the trail."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from made_up import OFFICER, crossing
from service.access import Role
from service.decision import decide
from service.domain import Decision, Outcome
from service.freshness import bring_up_to_date
from service.inspection import inspect
from service.keeping import default_retention
from service.policy import default_policy
from watchlist.index import Index

Platform = Any  # of tests/api/conftest.py, which cannot be imported


@pytest.fixture
async def desk(platform: Platform) -> Platform:
    """Five travellers at IQ-SHL, of whom one was referred and then refused, and one at IQ-ZUR; all within an hour."""
    platform.services.parts.policy = default_policy()
    sessions, policy = platform.services.database.sessions, default_policy()
    await bring_up_to_date(sessions)
    start = platform.clock() - timedelta(hours=1)
    for minute, post in enumerate(["IQ-SHL"] * 5 + ["IQ-ZUR"]):
        at = start + timedelta(minutes=minute)
        made = crossing(crossing_point=post, occurred_at=at)
        await inspect(sessions, Index.build(()), policy, made, actor=OFFICER, now=at)
        outcome = Outcome.REFERRED if minute == 0 else Outcome.ADMITTED
        first = Decision(uuid4(), made.id, outcome, OFFICER.name, at + timedelta(seconds=40), None, None)
        await decide(sessions, policy, first, actor=OFFICER)
        if minute == 0:
            later = Decision(uuid4(), made.id, Outcome.REFUSED, "second-9", at + timedelta(minutes=9), "E", first.id)
            await decide(sessions, policy, later, actor=replace(OFFICER, name="second-9"))
    return platform


async def load(desk: Platform, headers: dict[str, str], **query: str) -> Any:
    return await desk.client.get("/v1/officers/load", params=query, headers=headers)


async def test_work_is_told_by_name_to_who_supervises_the_post_and_by_number_to_the_centre(desk: Platform) -> None:
    own = await desk.officer(Role.SUPERVISOR, posts=frozenset({"IQ-SHL"}), username="boss.shl")
    told = (await load(desk, own)).json()["lines"]
    assert [(each["crossing_point"], each["officer"]) for each in told] == [
        ("IQ-SHL", OFFICER.name),
        ("IQ-SHL", "second-9"),
    ]
    first, second = told
    assert (first["inspections"], first["decisions"], first["referred"]) == (5, 5, 1)
    assert (first["handling_seconds"], first["number"]) == (40.0, None)
    assert (second["refused"], second["second_line_seconds"]) == (1, None), "one wait alone tells of one traveller"
    centre = await desk.officer(Role.SUPERVISOR, username="centre")
    answer = await load(desk, centre)
    assert OFFICER.name not in answer.text
    told = answer.json()["lines"]
    assert {each["number"] for each in told} == {1, 2}
    assert len({each["number"] for each in told if each["inspections"]}) == 1, "one officer, at both posts"
    assert (await load(desk, own, crossing_point="IQ-ZUR")).status_code == 403
    assert (await load(desk, own, **{"from": "2020-01-01T00:00:00Z"})).status_code == 422
    looks = [each for each in await desk.trail() if each.action == "read_load"]
    assert [(each.purpose, each.details["named"]) for each in looks] == [("supervision", True), ("supervision", False)]


@pytest.mark.parametrize("until", ["0001-01-05T00:02:00Z", "9999-12-31T23:59:59-14:00"])
async def test_the_end_of_the_calendar_is_no_moment(desk: Platform, until: str) -> None:
    own = await desk.officer(Role.SUPERVISOR, username="boss")
    answer = await load(desk, own, to=until)
    assert answer.status_code == 422, answer.text


async def test_a_notice_has_a_day_by_which_it_is_reviewed(desk: Platform) -> None:
    movement = crossing(crossing_point="IQ-ZUR", occurred_at=desk.clock() - timedelta(minutes=5))
    sessions = desk.services.database.sessions
    await inspect(sessions, Index.build(()), default_policy(), movement, actor=OFFICER, now=desk.clock())
    trb = frozenset({"IQ-TRB"})
    first = await desk.officer(Role.FIRST_LINE, posts=trb, username="layla")
    refused = await desk.client.get(f"/v1/inspections/{movement.id}", headers=first)
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:mabar:problem:other-post")
    asked = {"id": str(uuid4()), "movement_id": str(movement.id), "reason_code": "traveller_present"}
    made = await desk.client.post("/v1/broken-glass", json=asked | {"reason": "her child stands here"}, headers=first)
    assert made.status_code == 201, made.text
    boss = await desk.officer(Role.SUPERVISOR, posts=trb, username="boss.trb")

    async def told(kind: str) -> list[Any]:
        return list((await desk.client.get("/v1/notices", params={"kind": kind}, headers=boss)).json())

    (notice,) = await told("break_glass")
    assert notice["review_by"] > notice["raised_at"]
    assert (notice["overdue"], await told("volume")) == (False, [])
    # the session of the supervisor would end before; who asks does not matter to the day
    desk.clock.advance(days=4)
    boss = await desk.officer(Role.SUPERVISOR, posts=trb, username="boss.trb.2")
    (notice,) = await told("break_glass")
    assert notice["overdue"]
    review = {"outcome": "justified", "note": "spoke to both"}
    path = f"/v1/notices/{notice['id']}/review"
    assert not (await desk.client.post(path, json=review, headers=boss)).json()["overdue"]


async def test_the_trail_is_searched_by_account_kind_and_purpose(desk: Platform) -> None:
    auditor = await desk.officer(Role.AUDITOR, username="auditor")
    await desk.officer(Role.SUPERVISOR, username="centre")

    async def found(**query: str) -> list[tuple[str, str | None]]:
        answer = await desk.client.get("/v1/audit/events", params=query, headers=auditor)
        return [(each["action"], each["actor_name"]) for each in answer.json()["items"]]

    assert await found(actor="Centre", action="sign_in") == [("sign_in", "centre")]
    assert await found(actor="nobody") == []
    assert {name for _, name in await found(purpose="audit")} == {"auditor"}
    assert {action for action, _ in await found(actor_kind="service")} >= {"create_account"}
    assert (await desk.client.get("/v1/audit/events?purpose=curiosity", headers=auditor)).status_code == 422


async def test_the_last_administrator_stays_and_a_name_is_given_once(desk: Platform) -> None:
    admin = await desk.officer(Role.ADMINISTRATOR, username="admin")
    closed = await desk.client.delete("/v1/accounts/admin", headers=admin)
    assert (closed.status_code, closed.json()["type"]) == (409, "urn:mabar:problem:last-administrator")
    new = {"username": "Deputy", "display_name": "Deputy", "roles": ["administrator"], "posts": ["*"]}
    assert (await desk.client.post("/v1/accounts", json=new, headers=admin)).status_code == 201
    again = await desk.client.post("/v1/accounts", json=new, headers=admin)
    assert (again.status_code, again.json()["type"]) == (409, "urn:mabar:problem:account-name-taken")
    assert (await desk.client.delete("/v1/accounts/admin", headers=admin)).status_code == 204


async def test_a_plan_can_be_of_a_day_to_come(desk: Platform) -> None:
    database = desk.services.database
    desk.services.parts.retention = default_retention()
    desk.services.database = replace(database, eraser_sessions=database.sessions)
    auditor = await desk.officer(Role.AUDITOR)

    async def going(**query: str) -> int:
        plan = (await desk.client.get("/v1/retention/plan", params=query, headers=auditor)).json()
        return sum(each["going"] for each in plan["classes"] if each["data_class"] == "audit")

    in_ten_years = (desk.clock() + timedelta(days=4000)).date().isoformat()
    assert (await going(), await going(on="2020-01-01")) == (0, 0), "a day that is past is today"
    assert await going(on=in_ten_years) > 0
