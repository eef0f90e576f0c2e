from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from api.commands import serving
from service import warming
from service.errors import DatabaseUnavailable


async def test_a_service_that_cannot_warm_up_serves_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []

    async def unable(*asked: object, **more: object) -> int:
        raise DatabaseUnavailable("it is away")

    monkeypatch.setattr(warming, "warm_up", unable)
    monkeypatch.setattr(serving.logs, "report", lambda event, error: told.append((event, type(error))))
    lists = SimpleNamespace(current=None)
    await serving._warm_up(SimpleNamespace(database=None, screening=lists, policy=None, now=lambda: None))  # type: ignore[arg-type]
    assert told == [("warming up failed", DatabaseUnavailable)]
