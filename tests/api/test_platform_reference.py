"""The reference page: whole, escaped, and without anything from elsewhere."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from api.reference import page

Platform = Any  # of tests/api/conftest.py, which cannot be imported


class Links(HTMLParser):
    """Where a page points to, what it can be pointed at, and which elements it has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.targets: set[str] = set()
        self.names: set[str] = set()
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name in {"href", "src"}:
                self.targets.add(value or "")
            if name == "id":
                self.names.add(value or "")


async def test_it_names_every_operation_and_points_nowhere_else(platform: Platform) -> None:
    answer = await platform.client.get("/docs")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    document = (await platform.client.get("/openapi.json")).json()
    assert all(f"<code>{path}</code>" in answer.text for path in document["paths"])
    links = Links(answer.text)
    within = {target.removeprefix("#") for target in links.targets if target.startswith("#")}
    assert within <= links.names
    assert {target for target in links.targets if not target.startswith("#")} == {"/docs/style.css", "/openapi.json"}
    assert not links.tags & {"script", "style", "img"}
    assert (await platform.client.get("/docs/style.css")).headers["content-type"].startswith("text/css")


def test_what_a_schema_says_is_text() -> None:
    schema = {"description": "<script>alert(1)</script> `a<b`", "properties": {"<b>": {"type": "string"}}}
    document = {
        "info": {"title": "<i>", "version": "1", "description": ""},
        "tags": [],
        "paths": {},
        "components": {"schemas": {"<u>": schema}},
    }
    links = Links(page(document))
    assert not links.tags & {"script", "b", "i", "u"}
    assert "<code>a&lt;b</code>" in page(document)
