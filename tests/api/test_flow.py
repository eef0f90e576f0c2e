"""The officer's flow at a running service: read, inspect, decide, look, import; and everything bad that comes in."""

from __future__ import annotations

import base64
import csv
import io
import json
import struct
import tempfile
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import cv2
import httpx
import numpy as np
import pytest

from ocr.mrz import MrzFormat, render
from service_process import copy_data, running

PROBLEM = "application/problem+json"
DOCUMENTS = Path(__file__).parent.parent / "documents"


@pytest.fixture(scope="module")
def desk(demonstration: Path) -> Iterator[httpx.Client]:
    """A signed-in client of a service that runs as `make run` starts it."""
    folder = tempfile.TemporaryDirectory(prefix="mabar-flow-")
    with folder as path, running(copy_data(demonstration, Path(path) / "data")) as service, service.client() as client:
        yield client


def _zone(number: str, **changes: str) -> str:
    fields = {
        "document_code": "P",
        "issuing_state": "IRN",
        "document_number": number,
        "nationality": "IRN",
        "date_of_birth": "910419",
        "sex": "F",
        "date_of_expiry": "310831",
        "primary_identifier": "KOHANDEL",
        "secondary_identifier": "PARISA",
    }
    return "\n".join(render(MrzFormat.TD3, **{**fields, **changes}))  # type: ignore[arg-type]


def _asked(number: str = "", **changes: Any) -> dict[str, Any]:
    asked = {
        "id": str(uuid4()),
        "crossing_point": "IQ-SHL",
        "direction": "entry",
        "occurred_at": datetime.now(UTC).isoformat(),
        "mrz": _zone(number or _number(), primary_identifier=_word(), secondary_identifier=_word()),
    }
    return {name: value for name, value in {**asked, **changes}.items() if value is not None}


def _word() -> str:
    """A name that nobody else in the log has."""
    return "".join("BDFGKLMNRS"[int(digit)] + "AEIOUAEIOU"[int(digit)] for digit in str(uuid4().int)[:6])


def _number() -> str:
    return f"K{uuid4().int % 10**8:08d}"


def _log(desk: httpx.Client, **wanted: str) -> list[dict[str, Any]]:
    lines = desk.get("/v1/movements/export", params={"format": "ndjson", **wanted}).text.splitlines()
    return [json.loads(line) for line in lines]


# --- the main job


def test_a_swiped_zone_becomes_a_recorded_movement_and_a_decision(desk: httpx.Client) -> None:
    reading = desk.post("/v1/mrz", json={"mrz": _zone("K52210999"), "crossing_point": "IQ-SHL"})
    assert reading.status_code == 201
    assert reading.json()["accepted"] is True
    assert reading.json()["fields"]["date_of_birth"] == "1991-04-19"
    assert reading.json()["chance"] is None
    made = desk.post("/v1/inspections", json=_asked(mrz=None, reading_id=reading.json()["id"]))
    assert made.status_code == 201
    assert made.json()["verdict"] == "CLEAR"
    assert made.json()["document"]["document_number"] == "K52210999"
    decision = {"id": str(uuid4()), "outcome": "admitted"}
    path = f"/v1/inspections/{made.json()['id']}"
    assert desk.post(f"{path}/decision", json=decision).status_code == 201
    assert [one["outcome"] for one in desk.get(path).json()["decisions"]] == ["admitted"]
    assert [line["decision"] for line in _log(desk, document_number="K52210999")] == ["admitted"]


