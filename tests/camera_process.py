"""A camera without a camera, for tests that kill it: makes movements and delivers them as `mabar camera` does.

python tests/camera_process.py SPOOL SERVER KEY [--drain]

Prints the id of each movement once the spool has taken it. With --drain it makes none and ends when all are delivered.
"""

from __future__ import annotations

import asyncio
import random
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import httpx
import uuid_utils

from api.camera.checkpoint import Checkpoint
from api.camera.delivery import Delivery, poster
from api.camera.spool import Spool
from ocr.mrz import MrzFormat, render
from service.domain import Direction

CHECKPOINT = Checkpoint("IQ-SFW", Direction.ENTRY)


def zone() -> tuple[str, ...]:
    return render(
        MrzFormat.TD3,
        document_code="P",
        issuing_state="UTO",
        document_number=f"K{random.randrange(10**8):08d}",
        nationality="UTO",
        date_of_birth="740812",
        sex="F",
        date_of_expiry="330415",
        primary_identifier="".join(random.choices("ABDEGHIKLMNORSTU", k=12)),
        secondary_identifier="ANNA",
    )


async def work(folder: Path, server: str, key: str, drain: bool) -> None:
    spool = Spool(folder, most=10_000)
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=server, headers=headers, timeout=30) as client:
        delivery = Delivery(spool, poster(client), lambda _event, **_told: None)
        if drain:
            while await delivery.deliver():  # noqa: ASYNC110 - the service is all that is waited for
                await asyncio.sleep(0.1)
            return
        running = asyncio.create_task(delivery.run())
        while not running.done():
            movement = CHECKPOINT.movement(UUID(str(uuid_utils.uuid7())), datetime.now(UTC), zone())
            spool.put(movement)
            print(movement["id"], flush=True)
            delivery.wake()
            await asyncio.sleep(0.02)


if __name__ == "__main__":
    folder, server, key, *drain = sys.argv[1:]
    asyncio.run(work(Path(folder), server, key, bool(drain)))
