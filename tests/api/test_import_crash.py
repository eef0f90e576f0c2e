"""kill -9 in the middle of an import: the version before is in force afterwards, whole, and the import can be made."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from service.database import reach
from service.settings import Settings
from service_process import ServiceProcess, copy_data, running

OLD, NEW = 100, 3_000
# Whether a transaction of the service has written entries that nobody sees yet.
IS_WRITING = text(
    "SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_xid IS NOT NULL "
    "AND query LIKE 'INSERT INTO list_entry%'"
)


def _lines(count: int, first: str) -> Iterator[bytes]:
    for number in range(count):
        name = f"{first} {'BDGKLMNR'[number % 8]}a{'dgklmnrs'[number // 8 % 8]}o{'bdklmnrt'[number // 64 % 8]}an"
        values = {"name": [name], "birthDate": [f"19{number % 90 + 10}-02-03"], "nationality": ["iq"]}
        yield json.dumps({"id": f"{first}-{number}", "schema": "Person", "properties": values}).encode() + b"\n"


def _put(service: ServiceProcess, body: bytes) -> httpx.Response:
    with service.client() as client:
        return client.put(
            "/v1/watchlists/big", params={"format": "ftm", "confirmed": "true"}, content=body, timeout=300
        )


def _lists(service: ServiceProcess) -> dict[str, tuple[int, int]]:
    with service.client() as client:
        return {one["name"]: (one["version"], one["entries"]) for one in client.get("/v1/watchlists").json()}


def _hits(service: ServiceProcess, name: str) -> list[str]:
    asked = {"name": name, "date_of_birth": "1910-02-03", "nationality": "IRQ", "purpose": "a test"}
    with service.client() as client:
        return [hit["entry_id"] for hit in client.post("/v1/screenings", json=asked).json()["hits"]]


async def test_kill_9_in_the_middle_of_an_import_leaves_the_old_version_in_force(demonstration: Path) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="mabar-import-") as folder,
        running(copy_data(demonstration, Path(folder) / "data"), MABAR_READER_WORKERS="1") as service,
    ):
        assert _put(service, b"".join(_lines(OLD, "Rebwar"))).json()["added"] == OLD
        found = _hits(service, "Rebwar Bado Ban")
        assert found and all(entry.startswith("Rebwar") for entry in found)
        body = b"".join(_lines(NEW, "Sirwan"))
        await _kill_while_importing(service, body)
        await asyncio.to_thread(service.start)
        assert _lists(service)["big"] == (1, OLD)
        assert _hits(service, "Rebwar Bado Ban") == found
        report = (await asyncio.to_thread(_put, service, body)).json()
        assert (report["version"], report["added"], report["removed"]) == (2, NEW, OLD)


async def _kill_while_importing(service: ServiceProcess, body: bytes) -> None:
    """Kill the service once rows of the new version were written, and before they are committed."""
    importing = asyncio.create_task(asyncio.to_thread(_put, service, body))
    async with reach(Settings(data_dir=service.data_dir), join=True) as access:
        watching = create_async_engine(access.maker)  # no other role sees what the service is at
        async with watching.connect() as connection:
            while not await connection.scalar(IS_WRITING):
                assert not importing.done(), "the import ended before it could be cut"
                await connection.rollback()  # what it sees of the others stands still within a transaction
            await asyncio.to_thread(service.kill)
        await watching.dispose()
    with pytest.raises(httpx.TransportError):
        await importing
