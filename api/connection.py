"""One client's connection, and how long and how much the service puts up with.

uvicorn waits for ever for a request that never ends, and for a client that never reads; a few hundred
such connections would shut everybody else out. Here a request has to arrive in time and within
bounds, and where there are too many connections the one that has kept us waiting longest goes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any
from uuid import uuid4

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from api import logs, problems

Network = IPv4Network | IPv6Network


class Connection(HttpToolsProtocol):
    """uvicorn's own, with bounds. They are attributes, for tests to subclass."""

    head_bytes = 65_536  # of a request's line and headers
    headers_most = 100
    head_seconds = 10.0  # in which they have to arrive
    body_seconds = 20.0  # that a body may take in any case
    body_rate = 1_000.0  # bytes a second of a body that takes longer: less than the poorest link of a post
    linger_seconds = 5.0  # for the rest of a body whose request is answered, and for an answer to be taken
    read_seconds = 30.0  # in which a client has to take some of what it asked for
    most = 500  # connections
    most_of_one = 200  # connections of one address, unless it is a trusted proxy
    proxies: Sequence[Network] = ()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self.awaited_since: float | None = self.loop.time()  # since when more has to come from the client
        self._in_head, self._head, self._arrived = True, 0, 0
        self._sending: asyncio.TimerHandle | None = self.loop.call_later(self.head_seconds, self._too_slow)
        self._reading: asyncio.TimerHandle | None = None
        self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._stop(self._sending, self._reading)

    def data_received(self, data: bytes) -> None:
        if self._in_head:
            self._arrived += len(data)
            if self._sending is None:  # the first of another request
                self._await_head()
        super().data_received(data)
        if self._in_head and self._arrived > self.head_bytes and not self.transport.is_closing():
            self._head = self._arrived  # a line without an end, which the parser keeps to itself
            self.send_400_response("")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head = 0

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        self._count(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        self._count(len(name) + len(value) + 4)

    def _count(self, more: int) -> None:
        self._head += more
        if self._head > self.head_bytes or len(self.headers) > self.headers_most:
            raise ValueError  # the parser stops, and has the request refused

    def on_headers_complete(self) -> None:
        self._stop(self._sending)
        self._in_head, self._arrived, self._began = False, 0, self.loop.time()
        self._sending = self.loop.call_later(self.body_seconds, self._check_pace)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._arrived += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._stop(self._sending)
        self._sending, self.awaited_since = None, None
        self._in_head, self._arrived = True, 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._in_head:
            self.awaited_since = self.awaited_since or self.loop.time()
        else:  # answered before it was all here, as what is too large
            self._stop(self._sending)
            self._sending = self.loop.call_later(self.linger_seconds, self.transport.close)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._reading = self.loop.call_later(self.read_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop(self._reading)
        self._reading = None

    def send_400_response(self, msg: str) -> None:
        """Refuse what the parser does not take. The name is uvicorn's."""
        if self._head > self.head_bytes or len(self.headers or ()) > self.headers_most:
            most = f"at most {self.headers_most} headers of {self.head_bytes:,} bytes in all are read"
            self.refuse(431, f"the request's headers are too many or too large; {most}")
        else:
            self.refuse(400, "this is not HTTP as it is understood here")

    def _unsupported_upgrade_warning(self) -> None:
        """Nothing: who asks for another protocol is answered in this one, and nobody need be told."""

    def refuse(self, status: int, detail: str) -> None:
        """Answer by ourselves, unless an answer is under way, and close."""
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            scope = {"state": {"request_id": str(uuid4())}}
            response = problems.answer(scope, problems.HTTP[status], detail, headers={"Connection": "close"})
            logs.get_logger().info("no request", status=status, **scope["state"])
            headers = [name + b": " + value + b"\r\n" for name, value in response.raw_headers]
            self.transport.write(b"".join([STATUS_LINE[status], *headers, b"\r\n", bytes(response.body)]))
        self.transport.close()
        self.loop.call_later(self.linger_seconds, self.transport.abort)

    def _await_head(self) -> None:
        self.awaited_since = self.awaited_since or self.loop.time()
        self._sending = self.loop.call_later(self.head_seconds, self._too_slow)

    def _check_pace(self) -> None:
        """See whether a body comes as fast as it must; waiting for ourselves does not count."""
        now = self.loop.time()
        if self.flow.read_paused:
            self._began, self._arrived = now, 0
        allowed = self.body_seconds + self._arrived / self.body_rate
        if now - self._began > allowed:
            self._too_slow()
        else:
            self._sending = self.loop.call_later(self.body_seconds / 4, self._check_pace)

    def _too_slow(self) -> None:
        if self._in_head and self.flow.read_paused:  # it waits for us: an earlier one of its requests is being served
            self._await_head()
        else:
            self.refuse(408, "the request did not arrive in time")

    def _make_room(self) -> None:
        """Where there are too many connections, close the one that has been awaited longest, or else this one."""
        everybody = [other for other in self.connections if isinstance(other, Connection)]
        ours = [other for other in everybody if other.client and self.client and other.client[0] == self.client[0]]
        if len(ours) > self.most_of_one and not self._is_proxy():
            crowd = ours
        elif len(everybody) > self.most:
            crowd = everybody
        else:
            return
        waiting = [other for other in crowd if other is not self and other.awaited_since is not None]
        if waiting:
            min(waiting, key=lambda other: other.awaited_since or 0.0).transport.abort()
        else:
            self.refuse(503, "the service has more connections than it can serve; try again")

    def _is_proxy(self) -> bool:
        address = ip_address(self.client[0]) if self.client else None
        return any(address in network for network in self.proxies)

    @staticmethod
    def _stop(*timers: asyncio.TimerHandle | None) -> None:
        for timer in timers:
            if timer is not None:
                timer.cancel()


def behind(proxies: Sequence[Network]) -> type[Connection]:
    """Connections of a service behind `proxies`, each of which may have as many as there are."""
    made: dict[str, Any] = {"proxies": tuple(proxies)}
    return type("Connection", (Connection,), made)