@pytest.mark.parametrize("document", sorted(DOCUMENTS.glob("*.jpg")), ids=lambda path: path.stem)
def test_a_picture_becomes_a_recorded_movement(desk: httpx.Client, document: Path) -> None:
    answer = desk.post("/v1/mrz", files={"image": (document.name, document.read_bytes())})
    assert answer.status_code == 201, answer.text
    reading = answer.json()
    assert "\n".join(reading["lines"]) == document.with_suffix(".txt").read_text().strip()
    assert all(check["valid"] for check in reading["check_digits"])
    assert 0 < reading["chance"] < 0.5
    crop = cv2.imdecode(np.frombuffer(base64.b64decode(reading["crop_png"]), np.uint8), cv2.IMREAD_GRAYSCALE)
    for line, confidences, boxes in zip(reading["lines"], reading["confidences"], reading["boxes"], strict=True):
        assert len(line) == len(confidences) == len(boxes)
        assert all(
            left < right <= crop.shape[1] and top < bottom <= crop.shape[0] for left, top, right, bottom in boxes
        )
    handed = {"reading_id": reading["id"], "mrz": None if reading["accepted"] else "\n".join(reading["lines"])}
    made = desk.post("/v1/inspections", json=_asked(**handed))
    assert made.status_code == 201, made.text
    assert made.json()["document"]["document_number"] == reading["fields"]["document_number"]


def test_a_picture_without_a_zone_is_no_error(desk: httpx.Client) -> None:
    reading = desk.post("/v1/mrz", files={"image": ("wall.jpg", _jpeg())}).json()
    assert (reading["lines"], reading["accepted"]) == (None, False)
    assert [obstacle["code"] for obstacle in reading["obstacles"]] == ["no_zone"]


def test_frames_of_one_document_are_read_together(desk: httpx.Client) -> None:
    document = next(iter(sorted(DOCUMENTS.glob("*.jpg"))))
    frames = [_jpeg(), document.read_bytes(), b"no image"]
    reading = desk.post("/v1/mrz", files=[("image", ("frame.jpg", frame)) for frame in frames]).json()
    assert "\n".join(reading["lines"]) == document.with_suffix(".txt").read_text().strip()
    assert reading["frames"] == ["no_zone", "used", "refused"]


def test_more_frames_than_are_read_together_are_refused(desk: httpx.Client) -> None:
    answer = desk.post("/v1/mrz", files=[("image", ("frame.jpg", _jpeg()))] * 11)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:mabar:problem:too-many-frames")
    assert "at most 10" in answer.json()["detail"]


def test_frames_may_be_larger_than_other_bodies_and_are_bounded(desk: httpx.Client) -> None:
    files = [("image", ("frame.jpg", bytes(6_000_000)))]
    assert desk.post("/v1/mrz", files=files * 2).json()["type"] == "urn:mabar:problem:not-an-image"
    assert desk.post("/v1/mrz", files=files * 7).status_code == 413


def test_a_listed_traveller_is_referred_with_reasons_in_the_asked_language(desk: httpx.Client) -> None:
    zone = _zone("A19927730", issuing_state="IRQ", nationality="IRQ", date_of_birth="790314", sex="M",
                 primary_identifier="AL TARIFI", secondary_identifier="SARMAD JAWHAR")  # fmt: skip
    asked = _asked(mrz=zone, crossing_point="IQ-SFW", direction="entry")
    english = desk.post("/v1/inspections", json=asked).json()
    arabic = desk.post("/v1/inspections", json=asked, headers={"Accept-Language": "ar-IQ, en;q=0.5"}).json()
    assert english["verdict"] == arabic["verdict"] == "REFER"
    (hit,) = [finding for finding in english["findings"] if finding["rule"] == "W2"]
    assert {row["field"] for row in hit["params"]["explanation"]} >= {"name", "date_of_birth", "nationality"}
    assert hit["rebuttal_texts"]
    told = {finding["rule"]: finding["text"] for finding in arabic["findings"]}
    assert any("؀" <= letter <= "ۿ" for letter in told["W2"])


def test_a_second_entry_is_irregular_and_says_what_would_rebut_it(desk: httpx.Client) -> None:
    asked = _asked()
    assert desk.post("/v1/inspections", json=asked).json()["verdict"] == "CLEAR"
    again = desk.post("/v1/inspections", json={**asked, "id": str(uuid4())}).json()
    assert again["verdict"] == "REFER"
    (finding,) = [finding for finding in again["findings"] if finding["rule"] == "M2"]
    assert asked["id"] in finding["evidence"]
    assert finding["rebuttable_by"]
    assert again["id"] in [line["id"] for line in _log(desk, rule="M2")]


