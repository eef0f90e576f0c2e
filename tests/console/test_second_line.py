"""Second line in a real browser: the queue, a case taken, a namesake told apart, a finding rebutted, a decision."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Page, expect

from officer import Officer, passport

pytestmark = pytest.mark.browser
# The demonstration lists him too; no other test clears him.
LISTED = passport("DARYANAVARD", "FARHAD BEHROUZ", "IRN", "R71002938", "900721", "M", "320901")
STRANGER = passport("BAKHTAWAR", "ROZHGAR", "IRN", "R71002934", "820611", "F", "320901")


def cross(client: httpx.Client, zone: str, direction: str, days_ago: int = 0) -> str:
    """A traveller's movement, as a first-line officer records it."""
    movement = str(uuid4())
    asked: dict[str, Any] = {"id": movement, "crossing_point": "IQ-SHL", "direction": direction, "mrz": zone}
    at = datetime.now(UTC) - timedelta(days=days_ago)
    made = client.post("/v1/inspections", json=asked | {"occurred_at": at.isoformat()})
    assert made.status_code == 201, made.text
    return movement


def refer(client: httpx.Client, zone: str, direction: str) -> str:
    """A traveller whom an officer sent to second line; returns the movement."""
    movement = cross(client, zone, direction)
    sent = client.post(f"/v1/inspections/{movement}/decision", json={"id": str(uuid4()), "outcome": "referred"})
    assert sent.status_code == 201, sent.text
    return movement


def colleague(client: httpx.Client, username: str) -> dict[str, str]:
    """The headers of another officer of second line, with a password of their own."""
    account = {"username": username, "display_name": "Rezan", "roles": ["second_line"], "posts": ["*"]}
    given = client.post("/v1/accounts", json=account).raise_for_status().json()["password"]
    headers, own = {}, "walnut harbour lantern seven"
    for password in (given, own):
        asked = {"username": username, "password": password}
        signed_in = httpx.post(f"{client.base_url}/v1/session", json=asked).raise_for_status().json()
        headers = {"Authorization": f"Bearer {signed_in['token']}"}
        if signed_in["due"] == "new_password":
            new = {"old": given, "new": own}
            httpx.put(f"{client.base_url}/v1/session/password", json=new, headers=headers).raise_for_status()
    return headers


def open_case(officer: Officer, movement: str) -> Page:
    officer.page.goto(f"{officer.base}/second-line/{movement}")
    expect(officer.page.locator(".claim")).to_be_visible()
    return officer.page


def test_the_queue_says_who_waits_and_opens_the_case(officer: Officer, client: httpx.Client) -> None:
    movement = refer(client, STRANGER, "entry")
    officer.page.goto(f"{officer.base}/second-line")
    row = officer.page.get_by_role("row").filter(has_text="BAKHTAWAR")
    expect(row).to_contain_text("nobody yet")
    row.get_by_role("link").click()
    expect(officer.page.locator(".claim")).to_contain_text("yours until")
    assert officer.page.url.endswith(movement)
    officer.page.get_by_role("link", name="Back to the queue").click()
    expect(row).to_contain_text("you")


def test_a_namesake_is_told_apart_and_not_referred_again(officer: Officer, client: httpx.Client) -> None:
    movement = refer(client, LISTED, "exit")
    page = open_case(officer, movement)
    hit = page.locator(".hit").first
    expect(hit.get_by_role("table")).to_contain_text("1990-07-21")
    assert not hit.get_by_role("radio", checked=True).count()  # nobody is nudged to an answer
    hit.get_by_label("Somebody else").check()
    hit.get_by_label("Give a number to carry").check()
    hit.get_by_role("button", name="Record the word").click()
    expect(page.locator(".hit")).to_have_count(0)
    (given,) = client.get("/v1/clearances", params={"document": "IRN:R71002938"}).json()
    assert given["stands"] and given["redress_number"]


def test_what_the_traveller_shows_settles_a_finding(officer: Officer, client: httpx.Client) -> None:
    overstayer = passport("HASHTRUDIAN", "KAMRAN", "IRN", "R71002939", "830307", "M", "320901")
    cross(client, overstayer, "entry", days_ago=120)
    movement = refer(client, overstayer, "exit")
    page = open_case(officer, movement)
    overstay = page.locator(".stack").filter(has=page.locator(".rule", has_text="E2")).last
    overstay.get_by_role("button", name="The traveller shows otherwise").click()
    page.get_by_label("Evidence, where it can be found again").fill("residence permit 77, page 11")
    page.get_by_role("button", name="Record what was shown").click()
    expect(page.locator(".said-so-far")).to_contain_text("page 11")
    made = client.get(f"/v1/inspections/{movement}").json()
    assert not [finding for finding in made["findings"] if finding["rule"] == "E2" and finding["status"] == "raised"]


def test_a_decision_replaces_the_referral_and_the_case_leaves_the_queue(officer: Officer, client: httpx.Client) -> None:
    movement = refer(client, passport("DILSOZ", "HAVAL", "IRQ", "R71002935", "800102", "M", "320901"), "entry")
    page = open_case(officer, movement)
    page.get_by_label("Refuse").check()
    page.get_by_label("Reason", exact=True).select_option("E")
    page.get_by_role("button", name="Record the decision").click()
    expect(page.locator(".decisions li")).to_have_count(2)
    (referred, refused) = client.get(f"/v1/inspections/{movement}").json()["decisions"]
    assert (refused["outcome"], refused["reason_code"], refused["supersedes"]) == ("refused", "E", referred["id"])
    assert movement not in {case["movement_id"] for case in client.get("/v1/second-line").json()}


def test_a_case_of_a_colleague_is_not_begun_unawares(officer: Officer, client: httpx.Client) -> None:
    movement = refer(client, passport("ZANKO", "SHAHO", "IRQ", "R71002936", "800103", "M", "320901"), "entry")
    claim = f"{officer.base}/v1/second-line/{movement}/claim"
    rezan = colleague(client, "rezan.a")
    httpx.put(claim, json={}, headers=rezan).raise_for_status()
    officer.page.goto(f"{officer.base}/second-line/{movement}")
    expect(officer.page.locator(".trouble")).to_contain_text("A colleague has taken this case")
    expect(officer.page.locator(".trouble")).to_contain_text("rezan.a")
    officer.page.get_by_role("button", name="Take it over").click()
    expect(officer.page.locator(".claim")).to_contain_text("yours until")
    assert httpx.put(claim, json={}, headers=rezan).status_code == 409
    officer.complaints.clear()  # the browser complains of the 409


def test_the_page_turns_with_the_language(officer: Officer, client: httpx.Client) -> None:
    movement = refer(client, passport("HEMN", "KARO", "IRQ", "R71002937", "800104", "M", "320901"), "entry")
    page = open_case(officer, movement)
    for language, title in (("ar", "الحالة"), ("ckb", "دۆسیە")):
        page.get_by_role("banner").get_by_role("combobox").select_option(language)
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        expect(page.locator("html")).to_have_attribute("dir", "rtl")
    page.get_by_role("banner").get_by_role("combobox").select_option("en")
