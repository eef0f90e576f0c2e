"""How the console's files are served, and what they keep to."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from api.app import create_app
from api.console import FOLDER as BUILT
from service.settings import Settings

FOLDER = BUILT.parent / "plain"
FILES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.*") if path.suffix != ".html")


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_app(Settings()))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


@pytest.mark.parametrize("name", FILES)
async def test_every_file_comes_as_what_it_is(client: httpx.AsyncClient, name: str) -> None:
    kinds = {"html": "text/html", "js": "text/javascript", "css": "text/css", "json": "application/json"}
    answer = await client.get(f"/{name}")
    assert answer.content == (FOLDER / name).read_bytes()
    assert answer.headers["content-type"].split(";")[0] == kinds.get(name.rpartition(".")[2], "image/svg+xml")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "script-src 'self'" in answer.headers["content-security-policy"]


async def test_the_root_is_the_page_and_a_known_version_is_not_sent_again(client: httpx.AsyncClient) -> None:
    first = await client.get("/")
    assert first.text.startswith("<!doctype html>")
    assert first.headers["cache-control"] == "no-cache"
    again = await client.get("/", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (await client.head("/")).headers["content-length"] == str(len(first.content))


@pytest.mark.parametrize("path", ["/scripts/../../pyproject.toml", "/scripts/", "/pyproject.toml", "/v1/nothing"])
async def test_other_paths_are_refused_as_ever(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_nothing_can_be_written_to_it(client: httpx.AsyncClient) -> None:
    assert (await client.post("/")).status_code in (404, 405)


def test_styles_know_no_left_and_right() -> None:
    """Mirroring is free where every rule speaks of start and end."""
    physical = re.compile(r"^\s*[\w-]*(?<!-)\b(?:left|right|width|height|top|bottom)\s*:", re.MULTILINE)
    for sheet in (FOLDER / "styles").glob("*.css"):
        rules = re.sub(r"/\*.*?\*/|@media[^{]*", "", sheet.read_text("utf-8"), flags=re.DOTALL)
        assert not [found for found in physical.findall(rules) if "stroke" not in found and "line-" not in found], sheet


def test_the_page_has_nothing_inline() -> None:
    page = (FOLDER / "index.html").read_text("utf-8")
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page)
    for script in (FOLDER / "scripts").glob("*.js"):
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|\beval\(|document\.write", script.read_text("utf-8")
        )
