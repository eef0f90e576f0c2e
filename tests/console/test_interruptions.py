"""Whatever interrupts an officer, each traveller is recorded and decided on once. `make interruptions`: 500 times."""

from __future__ import annotations

import os
from collections import Counter

import httpx
import pytest
from playwright.sync_api import expect

from interruptions import Shift
from officer import Officer
from service_process import ServiceProcess

pytestmark = pytest.mark.browser
expect.set_options(timeout=15_000)  # a test machine may be busy
COUNT = int(os.environ.get("MABAR_INTERRUPTIONS", "3"))
SEED = int(os.environ.get("MABAR_SEED", "7"))


def test_nothing_is_lost_and_nothing_doubled(officer: Officer, service: ServiceProcess, client: httpx.Client) -> None:
    shift = Shift(officer, service, client, SEED)
    faults = []
    happened: Counter[str] = Counter()
    for number in range(COUNT):
        crossing = shift.cross(shift.crossing(number, rarely=min(COUNT, 12)))
        happened[f"{crossing.kind} when {crossing.moment}"] += 1
        faults += [f"{number}: {crossing.kind} when {crossing.moment}: {fault}" for fault in crossing.faults]
        if COUNT > 20 and number % 20 == 19:
            print(f"{number + 1} interruptions, {len(faults)} faults", flush=True)
    print(*(f"{count:4} {what}" for what, count in sorted(happened.items())), sep="\n")
    assert not faults, "\n".join(faults)
