"""Clients that send too slowly, too much or for ever, at a real socket; everybody else is served meanwhile."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import IPv4Network, ip_network
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse

from api.connection import Connection

HELLO = b"GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"


class Hasty(Connection):
    """The same, in hundredths of seconds."""

    head_seconds = body_seconds = linger_seconds = read_seconds = 0.1
    most, most_of_one = 30, 20


def application() -> FastAPI:
    app = FastAPI(openapi_url=None)

    @app.get("/hello")
    async def hello() -> str:
        return "hello"

    @app.get("/endless")
    async def endless() -> StreamingResponse:
        async def rows() -> AsyncIterator[bytes]:
            while True:
                yield bytes(100_000)
                await asyncio.sleep(0)

        return StreamingResponse(rows())

    @app.post("/take")
    async def take(request: Request) -> int:
        return len(await request.body())

    @app.post("/refuse")
    async def refuse() -> Response:
        return Response("no", 401)

    return app


@asynccontextmanager
async def served(kind: type[Connection]) -> AsyncIterator[int]:
    config = uvicorn.Config(application(), port=0, log_config=None, http=kind, ws="none", timeout_keep_alive=1)
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    running = asyncio.create_task(server._serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = server.force_exit = True
    await running


@pytest.fixture(scope="module")
async def port() -> AsyncIterator[int]:
    async with served(Hasty) as port:
        yield port


async def say(port: int, *parts: bytes) -> bytes:
    """All that comes back until the service closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
        return await asyncio.wait_for(reader.read(), 20)
    except ConnectionResetError:
        return b"reset"
    finally:
        writer.close()


