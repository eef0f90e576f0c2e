"""The centre's dashboards in a real browser: pictures with their tables, filters in the address, what is given out."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.sync_api import Locator, Page, Route, expect

from officer import Officer

pytestmark = pytest.mark.browser


def open_area(officer: Officer, area: str) -> Page:
    officer.page.goto(f"{officer.base}/dashboards/{area}")
    expect(officer.page.locator(".picture").first).to_be_visible()
    return officer.page


def picture(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def asked(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def withhold(route: Route) -> None:
    """What an analyst is told of a cell too small, in the place of the true answer."""
    answer = route.fetch()
    told: dict[str, Any] = answer.json()
    row = told["rows"][0]
    row["values"]["movements"], row["withheld"], told["withheld"] = None, ["movements"], 1
    route.fulfill(response=answer, body=json.dumps(told))


def test_every_area_draws_and_tells_what_the_service_counts(officer: Officer, client: httpx.Client) -> None:
    page = open_area(officer, "people")
    told = client.get("/v1/statistics/travellers", params={"by": "nationality"}).json()
    table = picture(page, "By nationality").get_by_role("table")
    expect(table.get_by_role("row").last).to_contain_text(str(told["total"]["values"]["movements"]))
    expect(table.get_by_role("row")).to_have_count(len(told["rows"]) + 2)
    for area in ("Today", "Flows", "Times", "Findings", "Inside"):
        page.get_by_role("navigation", name="Dashboards").get_by_role("link", name=area).click()
        expect(page.locator(f".pictures-{area.lower()} [role=img]").first).to_be_visible()
    heard = picture(page, "People inside by right of stay").get_by_role("img")
    expect(heard).to_have_attribute("aria-label", re.compile(r"table beside it.*Most in .?Inside.*\d"))


def test_the_day_is_that_of_the_posts_wherever_the_workstation_stands(officer: Officer) -> None:
    at_posts = datetime.now(UTC) + timedelta(hours=3)
    elsewhere = "Pacific/Kiritimati" if at_posts.hour >= 13 else "Pacific/Pago_Pago"  # it is another day there
    workstation = officer.page.context.new_cdp_session(officer.page)
    workstation.send("Emulation.setTimezoneOverride", {"timezoneId": elsewhere})
    page = open_area(officer, "people")
    assert page.evaluate("new Date().getDate()") != at_posts.day
    for path, field in (("dashboards/people", "to"), ("supervision/load", "to"), ("stays", "day")):
        page.goto(f"{officer.base}/{path}")
        expect(page.locator(f"input[name={field}]").first).to_have_value(str(at_posts.date()))


OVERDUE = {
    "movement_id": "00000000-0000-4000-8000-00000000000a",
    "crossing_point": "IQ-SHL",
    "entered_at": "2026-07-25T06:00:00Z",
    "traveller": {"primary_identifier": "SARVESTANIFAR", "secondary_identifier": "NIMA", "nationality": "IRN"},
    "document": {"document_number": "K52210487"},
    "until": "2026-10-22",
    "days_over": 31,
    "contact": {"phone": None, "address": "Basra", "sponsor": None, "vehicle": None, "group_id": None},
}


def test_who_stays_too_long_is_named_when_somebody_asks(officer: Officer) -> None:
    looks: list[str] = []

    def answer(route: Route) -> None:
        looks.append(route.request.url)
        route.fulfill(json={"as_of": "2026-11-22T08:00:00Z", "items": [OVERDUE], "next": None})

    officer.page.route("**/v1/inside/overstayers*", answer)
    page = open_area(officer, "inside")
    shown = picture(page, "Staying longer than allowed")
    expect(shown).to_contain_text("That you looked is recorded.")
    assert not looks
    shown.get_by_role("button", name="Show who").click()
    row = shown.get_by_role("row", name=re.compile("SARVESTANIFAR, NIMA"))
    expect(row).to_contain_text("K52210487")
    expect(row).to_contain_text("31")
    expect(row.get_by_role("link", name="Record")).to_have_attribute("href", f"/movements/{OVERDUE['movement_id']}")
    assert len(looks) == 1


def test_the_map_and_the_day_lead_to_the_log_and_are_given_out(officer: Officer) -> None:
    page = open_area(officer, "flows")
    flows = picture(page, "From where, by which post")
    expect(flows.get_by_role("button", name=re.compile("Export"))).to_be_visible()
    followed = asked(flows.get_by_role("link", name="Log").first.get_attribute("href") or "")
    assert {"nationality", "crossing_point", "direction", "from", "to"} <= set(followed)
    page.get_by_role("navigation", name="Dashboards").get_by_role("link", name="Today").click()
    posts = picture(page, "Today by post")
    expect(posts.locator(".sums dd").first).to_have_text(re.compile(r"^[\d,]+$"))
    expect(posts.get_by_role("button", name=re.compile("Export"))).to_be_visible()


def test_filters_stand_in_the_address_and_lead_to_the_log(officer: Officer) -> None:
    page = open_area(officer, "flows")
    page.get_by_label("Direction").select_option("exit")
    page.get_by_label("Compared with").select_option("before")
    page.get_by_role("button", name="Show").click()
    shown = picture(page, "Movements by post")
    expect(shown.get_by_role("columnheader", name=re.compile("Movements.*before"))).to_be_visible()
    assert asked(page.url)["direction"] == "exit"
    page.reload()
    expect(shown.get_by_role("row").nth(1)).to_contain_text("Exit")
    expect(shown.get_by_role("cell", name="Entry")).to_have_count(0)
    shown.get_by_role("link", name="Log").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Movements")
    followed = asked(page.url)
    assert followed["direction"] == "exit"
    assert followed["crossing_point"].startswith("IQ-")


def test_what_is_withheld_is_said_to_be(officer: Officer) -> None:
    officer.page.route(re.compile(r"/v1/statistics/travellers.*by=nationality$"), withhold)
    page = open_area(officer, "people")
    shown = picture(page, "By nationality")
    expect(shown.get_by_role("cell", name="withheld")).to_be_visible()
    expect(shown).to_contain_text("are withheld")


def test_nothing_is_given_out_before_somebody_is_named(officer: Officer, client: httpx.Client) -> None:
    page = open_area(officer, "findings")
    page.get_by_role("button", name=re.compile("Export: .*Hits by list")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("The trail will say")
    expect(dialog.get_by_role("link")).to_have_count(0)
    dialog.get_by_label("To whom it is given").fill("the ministry")
    address = dialog.get_by_role("link", name="CSV").get_attribute("href")
    given = client.get(address or "")
    assert given.headers["content-type"].startswith("text/csv")
    assert given.text.startswith("list,hits,")


def test_the_big_screen_shows_a_picture_without_controls(officer: Officer) -> None:
    page = open_area(officer, "today?screen=1")
    expect(page.locator(".big-screen .picture")).to_have_count(1)
    expect(page.locator(".big-screen button:visible")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.get_by_role("navigation", name="Dashboards")).to_be_visible()


def test_the_figures_are_read_from_right_to_left_too(officer: Officer) -> None:
    page = open_area(officer, "people")
    officer.speak("ckb")
    expect(picture(page, "بەپێی ڕەگەزنامە").get_by_role("table")).to_contain_text("سەرجەم")
    officer.speak("en")
