"""What is refused before the router is asked: a method that a path does not know, an address that no text of ours is.

The router by itself would name the methods of the first route that it meets, and take a fixed path for a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from api import problems


class KnownMethods:
    """Answers 405 before the router is asked. A path with the fewest parameters is what a request means."""

    def __init__(self, app: ASGIApp, routers: Iterable[APIRouter]) -> None:
        self.app = app
        self._fixed: dict[str, set[str]] = {}
        self._others: dict[str, tuple[re.Pattern[str], set[str]]] = {}
        routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
        for route in sorted(routes, key=lambda route: len(route.param_convertors)):
            if route.param_convertors:
                self._others.setdefault(route.path, (route.path_regex, set()))[1].update(route.methods or ())
            else:
                self._fixed.setdefault(route.path, set()).update(route.methods or ())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        methods = self._methods(scope["path"]) if scope["type"] == "http" else None
        if methods is None or scope["method"] in methods:
            await self.app(scope, receive, send)
            return
        kind, allowed = problems.HTTP[405], {"Allow": ", ".join(sorted(methods))}
        response = problems.answer(scope, kind, f"this path knows {allowed['Allow']}", headers=allowed)
        await response(scope, receive, send)

    def _methods(self, path: str) -> set[str] | None:
        """Those of a path that is one of ours, else None."""
        if path in self._fixed:
            return self._fixed[path]
        return next((methods for pattern, methods in self._others.values() if pattern.match(path)), None)


class PlainAddress:
    """Answers 400 to an address with a zero byte: no text holds one, and PostgreSQL would not take it for one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or b"%00" not in scope["query_string"]:
            await self.app(scope, receive, send)
            return
        response = problems.answer(scope, problems.HTTP[400], "the address holds a zero byte, which no text does")
        await response(scope, receive, send)