def test_an_overstay_is_found_on_leaving(desk: httpx.Client) -> None:
    zone = _zone("K52210487", date_of_birth="870419", sex="M", primary_identifier="SARVESTANIFAR",
                 secondary_identifier="NIMA")  # fmt: skip
    made = desk.post("/v1/inspections", json=_asked(mrz=zone, direction="exit")).json()
    assert made["verdict"] == "REFER"
    assert {finding["rule"] for finding in made["findings"]} & {"E1", "E2"}


def test_a_child_alone_gives_the_neutral_cue_and_keeps_the_verdict(desk: httpx.Client) -> None:
    zone = _zone(_number(), date_of_birth="180511", primary_identifier=_word())
    made = desk.post("/v1/inspections", json=_asked(mrz=zone)).json()
    assert (made["verdict"], made["second_line"]) == ("CLEAR", True)
    (line,) = _log(desk, document_number=made["document"]["document_number"])
    assert line["rules"] == []


def test_a_typed_document_will_do(desk: httpx.Client) -> None:
    typed = {
        "document_code": "P",
        "issuing_state": "SYR",
        "document_number": "N012233445",
        "primary_identifier": f"AL {_word()}",
        "secondary_identifier": "RAWAN",
        "nationality": "SYR",
        "date_of_birth": "1984-XX-XX",
        "date_of_expiry": "2031-01-01",
    }
    made = desk.post("/v1/inspections", json=_asked(mrz=None, document=typed, native_name="روان"))
    assert made.status_code == 201, made.text
    assert made.json()["traveller"]["date_of_birth"] == "1984-XX-XX"
    assert made.json()["traveller"]["native_name"] == "روان"


def test_a_camera_hands_in_and_learns_nothing_but_that_it_is_recorded(desk: httpx.Client) -> None:
    issued = desk.post("/v1/device-keys", json={"name": "gate 4", "kind": "camera", "posts": ["IQ-SHL"]})
    assert issued.status_code == 201, issued.text
    key = {"Authorization": f"Bearer {issued.json()['key']}"}
    made = httpx.post(desk.base_url.join("/v1/inspections"), json=(asked := _asked()), headers=key)
    assert made.json().keys() == {"id", "seq", "recorded_at"}
    for path in (f"/v1/inspections/{asked['id']}", "/v1/movements", "/v1/watchlists"):
        assert httpx.get(desk.base_url.join(path), headers=key).status_code == 403
    elsewhere = httpx.post(desk.base_url.join("/v1/inspections"), json=_asked(crossing_point="IQ-ZUR"), headers=key)
    assert elsewhere.status_code == 403


def test_a_demonstration_lets_specimens_pass(desk: httpx.Client) -> None:
    zone = _zone(
        _number(), issuing_state="UTO", nationality="UTO", primary_identifier=_word(), secondary_identifier="A"
    )
    made = desk.post("/v1/inspections", json=_asked(mrz=zone)).json()
    assert (made["verdict"], made["findings"]) == ("CLEAR", [])


# --- the log


def test_pages_neither_skip_nor_repeat_while_movements_arrive(desk: httpx.Client) -> None:
    expected = {line["id"] for line in _log(desk)}
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = desk.get("/v1/movements", params={"limit": 7} | ({"cursor": cursor} if cursor else {})).json()
        seen += [item["id"] for item in page["items"]]
        desk.post("/v1/inspections", json=_asked())
        if not (cursor := page["next"]):
            break
    assert len(seen) == len(set(seen))
    assert set(seen) == expected


