"""The console in a real browser against a real service: an officer's night shift."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import cv2
import httpx
import pytest
from playwright.sync_api import Route, expect

from ocr.layout import MrzFormat
from ocr.tesseract import MODEL
from ocr.training.fonts import MissingFontError
from ocr.training.generate import generate_document
from officer import LISTED, OVERSTAYER, Officer, passport
from service_process import ServiceProcess

pytestmark = pytest.mark.browser
expect.set_options(timeout=15_000)  # a test machine may be busy
INSPECTIONS = "**/v1/inspections"


# As unlike as names and birthdays can be: nobody here is to be taken for anybody else.
NAMES = (
    "MEHRDADI ARASH,KOHANSAL BITA,ZOLGHADR PEYMAN,TUTUNCHI GHAZAL,FIROUZBAKHT OMID,DASTYAR HUMAN,VAZIRZADEH LADAN,"
    "SHAHBAZPOUR CYRUS,NEKOUEI TINA,ROKNABADI JAMSHID,BEHBAHANCHI MINOO,YEKTAMARD SOROUSH,GOLCHEHREH AFSANEH,"
    "POURFATHI KASRA,EBTEKARIAN NILOUFAR,SHIRVANCHI PARISA,DARVAZEHBAN KIANOUSH,"
    "WAQQASIFAR YALDA"
).split(",")


def traveller(number: int) -> str:
    """The passport of somebody whom nothing is known of."""
    primary, secondary = NAMES[number].split()
    born = f"{60 + 2 * number:02}{1 + number % 12:02}{1 + number:02}"
    return passport(
        primary, secondary, "IRN", f"{chr(65 + number)}{(number + 3) * 7654321 % 10**8:08}", born, "M", "330901"
    )


def number_of(zone: str) -> str:
    return zone.split("\n")[1][:9].rstrip("<")


def movements_of(client: httpx.Client, zone: str) -> list[dict[str, Any]]:
    found = client.get("/v1/movements", params={"document_number": number_of(zone)}).json()["items"]
    assert isinstance(found, list)
    return found


# The flow


def test_a_clean_traveller_takes_a_swipe_and_two_keys(officer: Officer, client: httpx.Client) -> None:
    expect(officer.page.locator(".demo")).to_be_visible()
    officer.swipe(traveller(1))
    officer.expect_verdict("CLEAR")
    officer.decide("F8", "admitted")
    officer.page.keyboard.press("Enter")
    officer.expect_ready()
    (line,) = movements_of(client, traveller(1))
    assert (line["crossing_point"], line["direction"], line["decision"]) == ("IQ-ZUR", "entry", "admitted")


def test_the_next_swipe_after_a_decision_is_the_next_traveller(officer: Officer) -> None:
    for number, key, outcome in ((2, "F8", "admitted"), (3, "F9", "referred")):
        officer.swipe(traveller(number))
        officer.expect_verdict("CLEAR")
        expect(officer.page.locator(".who-crosses")).to_contain_text(number_of(traveller(number)))
        officer.decide(key, outcome)


def test_a_traveller_not_decided_on_is_never_pushed_aside(officer: Officer) -> None:
    officer.swipe(traveller(4))
    officer.expect_verdict("CLEAR")
    officer.swipe(traveller(5))
    expect(officer.page.locator(".notice-line")).to_contain_text("Decide on this traveller first")
    expect(officer.page.locator(".who-crosses")).to_contain_text(number_of(traveller(4)))
    officer.page.keyboard.press("Escape")
    officer.expect_verdict("CLEAR")  # asked once more, because no decision is recorded
    officer.page.keyboard.press("Escape")
    officer.expect_ready()


def test_a_referral_shows_its_reasons_and_a_refusal_is_coded(officer: Officer, client: httpx.Client) -> None:
    officer.swipe(LISTED)
    officer.expect_verdict("REFER")
    expect(officer.page.locator(".second-line")).to_be_visible()
    finding = officer.page.locator(".finding-alert")
    expect(finding.locator(".rule")).to_have_text("W2")
    expect(finding.locator(".evidence tbody tr").first).to_contain_text("Sarmad Jawhar al-Tarifi")
    expect(finding.locator(".rebut li").first).not_to_be_empty()
    for key in ("F10", "h"):
        officer.page.keyboard.press(key)
    officer.decide("Enter", "refused")
    inspection = client.get(f"/v1/inspections/{movements_of(client, LISTED)[0]['id']}").json()
    assert [(d["outcome"], d["reason_code"]) for d in inspection["decisions"]] == [("refused", "H")]


def test_a_decision_can_be_changed(officer: Officer, client: httpx.Client) -> None:
    officer.swipe(traveller(6))
    officer.expect_verdict("CLEAR")
    officer.decide("F8", "admitted")
    officer.page.get_by_role("button", name="Change the decision").click()
    officer.decide("F9", "referred")
    assert movements_of(client, traveller(6))[0]["decision"] == "referred"


# How documents come in


def test_a_swipe_into_a_field_leaves_the_field_as_it_was(officer: Officer, client: httpx.Client) -> None:
    page = officer.page
    page.keyboard.press("F2")
    page.locator("#native_name").fill("آرش")
    page.locator("#phone").fill("0770")
    officer.swipe(traveller(7))
    expect(page.get_by_role("button", name="Inspect")).to_be_visible()  # the details are open: it waits
    expect(page.locator("#phone")).to_have_value("0770")
    page.get_by_role("button", name="Inspect").click()
    officer.expect_verdict("CLEAR")
    assert movements_of(client, traveller(7))[0]["traveller"]["native_name"] == "آرش"


def test_a_swipe_is_read_whatever_the_layout_of_the_keyboard(officer: Officer) -> None:
    """With an Arabic layout a wedge's key N types ى; the keys' places tell what was meant."""
    officer.page.evaluate(
        """(zone) => {
            const always = { bubbles: true, cancelable: true };
            const press = (key, code, shiftKey = false) =>
                document.body.dispatchEvent(new KeyboardEvent("keydown", { key, code, shiftKey, ...always }));
            for (const character of zone) {
                if (character === "\\n") press("Enter", "Enter");
                else if (character === "<") press(",", "Comma", true);
                else if (/\\d/.test(character)) press("٠١٢٣٤٥٦٧٨٩"[character], `Digit${character}`);
                else press("ش", `Key${character}`, true);
            }
            press("Enter", "Enter");
        }""",
        traveller(8),
    )
    officer.expect_verdict("CLEAR")
    expect(officer.page.locator(".who-crosses")).to_contain_text(number_of(traveller(8)))


def test_lines_with_a_wrong_check_digit_wait_for_the_officer(officer: Officer, client: httpx.Client) -> None:
    right = traveller(9)
    wrong = right.replace(right.split("\n")[1][13:19], "710101")
    officer.swipe(wrong)
    expect(officer.page.locator(".obstacles")).to_contain_text("Date of birth")
    officer.page.locator(".zone-text").nth(1).fill(right.split("\n")[1])
    officer.confirm()
    officer.expect_verdict("CLEAR")
    assert movements_of(client, right)[0]["traveller"]["date_of_birth"] == "1978-10-10"


def test_a_doubtful_reading_shows_where_to_look(officer: Officer) -> None:
    def doubt(route: Route) -> None:
        answer = route.fetch()
        reading = answer.json()
        reading["accepted"] = False
        reading["confidences"][0][8] = 0.6
        reading["repairs"] = [
            {"line": 2, "position": 3, "raw": "O", "repaired": "7", "confidence": 0.4, "reason": "check_digit"}
        ]
        reading["obstacles"] = [{"code": "name_doubtful", "field": "name", "params": {"line": 1, "position": 9}}]
        route.fulfill(response=answer, json=reading)

    officer.page.route("**/v1/mrz", doubt, times=1)
    officer.swipe(traveller(10))
    page = officer.page
    expect(page.locator(".obstacles")).to_have_text("The name is doubtful.")
    expect(page.locator(".zone-line").nth(0).locator(".doubtful")).to_have_text(traveller(10)[8])
    expect(page.locator(".repairs li")).to_contain_text("a check digit demands it")
    expect(page.locator(".zone-text").nth(0)).to_be_focused()
    officer.confirm()
    officer.expect_verdict("CLEAR")


def test_an_image_is_read_and_shown_beside_its_lines(officer: Officer) -> None:
    if not MODEL.exists():
        pytest.skip("the reader's model is not here")
    try:
        made = generate_document(seed=1, condition="clean", doc_type=MrzFormat.TD3)
    except MissingFontError as missing:
        pytest.skip(str(missing))
    image = cv2.imencode(".png", made.image)[1].tobytes()
    officer.page.locator("#image").set_input_files({"name": "page.png", "mimeType": "image/png", "buffer": image})
    expect(officer.page.locator(".strip img")).to_be_visible()
    lines = officer.page.locator(".zone-text")
    assert [line.input_value() for line in lines.all()] == list(made.mrz_lines)


@pytest.mark.parametrize("way", ["paste", "drop"])
def test_an_image_may_be_pasted_or_dropped(officer: Officer, way: str) -> None:
    def nothing_found(route: Route) -> None:
        assert b'filename="page.png"' in (route.request.post_data_buffer or b"")
        reading = {name: [] for name in ("check_digits", "confidences", "repairs", "boxes")}
        obstacles = [{"code": "no_zone", "field": None, "params": {}}]
        nothing = dict.fromkeys(("format", "lines", "fields", "crop_png"))
        more = {"id": str(uuid4()), "valid": False, "accepted": False, "elapsed_ms": 1, "obstacles": obstacles}
        route.fulfill(status=201, json=reading | nothing | more)

    officer.page.route("**/v1/mrz", nothing_found)
    officer.page.evaluate(
        """(way) => {
            const carried = new DataTransfer();
            carried.items.add(new File(["an image"], "page.png", { type: "image/png" }));
            const about = { bubbles: true, cancelable: true, clipboardData: carried, dataTransfer: carried };
            const event = way === "paste" ? new ClipboardEvent("paste", about) : new DragEvent("drop", about);
            document.body.dispatchEvent(event);
        }""",
        way,
    )
    expect(officer.page.locator(".obstacles")).to_contain_text("No machine-readable lines")
    officer.page.keyboard.press("Escape")
    officer.expect_ready()


def test_a_document_without_a_zone_is_typed(officer: Officer, client: httpx.Client) -> None:
    page = officer.page
    page.get_by_role("button", name="No readable zone").click()
    fields = {
        "primary_identifier": "kohandel",
        "secondary_identifier": "parisa",
        "document_number": "h5512",
        "issuing_state": "irn",
        "nationality": "irn",
        "date_of_birth": "1991-xx-xx",
    }
    for name, value in fields.items():
        page.locator(f"#typed-{name}").fill(value)
    refusal = {"type": "urn:mabar:problem:invalid-request", "title": "", "status": 422, "detail": "no such day"}
    page.route(INSPECTIONS, lambda route: route.fulfill(status=422, json=refusal), times=1)
    page.keyboard.press("Enter")
    expect(page.locator(".trouble")).to_contain_text("no such day")
    officer.complaints.clear()  # the browser notes the answer 422 of itself
    expect(page.locator("#typed-document_number")).to_have_value("h5512")  # everything is still there
    page.locator("#typed-nationality").press("Enter")
    officer.expect_verdict("CLEAR")
    (line,) = client.get("/v1/movements", params={"document_number": "H5512"}).json()["items"]
    assert (line["traveller"]["primary_identifier"], line["traveller"]["date_of_birth"]) == ("KOHANDEL", "1991-XX-XX")


def test_a_refused_image_says_why_in_place(officer: Officer) -> None:
    officer.page.locator("#image").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": b"no image"})
    expect(officer.page.locator(".trouble")).to_contain_text("JPEG or PNG")
    officer.complaints.clear()  # the browser notes the answer 415 of itself


# What goes wrong at two in the morning


def test_a_lost_answer_is_never_a_second_movement(officer: Officer, client: httpx.Client) -> None:
    sent: list[str] = []

    def lose(route: Route) -> None:
        sent.append(route.request.post_data_json["id"])
        route.fetch()
        route.abort()

    officer.page.route(INSPECTIONS, lose, times=1)
    officer.swipe(traveller(11))
    expect(officer.page.locator(".trouble")).to_contain_text("does not answer")
    officer.page.get_by_role("button", name="Try again").click()
    officer.expect_verdict("CLEAR")
    assert [line["id"] for line in movements_of(client, traveller(11))] == sent
    officer.complaints.clear()  # the browser notes the lost answer of itself


def test_a_reload_loses_neither_the_traveller_nor_the_station(officer: Officer) -> None:
    officer.swipe(traveller(12))
    officer.expect_verdict("CLEAR")
    officer.page.reload()
    officer.expect_verdict("CLEAR")
    officer.decide("F8", "admitted")
    officer.page.keyboard.press("Enter")
    officer.expect_ready()
    expect(officer.page.locator("#post")).to_have_value("IQ-ZUR")


def test_after_a_session_has_ended_the_case_goes_on(officer: Officer) -> None:
    officer.swipe(traveller(13))
    officer.expect_verdict("CLEAR")
    officer.context.clear_cookies()
    officer.page.keyboard.down("F8")
    expect(officer.page.locator(".dialog")).to_contain_text("Your session has ended")
    officer.page.keyboard.up("F8")
    officer.sign_in_again()
    officer.expect_decision("admitted")
    officer.complaints.clear()  # the browser notes the answer 401 of itself


def test_a_wrong_password_is_refused_in_place(open_window: Callable[..., Officer]) -> None:
    officer = open_window()
    officer.page.locator("#username").fill("demo")
    officer.page.locator("#password").fill("not the password")
    officer.page.keyboard.press("Enter")
    expect(officer.page.locator(".trouble")).to_contain_text("do not go together")
    officer.complaints.clear()  # the browser notes the answer 401 of itself


def test_nobody_at_the_desk_for_long_and_the_case_waits_behind_a_lock(
    open_window: Callable[..., Officer], client: httpx.Client
) -> None:
    officer = open_window()
    officer.page.clock.install()
    officer.page.reload()
    officer.sign_in()
    officer.stand("IQ-ZUR", "entry")
    officer.swipe(traveller(15))
    officer.expect_verdict("CLEAR")
    officer.page.clock.fast_forward((client.get("/v1/session").json()["idle_minutes"] + 1) * 60_000)
    expect(officer.page.locator(".dialog")).to_contain_text("The session is locked")
    officer.page.locator("#password").focus()
    officer.swipe(traveller(1))
    expect(officer.page.locator(".dialog")).to_contain_text("was scanned, and not taken")
    expect(officer.page.locator("#password")).to_have_value("")  # a traveller's data are no password to try
    officer.page.wait_for_timeout(200)  # an Enter right after it would still be the reader's
    officer.sign_in_again()
    expect(officer.page.locator(".dialog")).to_have_count(0)
    officer.expect_verdict("CLEAR")


def test_a_document_scanned_while_nobody_is_signed_in_is_no_password(open_window: Callable[..., Officer]) -> None:
    officer = open_window()
    officer.page.locator("#password").fill("begun")
    officer.page.locator("#password").focus()
    officer.swipe(traveller(2))
    expect(officer.page.get_by_text("was scanned, and not taken")).to_be_visible()
    expect(officer.page.locator("#password")).to_have_value("begun")


def test_after_a_zone_that_was_cut_off_enter_is_the_officer_s_again(open_window: Callable[..., Officer]) -> None:
    """However often it is pressed: each time it was taken to be the reader's, and waited for the rest anew."""
    officer = open_window()
    officer.page.locator("#password").focus()
    officer.swipe(traveller(2).split("\n")[0])
    officer.enter_password()
    for _ in range(4):
        officer.page.wait_for_timeout(600)
        officer.page.keyboard.press("Enter")
    expect(officer.page.locator("header.shell")).to_be_visible()


