"""What the long campaigns count, without running them."""

import json
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis

from bench import bombs, contract
from bench.contract_beside import Beside
from bench.fuzz_http import State

REPORT = """
Failures:
  ❌ ST205 Allow header mismatch: 14
  ❌ ST101 Server error: 2

Errors:
  🚫 Runtime Error: 1

Test cases:
  7,139 generated, 16 found 16 unique failures, 168 skipped
"""


def test_what_schemathesis_found_is_counted() -> None:
    found = contract.told(REPORT)
    assert found == {
        "cases": 7139,
        "broken": {"Allow header mismatch": 14, contract.FAULT: 2, "Runtime Error": 1},
    }
    assert contract.row("auditor", found["cases"], found["broken"], 2).startswith(
        "| auditor | 7,139 | 2 | Allow header mismatch: 14, Runtime Error: 1, Server error: 2"
    )
    assert contract.told("nothing was run") == {"cases": 0, "broken": {}}


def test_every_role_device_and_nobody_is_asked_as_the_administrator_last() -> None:
    assert len(set(contract.CALLERS)) == 13
    assert contract.CALLERS[-1] == "administrator"


def test_two_runs_as_one_caller_are_told_together() -> None:
    one = {"cases": 3, "broken": {"Server error": 1}, "alive": True}
    other = {"cases": 4, "broken": {"Server error": 2, "no answer": 1}, "alive": False}
    told = contract.together(one, other)
    assert told == {"cases": 7, "broken": {"Server error": 3, "no answer": 1}, "alive": False}


def test_what_one_caller_asks_is_asked_as_each_other_and_held_against_the_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}}
    operation = {"responses": {"200": {"description": "fine"}, "403": {"description": "not yours"}}}
    schema = schemathesis.openapi.from_dict({**document, "paths": {"/x": {"get": operation}}})
    sent: list[str | None] = []

    def send(_: requests.Session, request: requests.PreparedRequest, **_more: Any) -> requests.Response:
        sent.append(request.headers.get("Authorization"))
        answer = requests.Response()
        answer.request, answer.url = request, request.url or ""
        answer.status_code = {"Bearer b": 403, "Bearer c": 500, None: 401}[sent[-1]]
        return answer

    monkeypatch.setattr(requests.Session, "send", send)
    others = {"b": {"Authorization": "Bearer b"}, "c": {"Authorization": "Bearer c"}, "nobody": {}}
    beside = Beside("Bearer a", others, tmp_path / "beside.json")
    for credential in ("Bearer a", "Bearer made-up"):  # the second was not sent as the caller: nobody repeats it
        request = requests.Request("GET", "http://host/x", headers={"Authorization": credential}).prepare()
        beside.ask(schema["/x"]["GET"].Case(), request)
    beside.keep()
    assert sent == ["Bearer b", "Bearer c", None]
    told = json.loads((tmp_path / "beside.json").read_text())
    assert told["b"] == {"cases": 1, "broken": {}}
    assert told["c"]["broken"] == {"Server error": 1, "Undocumented status code": 1}
    assert told["nobody"]["broken"] == {"Undocumented status code": 1}
    assert "as c: " in (tmp_path / "beside.log").read_text()


CHEAP = [name for name in bombs.BOMBS if "1 GB" not in name]


@pytest.mark.parametrize("name", [name for name in CHEAP if " of " in name or "missing" in name or "the same" in name])
def test_a_bomb_is_refused_or_its_load_is_left_unread(name: str) -> None:
    said, _ = bombs.answer(bombs.BOMBS[name]())
    assert said.startswith("refused") or said == "decoded: 100 x 100"


def test_a_campaign_says_what_it_came_to() -> None:
    state = State(500, {"201": 20, "422": 480}, 1.25, [180.0, 184.0], [(7, "500: …")])
    assert str(state) == "500 images: 20 x 201, 480 x 422; slowest 1.25 s; the service held 180 to 184 MB; 1 findings"
