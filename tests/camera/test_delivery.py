"""Delivery against a service that answers as a test wants it to."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.camera.delivery import Delivery, Verdict, judged, pauses, poster
from api.camera.spool import Spool
from full_disk import full_disk

PROBLEM = "urn:mabar:problem:"


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    made = Spool(tmp_path / "spool")
    for number in range(3):
        made.put({"id": f"id-{number}"})
    yield made
    made.close()


class Service:
    """Answers with what it is given, in turn, then with 201; remembers what it was sent."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.sent: list[tuple[str, str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.sent.append((request.headers["idempotency-key"], request.content.decode()))
        answer = self.answers.pop(0) if self.answers else httpx.Response(201, json={})
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def ids(self) -> list[str]:
        return [key for key, _ in self.sent]


async def delivered(spool: Spool) -> None:
    while spool.waiting():  # noqa: ASYNC110 - nothing but the loop's own turns is waited for
        await asyncio.sleep(0)


Make = Callable[..., Delivery]


@pytest.fixture
def told() -> list[tuple[str, dict[str, Any]]]:
    return []


@pytest.fixture
def deliver(spool: Spool, told: list[tuple[str, dict[str, Any]]]) -> Callable[[Service], Delivery]:
    def make(service: Service, **more: Any) -> Delivery:
        client = httpx.AsyncClient(transport=httpx.MockTransport(service), base_url="http://localhost")
        return Delivery(spool, poster(client), lambda event, **what: told.append((event, what)), **more)

    return make


async def test_what_waits_is_delivered_in_order_and_erased(spool: Spool, deliver: Make) -> None:
    service = Service()
    assert await deliver(service).deliver() is None
    assert service.ids == ["id-0", "id-1", "id-2"]
    assert spool.waiting() == []


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ConnectError("down"),
        httpx.ReadTimeout("slow"),
        httpx.Response(503),
        httpx.Response(502, text="<html>"),
        httpx.Response(429),
        httpx.Response(401, json={"detail": "no valid credential"}),
        httpx.Response(403),
        httpx.Response(404),
        httpx.Response(422, json={"type": PROBLEM + "future-time"}),
    ],
    ids=str,
)
async def test_what_may_pass_is_waited_for_and_holds_up_the_rest(
    spool: Spool, deliver: Make, answer: httpx.Response | Exception
) -> None:
    service = Service(httpx.Response(201, json={}), answer)
    delivery = deliver(service)
    assert (await delivery.deliver()).verdict is Verdict.LATER
    assert len(spool.waiting()) == 2
    assert await delivery.deliver() is None
    assert service.ids == ["id-0", "id-1", "id-1", "id-2"]


@pytest.mark.parametrize("status", [400, 409, 413, 415, 422])
async def test_what_is_refused_for_good_is_set_aside_and_the_rest_goes_on(
    spool: Spool, deliver: Make, told: list[tuple[str, dict[str, Any]]], status: int
) -> None:
    service = Service(httpx.Response(status, json={"type": PROBLEM + "x", "detail": "the reason"}))
    assert await deliver(service).deliver() is None
    assert (spool.waiting(), spool.set_aside_count()) == ([], 1)
    assert told[0] == ("set_aside", {"id": "id-0", "why": f"{status} the reason"})
    assert service.ids == ["id-0", "id-1", "id-2"]


async def test_a_full_disk_holds_up_what_is_set_aside_and_ends_nothing(spool: Spool, deliver: Make) -> None:
    service = Service(httpx.Response(201), *[httpx.Response(422, json={"detail": "no zone"})] * 2)
    delivery = deliver(service)
    with full_disk():
        answer = await delivery.deliver()
    assert answer is not None
    assert (answer.verdict, answer.why) == (Verdict.LATER, "the spool cannot be written: File too large")
    assert (len(spool.waiting()), spool.set_aside_count()) == (2, 0)
    assert await delivery.deliver() is None
    assert (spool.waiting(), spool.set_aside_count()) == ([], 1)


async def test_a_damaged_file_is_set_aside(spool: Spool, deliver: Make) -> None:
    (spool.folder / "waiting" / f"{spool.waiting()[0]}.json").write_bytes(b"\xff{")
    service = Service()
    await deliver(service).deliver()
    assert service.ids == ["id-1", "id-2"]
    assert spool.set_aside_count() == 1


async def test_it_tries_again_after_longer_and_longer_pauses(spool: Spool, deliver: Make) -> None:
    slept: list[float] = []

    async def pause(seconds: float) -> None:
        slept.append(seconds)

    service = Service(*[httpx.ConnectError("down")] * 5)
    task = asyncio.create_task(deliver(service, pause=pause).run())
    await delivered(spool)
    task.cancel()
    assert len(slept) == 5
    assert all(2**place / 2 <= seconds <= 2**place for place, seconds in enumerate(slept))


async def test_it_leaves_a_busy_service_alone_for_as_long_as_that_asks(spool: Spool, deliver: Make) -> None:
    slept: list[float] = []

    async def pause(seconds: float) -> None:
        slept.append(seconds)

    task = asyncio.create_task(deliver(Service(httpx.Response(429, headers={"Retry-After": "30"})), pause=pause).run())
    await delivered(spool)
    task.cancel()
    assert slept == [30.0]


async def test_news_wake_it(spool: Spool, deliver: Make) -> None:
    service = Service()
    delivery = deliver(service)
    task = asyncio.create_task(delivery.run())
    await delivered(spool)
    spool.put({"id": "late"})
    delivery.wake()
    await delivered(spool)
    task.cancel()
    assert service.ids[-1] == "late"


def test_pauses_grow_to_a_minute_and_differ() -> None:
    found = list(islice(pauses(random.Random(1)), 12))
    assert all(0.5 * min(2**place, 60) <= pause <= min(2**place, 60) for place, pause in enumerate(found))
    assert found != list(islice(pauses(random.Random(2)), 12))


def test_an_answer_of_no_service_of_ours_is_no_refusal() -> None:
    assert judged(httpx.Response(500, text="oops")).verdict is Verdict.LATER
    assert judged(httpx.Response(200, json=[])).verdict is Verdict.TAKEN
    assert judged(httpx.Response(418, json=["x"])).verdict is Verdict.LATER
