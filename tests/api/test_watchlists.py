"""The life of watchlists over HTTP: two managers, a desk, second line, and a namesake."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import httpx
import pytest

from service.access import Role
from service.database import Database
from service.freshness import bring_up_to_date
from service.policy import default_policy
from service.reimport import Fetching
from service.rescreening import work_off
from service.screening import IndexInForce
from service.sources import Source
from service.tables import AuditRow
from watchlists import PEOPLE, ftm

Reply = dict[str, Any]


@dataclass
class Desk:
    """A service with its lists, and one officer of each kind."""

    platform: Any
    headers: dict[str, dict[str, str]]

    async def ask(self, who: str, method: str, path: str, expect: int = 200, **more: Any) -> Any:
        headers = self.headers[who] | more.pop("headers", {})
        answer: httpx.Response = await self.platform.client.request(method, path, headers=headers, **more)
        assert answer.status_code == expect, answer.text
        return answer.json()

    async def refresh(self) -> None:
        await self.platform.services.screening.refresh()

    async def cross(self, **more: Any) -> Reply:
        answer: Reply = await self.ask("clerk", "POST", "/v1/inspections", 201, json=self.crossing(**more))
        return answer

    def crossing(self, **more: Any) -> Reply:
        self.platform.clock.advance(minutes=5)
        return {
            "id": str(uuid4()),
            "crossing_point": "IQ-ZUR",
            "direction": "entry",
            "occurred_at": self.platform.clock().isoformat(),
            "document": {
                "document_code": "P",
                "issuing_state": "IRQ",
                "document_number": "A19927730",
                "primary_identifier": "AL TARIFI",
                "secondary_identifier": "SARMAD JAWHAR",
                "nationality": "IRQ",
                "date_of_birth": "1979-03-14",
                "sex": "M",
            },
        } | more


@pytest.fixture
async def desk(undone: Database, platform: Any, tmp_path: Path) -> AsyncIterator[Desk]:
    await bring_up_to_date(undone.sessions)
    screening = IndexInForce(undone.sessions)
    await screening.refresh()
    published = httpx.MockTransport(lambda _: httpx.Response(200, content=ftm(PEOPLE)))
    source = Source("fetched", "ftm", url="https://lists.example.org/fetched.json")
    fetching = Fetching((source,), tmp_path / "sources", transport=published)
    patient = {"session_idle_minutes": 600}
    platform.services.settings = platform.services.settings.model_copy(update=patient)
    platform.services.parts = SimpleNamespace(screening=screening, policy=default_policy(), fetching=fetching)
    roles = {
        "ann": Role.WATCHLIST_MANAGER,
        "ben": Role.WATCHLIST_MANAGER,
        "clerk": Role.FIRST_LINE,
        "second": Role.SECOND_LINE,
    }
    yield Desk(platform, {who: await platform.officer(role, username=who) for who, role in roles.items()})


def _terms(desk: Desk, **more: Any) -> Reply:
    today = desk.platform.clock().date()
    return {
        "id": str(uuid4()),
        "owner": "Case desk 4",
        "legal_basis": "Order 12/2026",
        "instruction": "Do not detain; call the case desk.",
        "review_on": str(today + timedelta(days=90)),
        "expires_on": str(today + timedelta(days=180)),
        "reason": "an order came",
    } | more


def _entry(desk: Desk, **more: Any) -> Reply:
    person = {
        "names": [{"text": "Sarmad Jawhar al-Tarifi"}, {"text": "سرمد جوهر الطريفي"}],
        "dates_of_birth": ["1979-03-14"],
        "nationalities": ["IRQ"],
        "sex": "M",
        "mother_names": ["Nadira Salman"],
    }
    return _terms(desk) | person | more


LIST, ENTRY = "/v1/watchlists/national", "/v1/watchlists/national/entries/case-7"
YES = {"approve": True, "reason": "checked against the order"}


async def _in_force(desk: Desk) -> None:
    await desk.ask("ann", "PUT", f"{LIST}/terms", 201, json=_terms(desk))
    await desk.ask("ben", "POST", f"{LIST}/terms/1/decision", 201, json=YES)
    await desk.ask("ann", "PUT", ENTRY, 201, json=_entry(desk))
    await desk.ask("ben", "POST", f"{ENTRY}/1/decision", 201, json=YES)
    crowd = {key: values for key, values in PEOPLE.items() if key != "x1"}
    await desk.ask("ann", "PUT", "/v1/watchlists/crowd", params={"format": "ftm"}, content=ftm(crowd))
    await desk.ask("ann", "PUT", "/v1/watchlists/crowd/terms", 201, json=_terms(desk))
    await desk.ask("ben", "POST", "/v1/watchlists/crowd/terms/1/decision", 201, json=YES)
    await desk.refresh()


def _rules(made: Reply) -> list[str]:
    return [finding["rule"] for finding in made["findings"] if finding["rule"].startswith("W")]


async def test_an_entry_is_written_by_one_manager_and_put_into_force_by_another(desk: Desk) -> None:
    await desk.ask("ann", "PUT", f"{LIST}/terms", 201, json=_terms(desk))
    await desk.ask("ben", "POST", f"{LIST}/terms/1/decision", 201, json=YES)
    (begun,) = await desk.ask("ann", "GET", "/v1/watchlists/all")
    assert (begun["national"], begun["active"], begun["version"], begun["entries"]) == (True, True, 0, 0)
    thin = await desk.ask("ann", "PUT", ENTRY, 422, json=_entry(desk, dates_of_birth=[], nationalities=[]))
    assert "a name alone fits too many people" in thin["detail"]
    await desk.ask("ann", "PUT", ENTRY, 201, json=_entry(desk))
    (waiting,) = await desk.ask("ben", "GET", "/v1/watchlists/proposals")
    assert (waiting["state"], waiting["proposed_by"]) == ("proposed", "ann")
    refused = await desk.ask("ann", "POST", f"{ENTRY}/1/decision", 403, json=YES)
    assert "another" in refused["detail"]
    made = await desk.ask("ben", "POST", f"{ENTRY}/1/decision", 201, json=YES)
    assert (made["state"], made["decided_by"]) == ("approved", "ben")
    (revision,) = await desk.ask("ann", "GET", ENTRY)
    assert revision["differences"]["owner"] == {"before": None, "after": "Case desk 4"}
    (listed,) = await desk.ask("ann", "GET", f"{LIST}/entries")
    assert listed["entry"]["names"][0]["text"] == "Sarmad Jawhar al-Tarifi"
    history = await desk.ask("ann", "GET", f"{LIST}/history")
    assert [one["counts"]["entries"] for one in history["versions"]] == [1]
    (in_force,) = await desk.ask("ann", "GET", "/v1/watchlists")
    assert in_force["terms"]["legal_basis"] == "Order 12/2026"


async def test_a_list_put_by_one_person_waits_for_its_terms(desk: Desk) -> None:
    report = await desk.ask("ann", "PUT", "/v1/watchlists/un-sc", params={"format": "ftm"}, content=ftm(PEOPLE))
    assert report["active"] is False
    assert await desk.ask("ann", "GET", "/v1/watchlists") == []
    told = await desk.ask("ben", "GET", "/v1/watchlists/reviews")
    assert told["lists_not_in_force"] == ["un-sc"]
    (known,) = await desk.ask("ben", "GET", "/v1/watchlists/all")
    assert (known["name"], known["active"], known["national"], known["version"]) == ("un-sc", False, False, 1)
    await desk.ask("ann", "PUT", "/v1/watchlists/un-sc/terms", 201, json=_terms(desk, expires_on=None))
    await desk.ask("ben", "POST", "/v1/watchlists/un-sc/terms/1/decision", 201, json=YES)
    assert [one["name"] for one in await desk.ask("ann", "GET", "/v1/watchlists")] == ["un-sc"]


async def test_a_namesake_is_referred_once_cleared_with_a_number_and_never_again(desk: Desk) -> None:
    await _in_force(desk)
    assert (made := await desk.cross())["verdict"] == "REFER" and _rules(made) == ["W2"]
    (case,) = await desk.ask("second", "GET", "/v1/hits")
    (hit,) = case["hits"]
    assert (hit["rule"], hit["open"], hit["instruction"]) == ("W2", True, None)
    assert hit["finding"]["params"]["explanation"]
    expires = (desk.platform.clock() + timedelta(days=365)).isoformat()
    word = {
        "id": str(uuid4()),
        "outcome": "cleared",
        "reason_code": "other_parents",
        "note": "mother's name on the civil document",
        "clearance": {"id": str(uuid4()), "expires_at": expires, "redress_number": True},
    }
    said = await desk.ask("second", "POST", f"/v1/hits/{hit['id']}/adjudication", 201, json=word)
    number = said["clearance"]["redress_number"]
    assert said["case"]["hits"][0]["adjudication"]["reason"] == "the parents' names are others"
    assert await desk.ask("second", "GET", "/v1/hits") == []
    again = await desk.cross(direction="exit")
    assert (again["verdict"], _rules(again)) == ("CLEAR", ["W4"])
    renewed = desk.crossing()["document"] | {"document_number": "B30411876"}
    told = await desk.cross(document=renewed)
    assert _rules(told) == ["W2", "W4"]
    shown = await desk.cross(document=renewed, redress_number=number.lower().replace("-", " "), direction="exit")
    assert "W2" not in _rules(shown)
    wrong = desk.crossing(redress_number=("1" if number[0] != "1" else "2") + number[1:])
    refused = await desk.ask("clerk", "POST", "/v1/inspections", 422, json=wrong)
    assert "redress" in refused["errors"][0]["message"] and number[1:] not in str(refused)
    (found,) = await desk.ask("second", "GET", "/v1/clearances", params={"redress_number": number})
    assert found["stands"] is True and found["entry_id"] == "case-7"
    ended = await desk.ask(
        "second", "POST", f"/v1/clearances/{found['id']}/revocation", 201, json={"reason": "given in error"}
    )
    assert (ended["stands"], ended["ending"]["cause"]) == (False, "revoked")


async def test_a_clearance_lapses_when_the_entry_is_amended_and_the_officer_is_told_in_arabic(desk: Desk) -> None:
    await _in_force(desk)
    made = await desk.cross()
    new = {
        "id": str(uuid4()),
        "movement_id": made["id"],
        "list": "national",
        "entry_id": "case-7",
        "reason_code": "other_documents",
        "expires_at": (desk.platform.clock() + timedelta(days=100)).isoformat(),
    }
    await desk.ask("second", "POST", "/v1/clearances", 201, json=new)
    await desk.ask("second", "POST", "/v1/clearances", 201, json=new)
    renamed = _entry(desk, names=[{"text": "Sarmad Jawhar Tareefi"}])
    await desk.ask("ann", "PUT", ENTRY, 201, json=renamed)
    await desk.ask("ben", "POST", f"{ENTRY}/2/decision", 201, json=YES)
    await desk.refresh()
    assert _rules(await desk.cross(direction="exit")) == ["W4"]
    await desk.ask("ann", "PUT", ENTRY, 201, json=_entry(desk, dates_of_birth=["1979-03-14", "1980"]))
    await desk.ask("ben", "POST", f"{ENTRY}/3/decision", 201, json=YES)
    await desk.refresh()
    made = await desk.ask(
        "clerk", "POST", "/v1/inspections", 201, json=desk.crossing(), headers={"Accept-Language": "ar"}
    )
    told = {finding["rule"]: finding["text"] for finding in made["findings"]}
    assert "W2" in told and "تاريخ الميلاد" in told["W4"]


async def test_a_confirmed_hit_shows_what_to_do_and_the_figures_say_how_long_it_took(desk: Desk) -> None:
    await _in_force(desk)
    await desk.cross()
    (case,) = await desk.ask("second", "GET", "/v1/hits", params={"list": "national"})
    codes = await desk.ask("clerk", "GET", "/v1/hits/reasons", headers={"Accept-Language": "ckb"})
    assert all("reason." not in code["text"] for code in codes)
    desk.platform.clock.advance(minutes=12)
    word = {"id": str(uuid4()), "outcome": "confirmed", "reason_code": "same_person"}
    hit = case["hits"][0]
    said = await desk.ask("second", "POST", f"/v1/hits/{hit['id']}/adjudication", 201, json=word)
    assert said["case"]["hits"][0]["instruction"] == "Do not detain; call the case desk."
    wrong = word | {"id": str(uuid4()), "outcome": "cleared", "reason_code": "other_parents"}
    conflict = await desk.ask("second", "POST", f"/v1/hits/{hit['id']}/adjudication", 409, json=wrong)
    assert word["id"] in conflict["detail"]
    assert (await desk.ask("second", "GET", f"/v1/hits/cases/{case['id']}"))["hits"][0]["open"] is False
    (figures,) = await desk.ask("ann", "GET", "/v1/watchlists/figures")
    assert (figures["hits"], figures["confirmed"], figures["waiting"]) == (1, 1, 0)
    assert figures["median_seconds"] >= 12 * 60
    (entry,) = await desk.ask("ann", "GET", "/v1/watchlists/national/figures")
    assert (entry["entry_id"], entry["confirmed"]) == ("case-7", 1)


async def test_a_list_is_fetched_on_demand_and_its_status_told(desk: Desk) -> None:
    (before,) = await desk.ask("ann", "GET", "/v1/watchlists/sources")
    assert (before["state"], before["location"]) == ("new", "https://lists.example.org/fetched.json")
    assert (before["format"], before["every_minutes"]) == ("ftm", 360)
    after = await desk.ask("ann", "POST", "/v1/watchlists/sources/fetched/attempt")
    assert (after["state"], after["last_error"]) == ("imported", None)
    assert [one["entries"] for one in await desk.ask("ann", "GET", "/v1/watchlists")] == [len(PEOPLE)]
    await desk.ask("ann", "POST", "/v1/watchlists/sources/other/attempt", 404)
    await desk.ask("ann", "POST", "/v1/watchlists/sources/fetched/confirmation", 404)
    building = await desk.ask("ann", "GET", "/v1/watchlists/building")
    assert (building["entries"], building["stage"]) == (len(PEOPLE), "idle")


async def test_re_screening_is_followed_over_the_interface(desk: Desk) -> None:
    made = await desk.cross()
    await _in_force(desk)
    jobs = await desk.ask("ann", "GET", "/v1/watchlists/rescreenings")
    assert {(job["list"], job["phase"]) for job in jobs} == {("national", "waiting"), ("crowd", "waiting")}
    services = desk.platform.services
    await work_off(services.database.sessions, services.screening.current, days=30, now=desk.platform.clock())
    jobs = await desk.ask("ann", "GET", "/v1/watchlists/rescreenings")
    assert {(job["list"], job["phase"], job["raised"]) for job in jobs} == {
        ("national", "done", 1),
        ("crowd", "done", 0),
    }
    told = await desk.ask("second", "GET", f"/v1/inspections/{made['id']}")
    assert (told["verdict"], _rules(told)) == ("REFER", ["W2"])


async def test_an_entry_that_is_withdrawn_frees_who_was_found_with_it(desk: Desk) -> None:
    await _in_force(desk)
    made = await desk.cross()
    assert (made["verdict"], len(await desk.ask("second", "GET", "/v1/hits"))) == ("REFER", 1)
    body = {"id": str(uuid4()), "reason": "the order was lifted"}
    proposed = await desk.ask("ann", "POST", f"{ENTRY}/withdrawal", 201, json=body)
    decision = {"approve": True, "reason": "checked"}
    await desk.ask("ben", "POST", f"{ENTRY}/{proposed['revision']}/decision", 201, json=decision)
    services = desk.platform.services
    await services.screening.refresh()
    await work_off(services.database.sessions, services.screening.current, days=30, now=desk.platform.clock())
    job = (await desk.ask("ann", "GET", "/v1/watchlists/rescreenings"))[0]
    assert (job["list"], job["phase"], job["gone"], job["withdrawn"]) == ("national", "done", 1, 1)
    told = await desk.ask("second", "GET", f"/v1/inspections/{made['id']}")
    assert [(f["rule"], f["status"]) for f in told["findings"] if f["severity"] == "alert"] == [("W2", "withdrawn")]
    assert await desk.ask("second", "GET", "/v1/hits") == []
    (figures,) = await desk.ask("ann", "GET", "/v1/watchlists/figures")
    assert (figures["hits"], figures["waiting"], figures["withdrawn"]) == (1, 0, 1)


@pytest.mark.parametrize(
    ("who", "method", "path"),
    [
        ("clerk", "GET", "/v1/hits"),
        ("clerk", "GET", "/v1/clearances"),
        ("clerk", "GET", "/v1/watchlists/national/entries"),
        ("ann", "GET", "/v1/hits"),
        ("second", "PUT", "/v1/watchlists/national/terms"),
        ("second", "POST", "/v1/watchlists/sources/fetched/attempt"),
    ],
)
async def test_each_role_reaches_its_own_part_alone(desk: Desk, who: str, method: str, path: str) -> None:
    await desk.ask(who, method, path, 403, json=_terms(desk) if method != "GET" else None)


async def test_everything_that_shows_somebody_leaves_a_trace_without_a_name(desk: Desk) -> None:
    await _in_force(desk)
    await desk.cross()
    await desk.ask("second", "GET", "/v1/hits")
    await desk.ask("second", "GET", "/v1/clearances")
    await desk.ask("ann", "GET", ENTRY)
    rows: list[AuditRow] = await desk.platform.trail()
    done = {row.action for row in rows}
    assert done >= {"propose_change", "decide_change", "import_list", "read_hits", "read_clearances", "read_entry"}
    assert "TARIFI" not in str([(row.subject, row.details) for row in rows]).upper()


DRAFT = "/v1/watchlists/crowd/drafts/{}"


async def test_a_file_is_handed_in_by_one_manager_and_put_into_force_by_another(desk: Desk) -> None:
    await _in_force(desk)
    fewer = {key: values for key, values in PEOPLE.items() if key not in ("x1", "crowd-0")}
    changed = fewer | {"crowd-1": fewer["crowd-1"] | {"birthDate": ["1961-02-04"]}}
    straight = {"params": {"format": "ftm"}, "content": ftm(changed)}
    refused = await desk.ask("ann", "PUT", "/v1/watchlists/crowd", 409, **straight)
    assert "second person" in refused["detail"]
    path = DRAFT.format(uuid4())
    broken = await desk.ask("ann", "PUT", path, 422, params={"format": "ftm"}, content=ftm(changed) + b"{cut")
    assert "line 7" in broken["detail"]
    waiting = await desk.ask("ann", "PUT", path, 201, **straight)
    assert await desk.ask("ann", "PUT", path, 201, **straight) == waiting
    assert (waiting["changed"], waiting["removed"], waiting["doubtful"], waiting["state"]) == (1, 1, False, "proposed")
    (listed,) = await desk.ask("ben", "GET", "/v1/watchlists/drafts")
    assert listed == {key: value for key, value in waiting.items() if key != "skipped"}
    (one,) = await desk.ask("ben", "GET", f"{path}/changes", params={"effect": "changed"})
    assert one["entry_id"] == "crowd-1" and list(one["differences"]) == ["dates_of_birth"]
    await desk.ask("ann", "POST", f"{path}/decision", 403, json=YES)
    await desk.ask("clerk", "GET", path, 403)
    decided = await desk.ask("ben", "POST", f"{path}/decision", 201, json=YES)
    assert (decided["state"], decided["version"], decided["decided_by"]) == ("approved", 2, "ben")
    versions = (await desk.ask("ann", "GET", "/v1/watchlists/crowd/history"))["versions"]
    assert versions[0]["counts"] == {
        "entries": 6, "added": 0, "changed": 1, "removed": 1, "unchanged": 5, "skipped": 0
    }  # fmt: skip
    seen = [row for row in await desk.platform.trail() if row.action == "read_list_drafts"]
    assert len(seen) == 2 and all(row.purpose == "watchlist" for row in seen)


async def test_an_entry_is_tried_before_anybody_proposes_it(desk: Desk) -> None:
    await _in_force(desk)
    asked = {"names": [{"text": "Sarmad Jawhar at-Tarifi"}], "dates_of_birth": ["1979-03-14"]}
    told = await desk.ask("ann", "POST", "/v1/watchlists/national/entries/case-8/preview", json=asked)
    assert told["lacking"] is None and told["names"][0]["words"] == ["SARMAD", "JAWHAR", "TARIFI"]
    tried = {one["trial"]: one["hit"] and one["hit"]["kind"] for one in told["tried"]}
    assert tried == {
        "as_listed": "strong",
        "shortened": "strong",
        "year_off": "strong",
        "name_only": "weak",
        "other_birth": None,
    }
    assert [(hit["list"], hit["entry_id"]) for hit in told["alike"]] == [("national", "case-7")]
    itself = await desk.ask("ann", "POST", f"{ENTRY}/preview", json=asked)
    assert itself["alike"] == []
    await desk.ask("second", "POST", f"{ENTRY}/preview", 403, json=asked)
    thin = await desk.ask("ann", "POST", f"{ENTRY}/preview", json={"names": [{"text": "Hiwa Zangana"}]})
    assert "a name alone" in thin["lacking"]
    assert "TARIFI" not in str([row.details for row in await desk.platform.trail()]).upper()