def test_what_is_left_of_a_zone_that_was_cut_off_is_no_part_of_the_next(officer: Officer) -> None:
    zone = traveller(17)
    officer.page.keyboard.type(zone.split("\n")[0])  # the reader stopped here
    officer.swipe(zone)
    expect(officer.page.locator(".reading-actions")).to_be_visible()
    officer.page.keyboard.press("Escape")
    officer.swipe(zone)
    officer.expect_verdict("CLEAR")


def test_a_document_scanned_into_an_open_window_is_told_and_not_taken(officer: Officer) -> None:
    officer.page.keyboard.press("F1")
    expect(officer.page.get_by_role("dialog")).to_be_visible()
    officer.swipe(traveller(16))
    officer.page.keyboard.press("Escape")
    expect(officer.page.get_by_text("was not taken. Scan it again")).to_be_visible()
    officer.swipe(traveller(16))
    officer.expect_verdict("CLEAR")


def test_a_passkey_is_registered_asked_for_and_removed(
    open_window: Callable[..., Officer], service: ServiceProcess
) -> None:
    officer = open_window()
    officer.base = service.base.replace("127.0.0.1", "localhost")  # browsers bind passkeys to names, not to numbers
    officer.page.goto(officer.base)
    officer.plug_in_a_key()
    officer.sign_in()
    officer.page.goto(f"{officer.base}/account")
    officer.page.locator("#passkey-name").fill("my ring")
    officer.page.get_by_role("button", name="Register a passkey").click()
    expect(officer.page.get_by_role("row", name="my ring")).to_be_visible()
    officer.page.get_by_role("button", name="Sign out").click()
    officer.enter_password()
    officer.page.get_by_role("button", name="Use a passkey").click()
    officer.page.locator("a.who").click()
    officer.page.get_by_role("row", name="my ring").get_by_role("button").click()
    expect(officer.page.get_by_text("None registered")).to_be_visible()


