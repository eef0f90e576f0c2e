"""The watchlist desk in a real browser: two persons in two windows, a file with what it changes, an entry, refusals."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from officer import Officer
from service_process import ServiceProcess
from watchlists import PEOPLE, ftm

pytestmark = pytest.mark.browser
PASSWORD = "copper river lantern nine"
CROWD = {key: values for key, values in PEOPLE.items() if key != "x1"}
CHANGED: dict[str, dict[str, Any]] = {
    **{key: values for key, values in CROWD.items() if key != "crowd-0"},
    "crowd-1": {"name": ["Kamran Dolmani"], "birthDate": ["1961-02-04"]},
    "new": {"name": ["Rojin Azad Mawlawi", "ڕۆژین ئازاد مەولەوی"], "birthDate": ["1971-02-03"]},
    "nameless": {"birthDate": ["1971-02-03"]},
}


@dataclass
class Second:
    """Another manager: the credential of a program, and the state of a browser that is signed in."""

    client: httpx.Client
    state: Any


@pytest.fixture(scope="module")
def second(client: httpx.Client, service: ServiceProcess) -> Iterator[Second]:
    """Nazdar, who is no more than a watchlist manager."""
    asked = {"username": "nazdar", "display_name": "Nazdar", "roles": ["watchlist_manager"], "posts": ["*"]}
    given = client.post("/v1/accounts", json=asked).json()["password"]
    with httpx.Client(base_url=service.base, timeout=30) as hers:
        _sign_in(hers, given)
        hers.put("/v1/session/password", json={"old": given, "new": PASSWORD}).raise_for_status()
        token = _sign_in(hers, PASSWORD)
        yield Second(hers, token)


def _sign_in(client: httpx.Client, password: str) -> str:
    answer = client.post("/v1/session", json={"username": "nazdar", "password": password})
    client.headers["Authorization"] = f"Bearer {(token := answer.json()['token'])}"
    return str(token)


@pytest.fixture
def nazdar(open_window: Callable[..., Officer], second: Second) -> Officer:
    """Her window, signed in as at a desk."""
    window = open_window()
    window.page.locator("#username").fill("nazdar")
    window.page.locator("#password").fill(PASSWORD)
    window.page.locator("#password").press("Enter")
    expect(window.page.locator("header.shell")).to_be_visible()
    return window


def _hand_in(page: Page, body: bytes) -> None:
    page.get_by_label("File", exact=True).set_input_files(
        {"name": "crowd.json", "mimeType": "application/json", "buffer": body}
    )
    page.get_by_role("button", name="Compare with what is in force").click()


def _decide(page: Page, how: str) -> None:
    word = page.get_by_role("region", name="Your word")
    word.get_by_label(how).check()
    word.get_by_label("Reason").fill("checked against the order")
    word.get_by_role("button", name="Decide").click()


def test_a_file_is_shown_with_what_it_changes_and_put_into_force_by_another(
    officer: Officer, nazdar: Officer, client: httpx.Client
) -> None:
    client.put("/v1/watchlists/crowd", params={"format": "ftm"}, content=ftm(CROWD)).raise_for_status()
    page = officer.page
    page.goto(f"{officer.base}/watchlists/lists/crowd")
    page.get_by_role("link", name="Hand in a file").click()
    expect(page.get_by_label("Format")).to_have_value("ftm")
    _hand_in(page, ftm(CHANGED) + b'{"id": "cut')
    expect(page.get_by_role("alert").filter(has_text="line 9")).to_be_visible()
    officer.complaints.clear()  # the browser notes the answer 422 of itself
    _hand_in(page, ftm(CHANGED))
    expect(page.get_by_role("heading", name=re.compile("File for .*crowd"))).to_be_visible()
    told = page.get_by_role("region", name="What the file does")
    for count, number in {"added": "1", "changed": "1", "removed": "1", "unchanged": "5", "skipped": "1"}.items():
        expect(told.locator(f".count-{count} dd")).to_have_text(number)
    expect(page.get_by_role("row").filter(has_text="nameless")).to_contain_text("name")
    expect(page.get_by_text("This is your own proposal")).to_be_visible()
    expect(page.get_by_label("Put into force")).to_have_count(0)

    page = nazdar.page
    page.goto(f"{nazdar.base}/watchlists/proposals")
    page.get_by_role("link", name=re.compile("File for .*crowd")).click()
    page.get_by_label("What happens to it").select_option("changed")
    row = page.locator(".table > tbody > tr").filter(has_text="crowd-1")
    expect(row).to_contain_text("1961-02-03")
    expect(row).to_contain_text("1961-02-04")
    expect(page.get_by_text("Rojin Azad Mawlawi")).to_have_count(0)
    assert page.url.endswith("effect=changed")
    _decide(page, "Put into force")
    page.get_by_role("link", name=re.compile("In force as version .*2")).click()
    row = page.get_by_role("region", name="Versions", exact=True).get_by_role("row").filter(has_text="demo")
    expect(row.first).to_contain_text("2")
    (crowd,) = [one for one in client.get("/v1/watchlists").json() if one["name"] == "crowd"]
    assert (crowd["version"], crowd["entries"]) == (2, 7)

    purpose = page.get_by_role("region", name="What the list is for")
    purpose.get_by_label("What the list is for").select_option("entry_ban")
    with page.expect_response("**/purpose"):
        purpose.get_by_role("button", name="Set").click()
    assert client.get("/v1/watchlists/purposes").json()["crowd"] == "entry_ban"
    client.put("/v1/watchlists/crowd/purpose", json={"purpose": None}).raise_for_status()


def test_the_service_refuses_who_approves_a_file_of_their_own(
    officer: Officer, second: Second, client: httpx.Client
) -> None:
    own = "/v1/watchlists/alone/drafts/01939c1e-9000-7c11-8f5e-0d8f3f1f2b01"
    client.put(own, params={"format": "ftm"}, content=ftm(CROWD)).raise_for_status()
    page = officer.page

    def as_if_nazdar_had(route: Any) -> None:
        """The console shows the buttons to the wrong person: the service must hold."""
        answer = route.fetch()
        route.fulfill(response=answer, body=json.dumps(answer.json() | {"proposed_by": "nazdar"}))

    page.route(f"**{own}", as_if_nazdar_had)
    page.goto(f"{officer.base}/watchlists/files/alone/01939c1e-9000-7c11-8f5e-0d8f3f1f2b01")
    _decide(page, "Put into force")
    expect(page.get_by_role("alert").filter(has_text="put into force by another")).to_be_visible()
    officer.complaints.clear()  # the browser notes the answer 403 of itself
    assert client.get(own).json()["state"] == "proposed"
    rejected = second.client.post(f"{own}/decision", json={"approve": False, "reason": "not wanted"})
    assert rejected.json()["state"] == "rejected"


def test_an_entry_is_written_tried_approved_changed_and_withdrawn(
    officer: Officer, nazdar: Officer, client: httpx.Client
) -> None:
    page, hers = officer.page, nazdar.page
    page.goto(f"{officer.base}/watchlists/lists")
    page.get_by_role("button", name="Begin a list of our own").click()
    page.get_by_label("List", exact=True).fill("national")
    _terms(page)
    page.get_by_role("button", name="Propose").click()
    expect(page.get_by_role("heading", name="national")).to_be_visible()
    hers.goto(f"{nazdar.base}/watchlists/lists/national")
    _decide(hers, "Put into force")
    expect(hers.get_by_text("No entries yet")).to_be_visible()

    page.get_by_role("link", name="Write an entry").click()
    page.get_by_label("Id of the entry").fill("case-7")
    page.get_by_label("Name 1", exact=True).fill("Sarmad Jawhar al-Tarifi")
    _terms(page)
    page.get_by_role("button", name="Propose", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="a name alone fits too many people")).to_be_visible()
    officer.complaints.clear()  # the browser notes the answer 422 of itself
    page.get_by_role("button", name="Add: Names").click()
    page.get_by_label("Name 2", exact=True).fill("سرمد جوهر الطريفي")
    page.get_by_label("Dates of birth 1", exact=True).fill("14.03.1979")
    page.get_by_role("button", name="Try the entry").click()
    tried = page.get_by_role("region", name="What it would do").last
    expect(tried.get_by_role("row").filter(has_text="with all that the entry says")).to_contain_text("W2: referred")
    expect(tried.get_by_role("row").filter(has_text="with the name alone")).to_contain_text("W3")
    expect(tried).to_contain_text("demo-watchlist")
    page.get_by_role("button", name="Propose", exact=True).click()
    expect(page.get_by_text("This is your own proposal")).to_be_visible()

    hers.goto(f"{nazdar.base}/watchlists/proposals")
    hers.get_by_role("link", name="case-7").click()
    _decide(hers, "Put into force")
    expect(hers.get_by_role("region", name="In force")).to_contain_text("سرمد جوهر الطريفي")
    page.goto(f"{officer.base}/watchlists/lists/national/entries/case-7")
    page.get_by_role("link", name="Change", exact=True).click()
    page.get_by_label("Mother’s name 1", exact=True).fill("Nadira Salman")
    page.get_by_label("Reason").fill("her name came")
    page.get_by_role("button", name="Propose", exact=True).click()
    waits = page.get_by_role("region", name="Waits for a second person")
    expect(waits.get_by_role("row").filter(has_text="Mother’s name")).to_contain_text("Nadira Salman")
    hers.reload()
    _decide(hers, "Reject")
    expect(hers.get_by_role("region", name="History")).to_contain_text("Rejected")
    hers.get_by_role("button", name="Take out of screening").click()
    hers.get_by_label("Reason").fill("the order was lifted")
    hers.get_by_role("button", name="Propose the withdrawal").click()
    expect(hers.get_by_text("This is your own proposal")).to_be_visible()
    page.reload()
    _decide(page, "Put into force")
    expect(page.get_by_text("Nothing of this entry is in force.")).to_be_visible()
    said = client.get("/v1/watchlists/national/entries/case-7").json()
    assert [(one["action"], one["state"]) for one in said] == [
        ("create", "approved"),
        ("amend", "rejected"),
        ("withdraw", "approved"),
    ]
    assert said[0]["entry"]["dates_of_birth"] == ["1979-03-14"]


def _terms(page: Page) -> None:
    page.get_by_label("Owner").fill("Case desk 4")
    page.get_by_label("Legal basis").fill("Order 12/2026")
    page.get_by_label("Instruction to the officer").fill("Second line. Do not detain; call the case desk.")
    page.get_by_label("Reason").fill("an order came")


def test_the_desk_is_whole_in_arabic_and_ends_a_clearance(officer: Officer, client: httpx.Client) -> None:
    given = {
        "id": "01939c1e-9000-7c11-8f5e-0d8f3f1f2c01", "list": "demo-watchlist", "entry_id": "demo-0001",
        "traveller": {"primary_identifier": "AL TARIFI", "secondary_identifier": "SARMAD"},
        "document_key": "IRQ:A19927730", "reason": "the parents' names are others", "note": None, "cleared_by": "demo",
        "cleared_at": "2026-01-01T00:00:00Z", "expires_at": "2099-01-01T00:00:00Z", "redress_number": None,
        "stands": True, "ending": None,
    }  # fmt: skip
    page = officer.page
    page.route("**/v1/clearances?*", lambda route: route.fulfill(json=[given]))
    page.route("**/v1/clearances", lambda route: route.fulfill(json=[given]))
    ended: list[Any] = []
    page.route(
        f"**/v1/clearances/{given['id']}/revocation",
        lambda route: (ended.append(route.request.post_data_json), route.fulfill(json=given))[1],
    )
    page.goto(f"{officer.base}/watchlists/clearances?list=demo-watchlist")
    page.get_by_role("row").filter(has_text="AL TARIFI").get_by_role("button", name="End").click()
    page.get_by_role("region", name="End").get_by_label("Reason").fill("given in error")
    page.get_by_role("region", name="End").get_by_role("button", name="End").click()
    expect(page.get_by_role("region", name="End")).to_have_count(0)
    assert ended == [{"reason": "given in error"}]
    officer.speak("ar")
    for path, heading in {
        "lists": "القوائم",
        "files": "الملفات",
        "proposals": "المقترحات",
        "figures": "ما آلت",
    }.items():
        page.goto(f"{officer.base}/watchlists/{path}")
        expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    assert client.get("/v1/watchlists/sources").status_code == 200
