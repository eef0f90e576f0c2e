"""The first line beyond a clean crossing: cameras and readers, corrections, several cases, and trouble."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import cv2
import httpx
import numpy as np
import pytest
from playwright.sync_api import Route, expect

from ocr.layout import MrzFormat
from ocr.tesseract import MODEL
from ocr.training.fonts import MissingFontError
from ocr.training.generate import generate_document
from officer import Officer, passport

pytestmark = pytest.mark.browser
expect.set_options(timeout=15_000)
DECISIONS = "**/v1/inspections/*/decision"


def traveller(number: int) -> str:
    """The passport of somebody whom nothing is known of, and whom no other test shows."""
    name = "QWOXAZI VEJUMPA,ZUBROQI HAXELLO,PYKWAJU DOMREZI,GAXILBO FUNQERA,WEJHOMZI TAPQULO,XIRBADU KOSWEMI".split(",")
    primary, secondary = name[number].split()
    return passport(
        primary, secondary, "GEO", f"{chr(75 + number)}{(number + 7) * 3456789 % 10**8:08}", "910305", "F", "340101"
    )


# Decisions


def test_a_key_let_go_too_early_decides_nothing(officer: Officer, client: httpx.Client) -> None:
    officer.swipe(traveller(0))
    officer.expect_verdict("CLEAR")
    officer.page.keyboard.press("F9")
    expect(officer.page.locator(".notice-line")).to_contain_text("Hold the key")
    line = client.get("/v1/movements", params={"document_number": traveller(0).split("\n")[1][:9]}).json()["items"][0]
    assert line["decision"] is None
    officer.decide("F8", "admitted")


def test_another_officers_decision_is_shown_and_not_pushed_aside(officer: Officer, client: httpx.Client) -> None:
    officer.swipe(traveller(1))
    officer.expect_verdict("CLEAR")
    number = traveller(1).split("\n")[1][:9]
    id_ = client.get("/v1/movements", params={"document_number": number}).json()["items"][0]["id"]
    other = {"id": str(uuid4()), "outcome": "referred", "reason_code": None, "supersedes": None}
    assert client.post(f"/v1/inspections/{id_}/decision", json=other).status_code == 201
    officer.page.keyboard.down("F8")
    expect(officer.page.locator(".stamp-referred")).to_be_visible()
    officer.page.keyboard.up("F8")
    expect(officer.page.locator(".trouble")).to_contain_text("Another decision stands")
    officer.complaints.clear()  # the browser notes the answer 409 of itself


def test_a_decision_that_is_lost_goes_again_by_itself_and_counts_once(officer: Officer, client: httpx.Client) -> None:
    sent: list[str] = []

    def lose(route: Route) -> None:
        sent.append(route.request.post_data_json["id"])
        if len(sent) == 1:
            route.fetch()
        if len(sent) < 3:
            route.abort()
        else:
            route.continue_()

    officer.page.route(DECISIONS, lose)
    officer.swipe(traveller(2))
    officer.expect_verdict("CLEAR")
    officer.page.keyboard.down("F8")
    expect(officer.page.locator(".freshness")).to_contain_text("not reached")
    officer.expect_decision("admitted")
    officer.page.keyboard.up("F8")
    assert len(sent) == 3
    assert len(set(sent)) == 1
    officer.complaints.clear()  # the browser notes the lost answers of itself


# Several cases


def test_a_family_stays_open_side_by_side_and_over_a_reload(officer: Officer) -> None:
    page = officer.page
    officer.swipe(traveller(3))
    officer.expect_verdict("CLEAR")
    page.keyboard.press("F6")
    officer.expect_ready()
    officer.swipe(traveller(4))
    officer.expect_verdict("CLEAR")
    page.reload()
    expect(page.locator(".open-case")).to_have_count(2)
    expect(page.locator(".who-crosses")).to_contain_text("WEJHOMZI")
    page.keyboard.press("Shift+F6")
    expect(page.locator(".who-crosses")).to_contain_text("GAXILBO")
    officer.decide("F8", "admitted")
    page.keyboard.press("Enter")
    expect(page.locator(".who-crosses")).to_contain_text("WEJHOMZI")
    officer.decide("F8", "admitted")


# How documents come in


def test_a_doubtful_character_is_one_key_from_right(officer: Officer) -> None:
    right = traveller(5)

    def doubt(route: Route) -> None:
        answer = route.fetch()
        reading = answer.json()
        reading["accepted"] = False
        reading["lines"][0] = reading["lines"][0].replace("XIRBADU", "X1RBADU")
        reading["confidences"] = [[1.0] * 44, [1.0] * 44]
        reading["confidences"][0][6] = 0.4
        reading["confidences"][1][0] = 0.4
        route.fulfill(response=answer, json=reading)

    page = officer.page
    page.route("**/v1/mrz", doubt, times=1)
    officer.swipe(right)
    chosen = "() => [document.activeElement.selectionStart, document.activeElement.selectionEnd]"
    first, second = page.locator(".zone-text").nth(0), page.locator(".zone-text").nth(1)
    expect(first).to_be_focused()
    page.wait_for_function(f"() => String(({chosen})()) === '6,7'")
    page.keyboard.press("i")
    expect(first).to_have_value(right.split("\n")[0])
    expect(second).to_be_focused()  # the next doubtful one
    page.wait_for_function(f"() => String(({chosen})()) === '0,1'")
    page.keyboard.press("Escape")
    officer.expect_ready()


def test_check_digits_are_counted_while_the_lines_are_typed(officer: Officer) -> None:
    page = officer.page
    page.get_by_role("button", name="Type the lines").click()
    page.locator("#zone").fill(traveller(0).replace("910305", "910306"))
    digits = page.locator(".by-hand .digit")
    expect(digits).to_have_count(5)
    expect(page.locator(".by-hand .digit.failed")).to_have_count(2)  # the date and the composite
    page.locator("#zone").fill(traveller(0))
    expect(page.locator(".by-hand .digit.failed")).to_have_count(0)
    page.keyboard.press("Escape")
    officer.expect_ready()


def test_a_reader_on_a_serial_line_is_read(open_window: Callable[..., Officer], session: Any) -> None:
    officer = open_window(storage_state=session)
    officer.page.add_init_script(
        """Object.defineProperty(navigator, "serial", { value: {
            getPorts: async () => [],
            requestPort: async () => ({
                readable: new ReadableStream({ start: (line) => { window.wire = line; } }),
                open: async () => {}, close: async () => {},
            }),
        } });"""
    )
    officer.page.reload()
    officer.stand("IQ-ZUR", "entry")
    officer.page.get_by_role("button", name="Serial reader").click()
    expect(officer.page.get_by_text("Serial reader connected")).to_be_visible()
    zone = passport("LOQAZUR", "BEMINTO", "GEO", "Z7654321", "930405", "M", "340101").replace("\n", "\r\n")
    officer.page.evaluate("(zone) => window.wire.enqueue(new TextEncoder().encode(zone + '\\r\\n'))", zone)
    officer.expect_verdict("CLEAR")
    expect(officer.page.locator(".who-crosses")).to_contain_text("LOQAZUR")
    officer.decide("F8", "admitted")


@pytest.fixture(scope="module")
def film(film_path: Path) -> None:
    """What the camera sees: an empty desk, then a made-up passport that is laid down and stays."""
    if not MODEL.exists():
        pytest.skip("the reader's model is not here")
    try:
        page = generate_document(seed=2, condition="clean", doc_type=MrzFormat.TD3).image
    except MissingFontError as missing:
        pytest.skip(str(missing))
    height, width = page.shape[:2]
    scale = min(1200 / width, 700 / height)
    page = cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    empty = np.full((720, 1280, 3), 90, np.uint8)
    shown = empty.copy()
    y, x = (720 - page.shape[0]) // 2, (1280 - page.shape[1]) // 2
    shown[y : y + page.shape[0], x : x + page.shape[1]] = page if page.ndim == 3 else page[..., None]
    frames = [cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes() for frame in (empty, shown)]
    film_path.write_bytes(b"".join([frames[0]] * 15 + [frames[1]] * 600))


@pytest.fixture
def filmed(officer: Officer, film: None) -> Officer:
    """An officer whose workstation has a camera."""
    return officer


def test_a_document_before_the_camera_is_outlined_taken_and_read(filmed: Officer) -> None:
    filmed.page.keyboard.press("F4")
    expect(filmed.page.locator(".outline polygon")).to_be_visible()
    expect(filmed.page.locator(".zone-text")).to_have_count(2)
    expect(filmed.page.locator(".strip img")).to_be_visible()


def test_a_camera_that_is_pulled_out_is_told_of_and_the_case_goes_on(filmed: Officer) -> None:
    page = filmed.page
    page.route("**/v1/mrz", lambda route: route.abort())
    page.keyboard.press("F4")
    page.wait_for_function("() => document.querySelector('video')?.srcObject?.active")
    page.evaluate("document.querySelector('video').srcObject.getTracks()[0].dispatchEvent(new Event('ended'))")
    expect(page.get_by_role("alert").filter(has_text="disconnected")).to_be_visible()
    page.unroute("**/v1/mrz")
    page.get_by_role("button", name="Camera off").click()
    filmed.swipe(passport("VUQEZAR", "HOLMITA", "GEO", "Y1234567", "940506", "F", "340101"))
    filmed.expect_verdict("CLEAR")
    filmed.decide("F8", "admitted")
    filmed.complaints.clear()  # the browser notes the answers that were kept from it


# How far what is shown can be relied on


def test_how_fresh_things_are_is_always_in_view(officer: Officer) -> None:
    page = officer.page
    expect(page.locator(".freshness")).to_contain_text(re.compile(r"Lists .* old"))

    def silent(route: Route) -> None:
        answer = route.fetch()
        points = answer.json()
        points[0]["heard_until"] = "2026-01-01T00:00:00Z"
        route.fulfill(response=answer, json=points)

    page.route("**/v1/crossing-points", silent)
    page.reload()
    expect(page.locator(".freshness .troubled")).to_contain_text("Posts not heard")
    box = page.locator(".freshness").bounding_box()
    assert box
    assert box["y"] + box["height"] <= 768
