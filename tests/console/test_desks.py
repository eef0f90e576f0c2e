"""The desks behind the booths in a real browser: protection, supervision, audit, administration."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import expect

from officer import Officer, passport

pytestmark = pytest.mark.browser


def cross(client: httpx.Client, zone: str) -> str:
    movement = str(uuid4())
    asked = {"id": movement, "crossing_point": "IQ-ZUR", "direction": "entry", "mrz": zone}
    made = client.post("/v1/inspections", json=asked | {"occurred_at": datetime.now(UTC).isoformat()})
    assert made.status_code == 201, made.text
    return movement


def test_a_wish_for_asylum_reaches_the_protection_desk_and_is_handed_on(officer: Officer, client: httpx.Client) -> None:
    movement = cross(client, passport("SHORISH", "LANA", "IRN", "Q71002934", "900611", "F", "320901"))
    seen = {"id": str(uuid4()), "signs": ["asylum_wish"]}
    assert client.post(f"/v1/inspections/{movement}/observations", json=seen).status_code == 201
    page = officer.page
    page.goto(f"{officer.base}/protection/partners")
    page.get_by_role("button", name="Add a partner").click()
    for label, said in {"Code": "shelter-1", "English": "Shelter", "العربية": "مأوى", "کوردی": "پەناگە"}.items():
        page.get_by_label(label, exact=True).fill(said)
    page.get_by_label("Reached by").fill("desk 4, extension 12")
    page.get_by_label("everywhere").check()
    page.get_by_label("Shelter", exact=True).check()
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("row").filter(has_text="extension 12")).to_be_visible()
    page.goto(f"{officer.base}/protection/{movement}")
    expect(page.locator(".barred").first).to_be_visible()
    page.get_by_label("Shelter", exact=True).check()
    page.get_by_role("button", name="Hand on").click()
    expect(page.locator(".referral")).to_contain_text("Asked")
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.locator(".referral")).to_contain_text("Accepted")
    page.get_by_role("button", name="End the bar").click()
    expect(page.locator(".barred")).to_have_count(0)
    case = client.get(f"/v1/protection/cases/{movement}").json()
    assert (case["barred"], case["referrals"][0]["status"]) == (False, "accepted")


def test_an_account_is_made_with_a_password_that_is_shown_once(officer: Officer, client: httpx.Client) -> None:
    page = officer.page
    page.goto(f"{officer.base}/administration/accounts")
    page.get_by_role("button", name="New account").click()
    page.get_by_label("Account name").fill("sirwan.k")
    page.get_by_label("Name", exact=True).fill("Sirwan")
    page.get_by_label("Second line").check()
    page.get_by_label("IQ-ZUR").check()
    page.get_by_role("button", name="Make the account").click()
    secret = page.locator(".secret").inner_text()
    asked = {"username": "sirwan.k", "password": secret}
    assert httpx.post(f"{officer.base}/v1/session", json=asked).json()["due"] == "new_password"
    page.get_by_role("button", name="Handed over").click()
    expect(page.locator(".secret")).to_have_count(0)
    row = page.get_by_role("row").filter(has_text="sirwan.k")
    row.get_by_role("button", name="Close").click()
    page.get_by_role("alert").get_by_role("button", name="Close", exact=True).first.click()
    expect(row).to_contain_text("closed")


def test_a_key_of_a_camera_is_issued_and_revoked(officer: Officer) -> None:
    page = officer.page
    page.goto(f"{officer.base}/administration/devices")
    page.get_by_role("button", name="New key").click()
    page.get_by_label("Device", exact=True).fill("lane 7")
    page.get_by_label("IQ-ZUR").check()
    page.get_by_role("button", name="Issue the key").click()
    expect(page.locator(".secret")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="lane 7")
    row.get_by_role("button", name="Revoke").click()
    expect(row).to_contain_text("revoked")


def test_an_auditor_searches_the_trail_and_proves_what_stands_in_it(officer: Officer, client: httpx.Client) -> None:
    movement = cross(client, passport("KAWA", "DARA", "IRN", "Q71002935", "900612", "M", "320901"))
    page = officer.page
    page.goto(f"{officer.base}/audit/accesses")
    page.get_by_label("Record").fill(movement)
    page.get_by_role("button", name="Search").click()
    row = page.get_by_role("row").filter(has_text=movement).filter(has_text="inspect")
    expect(row).to_contain_text("Border control")
    assert movement in page.url
    row.get_by_role("button", name="Prove").click()
    expect(row.locator(".audit-proven, .audit-unsealed")).to_be_visible()  # sealed once a minute
    page.goto(f"{officer.base}/audit/proofs")
    page.get_by_label("The checkpoint, as it was kept").fill("not one")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("alert").filter(has_text="This is no checkpoint")).to_be_visible()


def test_a_policy_waits_for_a_second_person(officer: Officer, client: httpx.Client) -> None:
    page = officer.page
    page.goto(f"{officer.base}/supervision/policies")
    page.get_by_role("button", name="Propose a change").click()
    text = page.get_by_label("Text of the policy")
    text.fill(text.input_value() + "\n# tried\n")
    page.get_by_label("Why").fill("a trial of the page")
    page.get_by_role("button", name="Propose", exact=True).click()
    row = page.get_by_role("row").filter(has_text="a trial of the page")
    expect(row).to_contain_text("waits for a second person")
    row.get_by_role("link").click()
    expect(page.get_by_text("Another person has to decide on it")).to_be_visible()
    page.get_by_role("button", name="Replay under both").click()
    expect(page.get_by_text("No setting differs.")).to_be_visible()
    assert client.get("/v1/policies").json()["changes"][-1]["state"] == "proposed"
