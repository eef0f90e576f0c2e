"""What the service feeds its rules, over HTTP: company, groups, corrections, rebuttals, links, the chore of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from service import canonical, waiting
from service.access import Role
from service.freshness import bring_up_to_date
from service.list_tables import ListEntryRow, WatchlistRow
from service.policy import default_policy
from service.tables import FindingRow, MovementRow, OutboxRow
from watchlist.index import Index
from watchlist.records import Entry, EntryDocument

Platform = Any  # of tests/api/conftest.py, which cannot be imported
ADULT = {"primary_identifier": "HADDADIN", "secondary_identifier": "RAMI ELIAS", "date_of_birth": "1980-05-17"}
OTHER = {"primary_identifier": "QASRAWIN", "secondary_identifier": "TAMARA ADEL", "date_of_birth": "1983-02-11"}
CHILD = {"primary_identifier": "ZUREIKAT", "secondary_identifier": "FADI", "date_of_birth": "2017-04-01"}


@dataclass
class Booth:
    """An officer of both lines at a desk, with a clock that is told."""

    platform: Platform
    headers: dict[str, str]
    begin: datetime

    async def post(self, path: str, body: dict[str, Any], status: int = 201) -> Any:
        answer = await self.platform.client.post(f"/v1{path}", json=body, headers=self.headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def get(self, path: str) -> Any:
        answer = await self.platform.client.get(f"/v1{path}", headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def cross(self, number: str, direction: str, hours: float, who: dict[str, str], **more: Any) -> Any:
        at = self.begin + timedelta(hours=hours)
        document = {"document_code": "P", "issuing_state": "JOR", "document_number": number, "nationality": "JOR"}
        body = {
            "id": str(uuid4()),
            "crossing_point": "IQ-TRB",
            "direction": direction,
            "occurred_at": at.isoformat(),
            "document": {**document, "date_of_expiry": "2034-06-30", **who},
        }
        await self.time(max(self.platform.clock.time, at))
        return await self.post("/inspections", {**body, **more})

    async def time(self, now: datetime) -> None:
        """It is later now: sessions are locked meanwhile, and the officer signs in again."""
        if now != self.platform.clock.time:
            self.platform.clock.time = now
            signed_in = await self.platform.sign_in("booth")
            self.headers = {"Authorization": f"Bearer {signed_in.json()['token']}"}

    async def decide(self, made: Any) -> None:
        await self.post(f"/inspections/{made['id']}/decision", {"id": str(uuid4()), "outcome": "admitted"})

    async def rules(self, made: Any) -> set[str]:
        """The rules that stand on a movement; those of protection are told to the protection desk alone."""
        found = await self.get(f"/inspections/{made['id']}")
        return {each["rule"] for each in found["findings"] if each["status"] == "raised"}

    def missed(self, post: str, hours: float) -> dict[str, Any]:
        """An exit that nobody recorded."""
        at = (self.begin + timedelta(hours=hours)).isoformat()
        said = {"reason": "the line was down", "evidence": "stamp"}
        ids = {"id": str(uuid4()), "correction_id": str(uuid4())}
        return {**ids, "crossing_point": post, "direction": "exit", "occurred_at": at, **said}

    async def finding(self, made: Any, rule: str) -> dict[str, Any]:
        found = await self.get(f"/inspections/{made['id']}")
        return next(each for each in found["findings"] if each["rule"] == rule and each["status"] == "raised")

    async def wait(self, hours: float) -> int:
        """Let the clock go on and the chore of the service do its work."""
        sessions = self.platform.services.database.sessions
        await self.time(self.begin + timedelta(hours=hours))
        return await waiting.work_off(sessions, default_policy(), now=self.platform.clock())

    async def causes(self, made: Any, rule: str) -> list[tuple[str, str | None]]:
        async with self.platform.services.database.sessions() as session:
            rows = await session.execute(
                sa.select(FindingRow.status, FindingRow.cause)
                .where(FindingRow.movement_id == UUID(made["id"]), FindingRow.rule == rule)
                .order_by(FindingRow.recorded_at)
            )
        return [(status, cause) for status, cause in rows]


@pytest.fixture
async def booth(platform: Platform) -> Booth:
    parts = platform.services.parts
    parts.policy, parts.screening = default_policy(), SimpleNamespace(loaded=True, current=Index.build(()))
    await bring_up_to_date(platform.services.database.sessions)
    roles = (Role.FIRST_LINE, Role.SECOND_LINE, Role.PROTECTION, Role.SUPERVISOR)
    headers = await platform.officer(*roles, username="booth")
    return Booth(platform, headers, platform.clock.time)


# --- company


async def test_a_zone_that_differs_from_the_page_and_documents_of_one_run(booth: Booth) -> None:
    other = [{"source": "printed", "field": "document_number", "value": "T8"}]
    assert "D2" in {
        each["rule"] for each in (await booth.cross("T9", "entry", 0, ADULT, other_readings=other))["findings"]
    }
    people = [{**ADULT, "primary_identifier": name} for name in ("BADRAN", "GHANEM", "TOUQAN")]
    made = [await booth.cross(f"K100{n}", "entry", 1 + n / 10, who) for n, who in enumerate(people)]
    assert ["D7" in await booth.rules(each) for each in made] == [False, False, True]


async def test_a_child_with_an_adult_and_the_relation_that_is_shown_afterwards(booth: Booth) -> None:
    adult = await booth.cross("T1", "entry", 0, ADULT)
    child = await booth.cross("C1", "entry", 0.1, CHILD, accompanying=["JOR:T1"])
    assert "P2" in await booth.rules(child)
    body = {"id": str(uuid4()), "changes": {"relations": [{"to": "JOR:T1", "kind": "father"}]}, "evidence": "register"}
    told = await booth.post(f"/inspections/{child['id']}/supplement", body)
    assert told["corrections"][0]["changes"] == {"relations": [{"to": "JOR:T1", "kind": "father"}]}
    assert "P2" not in await booth.rules(child)
    assert await booth.post(f"/inspections/{child['id']}/supplement", body) == told, "the same again changes nothing"
    for changes in ({"direction": "exit"}, {"accompanying": None}, {"relations": None}):
        wrong = {**body, "id": str(uuid4()), "changes": changes}
        await booth.post(f"/inspections/{adult['id']}/supplement", wrong, 422)


async def test_a_group_says_who_is_missing_when_time_has_passed(booth: Booth) -> None:
    group = {"id": "coach-7", "kind": "coach", "name": "Amman 7", "crossing_point": "IQ-TRB", "expected": 3}
    await booth.post("/groups", {**group, "leader": "JOR:T1"})
    assert (await booth.post("/groups", {**group, "leader": "JOR:T1"}))["name"] == "Amman 7"
    await booth.post("/groups", {**group, "name": "another"}, 409)
    for number, who in (("T1", ADULT), ("R5", OTHER)):
        await booth.decide(await booth.cross(number, "entry", 0, who, group_id="coach-7"))
    before = await booth.get("/groups/coach-7")
    assert (before["captured"], before["not_captured"], before["complete"]) == (2, 1, None)
    leaving = await booth.cross("T1", "exit", 100, ADULT, group_id="coach-7")
    assert await booth.rules(leaving) == set()
    await booth.decide(leaving)
    assert await booth.wait(123) == 0
    assert await booth.wait(125) == 1
    assert await booth.rules(leaving) == {"M8"}
    assert await booth.causes(leaving, "M8") == [("raised", "due:time")]
    told = await booth.get("/groups/coach-7")
    told = await booth.get("/groups/coach-7")
    members = {each["document"]["document_number"]: each for each in told["members"]}
    assert {number: each["missing"] for number, each in members.items()} == {"T1": False, "R5": True}
    assert (told["left"], told["missing"], told["complete"]) == (1, 1, False)
    assert [each["rule"] for each in told["incomplete"]] == ["M8"]
    entered = members["R5"]["entry_id"]
    await booth.post(f"/inspections/{entered}/missed", booth.missed("IQ-TRB", 101))
    assert await booth.rules(leaving) == set()
    assert (await booth.get("/groups/coach-7"))["complete"] is True


async def test_nobody_decided_until_somebody_does(booth: Booth) -> None:
    made = await booth.cross("T1", "entry", 0, ADULT)
    state = await booth.get("/waiting")
    assert (state["movements"], state["due"]) == (1, 0)
    assert await booth.wait(2) == 1
    assert await booth.rules(made) == {"M9"}
    assert (await booth.get("/waiting"))["movements"] == 0
    await booth.decide(made)
    assert await booth.rules(made) == set()


# --- lists


async def test_a_list_of_lost_documents_and_one_of_bans(booth: Booth) -> None:
    entry = Entry("d1", "register", documents=(EntryDocument("T1", "passport", "JOR"),), kind="document")
    booth.platform.services.parts.screening.current = Index.build([entry])
    async with booth.platform.services.database.sessions.begin() as session:
        session.add(WatchlistRow(name="register", format="csv"))
        await session.flush()
        said = {"digest": b"", "payload": canonical.plain(entry), "first_version": 1}
        session.add(ListEntryRow(list="register", entry_id="d1", **said))
    made = await booth.cross("T1", "entry", 0, ADULT)
    await booth.decide(made)
    for purpose, expected in (("lost_or_stolen", {"D3"}), ("entry_ban", {"E5"}), (None, set())):
        path = "/v1/watchlists/register/purpose"
        answer = await booth.platform.client.put(path, json={"purpose": purpose}, headers=booth.headers)
        assert answer.status_code == 204, answer.text
        await booth.wait(0)
        assert await booth.rules(made) == {"W1", *expected}
    assert (await booth.causes(made, "D3"))[0] == ("raised", "due:list:register")


# --- corrections


async def test_a_missed_exit_is_supplied_with_its_evidence(booth: Booth) -> None:
    first = await booth.cross("T1", "entry", 0, ADULT)
    again = await booth.cross("T1", "entry", 200, ADULT)
    assert await booth.rules(again) == {"M2"}
    body = booth.missed("IQ-ZUR", 90)
    supplied = await booth.post(f"/inspections/{first['id']}/missed", body)
    assert await booth.rules(again) == set()
    assert (await booth.causes(again, "M2"))[-1] == ("withdrawn", supplied["id"])
    told = await booth.get(f"/inspections/{supplied['id']}/corrections")
    assert [(each["kind"], each["evidence"]) for each in told["corrections"]] == [("missed", "stamp")]
    assert (await booth.post(f"/inspections/{first['id']}/missed", body))["seq"] == supplied["seq"], "safe to repeat"


async def test_a_wrong_date_and_a_movement_that_never_was(booth: Booth) -> None:
    left = await booth.cross("T1", "exit", 100, ADULT)
    entered = await booth.cross("T1", "entry", 120, ADULT, source="paper", clock="uncertain")
    assert await booth.rules(left) == {"M1"}
    at = {"occurred_at": (booth.begin + timedelta(hours=20)).isoformat()}
    said = {"id": str(uuid4()), "changes": at, "reason": "the day was misread", "evidence": "the form itself"}
    told = await booth.post(f"/inspections/{entered['id']}/corrections", said)
    assert told["counts"]["occurred_at"][:16] == at["occurred_at"][:16]
    assert await booth.rules(left) == set()
    assert (await booth.causes(left, "M1"))[-1] == ("withdrawn", said["id"])
    assert (await booth.get(f"/inspections/{entered['id']}"))["occurred_at"] == entered["occurred_at"], "as recorded"
    void = {"id": str(uuid4()), "kind": "void", "reason": "another traveller's form", "evidence": "names compared"}
    assert (await booth.post(f"/inspections/{entered['id']}/corrections", void))["counts"] is None
    assert await booth.rules(left) == {"M1"}
    await booth.post(f"/inspections/{entered['id']}/corrections", {**said, "id": str(uuid4())}, 422)
    async with booth.platform.services.database.sessions() as session:
        row = (await session.scalars(sa.select(MovementRow).where(MovementRow.id == UUID(entered["id"])))).one()
        facts = list(await session.scalars(sa.select(OutboxRow).order_by(OutboxRow.seq)))
    assert row.occurred_at == datetime.fromisoformat(entered["occurred_at"])
    assert [fact.kind for fact in facts].count("correction") == 2
    for previous, fact in pairwise(facts):
        assert fact.digest == canonical.link(previous.digest, fact.body)


async def test_a_corrected_number_makes_it_another_document(booth: Booth) -> None:
    wrong = await booth.cross("X2", "entry", 10, ADULT)
    other = await booth.cross("X1", "exit", 50, OTHER)
    assert await booth.rules(other) == {"M1"}
    said = {"reason": "misread", "evidence": "the document"} | {"changes": {**OTHER, "document_number": "X2"}}
    await booth.post(f"/inspections/{wrong['id']}/corrections", {**said, "id": str(uuid4())})
    assert await booth.rules(other) == {"D6"}, "she came in with another document, and is not missed any more"


async def test_what_was_shown_against_a_finding_withdraws_it_for_good(booth: Booth) -> None:
    await booth.cross("T1", "entry", 0, ADULT)
    again = await booth.cross("T1", "entry", 200, ADULT)
    claim = (await booth.finding(again, "M2"))["claim"]
    said = {"id": str(uuid4()), "claim": claim, "ground": "rebut.namesake", "evidence": "two passports side by side"}
    path = f"/inspections/{again['id']}/rebuttals"
    await booth.post(path, {**said, "ground": "rebut.misread"}, 422)
    await booth.post(path, {**said, "claim": "00" * 32}, 404)
    assert [each["rule"] for each in (await booth.post(path, said))["rebuttals"]] == ["M2"]
    assert await booth.rules(again) == set()
    await booth.cross("T1", "entry", 100, ADULT, source="paper")
    assert await booth.rules(again) == {"M2"}, "it rests on another record now, which nobody rebutted"
    standing = await booth.finding(again, "M2")
    assert standing["claim"] != claim
    more = {**said, "id": str(uuid4()), "claim": standing["claim"]}
    await booth.post(path, more)
    await booth.post(path, {**more, "id": str(uuid4()), "ground": "withdrawn"})
    assert await booth.rules(again) == {"M2"}


# --- people


async def test_a_link_is_proposed_confirmed_and_split(booth: Booth) -> None:
    new_year = {**ADULT, "date_of_birth": "1980-01-01"}  # what a registrar writes: not enough to be surely one person
    await booth.cross("T1", "entry", 0, new_year)
    again = await booth.cross("T2", "entry", 200, new_year)
    stranger = await booth.cross("R9", "entry", 210, OTHER)
    assert await booth.rules(again) == set()
    (link,) = await booth.get("/links?document=JOR:T2")
    assert (link["documents"], link["identity"], link["ruling"]) == (["JOR:T1", "JOR:T2"], "possible", None)
    assert {"name", "date_of_birth"} <= set(link["evidence"]["agree"])
    said = {"id": str(uuid4()), "documents": ["JOR:T2", "JOR:T1"], "ruling": "confirmed", "reason": "fingerprints"}
    said |= {"crossing_point": "IQ-TRB", "evidence": "both passports"}
    await booth.post("/links/rulings", {**said, "documents": ["JOR:T1", "JOR:T1"]}, 422)
    assert (await booth.post("/links/rulings", said))["ruling"] == "confirmed"
    assert await booth.rules(again) == {"D6", "M2"}
    assert await booth.causes(again, "M2") == [("raised", said["id"])]
    await booth.post("/links/rulings", {**said, "id": str(uuid4()), "ruling": "split"}, 409)
    await booth.post("/links/rulings", said)
    for other in ({"reason": "a feeling"}, {"documents": ["JOR:T1", "JOR:R9"]}):
        refused = await booth.post("/links/rulings", {**said, **other}, 409)
        assert refused["type"] == "urn:mabar:problem:conflicting-replay", "the id is that of another ruling"
    split = {**said, "id": str(uuid4()), "ruling": "split", "supersedes": said["id"], "reason": "a cousin"}
    assert [each["ruling"] for each in (await booth.post("/links/rulings", split))["rulings"]] == ["confirmed", "split"]
    assert await booth.rules(again) == set()
    assert await booth.rules(stranger) == set()
    assert await booth.get("/links?open=true") == []


async def test_a_split_holds_for_what_comes_later(booth: Booth) -> None:
    await booth.cross("T1", "entry", 0, ADULT)
    first = await booth.cross("T2", "entry", 200, ADULT)
    assert "M2" in await booth.rules(first)
    said = {"id": str(uuid4()), "documents": ["JOR:T1", "JOR:T2"], "ruling": "split", "reason": "twins"}
    await booth.post("/links/rulings", {**said, "crossing_point": "IQ-TRB"})
    assert await booth.rules(first) == set()
    assert await booth.rules(await booth.cross("T1", "exit", 300, ADULT)) == set()
    unknown = {**said, "id": str(uuid4()), "documents": ["JOR:T1", "JOR:NONE"], "crossing_point": "IQ-TRB"}
    await booth.post("/links/rulings", unknown, 404)
