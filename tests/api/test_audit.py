"""The trail over HTTP: searched by the auditor alone, each within the posts that are theirs."""

from __future__ import annotations

from typing import Any

import pytest

from bench.trail import SIGNER
from service.access import Role
from service.freshness import bring_up_to_date

Platform = Any  # of tests/api/conftest.py, which cannot be imported


async def test_an_auditor_reads_who_did_what_and_is_read_too(platform: Platform) -> None:
    clerk = await platform.officer(Role.FIRST_LINE, username="layla")
    assert (await platform.client.get("/v1/audit/events", headers=clerk)).status_code == 403
    auditor = await platform.officer(Role.AUDITOR)
    found = (await platform.client.get("/v1/audit/events?action=refused", headers=auditor)).json()
    assert [(event["action"], event["details"]) for event in found["items"]] == [("refused", {"action": "read_audit"})]
    assert found["next"] is None
    first = (await platform.client.get("/v1/audit/events?limit=2", headers=auditor)).json()
    assert first["items"][0]["action"] == "read_audit"
    rest = (await platform.client.get(f"/v1/audit/events?before={first['next']}", headers=auditor)).json()
    assert {event["id"] for event in first["items"]}.isdisjoint(event["id"] for event in rest["items"])


async def test_an_auditor_of_one_post_reads_of_that_post(platform: Platform) -> None:
    await bring_up_to_date(platform.services.database.sessions)  # the ports of entry
    auditor = await platform.officer(Role.AUDITOR, posts=frozenset({"IQ-ZUR"}))
    assert (await platform.client.get("/v1/audit/events", headers=auditor)).json()["items"] == []
    elsewhere = await platform.client.get("/v1/audit/events?crossing_point=IQ-SHL", headers=auditor)
    assert elsewhere.status_code == 403


async def test_checkpoints_come_with_the_key_that_checks_them(platform: Platform) -> None:
    platform.services.parts.signer = SIGNER
    auditor = await platform.officer(Role.AUDITOR)
    answer = await platform.client.get("/v1/audit/checkpoints", headers=auditor)
    assert answer.json() == {"key": SIGNER.verifier, "checkpoints": []}


@pytest.mark.parametrize("proof", ["inclusion?event=999999999", "consistency?chain=IQ-XXX&old=1"])
async def test_a_proof_of_nothing_is_not_found(platform: Platform, proof: str) -> None:
    auditor = await platform.officer(Role.AUDITOR)
    assert (await platform.client.get(f"/v1/audit/proofs/{proof}", headers=auditor)).status_code == 404
