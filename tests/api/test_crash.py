"""kill -9 of the service at any moment, under writers: every acknowledged movement is there afterwards, once."""

from __future__ import annotations

import asyncio
import json
import os
import random
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx

from ocr.mrz import MrzFormat, render
from service_process import ServiceProcess, running

CYCLES = int(os.environ.get("CRASH_CYCLES", "2"))
WRITERS = 4


def _inspection(chance: random.Random) -> dict[str, str]:
    zone = render(
        MrzFormat.TD3,
        document_code="P",
        issuing_state="UTO",
        document_number=f"C{chance.randrange(10**8):08d}",
        nationality="UTO",
        date_of_birth="740812",
        sex="F",
        date_of_expiry="330415",
        primary_identifier="CRASHTEST",
        secondary_identifier="ANNA",
    )
    return {
        "id": str(uuid4()),
        "crossing_point": chance.choice(["IQ-ZUR", "IQ-SHL"]),
        "direction": chance.choice(["entry", "exit"]),
        "occurred_at": datetime.now(UTC).isoformat(),
        "mrz": "\n".join(zone),
    }


async def _write(
    service: ServiceProcess, headers: dict[str, str], acknowledged: set[str], seed: int, at_stake: asyncio.Event
) -> None:
    """Inspect one traveller after another until the service is gone."""
    chance = random.Random(seed)
    async with httpx.AsyncClient(base_url=service.base, headers=headers, timeout=10) as client:
        while True:
            asked = _inspection(chance)
            try:
                answer = await client.post("/v1/inspections", json=asked)
            except httpx.TransportError:
                return
            assert answer.status_code == 201, answer.text
            acknowledged.add(answer.json()["id"])
            at_stake.set()


async def _write_and_kill(service: ServiceProcess, acknowledged: set[str], cycle: int) -> None:
    headers = service.headers()
    at_stake = asyncio.Event()
    seeds = range(cycle * WRITERS, (cycle + 1) * WRITERS)
    writers = [asyncio.create_task(_write(service, headers, acknowledged, seed, at_stake)) for seed in seeds]
    await at_stake.wait()
    await asyncio.sleep(random.Random(cycle).uniform(0, 0.7))
    await asyncio.to_thread(service.kill)
    await asyncio.gather(*writers)


async def test_no_acknowledged_movement_is_lost_to_kill_9() -> None:
    acknowledged: set[str] = set()
    starts: list[float] = []
    with (
        tempfile.TemporaryDirectory(prefix="mabar-crash-") as folder,
        running(Path(folder) / "data", MABAR_READER_WORKERS="1") as service,
    ):
        for cycle in range(CYCLES):
            await _write_and_kill(service, acknowledged, cycle)
            starts.append(await asyncio.to_thread(service.start))
        with service.client() as client:
            log = [json.loads(line) for line in client.get("/v1/movements/export?format=ndjson").text.splitlines()]
    ids = [line["id"] for line in log]
    assert len(ids) == len(set(ids))
    assert acknowledged <= set(ids)
    for post in {line["crossing_point"] for line in log}:
        numbers = [line["seq"] for line in log if line["crossing_point"] == post]
        assert len(numbers) == len(set(numbers))
    print(f"{CYCLES} kills, {len(acknowledged)} movements acknowledged, slowest restart {max(starts):.1f} s")
