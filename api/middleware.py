"""What every request passes through: its id and its line in the log, security headers, a bound on its body.

Plain ASGI, so that streaming stays streaming.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import auth, logs, problems
from api.metrics import Metrics
from service import tokens
from service.acting import acting
from service.errors import TooManyRequests
from service.rate import Rates

GONE = 499  # what the log says of a request whose client went away before it was all here
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RequestLog:
    """Gives the request its id, logs and measures it, and catches what nothing else did."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = str(uuid4())
        scope.setdefault("state", {})["request_id"] = request_id
        began = time.perf_counter()
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = request_id
            await send(message)

        with acting(None), structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, receive, send_with_id)
            except ClientDisconnect:  # nobody is left to be answered
                status = status or GONE
            except Exception as exc:  # the last line of defence: above us the server would log the message
                response = problems.failed(scope, exc)
                if not status:
                    await response(scope, receive, send_with_id)
            finally:
                self._note(scope, status, time.perf_counter() - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = _template(scope)
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self.metrics.requests.labels(method, route, str(status)).observe(seconds)
        actor = scope["state"].get("actor")
        logs.get_logger().info(
            "request",
            method=method,
            route=route,
            status=status,
            duration_ms=round(seconds * 1000, 1),
            actor=str(actor.id) if actor else None,
        )


def _template(scope: Scope) -> str:
    """The path of the route that answers, names for its parameters' values; files and strays are `other`."""
    return getattr(scope.get("route"), "path", "other")


_API_PREFIXES = ("/v1/", "/health/", "/metrics", "/openapi.json")
_API_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
_CONSOLE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
}


class SecurityHeaders:
    """Tells browsers to trust nothing but the service itself, and to keep no answer of the interface."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        programmatic = scope["path"].startswith(_API_PREFIXES)

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                headers["Content-Security-Policy"] = _API_POLICY if programmatic else _CONSOLE_POLICY
                if programmatic:
                    headers["Cache-Control"] = "no-store"
                if scope["scheme"] == "https":
                    headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
            await send(message)

        await self.app(scope, receive, send_guarded)


class _ContentTooLarge(HTTPException):
    """An HTTPException, because that alone passes through FastAPI's reading of the body as it is."""

    def __init__(self, most: int) -> None:
        super().__init__(413, f"the body of the request is too large; at most {most:,} bytes are read")


class BodyLimit:
    """Counts the body as it streams in and stops at `most` bytes, whatever its header says.

    Whoever shows no credential gets 64 kB: bodies are read before anybody is refused. `others` are the
    bytes for routes, by template, that take another size; the `exempt` ones count for themselves.
    """

    def __init__(
        self, app: ASGIApp, most: int, others: Mapping[str, int], exempt: frozenset[str] = frozenset()
    ) -> None:
        self.app = app
        self.most = most
        self.others = others
        self.exempt = exempt

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        seen = 0

        async def receive_counted() -> Message:
            nonlocal seen
            if _template(scope) in self.exempt:  # known by now: a body is read after routing
                return await receive()
            most = self._most(scope)
            if announced.isdecimal() and int(announced) > most:
                raise _ContentTooLarge(most)
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > most:
                raise _ContentTooLarge(most)
            return message

        await self.app(scope, receive_counted, send)

    def _most(self, scope: Scope) -> int:
        most = self.others.get(_template(scope), self.most)
        return most if _shows_credential(scope) else min(most, 64_000)


_LIMITED = ("/v1/", "/metrics")


class RateLimit:
    """Answers 429 to a credential that asks too often, before its body is read or the database is asked."""

    def __init__(self, app: ASGIApp, rates: Rates) -> None:
        self.app = app
        self.rates = rates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(_LIMITED):
            await self.app(scope, receive, send)
            return
        token = auth.shown(Request(scope))
        credential = tokens.kept(token) if token else None
        try:
            self.rates.admit(credential, scope["client"][0] if scope.get("client") else "unknown", time.monotonic())
        except TooManyRequests as refusal:
            await problems.refusal(scope, refusal)(scope, receive, send)
            return
        await self.app(scope, receive, send)
        if credential is not None and scope["state"].get("actor"):
            self.rates.welcome(credential, time.monotonic())


def _shows_credential(scope: Scope) -> bool:
    return not {"authorization", "cookie", "x-device-key"}.isdisjoint(Headers(scope=scope).keys())
