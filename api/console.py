"""The officers' console: the files that its build left, served from memory as they were compressed then.

Names under ``assets/`` carry a hash of what is in them, so browsers keep them for good; the page itself is
asked for every time. The console's own addresses (``/first-line``, ``/second-line/…``) are known to its
scripts alone: whoever asks for a page, as a browser does when an address is typed or a page reloaded, gets the
one page, and its scripts say so where there is no such address.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Match, Mount
from starlette.types import Receive, Scope, Send

FOLDER = Path(__file__).resolve().parent.parent / "console" / "dist"
# Named here, because what a system's own table calls a script differs and browsers run nothing misnamed.
MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
CODINGS = {"br": ".br", "gzip": ".gz"}  # in the order of preference
NOT_PAGES = ("/v1/", "/health/", "/docs", "/metrics", "/openapi.json", "/assets/")
NOT_BUILT = "The console is not built: run `make console` and start again.\n"


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is sent: its bytes, plain and by coding, what they are, and a tag that changes with them."""

    body: bytes
    media_type: str
    etag: str
    lasting: bool
    coded: Mapping[str, bytes] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> File:
        body = path.read_bytes()
        beside = {coding: path.with_name(path.name + suffix) for coding, suffix in CODINGS.items()}
        coded = {coding: file.read_bytes() for coding, file in beside.items() if file.exists()}
        lasting = path.parent.name == "assets"
        return cls(body, MEDIA_TYPES[path.suffix], f'"{hashlib.sha256(body).hexdigest()[:32]}"', lasting, coded)

    def answer(self, request: Request) -> Response:
        """The file in a coding that the browser takes, or 304 to one that has it already."""
        keep = "public, max-age=31536000, immutable" if self.lasting else "no-cache"
        headers = {"ETag": self.etag, "Cache-Control": keep, "Vary": "Accept-Encoding"}
        if self.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        taken = {part.split(";")[0].strip() for part in request.headers.get("accept-encoding", "").split(",")}
        for coding, body in self.coded.items():
            if coding in taken:
                return Response(body, media_type=self.media_type, headers=headers | {"Content-Encoding": coding})
        return Response(self.body, media_type=self.media_type, headers=headers)


class Console(Mount):
    """Answers for its files and to browsers that want a page; all else is left to the interface and its refusals."""

    def __init__(self, folder: Path = FOLDER) -> None:
        paths = [path for path in sorted(folder.rglob("*")) if path.suffix in MEDIA_TYPES]
        self.files = {f"/{path.relative_to(folder).as_posix()}": File.read(path) for path in paths}
        self.page = self.files.get("/index.html")
        super().__init__("/", app=self._answer, name="console")

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        mine = scope["type"] == "http" and scope["method"] in ("GET", "HEAD") and self._knows(scope)
        return (Match.FULL, {"endpoint": self.app, "route": self}) if mine else (Match.NONE, {})

    def _knows(self, scope: Scope) -> bool:
        path = scope["path"]
        wants_page = "text/html" in Headers(scope=scope).get("accept", "") and not path.startswith(NOT_PAGES)
        return path in self.files or path == "/" or wants_page

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        file = self.files.get(scope["path"], self.page)
        response = file.answer(Request(scope)) if file else PlainTextResponse(NOT_BUILT, 503)
        await response(scope, receive, send)