def test_a_demonstration_says_so_before_anybody_signs_in(open_window: Callable[..., Officer]) -> None:
    officer = open_window()
    for language, words in (("en", "made up"), ("ar", "عرض"), ("ckb", "پیشاندان")):
        officer.speak(language)
        expect(officer.page.locator(".demo")).to_contain_text(words)


def test_signing_out_leaves_nothing_behind(open_window: Callable[..., Officer]) -> None:
    officer = open_window()
    officer.sign_in()
    officer.stand("IQ-ZUR", "entry")
    officer.swipe(traveller(14))
    officer.expect_verdict("CLEAR")
    officer.page.get_by_role("button", name="Sign out").click()
    expect(officer.page.locator("#password")).to_be_visible()
    assert officer.page.evaluate("sessionStorage.getItem('mabar.cases')") is None


# Languages, log, lists


@pytest.mark.parametrize("language", ["ar", "ckb"])
def test_another_language_turns_the_page_and_keeps_the_case(officer: Officer, language: str) -> None:
    page = officer.page
    officer.stand("IQ-ZUR", "exit")
    officer.swipe(OVERSTAYER)
    officer.expect_verdict("REFER")
    english = page.locator(".finding-text").first.inner_text()
    officer.speak(language)
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    officer.expect_verdict("REFER")
    expect(page.locator(".finding-text").first).not_to_have_text(english)
    left_of = "name => document.querySelector(name)?.getBoundingClientRect().x ?? NaN"
    page.wait_for_function(f"() => ({left_of})('.lamp-CLEAR') > ({left_of})('.lamp-REFER')")  # mirrored
    assert page.locator(".zone-text").first.evaluate("element => getComputedStyle(element).direction") == "ltr"
    officer.decide("F9", "referred")