async def trickle(port: int, head: bytes, piece: bytes) -> bytes:
    """What comes back to a client that sends `piece` again and again, and never ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head)
    answer = asyncio.create_task(reader.read())
    while not answer.done():
        writer.write(piece)
        await asyncio.wait([answer], timeout=0.02)
    writer.close()
    return b"reset" if answer.exception() else answer.result()


def refusal(answer: bytes) -> tuple[int, str]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head.lower()
    problem: dict[str, Any] = json.loads(body)
    return problem["status"], problem["type"].removeprefix("urn:mabar:problem:")


async def greet(port: int) -> int:
    async with httpx.AsyncClient() as client:
        return (await client.get(f"http://127.0.0.1:{port}/hello", timeout=20)).status_code


async def test_a_client_that_says_nothing_is_let_go(port: int) -> None:
    assert refusal(await say(port)) == (408, "too-slow")


SLOW: dict[str, tuple[bytes, bytes]] = {
    "headers": (b"GET /hello HTTP/1.1\r\n", b"X-A: b\r\n"),
    "one header": (b"GET /hello HTTP/1.1\r\nX-A: ", b"b"),
    "its path": (b"GET /", b"a"),
    "body": (b"POST /take HTTP/1.1\r\nHost: x\r\nContent-Length: 90000\r\n\r\n", b"a"),
    "chunks": (b"POST /take HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
    "one chunk": (b"POST /take HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nFFFF\r\n", b"a"),
}


@pytest.mark.parametrize("what", SLOW)
async def test_who_sends_bit_by_bit_for_ever_is_let_go(port: int, what: str) -> None:
    answer = await trickle(port, *SLOW[what])
    assert answer == b"reset" or refusal(answer) == (408, "too-slow")  # who goes on sending may miss the answer
    assert await greet(port) == 200


async def test_a_body_that_comes_steadily_may_take_longer(port: int) -> None:
    head = b"POST /take HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 30000\r\n\r\n"

    async def pieces() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head)
        for _ in range(30):
            writer.write(bytes(1000))
            await asyncio.sleep(0.01)
        return await reader.read()

    assert (await pieces()).endswith(b"30000")


async def test_the_rest_of_a_body_whose_request_was_refused_is_not_waited_for(port: int) -> None:
    head = b"POST /refuse HTTP/1.1\r\nHost: x\r\nContent-Length: 90000\r\n\r\n"
    answer = await trickle(port, head, b"a")
    assert answer == b"reset" or answer.startswith(b"HTTP/1.1 401")


TOO_MUCH: dict[str, list[bytes]] = {
    "one header": [b"GET /hello HTTP/1.1\r\nX-A: ", *[b"a" * 16_000] * 6],
    "large headers": [b"GET /hello HTTP/1.1\r\n", *[b"X-A: " + b"a" * 4000 + b"\r\n"] * 20, b"\r\n"],
    "many headers": [b"GET /hello HTTP/1.1\r\n" + b"a: b\r\n" * 101 + b"\r\n"],
    "its path": [b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n"],
}


@pytest.mark.parametrize("what", TOO_MUCH)
async def test_too_much_before_the_body_is_refused(port: int, what: str) -> None:
    answer = await say(port, *TOO_MUCH[what])
    assert answer == b"reset" or refusal(answer) == (431, "headers-too-large")
    assert await greet(port) == 200


NO_HTTP: dict[str, bytes] = {
    "nonsense": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "two lengths": b"POST /take HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "a length below nothing": b"POST /take HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\nhello",
    "a length that is none": b"POST /take HTTP/1.1\r\nHost: x\r\nContent-Length: five\r\n\r\nhello",
    "a length beyond all bounds": b"POST /take HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n",
    "length and chunks": (
        b"POST /take HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    ),
    "chunked twice": b"POST /take HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "a chunk of no length": b"POST /take HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    "a chunk beyond all bounds": (
        b"POST /take HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\n\r\n"
    ),
    "a folded header": b"GET /hello HTTP/1.1\r\nHost: x\r\nX-A: b\r\n c\r\n\r\n",
    "a space before the colon": b"GET /hello HTTP/1.1\r\nHost : x\r\n\r\n",
    "nothing in a header": b"GET /hello HTTP/1.1\r\nX\0A: b\r\n\r\n",
    "another protocol": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
}


@pytest.mark.parametrize("what", NO_HTTP)
async def test_what_is_no_http_is_refused_and_closed(port: int, what: str) -> None:
    assert refusal(await say(port, NO_HTTP[what] + HELLO))[0] == 400
    assert await greet(port) == 200


UPGRADES = [
    b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    b"Upgrade: h2c",
]


@pytest.mark.parametrize("upgrade", UPGRADES)
async def test_nobody_changes_the_protocol(port: int, upgrade: bytes) -> None:
    answer = await say(
        port, b"GET /hello HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n" + upgrade + b"\r\n\r\n", HELLO
    )
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"101 " not in answer


async def test_who_never_reads_is_let_go() -> None:
    let_go = asyncio.Event()

    class Watched(Hasty):
        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            let_go.set()

    async with served(Watched) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port, limit=1000)
        writer.write(b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
        await asyncio.wait_for(let_go.wait(), 20)
        writer.transport.abort()


async def flood(port: int, many: int, first: bytes) -> list[asyncio.StreamWriter]:
    writers = []
    for _ in range(many):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(first)
        writers.append(writer)
    return writers


@pytest.mark.parametrize("first", [b"", b"GET /hello HTTP/1.1\r\n", SLOW["body"][0], HELLO])
@pytest.mark.parametrize("proxies", [[], [ip_network("127.0.0.0/8")]], ids=["one address", "behind a proxy"])
async def test_a_flood_of_connections_shuts_nobody_out(first: bytes, proxies: list[IPv4Network]) -> None:
    kind = type("Patient", (Hasty,), {"head_seconds": 60.0, "body_seconds": 60.0, "proxies": proxies})
    async with served(kind) as port:
        writers = await flood(port, 60, first)
        assert [await greet(port) for _ in range(3)] == [200] * 3
        for writer in writers:
            writer.close()


async def test_where_all_are_being_served_the_next_is_told_to_come_back() -> None:
    kind = type("Kind", (Hasty,), {"most_of_one": 3, "read_seconds": 60.0})
    async with served(kind) as port:
        writers = await flood(port, 3, b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
        await asyncio.sleep(0.05)
        assert refusal(await say(port, HELLO)) == (503, "crowded")
        for writer in writers:
            writer.transport.abort()
