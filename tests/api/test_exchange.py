"""Movements of other systems over HTTP: in our layout and in theirs, taken in once, and given out again."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from api.routes import movements
from made_up import NOON, crossing, later
from service.access import Role
from service.domain import Movement, Outcome
from service.exchange import exchange_line
from service.freshness import bring_up_to_date
from service.policy import default_policy
from watchlist.index import Index

Platform = Any  # of tests/api/conftest.py, which cannot be imported
MIDAS = """
utc_offset = "+03:00"
[fields]
id = "TRANS_NO"
at = "CROSS_DT"
recorded_at = "CROSS_DT"
direction = "DIR"
"document.document_number" = "DOC_NO"
"document.issuing_state" = "DOC_ISSUER"
"traveller.primary_identifier" = "SURNAME"
"traveller.nationality" = "NAT"
"traveller.date_of_birth" = "DOB"
[values.direction]
A = "entry"
D = "exit"
[dates]
at = "%d/%m/%Y %H:%M"
recorded_at = "%d/%m/%Y %H:%M"
"traveller.date_of_birth" = "%d/%m/%Y"
[constants]
crossing_point = "IQ-SHL"
"""
EXPORT = """TRANS_NO,CROSS_DT,DIR,DOC_NO,DOC_ISSUER,SURNAME,NAT,DOB
77,20/11/2026 12:05,A,K1,IRN,KOHANDEL,IRN,19/04/1991
78,20/11/2026 15:10,D,K1,IRN,KOHANDEL,IRN,19/04/1991
79,20/11/2026 15:10,X,K2,IRN,KOHANDEL,IRN,19/04/1991
"""


@pytest.fixture
async def desk(platform: Platform) -> Platform:
    await bring_up_to_date(platform.services.database.sessions)
    platform.services.parts = SimpleNamespace(
        screening=SimpleNamespace(loaded=True, current=Index.build(())), policy=default_policy()
    )
    platform.clock.time = later(days=1)
    return platform


async def taken(desk: Platform, officer: dict[str, str], body: str, status: int = 200, **params: Any) -> Any:
    answer = await desk.client.post(
        "/v1/movements/import", params={"sender": "midas", **params}, content=body, headers=officer
    )
    assert answer.status_code == status, answer.text
    return answer.json()


def line(name: str, **changes: Any) -> str:
    made = exchange_line(Movement(crossing(), NOON, decision=Outcome.ADMITTED))
    return json.dumps({**made, "id": name, **changes}) + "\n"


async def test_another_system_s_file_is_taken_in_by_its_mapping_and_given_out_in_our_layout(desk: Platform) -> None:
    officer = await desk.officer(Role.SUPERVISOR)
    as_csv = {"format": "csv", "mapping": MIDAS}
    first = await taken(desk, officer, EXPORT, **as_csv)
    assert (first["recorded"], first["known"], first["last_line"], first["more"]) == (2, 0, 4, False)
    assert [(each["line"], each["reason"].split(":")[0]) for each in first["refused"]] == [(4, "direction")]
    assert (await taken(desk, officer, EXPORT, **as_csv))["known"] == 2
    given = await desk.client.get("/v1/movements/export", params={"format": "exchange"}, headers=officer)
    made = [json.loads(each) for each in given.text.splitlines()]
    assert [(each["at"], each["direction"], each["source"]) for each in made] == [
        ("2026-11-20T09:05:00+00:00", "entry", "import"),
        ("2026-11-20T12:10:00+00:00", "exit", "import"),
    ]
    assert (await taken(desk, officer, given.text, sender="other"))["known"] == 2, "the same facts, from another sender"
    refused = line("refused", at=later(hours=2).isoformat(), decision="refused", reason_code="C")
    assert (await taken(desk, officer, refused))["recorded"] == 1
    for format_, column in (("exchange", '"reason_code": "C"'), ("exchange-csv", ",refused,C,")):
        given = await desk.client.get("/v1/movements/export", params={"format": format_}, headers=officer)
        assert column in given.text, "a refusal goes out with its reason, without which nobody takes it in"


async def test_a_mapping_that_cannot_be_used_is_pointed_at_and_nothing_is_taken(desk: Platform) -> None:
    officer = await desk.officer(Role.SUPERVISOR)
    wrong = await taken(desk, officer, EXPORT, 422, format="csv", mapping='[fields]\nname = "X"')
    assert wrong["type"].endswith("file-refused")
    assert "line 2, column 1: fields.name" in wrong["detail"]
    assert not [row for row in await desk.trail() if row.action == "import_movements"]


async def test_a_long_file_goes_on_after_the_last_line(desk: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(movements, "LINES_MOST", 1)
    officer = await desk.officer(Role.SUPERVISOR)
    body = line("1") + "\n" + line("2", at=later(hours=1).isoformat())
    first = await taken(desk, officer, body)
    assert (first["recorded"], first["last_line"], first["more"]) == (1, 1, True)
    second = await taken(desk, officer, body, after=1)
    assert (second["recorded"], second["last_line"], second["more"]) == (1, 3, False)


async def test_a_supervisor_takes_in_what_happened_at_his_posts_alone(desk: Platform) -> None:
    elsewhere = await desk.officer(Role.SUPERVISOR, posts=frozenset({"IQ-ZUR"}))
    made = await taken(desk, elsewhere, line("1") + line("2", crossing_point="IQ-ZUR"))
    assert (made["recorded"], [each["line"] for each in made["refused"]]) == (1, [1])
    await taken(desk, await desk.officer(Role.FIRST_LINE), line("3"), 403)
    await taken(desk, elsewhere, line("3"), 422, sender="a sender")