def test_the_log_filters_in_the_address_and_offers_files(officer: Officer) -> None:
    page = officer.page
    page.get_by_role("link", name="Movements").click()
    page.locator("#f-nationality").fill("tur")
    page.get_by_role("button", name="Filter").click()
    expect(page).to_have_url(re.compile(r"/movements/?\?nationality=TUR$"))
    expect(page.locator("#f-nationality")).to_have_value("TUR")
    nationalities = page.locator("tbody tr td:nth-child(5)")
    expect(nationalities.first).to_have_text("TUR")
    assert set(nationalities.all_inner_texts()) == {"TUR"}
    with page.expect_download() as download:
        page.locator("a[download='movements.csv']").click()
    header, *lines = download.value.path().read_text("utf-8").splitlines()
    assert header.startswith("id,seq,crossing_point")
    assert len(lines) == nationalities.count()


def test_the_log_pages_without_gap_or_overlap(officer: Officer, client: httpx.Client) -> None:
    page = officer.page
    page.goto(f"{officer.base}/movements?direction=exit")
    shown: list[str] = []
    while True:
        expect(page.locator(".log-place")).not_to_have_attribute("aria-busy", "true")
        shown += page.locator("tbody tr").all_inner_texts()
        older = page.get_by_role("link", name="Older")
        if not older.count():
            break
        with page.expect_response("**/v1/movements?**cursor**"):
            older.click()
    known = client.get("/v1/movements", params={"direction": "exit", "limit": 500}).json()["items"]
    assert len(shown) == len(known)


