"""Requests that mean harm, at the whole application: each is refused in words, and none costs much."""

from __future__ import annotations

import json
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ocr.mrz import MrzFormat, render
from service import turns
from service.access import Role
from service.freshness import bring_up_to_date
from service.policy import default_policy
from service.settings import Settings
from watchlist.index import Index

Platform = Any  # of tests/api/conftest.py, which cannot be imported
PROBLEM = "application/problem+json"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
INSPECTION = {"id": "01939c1e-7d3a-7c11-8f5e-0d8f3f1f2a01", "crossing_point": "IQ-ZUR", "direction": "entry"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Without a limit on how often one may ask, which is tested elsewhere."""
    return Settings(data_dir=tmp_path, requests_burst=100_000)


@pytest.fixture
async def officer(platform: Platform) -> dict[str, str]:
    headers: dict[str, str] = await platform.officer(*(set(Role) - {Role.PROTECTION}), username="hostile")
    return headers


# Methods


async def test_a_path_says_which_methods_it_knows(platform: Platform, officer: dict[str, str]) -> None:
    await platform.client.get("/v1/session", headers=officer)
    for path, operations in platform.app.openapi()["paths"].items():
        known = {method.upper() for method in operations}
        for method in METHODS:
            if method not in known:
                answer = await platform.client.request(method, path.replace("{", "").replace("}", ""), headers=officer)
                assert (answer.status_code, answer.headers["content-type"]) == (405, PROBLEM), (method, path)
                assert set(answer.headers["allow"].split(", ")) == known, (method, path)


async def test_a_fixed_path_is_no_name_of_a_record(platform: Platform, officer: dict[str, str]) -> None:
    assert (await platform.client.put("/v1/watchlists/figures?format=ftm", headers=officer)).status_code == 405


# Values


async def test_a_number_is_no_moment(platform: Platform, officer: dict[str, str]) -> None:
    for path in ("/v1/movements?to=", "/v1/policies/in-force?at=", "/v1/inside/counts?on="):
        for number in ("0", "0.5", "-1", "1e9", "1700000000", "99999999999999999999", "nan"):
            answer = await platform.client.get(path + number, headers=officer)
            assert (answer.status_code, answer.json()["type"]) == (422, "urn:mabar:problem:invalid-request"), path


async def test_a_zero_byte_is_no_text(platform: Platform, officer: dict[str, str]) -> None:
    for path in ("/v1/clearances?document=a%00", "/v1/clearances?%00=1", "/v1/audit/events?action=%00"):
        answer = await platform.client.get(path, headers=officer)
        assert (answer.status_code, answer.json()["type"]) == (400, "urn:mabar:problem:unreadable"), path


# Read as a whole, letter by letter, before anything is done with them.
PARSED = {"mrz", "form_number", "redress_number", "dates_of_birth", "text"}


def _open_texts(schema: dict[str, Any], shapes: dict[str, Any], name: str = "") -> set[str]:
    """The names of texts of which a shape does not say which letters they may hold."""
    if "$ref" in schema:
        return _open_texts(shapes[schema["$ref"].rpartition("/")[2]], shapes, name)
    said = {"enum", "const", "format", "pattern"} & schema.keys()
    found = {name} if schema.get("type") == "string" and not said else set()
    for key in ("anyOf", "oneOf", "allOf"):
        found |= {each for inner in schema.get(key, ()) for each in _open_texts(inner, shapes, name)}
    for field, inner in schema.get("properties", {}).items():
        found |= _open_texts(inner, shapes, field)
    return found | (_open_texts(schema["items"], shapes, name) if "items" in schema else set())


def test_every_text_of_a_body_says_which_letters_it_may_hold(platform: Platform) -> None:
    """PostgreSQL takes no zero byte; what goes into a sheet or onto paper holds no line's end."""
    document = platform.app.openapi()
    shapes = document["components"]["schemas"]
    bodies = [
        content["schema"]
        for operations in document["paths"].values()
        for operation in operations.values()
        for content in operation.get("requestBody", {}).get("content", {}).values()
        if "schema" in content
    ]
    assert len(bodies) > 40
    assert {name for body in bodies for name in _open_texts(body, shapes)} <= PARSED


async def test_a_zero_byte_in_a_body_is_refused(platform: Platform, officer: dict[str, str]) -> None:
    merge = {"old_id": "a", "new_id": "\0b", "reason": "the source says so"}
    for path, body in (
        ("/v1/watchlists/a/merges", merge),
        ("/v1/policies/compare", {"version": "\0"}),
        ("/v1/paper-forms/IQ-ZUR-000001-0/spoilt", {"reason": "torn \0 up"}),
        ("/v1/inspections", {**INSPECTION, "group_id": "\0"}),
        ("/v1/inspections", {**INSPECTION, "visa": {"jurisdiction": "\0"}}),
        ("/v1/mrz", {"mrz": "\0"}),
        ("/v1/mrz", {"mrz": "P<UTOERIKSSON<<ANNA", "crossing_point": "\0"}),
    ):
        answer = await platform.client.post(path, json=body, headers=officer)
        assert answer.status_code == 422, (path, answer.json())
    for nowhere in ("\0", ""):
        form = {"data": {"crossing_point": nowhere}, "files": {"image": ("page.png", b"none", "image/png")}}
        answer = await platform.client.post("/v1/mrz", **form, headers=officer)
        assert (answer.status_code, answer.json()["type"]) == (422, "urn:mabar:problem:invalid-request")


async def test_a_number_that_no_record_has_is_refused(platform: Platform, officer: dict[str, str]) -> None:
    large = 2**63
    for path in (f"/v1/audit/proofs/inclusion?event={large}", f"/v1/audit/proofs/consistency?chain=-&old={large}"):
        assert (await platform.client.get(path, headers=officer)).status_code == 422, path
    verdict = {"approve": True, "reason": "other_documents"}
    for path in (f"/v1/watchlists/a/terms/{large}/decision", f"/v1/watchlists/a/entries/b/{large}/decision"):
        assert (await platform.client.post(path, json=verdict, headers=officer)).status_code == 422, path


NESTED = {
    "lists": "[" * 400_000,
    "lists, closed": "[" * 200_000 + "]" * 200_000,
    "objects": '{"a":' * 100_000 + "1" + "}" * 100_000,
    "in a field": '{"id": ' + "[" * 100_000 + "]" * 100_000 + "}",
}
NUMBERS = {
    "many digits": '{"id": ' + "9" * 900_000 + "}",
    "large exponent": '{"id": 1e999999999}',
    "no number": '{"id": NaN}',
    "fraction": '{"id": 0.' + "1" * 900_000 + "}",
    "in a field of ours": json.dumps(INSPECTION)[:-1] + ', "occurred_at": ' + "9" * 5000 + "}",
}
TEXTS = {
    "not UTF-8": b'{"id": "\xff\xfe"}',
    "half a pair": b'{"id": "\\ud800", "crossing_point": "\\udfff"}',
    "nothing in it": b'{"id": "\\u0000"}',
    "UTF-16": '{"id": "a"}'.encode("utf-16"),
    "many keys": json.dumps({f"k{n}": n for n in range(60_000)}).encode(),
    "one key again and again": b"{" + b'"id": 1, ' * 90_000 + b'"id": 1}',
    "no JSON": b"<xml/>",
    "nothing": b"",
}
BODIES = {**{k: v.encode() for k, v in (NESTED | NUMBERS).items()}, **TEXTS}
PATHS = ["/v1/inspections", "/v1/mrz", "/v1/stays/calculate", "/v1/screenings"]


@pytest.mark.parametrize("path", PATHS)
async def test_json_that_means_harm_is_refused(platform: Platform, officer: dict[str, str], path: str) -> None:
    for what, body in BODIES.items():
        began = time.process_time()
        answer = await platform.client.post(path, content=body, headers=officer | {"Content-Type": "application/json"})
        print(f"{path}, {what}: {answer.status_code} in {time.process_time() - began:.3f} s of CPU")
        assert answer.status_code in (400, 422), (what, answer.text[:300])
        assert answer.headers["content-type"] == PROBLEM, what
        assert len(answer.content) < 20_000, what


# Forms

BOUNDARY = "b"
PART = '--b\r\nContent-Disposition: form-data; name="{}"; filename="{}"\r\nContent-Type: image/jpeg\r\n\r\nx\r\n'
FORMS = {
    "no boundary": ("multipart/form-data", b"--b--"),
    "an empty boundary": ("multipart/form-data; boundary=", b"--\r\n\r\n----"),
    "a long boundary": ("multipart/form-data; boundary=" + "b" * 5000, b"--" + b"b" * 5000 + b"--\r\n"),
    "another boundary": ("multipart/form-data; boundary=b", b"--c\r\n\r\n\r\n--c--\r\n"),
    "no end": ("multipart/form-data; boundary=b", PART.format("image", "a.jpg").encode()),
    "nothing": ("multipart/form-data; boundary=b", b""),
    "many files": ("multipart/form-data; boundary=b", (PART.format("image", "a") * 101).encode() + b"--b--\r\n"),
    "many fields": (
        "multipart/form-data; boundary=b",
        b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n' * 5000 + b"--b--\r\n",
    ),
    "a large field": (
        "multipart/form-data; boundary=b",
        b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + b"x" * 2_000_000 + b"\r\n--b--\r\n",
    ),
    "a large header": (
        "multipart/form-data; boundary=b",
        b'--b\r\nContent-Disposition: form-data; name="a"\r\nX-A: ' + b"x" * 500_000 + b"\r\n\r\nx\r\n--b--\r\n",
    ),
    "many headers": ("multipart/form-data; boundary=b", b"--b\r\n" + b"X-A: b\r\n" * 60_000 + b"\r\nx\r\n--b--\r\n"),
    "a name without an end": ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="a'),
    "no disposition": ("multipart/form-data; boundary=b", b"--b\r\n\r\nx\r\n--b--\r\n"),
    "nearly boundaries": ("multipart/form-data; boundary=b", b"--b\r\n\r\n" + b"\r\n--" * 200_000 + b"\r\n--b--\r\n"),
    "another character set": ("multipart/form-data; boundary=b; charset=utf-7", b"--b--\r\n"),
    "no such character set": ("multipart/form-data; boundary=b; charset=nonsense", PART.format("image", "a").encode()),
}


async def test_a_form_that_means_harm_is_refused(platform: Platform, officer: dict[str, str]) -> None:
    for what, (kind, body) in FORMS.items():
        began = time.process_time()
        answer = await platform.client.post("/v1/mrz", content=body, headers=officer | {"Content-Type": kind})
        print(f"{what}: {answer.status_code} in {time.process_time() - began:.3f} s of CPU: {answer.text}")
        assert answer.status_code in (400, 413, 415, 422), (what, answer.text[:300])
        assert answer.headers["content-type"] == PROBLEM, what


# Pages


@pytest.mark.parametrize(
    "path", ["/", "/docs", "/no/such/path", "/v1/session", "/openapi.json", "/health/live", "/metrics", "/v1/mrz/../.."]
)
async def test_every_answer_tells_browsers_to_trust_nothing_else(platform: Platform, path: str) -> None:
    answer = await platform.client.get(path)
    policy = {part.split()[0]: part.split()[1:] for part in answer.headers["content-security-policy"].split("; ")}
    assert policy["default-src"] == policy["frame-ancestors"] == ["'none'"]
    allowed = {source for sources in policy.values() for source in sources}
    assert allowed <= {"'none'", "'self'", "data:", "blob:"}
    assert {source for name in ("script-src", "style-src") for source in policy.get(name, [])} <= {"'self'"}
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    "path", ["/../pyproject.toml", "/..%2fpyproject.toml", "/%2e%2e/pyproject.toml", "/scripts/..%5c..%5capi/app.py",
             "//etc/passwd", "/scripts/%00", "/docs/../api/app.py", "/texts/en.json%00.html"]
)  # fmt: skip
async def test_no_path_leads_out_of_the_console(platform: Platform, path: str) -> None:
    answer = await platform.client.get(path)
    assert answer.status_code in (404, 405)
    assert "mabar" not in answer.text.replace("urn:mabar", "")