@pytest.mark.parametrize(
    ("wanted", "column", "value"),
    [
        ({"crossing_point": "IQ-SHL"}, "crossing_point", "IQ-SHL"),
        ({"direction": "exit"}, "direction", "exit"),
        ({"verdict": "REFER"}, "verdict", "REFER"),
    ],
)
def test_filters_keep_what_is_asked_for_and_nothing_else(
    desk: httpx.Client, wanted: dict[str, str], column: str, value: str
) -> None:
    whole, part = _log(desk), _log(desk, **wanted)
    assert part == [line for line in whole if line[column] == value]
    assert 0 < len(part) < len(whole)


def test_counts_add_up_to_the_log(desk: httpx.Client) -> None:
    counts = desk.get("/v1/movements/counts").json()
    whole = _log(desk)
    assert sum(count["movements"] for count in counts) == len(whole)
    assert sum(count["referred"] for count in counts) == sum(line["verdict"] == "REFER" for line in whole)


def test_the_csv_says_the_same_and_runs_no_formula(desk: httpx.Client) -> None:
    made = desk.post("/v1/inspections", json=_asked(native_name="=HYPERLINK(1)")).json()
    rows = list(csv.DictReader(io.StringIO(desk.get("/v1/movements/export").text)))
    assert len(rows) == len(_log(desk))
    (row,) = [row for row in rows if row["id"] == made["id"]]
    assert row["native_name"] == "'=HYPERLINK(1)"
    assert row["primary_identifier"] == made["traveller"]["primary_identifier"]


# --- posts and lists


def test_a_post_not_heard_turns_a_gap_into_a_notice_that_names_it(desk: httpx.Client) -> None:
    asked = _asked(direction="exit")
    heard = (datetime.now(UTC) - timedelta(hours=3)).isoformat()
    assert desk.put("/v1/crossing-points/IQ-MND/watermark", json={"heard_until": heard}).status_code == 200
    try:
        made = desk.post("/v1/inspections", json=asked).json()
    finally:
        desk.put("/v1/crossing-points/IQ-MND/watermark", json={"heard_until": None})
    (finding,) = [finding for finding in made["findings"] if finding["rule"] == "M1"]
    assert (finding["severity"], finding["stale_posts"], made["verdict"]) == ("notice", ["IQ-MND"], "CLEAR")


def _ftm(*people: tuple[str, str, str]) -> bytes:
    return "".join(
        json.dumps({"id": key, "schema": "Person", "properties": {"name": [name], "birthDate": [born]}}) + "\n"
        for key, name, born in people
    ).encode()


def _put(desk: httpx.Client, name: str, body: bytes, format: str = "ftm", **more: str) -> httpx.Response:
    return desk.put(f"/v1/watchlists/{name}", params={"format": format, **more}, content=body)


def test_an_import_is_screened_against_at_once_and_reports_what_changed(desk: httpx.Client) -> None:
    word = _word()
    people = [(f"x{n}", f"Behnam {word} {_word()}", "1970-02-03") for n in range(4)]
    first = _put(desk, "flow", _ftm(*people, ("x1", "Again", "1990-01-01"))).json()
    assert (first["version"], first["added"], len(first["skipped"])) == (1, 4, 1)
    asked = {"name": people[0][1], "date_of_birth": "1970-02-03", "purpose": "test"}
    assert [hit["entry_id"] for hit in desk.post("/v1/screenings", json=asked).json()["hits"]][:1] == ["x0"]
    second = _put(desk, "flow", _ftm((*people[0][:2], "1970-02-04"), *people[1:3], ("x9", "New", "1999-09-09"))).json()
    counts = {name: second[name] for name in ("added", "changed", "removed", "unchanged")}
    assert counts == {"added": 1, "changed": 1, "removed": 1, "unchanged": 2}
    assert {one["name"]: one["version"] for one in desk.get("/v1/watchlists").json()}["flow"] == 2