def test_a_movement_opens_with_its_reasons(officer: Officer) -> None:
    page = officer.page
    page.goto(f"{officer.base}/movements?rule=W2")
    page.get_by_role("button", name="Open").first.click()
    expect(page.locator(".dialog .finding-alert .evidence")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".dialog")).to_have_count(0)


def test_the_lists_in_force_are_shown_and_what_became_of_their_hits(officer: Officer) -> None:
    def found(route: Route) -> None:
        of = "entries" if "demo-watchlist" in route.request.url else "lists"
        figure = {"list": "demo-watchlist", "entry_id": "Q7" if of == "entries" else None, "hits": 9, "confirmed": 1}
        more = {"cleared": 6, "undecided": 1, "waiting": 0, "withdrawn": 1, "median_seconds": 5430}
        route.fulfill(json=[figure | more])

    page = officer.page
    page.route("**/figures", found)
    page.get_by_role("link", name="Lists", exact=True).click()
    expect(page.get_by_role("rowheader", name="demo-watchlist")).to_be_visible()
    page.get_by_role("link", name="What became of the hits").click()
    expect(page.locator(".figures tbody td").last).to_have_text("1:31")
    page.locator(".figures").get_by_role("link", name="demo-watchlist").click()
    expect(page.locator(".figures tbody th")).to_have_text("Q7")
    expect(page.locator(".figures tbody td", has_text="75 %")).to_be_visible()
    page.get_by_role("link", name="All lists").click()
    expect(page.locator(".figures tbody th")).to_have_text("demo-watchlist")