# More than there is time for


async def test_who_gets_no_turn_is_told_to_ask_again_and_nothing_was_recorded(
    platform: Platform, officer: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0.01)
    parts = platform.services.parts
    parts.policy, parts.screening = default_policy(), SimpleNamespace(loaded=True, current=Index.build(()))
    await bring_up_to_date(platform.services.database.sessions)
    zone = {"document_code": "P", "issuing_state": "IRN", "nationality": "IRN", "primary_identifier": "KOHANDEL"}
    dates = {"date_of_birth": "910419", "date_of_expiry": "310831", "sex": "F", "document_number": "K52210999"}
    asked = INSPECTION | {
        "occurred_at": platform.clock().isoformat(),
        "mrz": "\n".join(render(MrzFormat.TD3, **zone, **dates)),
    }
    for _ in range(turns.AT_ONCE):
        await platform.services.turns.__aenter__()
    crowded = await platform.client.post("/v1/inspections", json=asked, headers=officer)
    assert (crowded.status_code, crowded.json()["type"]) == (503, "urn:mabar:problem:too-busy")
    assert crowded.headers["retry-after"] == "5"
    assert (await platform.client.get(f"/v1/inspections/{asked['id']}", headers=officer)).status_code == 404
    await platform.services.turns.__aexit__(None, None, None)
    assert (await platform.client.post("/v1/inspections", json=asked, headers=officer)).status_code == 201
