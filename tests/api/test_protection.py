"""Protection over HTTP: sealed in the database, shown to the desk alone, and a bar on refusal that only it lifts."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from made_up import OFFICER, crossing, later
from service.access import Role
from service.domain import PartialDate, Traveller
from service.freshness import bring_up_to_date
from service.inspection import inspect
from service.list_tables import Row
from service.policy import default_policy
from service.protection import Need, ReleaseReason
from service.protection_tables import ProtectionRecordRow
from watchlist.index import Index

Platform = Any  # of tests/api/conftest.py, which cannot be imported
CHILD = Traveller("KOHANDEL", "NAVID", "IRN", PartialDate(2019, 4, 19), "M")
SECRETS = ("P1", "P9", "unaccompanied", "asylum", "fear_of_return", 'fear"', 'shelter"', "legal_aid")
PARTNER = {
    "name_en": "Harbour", "name_ar": "مرفأ", "name_ckb": "بەندەر",
    "crossing_points": ["IQ-SHL"], "needs": ["shelter", "legal_aid"], "contact": "desk@harbour.example",
}  # fmt: skip


@pytest.fixture
async def desk(platform: Platform) -> Platform:
    """With the bundled policy in force and the crossing points known."""
    platform.services.parts.policy = default_policy()
    await bring_up_to_date(platform.services.database.sessions)
    return platform


async def _crossed(desk: Platform, **changes: Any) -> UUID:
    made = crossing(**changes)
    sessions = desk.services.database.sessions
    await inspect(sessions, Index.build(()), default_policy(), made, actor=OFFICER, now=later(hours=2))
    return made.id


async def _observe(desk: Platform, headers: dict[str, str], movement: UUID, *signs: str) -> Any:
    body = {"id": str(uuid4()), "signs": signs}
    return await desk.client.post(f"/v1/inspections/{movement}/observations", json=body, headers=headers)


async def _refuse(desk: Platform, headers: dict[str, str], movement: UUID, **more: Any) -> Any:
    body = {"id": str(uuid4()), "outcome": "refused", "reason_code": "E", **more}
    return await desk.client.post(f"/v1/inspections/{movement}/decision", json=body, headers=headers)


async def _release(desk: Platform, headers: dict[str, str], movement: UUID) -> Any:
    body = {"id": str(uuid4()), "reason": ReleaseReason.AUTHORITY_DECIDED}
    return await desk.client.post(f"/v1/protection/cases/{movement}/release", json=body, headers=headers)


async def test_nothing_of_it_stands_in_the_database_in_plain(desk: Platform) -> None:
    officer, protection = await desk.officer(Role.FIRST_LINE), await desk.officer(Role.PROTECTION)
    movement = await _crossed(desk, traveller=CHILD)
    assert (await _observe(desk, officer, movement, "asylum_wish", "fear")).status_code == 201
    await desk.client.put("/v1/protection/partners/harbour", json=PARTNER, headers=protection)
    referral = {"id": str(uuid4()), "partner": "harbour", "needs": ["legal_aid"]}
    path = f"/v1/protection/cases/{movement}/referrals"
    assert (await desk.client.post(path, json=referral, headers=protection)).status_code == 201
    case = (await desk.client.get(f"/v1/protection/cases/{movement}", headers=protection)).json()
    assert {finding["rule"] for finding in case["findings"]} >= {"P1", "P7", "P9"}
    async with desk.services.database.sessions() as session:
        await session.execute(
            sa.text("SELECT set_config('role', 'mabar_owner', true), set_config('mabar.purpose', 'maintenance', true)")
        )
        for table in set(Row.metadata.tables) - {"protection_partner", "policy"}:
            stored = " ".join(await session.scalars(sa.text(f'SELECT t::text FROM "{table}" t')))
            # Hashes of passwords are letters by chance, these two among them once in a while.
            bare = re.sub(r"\$argon2\S+", "", stored.replace('""', '"'))
            assert not [secret for secret in SECRETS if secret in bare], table
        for row in await session.scalars(sa.select(ProtectionRecordRow)):
            assert b'"P1"' not in row.sealed and b'"kind"' not in row.sealed  # two letters alone come by chance
        assert await session.scalar(sa.text("SELECT count(*) FROM protection_record")) == 5


async def test_the_database_refuses_a_finding_of_protection_in_plain(desk: Platform) -> None:
    movement = await _crossed(desk)
    plain = (
        "INSERT INTO finding (occurred_at, id, movement_id, rule, rule_version, severity, status, message, "
        "policy_version) VALUES (now(), gen_random_uuid(), :id, 'P1', 1, 'protection', 'raised', '', '')"
    )
    async with desk.services.database.sessions() as session:
        with pytest.raises(sa.exc.IntegrityError, match="kept_apart"):
            await session.execute(sa.text(plain), {"id": movement})


async def test_a_record_that_was_moved_to_another_movement_is_not_believed(desk: Platform) -> None:
    officer, protection = await desk.officer(Role.FIRST_LINE), await desk.officer(Role.PROTECTION)
    first, second = await _crossed(desk, traveller=CHILD), await _crossed(desk)
    assert (await _observe(desk, officer, second, "medical")).status_code == 201
    async with desk.services.database.sessions() as session:
        row = await session.scalar(sa.select(ProtectionRecordRow).where(ProtectionRecordRow.movement_id == first))
        assert row is not None
        session.expunge(row)
        forged = {name: getattr(row, name) for name in ("key_id", "nonce", "sealed", "recorded_at")}
        session.add(ProtectionRecordRow(id=uuid4(), movement_id=second, **forged))
        await session.commit()
    answer = await desk.client.get(f"/v1/protection/cases/{second}", headers=protection)
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:mabar:problem:unavailable")


async def test_the_first_line_sees_the_cue_and_nothing_else(desk: Platform) -> None:
    everybody = frozenset(Role) - {Role.PROTECTION}
    others = await desk.officer(*sorted(everybody), username="others")
    movement = await _crossed(desk, traveller=CHILD)
    seen = (await desk.client.get(f"/v1/inspections/{movement}", headers=others)).json()
    assert (seen["verdict"], seen["second_line"], seen["findings"]) == ("CLEAR", True, [])
    for path in ("/v1/movements", "/v1/movements/export?format=ndjson", "/v1/movements/export"):
        told = (await desk.client.get(path, headers=others)).text
        assert str(movement) in told
        assert not any(word in told for word in ("second_line", "P1", "protection"))
    for path in ("/v1/protection/cases", f"/v1/protection/cases/{movement}"):
        assert (await desk.client.get(path, headers=others)).status_code == 403
    protection = await desk.officer(Role.PROTECTION)
    shown = (await desk.client.get(f"/v1/inspections/{movement}", headers=protection)).json()
    assert [finding["rule"] for finding in shown["findings"]] == ["P1"]


async def test_an_asylum_wish_bars_refusal_until_the_desk_releases_it(desk: Platform) -> None:
    officer, protection = await desk.officer(Role.FIRST_LINE), await desk.officer(Role.PROTECTION)
    movement = await _crossed(desk)
    assert (await _observe(desk, officer, movement, "asylum_wish")).json()["refusal_stands"] is False
    barred = await _refuse(desk, officer, movement)
    assert (barred.status_code, barred.json()["type"]) == (409, "urn:mabar:problem:refusal-barred")
    assert "asylum" not in barred.text
    released = await _release(desk, protection, movement)
    assert (released.status_code, released.json()["barred"], released.json()["findings"]) == (201, False, [])
    assert (await _refuse(desk, officer, movement)).status_code == 201
    assert (await _observe(desk, officer, movement, "fear_of_return")).json()["refusal_stands"] is True
    assert (await _release(desk, officer, movement)).status_code == 403


async def test_whoever_was_not_heard_here_is_still_barred_elsewhere(desk: Platform) -> None:
    """The wish holds for the person, who may present again a moment later under another document."""
    officer = await desk.officer(Role.FIRST_LINE)
    first = await _crossed(desk)
    await _observe(desk, officer, first, "fear_of_return")
    document = replace(crossing().document, document_number="Z9988776")
    again = await _crossed(desk, document=document, occurred_at=later(hours=1))
    other = await _crossed(desk, document=replace(document, document_number="Q1"), traveller=CHILD)
    assert (await _refuse(desk, officer, again)).status_code == 409
    assert (await _refuse(desk, officer, other)).status_code == 201


async def test_an_observation_is_recorded_once(desk: Platform) -> None:
    officer, protection = await desk.officer(Role.FIRST_LINE), await desk.officer(Role.PROTECTION)
    movement, other = await _crossed(desk), await _crossed(desk, traveller=CHILD)
    body = {"id": str(uuid4()), "signs": ["injuries"]}
    path = "/v1/inspections/{}/observations"
    for _ in range(2):
        assert (await desk.client.post(path.format(movement), json=body, headers=officer)).status_code == 201
    assert (await desk.client.post(path.format(other), json=body, headers=officer)).status_code == 409
    case = (await desk.client.get(f"/v1/protection/cases/{movement}", headers=protection)).json()
    assert ([each["signs"] for each in case["history"]], case["signs"]) == ([["injuries"]], ["injuries"])
    assert [finding["rule"] for finding in case["findings"]] == ["P7"]


async def test_a_referral_from_the_directory_to_its_end(desk: Platform) -> None:
    officer, protection = await desk.officer(Role.FIRST_LINE), await desk.officer(Role.PROTECTION)
    movement = await _crossed(desk)
    await _observe(desk, officer, movement, "medical")
    await desk.client.put("/v1/protection/partners/harbour", json=PARTNER, headers=protection)
    path, id = f"/v1/protection/cases/{movement}/referrals", str(uuid4())
    wrongs = (({"needs": ["medical_care"]}, 409), ({"partner": "nobody"}, 404), ({"note": "she said"}, 422))
    for wrong, status in wrongs:
        body = {"id": str(uuid4()), "partner": "harbour", "needs": ["shelter"], **wrong}
        assert (await desk.client.post(path, json=body, headers=protection)).status_code == status
    body = {"id": id, "partner": "harbour", "needs": ["shelter"]}
    assert (await desk.client.post(path, json=body, headers=protection)).json()["referrals"][0]["status"] == "open"
    steps = f"/v1/protection/referrals/{id}/steps"
    closed = {"id": str(uuid4()), "status": "closed", "reason": "help_given"}
    assert (await desk.client.post(steps, json=closed, headers=protection)).status_code == 409
    for step in ({"id": str(uuid4()), "status": "accepted"}, closed, closed):
        made = await desk.client.post(steps, json=step, headers=protection)
    (referral,) = made.json()["referrals"]
    assert ([step["status"] for step in referral["steps"]], referral["status"]) == (["accepted", "closed"], "closed")
    assert (await desk.client.post(steps, json=closed, headers=officer)).status_code == 403


async def test_nothing_but_codes_leaves_with_a_referral(desk: Platform) -> None:
    """Every text that a referral carries is a code, an id, a moment or the desk's own name."""
    schemas = desk.app.openapi()["components"]["schemas"]
    assert set(schemas["ReferralIn"]["properties"]) == {"id", "partner", "needs"}
    assert set(schemas["StepIn"]["properties"]) == {"id", "status", "reason"}
    assert set(schemas["ReferralOut"]["properties"]) == {"id", "partner", "needs", "status", "officer", "at", "steps"}
    assert schemas["Need"]["enum"] == sorted(Need)