def test_days_of_stay_are_counted_from_what_is_typed(officer: Officer) -> None:
    page = officer.page
    page.get_by_role("link", name="Days of stay").click()
    page.get_by_label("On this day").fill("2026-04-10")
    page.get_by_label("First day").first.fill("2025-09-23")
    page.get_by_label("Last day").first.fill("2025-11-02")  # 21 of its days lie in the 180 that end on 10 April
    page.get_by_label("Days allowed").fill("90")
    page.get_by_label("Window in days").fill("180")
    page.get_by_role("button", name="Count").click()
    expect(page.locator(".stay-figures dd").nth(0)).to_have_text("22")  # with the day itself
    expect(page.locator(".stay-figures dd").nth(1)).to_have_text("68")
    page.get_by_role("button", name="One more").nth(1).click()
    page.get_by_label("First day").last.fill("2026-04-01")
    page.get_by_role("button", name="Count").click()
    expect(page.locator(".stay-answer")).to_contain_text("no limit holds")
    page.get_by_label("Window in days").fill("")
    page.get_by_role("button", name="Count").click()
    expect(page.locator(".trouble")).to_be_visible()
    officer.complaints.clear()  # the browser notes the answer 422 of itself


# Room


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1920, 1080)])
def test_verdict_and_decision_fit_the_screen(
    open_window: Callable[..., Officer], session: Any, width: int, height: int
) -> None:
    officer = open_window(viewport={"width": width, "height": height}, storage_state=session)
    officer.stand("IQ-ZUR", "exit")
    officer.swipe(LISTED)
    officer.expect_verdict("REFER")
    for part in (".lamp-REFER", ".decide-refused", ".zone", ".details summary"):
        box = officer.page.locator(part).bounding_box()
        assert box and box["y"] >= 0 and box["y"] + box["height"] <= height, part
    assert officer.page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    officer.decide("F9", "referred")
