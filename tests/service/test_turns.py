from __future__ import annotations

import asyncio

import pytest

from service import turns
from service.errors import TooBusy
from service.turns import AT_ONCE, Turns


async def test_no_more_than_a_few_work_at_once_and_the_others_come_in_their_order() -> None:
    gate, inside, order, most = Turns(), 0, list[int](), 0

    async def work(number: int) -> None:
        nonlocal inside, most
        async with gate:
            inside += 1
            most = max(most, inside)
            order.append(number)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*map(work, range(20)))
    assert most == AT_ONCE
    assert order == list(range(20))


async def test_who_waits_too_long_is_told_and_takes_nobody_s_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0.01)
    gate = Turns()
    for _ in range(AT_ONCE):
        await gate.__aenter__()
    with pytest.raises(TooBusy):
        await gate.__aenter__()
    await gate.__aexit__(None, None, None)
    await asyncio.wait_for(gate.__aenter__(), 1.0)


async def test_a_turn_that_failed_is_over() -> None:
    gate = Turns()
    for _ in range(2 * AT_ONCE):
        with pytest.raises(ValueError, match="no"):
            async with gate:
                raise ValueError("no")
