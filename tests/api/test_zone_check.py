"""The checker of typed zones over HTTP: for every officer, and without a trace."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from service.access import DeviceKind, Role
from service.tables import AuditRow

Platform = Any  # of tests/api/conftest.py, which cannot be imported
PATH = "/v1/mrz/check"
ZONE = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F3004157ZE184226B<<<<<16"


async def test_every_field_and_every_digit_with_its_place(platform: Platform) -> None:
    headers = await platform.officer(Role.ANALYST)
    slipped = ZONE.replace("L898902C3", "L899802C3")
    found = (await platform.client.post(PATH, json={"mrz": slipped}, headers=headers)).json()
    assert (found["format"], found["valid"], found["faults"]) == ("TD3", False, [])
    assert (found["values"]["date_of_birth"], found["values"]["date_of_expiry"]) == ("1974-08-12", "2030-04-15")
    number = next(each for each in found["fields"] if each["field"] == "document_number")
    assert (number["text"], number["place"]) == ("L899802C3", {"line": 2, "first": 1, "last": 9})
    digit = next(each for each in found["check_digits"] if each["field"] == "document_number")
    assert (digit["printed"], digit["computed"], digit["valid"]) == ("6", "0", False)
    assert (digit["place"], digit["over"]) == (
        {"line": 2, "first": 10, "last": 10},
        [{"line": 2, "first": 1, "last": 9}],
    )
    assert {each["field"] for each in found["obstacles"]} == {"document_number", "composite"}
    assert {"change": "swap", "line": 2, "position": 4, "printed": "98", "proposed": "89"}.items() <= next(
        each.items() for each in found["suggestions"] if each["change"] == "swap"
    )


async def test_what_is_no_zone_is_told_and_not_refused(platform: Platform) -> None:
    headers = await platform.officer(Role.FIRST_LINE)
    answer = await platform.client.post(PATH, json={"mrz": "ABC"}, headers=headers)
    assert answer.status_code == 200
    assert (answer.json()["format"], answer.json()["faults"][0]["code"]) == (None, "lines")
    for refused in ({}, {"mrz": ""}, {"mrz": "A" * 401}, {"mrz": ZONE, "crossing_point": "IQ-ZUR"}):
        assert (await platform.client.post(PATH, json=refused, headers=headers)).status_code == 422


@pytest.mark.parametrize("role", Role)
async def test_every_officer_may_ask_and_nothing_is_kept(platform: Platform, role: Role, capfd: Any) -> None:
    headers = await platform.officer(role)
    sessions = platform.services.database.sessions
    async with sessions() as session:
        before = await session.scalar(select(func.count()).select_from(AuditRow))
    assert (await platform.client.post(PATH, json={"mrz": ZONE}, headers=headers)).status_code == 200
    async with sessions() as session:
        assert await session.scalar(select(func.count()).select_from(AuditRow)) == before
    assert "ERIKSSON" not in "".join(capfd.readouterr())


async def test_a_monitor_may_not(platform: Platform) -> None:
    key = await platform.device(DeviceKind.MONITOR)
    assert (await platform.client.post(PATH, json={"mrz": ZONE}, headers=key)).status_code == 403