async def test_the_directory_by_post(desk: Platform) -> None:
    admin, officer = await desk.officer(Role.ADMINISTRATOR), await desk.officer(Role.SUPERVISOR)
    path = "/v1/protection/partners"
    for code, posts in (("harbour", ["IQ-SHL"]), ("everywhere", ["*"]), ("gone", ["IQ-SHL"])):
        body = {**PARTNER, "crossing_points": posts, "active": code != "gone"}
        assert (await desk.client.put(f"{path}/{code}", json=body, headers=admin)).status_code == 200
    for query, codes in (("", {"harbour", "everywhere", "gone"}), ("?crossing_point=IQ-TRB", {"everywhere"}),
                         ("?crossing_point=IQ-SHL", {"harbour", "everywhere"})):  # fmt: skip
        found = (await desk.client.get(path + query, headers=admin)).json()
        assert {partner["code"] for partner in found} == codes
    unknown = await desk.client.put(f"{path}/x", json={**PARTNER, "crossing_points": ["IQ-XXX"]}, headers=admin)
    assert unknown.status_code == 404
    assert (await desk.client.put(f"{path}/x", json=PARTNER, headers=officer)).status_code == 403


async def test_the_desk_sees_its_own_posts_page_by_page(desk: Platform) -> None:
    here = await desk.officer(Role.PROTECTION, posts=frozenset({"IQ-SHL"}), username="here")
    made = {
        await _crossed(desk, traveller=replace(CHILD, secondary_identifier=name)) for name in ("NAVID", "OMID", "ALI")
    }
    elsewhere = await _crossed(desk, traveller=CHILD, crossing_point="IQ-TRB")
    found, cursor = [], ""
    while cursor is not None:
        page = (await desk.client.get(f"/v1/protection/cases?limit=2{cursor}", headers=here)).json()
        found += [UUID(case["movement_id"]) for case in page["items"]]
        cursor = page["next"] and f"&cursor={page['next']}"
    assert len(found) == 3 and set(found) == made
    assert (await desk.client.get(f"/v1/protection/cases/{elsewhere}", headers=here)).status_code == 404


async def test_the_trail_says_who_looked_and_not_at_whom(desk: Platform) -> None:
    officer, protection = await desk.officer(Role.FIRST_LINE), await desk.officer(Role.PROTECTION)
    movement = await _crossed(desk)
    await _observe(desk, officer, movement, "asylum_wish")
    await desk.client.get(f"/v1/protection/cases/{movement}", headers=protection)
    trail = [row for row in await desk.trail() if row.action in ("observe", "read_protection_case")]
    assert [row.purpose for row in trail] == ["border_control", "protection"]
    assert [row.action for row in trail] == ["observe", "read_protection_case"]
    assert str(movement) not in json.dumps([[row.subject, row.details] for row in trail])
