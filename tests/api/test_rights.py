"""What travellers may ask for over HTTP: what is held on them and on nobody else, and that it be set apart."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from api import right_to_left
from api.right_to_left import FromRight
from made_up import DOCUMENT, OFFICER, TRAVELLER, crossing, later
from ocr.reader import read_text
from service import restrictions, rights
from service.access import Role
from service.database import Database
from service.domain import PartialDate, TravelDocument, Traveller
from service.errors import ConflictingReplay
from service.freshness import bring_up_to_date
from service.inspection import inspect
from service.keeping import Keep, Telling, default_retention
from service.linking import Proposal, pair_of
from service.people_store import propose
from service.person import same_person
from service.policy import default_policy
from service.readings import keep
from watchlist.index import Index

Platform = Any  # of tests/api/conftest.py, which cannot be imported
COMPANION = Traveller("ROSTAMZADEH", "BEHROUZ", "IRN", PartialDate(1988, 2, 3), "M")
ZONE = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
PHONE = "+964 750 987 6543"


@pytest.fixture
async def desk(platform: Platform) -> Platform:
    """With the policies in force and the crossing points known."""
    platform.services.parts.policy = default_policy()
    platform.services.parts.retention = default_retention()
    database = platform.services.database
    platform.services.database = replace(database, eraser_sessions=database.sessions)
    await bring_up_to_date(database.sessions)
    return platform


async def crossed(desk: Platform, **changes: Any) -> UUID:
    made = crossing(**changes)
    sessions = desk.services.database.sessions
    await inspect(sessions, Index.build(()), default_policy(), made, actor=OFFICER, now=later(hours=2))
    return made.id


async def asked_for(desk: Platform, headers: dict[str, str], movement: UUID, kind: str = "access") -> str:
    body = {"id": str(uuid4()), "kind": kind, "movement_id": str(movement), "identity_shown": "passport seen again"}
    made = await desk.client.post("/v1/rights/requests", json=body, headers=headers)
    assert made.status_code == 201, made.text
    assert made.json()["corrections"] == f"/v1/inspections/{movement}/corrections"
    return str(body["id"])


async def exported(desk: Platform, headers: dict[str, str], request: str, **query: str) -> Any:
    return await desk.client.post(f"/v1/rights/requests/{request}/export", params=query, headers=headers)


async def test_somebody_gets_all_that_is_held_on_him_or_her_and_nothing_of_others(desk: Platform) -> None:
    named = ("IRN:B777", "ROSTAMZADEH BEHROUZ")
    movement = await crossed(desk, phone=PHONE, address="12 Quay Street", accompanying=named)
    await crossed(desk, document=TravelDocument("P", "IRN", "B777"), traveller=COMPANION)
    supervisor = await desk.officer(Role.SUPERVISOR)
    request = await asked_for(desk, supervisor, movement)
    answer = await exported(desk, supervisor, request)
    assert answer.status_code == 200, answer.text
    told = {section["name"]: section for section in answer.json()["sections"]}
    (its,) = told["movements"]["records"]
    assert its["as_recorded"]["traveller"]["primary_identifier"] == TRAVELLER.primary_identifier
    assert (its["as_recorded"]["phone"], its["as_recorded"]["address"]) == (PHONE, "12 Quay Street")
    assert its["as_recorded"]["others_named"] == 2
    assert "ROSTAMZADEH" not in answer.text
    assert "B777" not in answer.text
    assert OFFICER.name not in answer.text
    for name in ("hits", "holds", "protection"):
        assert (told[name]["telling"], told[name]["records"]) == (Telling.NEITHER, [])
        assert told[name]["text"]
    trail = {event.action: event for event in await desk.trail()}
    assert trail["disclose"].subject == str(movement)
    assert trail["disclose"].details["recipient"] == "traveller"
    assert trail["disclose"].details["records"]["movements"] == 1
    page = await exported(desk, supervisor, request, format="pdf")
    assert page.content.startswith(b"%PDF-")
    assert page.headers["content-type"] == "application/pdf"


async def test_another_language_puts_what_is_withheld_into_its_words(desk: Platform) -> None:
    supervisor = await desk.officer(Role.SUPERVISOR)
    request = await asked_for(desk, supervisor, await crossed(desk))
    told = [await exported(desk, {**supervisor, "Accept-Language": each}, request) for each in ("en", "ar", "ckb")]
    texts = [answer.json()["sections"][-1]["text"] for answer in told]
    assert len(set(texts)) == 3
    page = await exported(desk, {**supervisor, "Accept-Language": "ar"}, request, format="pdf")
    assert page.content.startswith(b"%PDF-")


def test_what_is_read_from_the_right_is_laid_out_from_the_right(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[tuple[float, float, str]] = []
    monkeypatch.setattr(right_to_left, "draw_from_right", lambda _, x, y, text, size: drawn.append((x, -y, text)))
    sentence = FromRight("الطلب A1 22 أُعد في بغداد", 8)
    width, height = sentence.wrap(60, 500)
    sentence.canv = None
    sentence.draw()
    assert (width, height) == (60, 8 * 1.5 * len({y for _, y, _ in drawn}))
    in_reading_order = sorted(drawn, key=lambda each: (each[1], -each[0]))
    assert " ".join(text for *_, text in in_reading_order) == "الطلب A1 22 أُعد في بغداد"
    assert drawn == in_reading_order
    assert drawn[0][0] == 60, "the first word ends at the right edge"


async def test_of_protection_the_answer_is_the_same_and_its_own_desk_hands_it_over(desk: Platform) -> None:
    plain, seen = await crossed(desk), await crossed(desk, document=TravelDocument("P", "IRN", "S1"))
    supervisor, protection = await desk.officer(Role.SUPERVISOR), await desk.officer(Role.PROTECTION)
    body = {"id": str(uuid4()), "signs": ["fear"]}
    await desk.client.post(f"/v1/inspections/{seen}/observations", json=body, headers=protection)
    requests = [await asked_for(desk, supervisor, each) for each in (plain, seen)]
    sections = [(await exported(desk, supervisor, each)).json()["sections"] for each in requests]
    assert sections[0][-1] == sections[1][-1]
    assert "fear" not in json.dumps(sections)
    url = f"/v1/rights/requests/{requests[1]}/protection"
    ruling = {"disclose": True, "reason": "the traveller asks for it, and no other is at risk"}
    assert (await desk.client.post(url, json=ruling, headers=supervisor)).status_code == 403
    (told,) = (await desk.client.post(url, json=ruling, headers=protection)).json()["records"]
    assert (told["movement"], told["said"][0]["signs"]) == (str(seen), ["fear"])
    other = await desk.client.post(url, json={**ruling, "disclose": False}, headers=protection)
    assert other.status_code == 409
    sessions = desk.services.database.sessions
    async with sessions() as session:
        rows = await session.scalars(sa.text("SELECT rights_ruling::text FROM rights_ruling"))
        assert "risk" not in "".join(rows)


async def test_a_request_that_is_not_of_access_gets_an_answer_once(desk: Platform) -> None:
    supervisor = await desk.officer(Role.SUPERVISOR)
    request = await asked_for(desk, supervisor, await crossed(desk), "rectification")
    assert (await exported(desk, supervisor, request)).status_code == 409
    said = {"answer": "date of birth corrected"}
    url = f"/v1/rights/requests/{request}/answer"
    assert (await desk.client.post(url, json=said, headers=supervisor)).json()["answer"] == said["answer"]
    assert (await desk.client.post(url, json=said, headers=supervisor)).status_code == 409
    assert (await desk.client.get("/v1/rights/requests", headers=supervisor)).json() == []


async def test_what_is_sent_twice_at_once_is_recorded_once(clone: Database) -> None:
    await bring_up_to_date(clone.sessions)
    await inspect(clone.sessions, Index.build(()), default_policy(), made := crossing(), actor=OFFICER, now=later())
    request = rights.NewRequest(uuid4(), "access", made.id, "traveller", "passport")
    restriction = restrictions.NewRestriction(uuid4(), made.id, restrictions.Ground.ACCURACY_CONTESTED, "not mine")
    asked = [rights.record(clone.sessions, request, actor=OFFICER, now=later()) for _ in range(4)]
    assert {row.id for row in await asyncio.gather(*asked)} == {request.id}
    placed = [restrictions.place(clone.sessions, restriction, actor=OFFICER, now=later()) for _ in range(4)]
    assert {row.id for row in await asyncio.gather(*placed)} == {restriction.id}
    taken = replace(request, kind="rectification")
    with pytest.raises(ConflictingReplay):
        await rights.record(clone.sessions, taken, actor=OFFICER, now=later())


async def test_what_is_contested_is_used_for_no_figures_and_no_links(desk: Platform) -> None:
    movement = await crossed(desk)
    supervisor, analyst = await desk.officer(Role.SUPERVISOR), await desk.officer(Role.ANALYST)
    body = {
        "id": str(uuid4()),
        "movement_id": str(movement),
        "ground": "accuracy_contested",
        "reason": "not my birthday",
    }
    placed = await desk.client.post("/v1/rights/restrictions", json=body, headers=supervisor)
    assert placed.status_code == 201, placed.text

    async def counted() -> int:
        found = await desk.client.get("/v1/movements/counts", headers=analyst)
        return sum(each["movements"] for each in found.json())

    async def linked() -> int:
        async with desk.services.database.sessions.begin() as session:
            likeness = same_person(TRAVELLER, TRAVELLER)
            pair = pair_of(DOCUMENT.key, f"IRN:N{uuid4().int % 10**6}")
            await propose(session, [Proposal(pair, likeness, (movement, movement))], later())
            return int(await session.scalar(sa.text("SELECT count(*) FROM person_link")) or 0)

    async def rolled_up() -> int:
        told = await desk.client.get("/v1/statistics/movements", headers=supervisor)
        return int(told.json()["total"]["values"]["movements"])

    async def pseudonymous() -> int:
        shown = await desk.client.get("/v1/statistics/pseudonymous-movements", headers=analyst)
        return len(shown.json()["items"])

    assert (await counted(), await linked()) == (0, 0)
    assert (await rolled_up(), await pseudonymous()) == (1, 0), "counts without people stay"
    (line,) = (await desk.client.get("/v1/movements", headers=supervisor)).json()["items"]
    assert line["restricted"], "who meets the traveller is to know"
    apart = await restrictions.restricted(desk.services.database.sessions, [DOCUMENT.key, "IRN:X"])
    assert apart == {DOCUMENT.key}
    request = await asked_for(desk, supervisor, movement, "restriction")
    url = f"/v1/rights/restrictions/{body['id']}/end"
    assert (await desk.client.post(url, json={"reason": "corrected"}, headers=supervisor)).status_code == 200
    assert (await desk.client.post(url, json={"reason": "corrected"}, headers=supervisor)).status_code == 409
    assert (await counted(), await linked()) == (1, 1)
    assert (await rolled_up(), await pseudonymous()) == (1, 1)
    told = (await desk.client.get(f"/v1/rights/requests/{request}", headers=supervisor)).json()
    assert [each["action"] for each in told["steps"]] == ["restrict", "receive_request", "end_restriction"]
    assert told["steps"][1]["officer"] == "supervisor"
    assert [(each["reason"], each["end_reason"]) for each in told["restrictions"]] == [(body["reason"], "corrected")]
    ended = await desk.client.get("/v1/rights/restrictions?standing=false", headers=supervisor)
    assert [each["id"] for each in ended.json()] == [body["id"]]
    assert (await desk.client.get("/v1/rights/restrictions", headers=supervisor)).json() == []


async def test_plan_and_holds_over_http(desk: Platform) -> None:
    movement = await crossed(desk)
    supervisor, auditor = await desk.officer(Role.SUPERVISOR), await desk.officer(Role.AUDITOR)
    plan = await desk.client.get("/v1/retention/plan", headers=auditor)
    assert [each["data_class"] for each in plan.json()["classes"]][-1] == "audit"
    assert "KOHANDEL" not in plan.text
    review = (desk.clock() + timedelta(days=90)).date().isoformat()
    body = {
        "id": str(uuid4()),
        "movement_id": str(movement),
        "reason": "appeal",
        "legal_basis": "court",
        "review_on": review,
    }
    placed = await desk.client.post("/v1/retention/holds", json=body, headers=supervisor)
    assert placed.status_code == 201, placed.text
    assert (await desk.client.post("/v1/retention/holds", json=body, headers=auditor)).status_code == 403
    end = await desk.client.post(f"/v1/retention/holds/{body['id']}/end", json={"reason": "over"}, headers=supervisor)
    assert end.status_code == 403
    assert [each["id"] for each in (await desk.client.get("/v1/retention/holds", headers=supervisor)).json()] == [
        body["id"]
    ]


async def test_a_kept_picture_is_sealed_and_each_look_at_it_traced(desk: Platform) -> None:
    second, first = await desk.officer(Role.SECOND_LINE), await desk.officer(Role.FIRST_LINE)
    reading, id, picture = (
        read_text("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"),
        uuid4(),
        b"\x89PNG\r\n\x1a\npixels",
    )
    sessions = desk.services.database.sessions
    now = desk.clock()
    await keep(
        sessions,
        id,
        replace(reading, crop_png=picture),
        actor=OFFICER,
        post="IQ-SHL",
        image_digest=None,
        now=now,
        kept=Keep.ZONE,
    )
    async with sessions() as session:
        assert picture not in (await session.scalar(sa.text("SELECT sealed FROM image")) or b"")
    url = f"/v1/mrz/{id}/images/zone"
    shown = await desk.client.get(url, headers=second)
    assert (shown.content, shown.headers["content-type"]) == (picture, "image/png")
    assert (await desk.client.get(url, headers=first)).status_code == 403
    assert (await desk.client.get(f"/v1/mrz/{id}/images/page", headers=second)).status_code == 404
    assert [event.subject for event in await desk.trail() if event.action == "read_image"] == [str(id)]
