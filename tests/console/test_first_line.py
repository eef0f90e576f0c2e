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
from officer import LISTED, Officer, passport

pytestmark = pytest.mark.browser
expect.set_options(timeout=15_000)
DECISIONS = "**/v1/inspections/*/decision"
RECORDED = re.compile(r"/v1/inspections/[0-9a-f-]{36}$")


def traveller(number: int) -> str:
    """The passport of somebody whom nothing is known of, and whom no other test shows."""
    surnames = "QWOXAZI ZUBROQI PYKWAJU GAXILBO WEJHOMZI XIRBADU NEFTUJO".split()
    given = "VEJUMPA HAXELLO DOMREZI FUNQERA TAPQULO KOSWEMI BIXALGO".split()
    primary, secondary = surnames[number], given[number]
    return passport(
        primary, secondary, "GEO", f"{chr(75 + number)}{(number + 7) * 3456789 % 10**8:08}", "910305", "F", "340101"
    )


def movements_of(client: httpx.Client, number: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/v1/movements", params={"document_number": number}).json()["items"]
    return found


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


def test_a_decision_that_a_reload_interrupted_goes_on_once_the_service_is_back(
    officer: Officer, client: httpx.Client
) -> None:
    page, away = officer.page, True
    page.route(DECISIONS, lambda route: route.abort() if away else route.continue_())
    page.route(RECORDED, lambda route: route.abort() if away else route.continue_())
    officer.swipe(traveller(6))
    officer.expect_verdict("CLEAR")
    page.keyboard.down("F8")
    expect(page.locator(".freshness")).to_contain_text("not reached")
    page.keyboard.up("F8")
    page.reload()
    expect(page.locator(".freshness")).to_contain_text("not reached")
    number = traveller(6).split("\n")[1][:9]
    assert [each["decision"] for each in movements_of(client, number)] == [None]
    away = False
    officer.expect_decision("admitted")
    assert [each["decision"] for each in movements_of(client, number)] == ["admitted"]
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


def test_who_travels_along_is_recorded_as_of_one_group(officer: Officer, client: httpx.Client) -> None:
    page = officer.page
    parent, child = (
        passport(name, "ROSTEMI", "GEO", number, born, "F", "340101")
        for name, number, born in (("HULAZWEQI", "V55120771", "860305"), ("HULAZWEQI", "V55120772", "140612"))
    )
    officer.swipe(parent)
    expect(page.locator(".lamp.lit")).to_be_visible()  # is on record before anybody knows of the child
    page.keyboard.press("F7")
    officer.expect_ready()
    officer.swipe(child)
    expect(page.locator(".lamp.lit")).to_be_visible()
    expect(page.locator(".open-case .together")).to_have_count(2)
    expect(page.locator(".open-case .together").first).to_contain_text("together")
    page.reload()
    expect(page.locator(".open-case .together")).to_have_count(2)
    group = page.evaluate("JSON.parse(sessionStorage.getItem('mabar.cases')).cases[0].group")
    opened = {"id": group, "kind": "family", "name": "made up", "crossing_point": "IQ-ZUR"}
    assert client.post("/v1/groups", json=opened).status_code == 201
    assert client.get(f"/v1/groups/{group}").json()["captured"] == 2


def test_a_case_that_comes_back_after_a_reload_lets_nobody_in_between(officer: Officer) -> None:
    """Until the recorded case is in view again, another document would have taken its place."""
    page = officer.page
    shown = passport("BROZUNKA", "DELIQUO", "GEO", "V55120773", "860305", "F", "340101")
    officer.swipe(shown)
    officer.expect_verdict("CLEAR")
    held: list[Route] = []
    page.route("**/v1/inspections/*", lambda route, _request: held.append(route))
    page.reload()
    expect(page.locator(".open-cases")).to_be_visible()
    page.wait_for_function("() => document.querySelector('.firstline')")
    officer.swipe(passport("XAVOLTRI", "NEMUQA", "GEO", "V55120774", "860305", "F", "340101"))
    expect(page.locator(".notice-line")).to_contain_text("Waiting for the answer")
    for route in held:
        route.continue_()
    page.unroute("**/v1/inspections/*")
    expect(page.locator(".who-crosses")).to_contain_text("V55120773")
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


def test_frames_are_read_together_where_the_sharpest_leaves_doubt(filmed: Officer) -> None:
    """One frame is quicker; three of the same document tell more."""
    sent: list[int] = []

    def doubt(route: Route) -> None:
        sent.append((route.request.post_data_buffer or b"").count(b'name="image"'))
        answer = route.fetch()
        route.fulfill(response=answer, json=answer.json() | ({"accepted": False} if len(sent) == 1 else {}))

    filmed.page.route("**/v1/mrz", doubt)
    filmed.page.keyboard.press("F4")
    expect(filmed.page.locator(".strip img")).to_be_visible()
    assert sent == [1, 3]


def test_a_camera_that_is_plugged_in_again_is_taken_up_by_itself(filmed: Officer) -> None:
    page = filmed.page
    page.route("**/v1/mrz", lambda route: route.abort())
    page.keyboard.press("F4")
    page.wait_for_function("() => document.querySelector('video')?.srcObject?.active")
    page.evaluate("document.querySelector('video').srcObject.getTracks()[0].dispatchEvent(new Event('ended'))")
    expect(page.get_by_role("alert").filter(has_text="disconnected")).to_be_visible()
    page.evaluate("navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
    page.wait_for_function("() => document.querySelector('video')?.srcObject?.active")
    expect(page.get_by_role("alert").filter(has_text="disconnected")).to_have_count(0)
    filmed.complaints.clear()  # the browser notes the answers that were kept from it


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
    expect(page.locator(".freshness .troubled", has_text="Posts not heard")).to_be_visible()
    box = page.locator(".freshness").bounding_box()
    assert box
    assert box["y"] + box["height"] <= 768


# At hand: the guided walk, help, the checker of zones

WALK = (("CLEAR", ""), ("CLEAR", "W3"), ("REFER", "E1 E2"), ("CLEAR", ""), ("CLEAR", "P2"), ("REFER", "D3 W1"))


def test_the_guided_walk_shows_what_it_announces_and_can_be_repeated(officer: Officer) -> None:
    page = officer.page
    officer.speak("ar")
    page.locator(".demo .button").click()
    onward, then = page.locator(".guide-buttons .primary"), page.locator(".guide-then")
    for verdict, rules in WALK:
        onward.click()  # shows the document
        expect(then).to_be_visible()
        officer.expect_verdict(verdict)
        assert set(rules.split()) <= set(page.locator(".finding .rule").all_inner_texts())
        cue = verdict == "REFER" or rules == "P2"
        expect(page.locator(".second-line")).to_have_count(int(cue))
        expect(page.locator(".finding")).to_have_count(0 if not rules else len(rules.split()))
        officer.decide("F9" if cue else "F8", "referred" if cue else "admitted")
        onward.click()
    expect(onward).to_be_visible()
    page.locator(".guide-buttons .plain").click()
    expect(page.locator(".guide")).to_have_count(0)


def test_help_opens_from_everywhere_and_findings_lead_to_their_meaning(officer: Officer) -> None:
    page = officer.page
    page.keyboard.press("F1")
    expect(page.get_by_role("dialog", name="Help")).to_contain_text("Admit: hold until it is recorded")
    page.keyboard.press("Escape")
    officer.swipe(LISTED)
    officer.expect_verdict("REFER")
    page.get_by_role("button", name="What it means: W2").click()
    meaning = page.locator(".meaning.wanted")
    expect(meaning).to_be_in_viewport()
    expect(meaning).to_contain_text("What would settle it")
    page.keyboard.press("Escape")
    page.goto(f"{officer.base}/stays")
    page.get_by_label("Days allowed").press("?")  # where somebody types it is a character
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Help")).not_to_contain_text("Admit")


def test_a_day_is_typed_alike_in_every_language(officer: Officer) -> None:
    page = officer.page
    page.goto(f"{officer.base}/stays")
    officer.speak("ar")
    day = page.locator("[name=stay-first]").first
    for typed, shown in (("٢٠٢٦/٠٢/١٩", "2026-02-19"), ("20260219", "2026-02-19"), ("2026-02-30", "2026-02-30")):
        day.fill(typed)
        expect(day).to_have_value(shown)
    assert "2026-02-30" in day.evaluate("field => field.validationMessage")
    day.fill("19.2.2026")
    assert "YYYY-MM-DD" in day.evaluate("field => field.validationMessage")


def test_a_zone_is_looked_through_and_leaves_nothing_behind(officer: Officer) -> None:
    page = officer.page
    page.goto(f"{officer.base}/checker")
    first, second = LISTED.split("\n")
    page.get_by_label("The lines of the zone").fill(f"{first}\n{second[:3]}{second[4]}{second[3]}{second[5:]}".lower())
    expect(page.locator(".against")).to_contain_text("Document number")
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Document number"))
    expect(row.locator(".digit.failed")).to_be_visible()
    swapped = page.locator(".against li").filter(has_text="swapped")
    swapped.get_by_role("button", name="Try it").first.click()
    expect(page.locator(".checked-word.sound")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Nationality")).to_contain_text("Iraq")
    page.get_by_label("Characters of the field").fill("520727")  # Doc 9303 part 3, appendix A
    expect(page.locator(".one-digit")).to_have_text("3")
    assert "TARIFI" not in page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, location.href])")
    page.reload()
    expect(page.get_by_label("The lines of the zone")).to_have_value("")