def test_lost_documents_come_as_csv_with_a_mapping(desk: httpx.Client) -> None:
    mapping = {
        "list": "Lost and stolen documents",
        "kind": "document",
        "columns": {"id": "ref", "document_number": "number", "issuing_state": "state"},
    }
    body = b"ref,number,state\nl1,L40028117,JOR\n"
    assert _put(desk, "lost", body, "csv_mapping", mapping=json.dumps(mapping)).json()["added"] == 1
    zone = _zone("L40028117", issuing_state="JOR", nationality="JOR", primary_identifier=f"AL {_word()}")
    made = desk.post("/v1/inspections", json=_asked(mrz=zone)).json()
    assert made["verdict"] == "REFER", made
    assert "W1" in {finding["rule"] for finding in made["findings"]}


def test_an_import_that_would_strike_most_of_a_list_waits_for_a_person(desk: httpx.Client) -> None:
    people = [(f"y{n}", f"Kamran {_word()}", "1970-02-03") for n in range(10)]
    assert _put(desk, "struck", _ftm(*people)).status_code == 200
    refused = _put(desk, "struck", _ftm(*people[:3]))
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:mabar:problem:suspicious-import")
    assert {one["name"]: one["entries"] for one in desk.get("/v1/watchlists").json()}["struck"] == 10
    assert _put(desk, "struck", _ftm(*people[:3]), confirmed="true").json()["removed"] == 7


# --- bad input: a clear problem, nothing recorded, the service alive


