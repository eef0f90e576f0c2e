"""How the console's files are served, and what they keep to."""

from __future__ import annotations

import gzip
import re
from collections.abc import AsyncIterator

import httpx
import pytest

from api.app import create_app
from api.console import FOLDER, Console
from service.settings import Settings

SOURCES = FOLDER.parent / "src"
BUILT = (FOLDER / "index.html").exists()
KINDS = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
FILES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.suffix in KINDS)
PAGE = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    assert BUILT, "the console is not built: make console"
    transport = httpx.ASGITransport(create_app(Settings()))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


async def test_every_file_comes_as_what_it_is(client: httpx.AsyncClient) -> None:
    assert len(FILES) > 10
    for name in FILES:
        answer = await client.get(f"/{name}", headers={"Accept-Encoding": "identity"})
        assert answer.content == (FOLDER / name).read_bytes()
        assert answer.headers["content-type"].split(";")[0] == KINDS[(FOLDER / name).suffix]
        assert answer.headers["x-content-type-options"] == "nosniff"
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy


async def test_the_page_is_asked_for_each_time_and_not_sent_again(client: httpx.AsyncClient) -> None:
    first = await client.get("/")
    assert first.text.startswith("<!doctype html>")
    assert first.headers["cache-control"] == "no-cache"
    again = await client.get("/", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_what_has_a_hash_in_its_name_is_kept_for_good_and_comes_compressed(client: httpx.AsyncClient) -> None:
    script = next(name for name in FILES if name.startswith("assets/index-") and name.endswith(".js"))
    plain = (FOLDER / script).read_bytes()
    async with client.stream("GET", f"/{script}", headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.headers["content-encoding"] == "gzip"
        assert "immutable" in answer.headers["cache-control"]
        assert gzip.decompress(b"".join([part async for part in answer.aiter_raw()])) == plain
    best = await client.head(f"/{script}", headers={"Accept-Encoding": "gzip, br"})
    assert best.headers["content-encoding"] == "br"
    assert best.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("path", ["/first-line", "/second-line/some/case", "/movements?nationality=TUR"])
async def test_its_own_addresses_are_the_page_to_a_browser(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path, headers=PAGE)
    assert (answer.status_code, answer.text[:15]) == (200, "<!doctype html>")


@pytest.mark.parametrize("path", ["/assets/../../pyproject.toml", "/assets/none.js", "/v1/nothing"])
async def test_other_paths_are_refused_as_ever(client: httpx.AsyncClient, path: str) -> None:
    for accept in ({}, PAGE) if not path.endswith("toml") else ({},):
        answer = await client.get(path, headers=accept)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"


async def test_nothing_can_be_written_to_it(client: httpx.AsyncClient) -> None:
    assert (await client.post("/")).status_code in (404, 405)


def test_an_unbuilt_console_has_no_page() -> None:
    console = Console(FOLDER.parent / "src" / "nothing-here")
    assert console.page is None


def test_the_first_line_is_light() -> None:
    """What a browser loads before an officer can work: the page, what it names, and the desk with its texts."""
    page = (FOLDER / "index.html").read_text("utf-8")
    first = set(re.findall(r'(?:src|href)="/(assets/[^"]+)"', page))
    first |= {name for name in FILES if re.search(r"assets/(FirstLine|firstline|common)-", name)}
    scripts = [name for name in first if name.endswith((".js", ".css"))]
    assert len(scripts) > 5
    shared = [name for name in FILES if re.search(r"assets/(form|Page|SignIn|text|Table)-.*js$", name)]
    size = sum(len(gzip.compress((FOLDER / name).read_bytes())) for name in {*scripts, *shared})
    assert size < 250_000


def test_styles_know_no_left_and_right() -> None:
    """Mirroring is free where every rule speaks of start and end."""
    physical = re.compile(r"^\s*[\w-]*(?<!-)\b(?:left|right|width|height|top|bottom)\s*:", re.MULTILINE)
    for sheet in SOURCES.rglob("*.css"):
        rules = re.sub(r"/\*.*?\*/|@media[^{]*", "", sheet.read_text("utf-8"), flags=re.DOTALL)
        assert not [found for found in physical.findall(rules) if "stroke" not in found and "line-" not in found], sheet


def test_nothing_is_inline_or_made_of_markup() -> None:
    page = (FOLDER.parent / "index.html").read_text("utf-8")
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page)
    for source in SOURCES.rglob("*.ts*"):
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|\beval\(|document\.write", source.read_text("utf-8")
        ), source
