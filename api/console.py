"""The officer's console: a folder of files, served as they are from memory."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Mount
from starlette.types import Receive, Scope, Send

FOLDER = Path(__file__).resolve().parent.parent / "console"
# Named here, because what a system's own table calls a script differs and browsers run nothing misnamed.
MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is sent: its bytes, what they are, and a tag that changes with them."""

    body: bytes
    media_type: str
    etag: str

    @classmethod
    def read(cls, path: Path) -> File:
        body = path.read_bytes()
        return cls(body, MEDIA_TYPES[path.suffix], f'"{hashlib.sha256(body).hexdigest()[:32]}"')

    def answer(self, request: Request) -> Response:
        """The file, or 304 to a browser that has it already: the names never change, so it always asks."""
        headers = {"ETag": self.etag, "Cache-Control": "no-cache"}
        if self.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(self.body, media_type=self.media_type, headers=headers)


class Console(Mount):
    """Answers for the paths of its files alone; every other path is left to the interface and its refusals."""

    def __init__(self, folder: Path = FOLDER) -> None:
        files = {path.relative_to(folder).as_posix(): File.read(path) for path in _files(folder)}
        self.files: Mapping[str, File] = {"/": files["index.html"]} | {f"/{name}": file for name, file in files.items()}
        super().__init__("/", app=self._answer, name="console")

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        known = scope["type"] == "http" and scope["method"] in ("GET", "HEAD") and scope["path"] in self.files
        return (Match.FULL, {"endpoint": self.app, "route": self}) if known else (Match.NONE, {})

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.files[scope["path"]].answer(Request(scope))(scope, receive, send)


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.suffix in MEDIA_TYPES]