def _png(width: int, height: int) -> bytes:
    """A PNG whose header promises that many pixels, all black: small as a file, huge as pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    row = zlib.compress(bytes(1 + (width + 7) // 8) * height, 9)
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", row) + chunk(b"IEND", b"")


def _jpeg() -> bytes:
    noise = np.random.default_rng(1).integers(0, 255, (400, 600), np.uint8)
    return cv2.imencode(".jpg", noise)[1].tobytes()


@pytest.mark.parametrize(
    ("image", "status", "slug"),
    [
        (b"GIF89a" + bytes(100), 415, "not-an-image"),
        (b"", 415, "not-an-image"),
        (b"<html>", 415, "not-an-image"),
        (_png(30_000, 30_000), 413, "image-too-large"),
        (_jpeg()[:-4000], 422, "image-refused"),
    ],
    ids=["another format", "empty", "web page", "bomb", "cut"],
)
def test_a_bad_image_is_a_problem(desk: httpx.Client, image: bytes, status: int, slug: str) -> None:
    answer = desk.post("/v1/mrz", files={"image": ("scan", image)})
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:mabar:problem:{slug}")
    assert answer.headers["content-type"] == PROBLEM
    assert desk.get("/health/ready").status_code == 200


def test_an_empty_multipart_is_a_problem(desk: httpx.Client) -> None:
    answer = desk.post("/v1/mrz", data={"crossing_point": "IQ-ZUR"}, files={"other": ("scan", b"x")})
    assert (answer.status_code, answer.headers["content-type"]) == (415, PROBLEM)
    bare = desk.post("/v1/mrz", content=b"", headers={"content-type": "multipart/form-data; boundary=x"})
    assert (bare.status_code in {400, 415, 422}, bare.headers["content-type"]) == (True, PROBLEM)


@pytest.mark.parametrize(
    ("changes", "status", "slug"),
    [
        ({"mrz": "P<IRNKOHANDEL<<PARISA\nK52210"}, 422, "not-a-zone"),
        ({"crossing_point": "IQ-XXX"}, 422, "unknown-crossing-point"),
        ({"occurred_at": "2099-01-01T00:00:00Z"}, 422, "future-time"),
        ({"occurred_at": "2026-01-01T00:00:00"}, 422, "invalid-request"),
        ({"direction": "sideways"}, 422, "invalid-request"),
        ({"mrz": None}, 422, "invalid-request"),
        ({"mrz": None, "reading_id": str(uuid4())}, 404, "not-found"),
        ({"misspelt": 1}, 422, "invalid-request"),
        ({"native_name": "x" * 5000}, 422, "invalid-request"),
        ({"native_name": "a\x00b"}, 422, "invalid-request"),
    ],
)
def test_a_bad_inspection_is_a_problem_and_records_nothing(
    desk: httpx.Client, changes: dict[str, Any], status: int, slug: str
) -> None:
    before = len(_log(desk))
    asked = _asked(**changes)
    answer = desk.post("/v1/inspections", json=asked)
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:mabar:problem:{slug}")
    assert answer.headers["content-type"] == PROBLEM
    assert asked.get("mrz", "never sent")[5:11] not in answer.text
    assert len(_log(desk)) == before


def test_a_zone_with_an_impossible_date_is_read_and_flagged(desk: httpx.Client) -> None:
    reading = desk.post("/v1/mrz", json={"mrz": _zone(_number(), date_of_birth="911399")})
    assert reading.status_code == 201, reading.text
    assert "date_impossible" in [obstacle["code"] for obstacle in reading.json()["obstacles"]]
    assert reading.json()["fields"]["date_of_birth"] == "XXXX-XX-XX"


@pytest.mark.parametrize("born", ["1991-02-30", "1991-00-01", "0000-01-01", "1991-XX-32"])
def test_a_typed_date_that_no_calendar_has_is_a_problem(desk: httpx.Client, born: str) -> None:
    typed = {
        "document_code": "P",
        "issuing_state": "SYR",
        "document_number": _number(),
        "primary_identifier": _word(),
        "nationality": "SYR",
        "date_of_birth": born,
    }
    answer = desk.post("/v1/inspections", json=_asked(mrz=None, document=typed))
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:mabar:problem:invalid-request")
    assert born not in answer.text


def test_a_doubtful_reading_is_handed_in_with_the_officers_text(desk: httpx.Client) -> None:
    zone = _zone("K77000111", primary_identifier=_word(), secondary_identifier=_word())
    wrong = zone[:-1] + "0123456789"[(int(zone[-1]) + 1) % 10]
    reading = desk.post("/v1/mrz", json={"mrz": wrong}).json()
    assert reading["accepted"] is False
    assert [obstacle["code"] for obstacle in reading["obstacles"]] == ["check_digit_failed"]
    alone = desk.post("/v1/inspections", json=_asked(mrz=None, reading_id=reading["id"]))
    assert alone.json()["type"] == "urn:mabar:problem:unconfirmed-reading"
    confirmed = desk.post("/v1/inspections", json=_asked(mrz=wrong, reading_id=reading["id"])).json()
    assert {finding["rule"] for finding in confirmed["findings"]} == {"D1"}


@pytest.mark.parametrize(
    ("format", "body"),
    [
        ("un_xml", b"<!DOCTYPE html><html><body>Not found</body></html>"),
        ("un_xml", b'<?xml version="1.0"?><CONSOLIDATED_LIST><INDIVIDUALS><INDIVIDUAL><DATAID>1'),
        ("ftm", b"<html></html>"),
        ("ftm", _ftm(("z1", "Somebody", "1970-01-01"))[:-20]),
        ("ftm", b""),
        ("csv_mapping", b"a,b\n1,2\n"),
    ],
    ids=["html as xml", "cut xml", "html as lines", "cut lines", "empty", "no mapping"],
)
def test_a_bad_list_file_is_a_problem_and_changes_nothing(desk: httpx.Client, format: str, body: bytes) -> None:
    before = desk.get("/v1/watchlists").json()
    answer = _put(desk, "bad", body, format)
    assert (answer.status_code, answer.headers["content-type"]) == (422, PROBLEM)
    assert desk.get("/v1/watchlists").json() == before


def test_an_unknown_list_format_is_a_problem(desk: httpx.Client) -> None:
    assert _put(desk, "bad", b"x", "xls").json()["type"] == "urn:mabar:problem:unknown-list-format"


def test_nothing_is_answered_without_a_credential(desk: httpx.Client) -> None:
    for method, path in [("GET", "/v1/movements"), ("POST", "/v1/mrz"), ("POST", "/v1/inspections")]:
        answer = httpx.request(method, str(desk.base_url.join(path)))
        assert (answer.status_code, answer.headers["content-type"]) == (401, PROBLEM)
