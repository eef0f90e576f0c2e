"""Canaries: the travellers of the tests are marks, and no log, metric, refusal or process title may hold one.

`Canaries` is a plugin of pytest. It learns marks (words of names, numbers of documents, dates of birth, zones) from
whatever the tests send to a service and get from it, and from the travellers that many tests share. It searches

- what this process logs, through the service's own formatter and at its lowest level, and what it writes to stderr,
- the body of every refusal (4xx, 5xx), every page of metrics, and the headers of every answer,
- of every service process: all that it wrote, its titles and its children's, its metrics, the log of its PostgreSQL.

What is found fails the test at whose end it was found, and the failure says where the mark came out.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Awaitable, Callable, Generator, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

from api import logs

# Fields that hold who somebody is, in requests, answers and list files.
PERSONAL = frozenset(
    "primary_identifier secondary_identifier native_name names father_name mother_name father_names mother_names "
    "document_number document_key number optional_data mrz lines date_of_birth dates_of_birth phone address vehicle "
    "alias fatherName motherName birthDate".split()
)
ORDINARY = frozenset("DETAIL FAILED STRING UNKNOWN TRAVELLER".split())  # words of ours that tests use as names, too
_DATE = r"\d{4}-\d\d-\d\d"
_WORD = re.compile(rf"{_DATE}|[^\W_]{{5,}}")
_ZONE = re.compile(r"[A-Z0-9<]{9,}<<[A-Z0-9<]{9,}|\b[PVIAC][A-Z<][A-Z]{3}[A-Z]+<<[A-Z]")


def words(text: str) -> set[str]:
    """What can be a mark in a text: dates, and words of five letters and digits or more."""
    return {word.upper() for word in _WORD.findall(text)}


class Marks:
    """What must not come out."""

    def __init__(self) -> None:
        self.known: set[str] = set()
        self.found: list[str] = []

    def learn(self, *texts: str) -> None:
        """Take the words of names and numbers as marks; a word of digits alone may be anything's number."""
        self.known |= {word for text in texts for word in words(text) if len(word) > 6 or not word.isdigit()} - ORDINARY

    def learn_from(self, content: object) -> None:
        """Take the personal fields of a document as marks, however deep they lie."""
        if isinstance(content, list):
            for each in content:
                self.learn_from(each)
        elif isinstance(content, dict):
            for name, value in content.items():
                if name in PERSONAL:
                    self.learn(*_texts(value))
                self.learn_from(value)

    def search(self, text: str, where: str) -> None:
        """Note every mark in a text that came out."""
        out = words(text) & self.known | set(_ZONE.findall(text))
        self.found += [f"{mark} in {where}: …{_around(text, mark)}…" for mark in sorted(out)[:5]]

    def take_found(self) -> list[str]:
        """What was found since the last time."""
        found, self.found = self.found, []
        return found


def _texts(value: object) -> Iterator[str]:
    """A value, or each of a list's, names with their `text` among them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each.get("text") if isinstance(each, dict) else each)


def _around(text: str, mark: str) -> str:
    at = text.upper().find(mark)
    return text[max(0, at - 100) : at + 100]


MARKS = Marks()
# Where the tests and the demonstration write travellers and entries down.
_WRITTEN = re.compile(
    r"\b(?:Traveller|TravelDocument|EntryName|passport|_made_up)\(([^()]*)"
    r'|"(?:name|alias|[fm]otherName)": ?\[([^\]]*)\]|"(?:primary|secondary)_identifier": ("[^"]*")'
)
_QUOTED = re.compile(r'"([^"{]*)"')


def learn_from_sources(*folders: Path) -> None:
    """Take the travellers and entries as marks that these folders' files write down."""
    for path in (path for folder in folders for path in folder.rglob("*") if path.suffix in {".py", ".json"}):
        for groups in _WRITTEN.findall(path.read_text("utf-8")):
            MARKS.learn(*_QUOTED.findall("".join(groups)))


def search_process(pid: int, name: str) -> None:
    """The titles of a process and of all its descendants."""
    for process in descendants(pid):
        MARKS.search(_told(Path(f"/proc/{process}/cmdline")).replace("\0", " "), f"a title of {name}")


def descendants(pid: int) -> Iterator[int]:
    """The ids of a process and of all that it and its children started. Linux."""
    yield pid
    for child in _told(Path(f"/proc/{pid}/task/{pid}/children")).split():
        yield from descendants(int(child))


def _told(of_process: Path) -> str:
    """What the kernel says of a process; nothing where it has ended meanwhile."""
    try:
        return of_process.read_text("utf-8", "replace")
    except OSError:
        return ""


def search_logs(data_dir: Path) -> None:
    """What the PostgreSQL of a data directory wrote."""
    for log in (*data_dir.glob("postgres/log/*"), *data_dir.glob("postgres/start.log")):
        MARKS.search(log.read_text("utf-8", "replace"), f"PostgreSQL's {log.name}")


def search_answer(answer: httpx.Response) -> None:
    """Learn from what was asked and answered, and search what must hold nothing."""
    asked, said = answer.request, f"{answer.request.method} {answer.request.url.path}, status {answer.status_code}"
    if not isinstance(asked.stream, httpx.ByteStream):
        return
    MARKS.learn_from(dict(asked.url.params.multi_items()))
    for line in _documents(asked.headers, asked.content):
        MARKS.learn_from(line)
    MARKS.search(str(answer.headers.multi_items()), f"headers of {said}")
    if not answer.is_closed:
        return
    if answer.status_code >= 400 or asked.url.path == "/metrics":
        MARKS.search(answer.text, f"the answer to {said}")
    else:
        for line in _documents(answer.headers, answer.content):
            MARKS.learn_from(line)


def _documents(headers: httpx.Headers, content: bytes) -> Iterator[Any]:
    """The JSON of a body, or of each of its lines."""
    if "json" not in headers.get("content-type", ""):
        return
    for part in content.splitlines() if "ndjson" in headers["content-type"] else [content]:
        try:
            yield json.loads(part)
        except (ValueError, RecursionError):
            continue  # broken on purpose


class Canaries:
    """The plugin. What it patches stays patched: the process is pytest's own."""

    def __init__(self) -> None:
        self.log = io.StringIO()  # what this process logged since it was last searched
        logs.configure("debug", self.log)
        httpx.Client.send = _searched(httpx.Client.send)  # type: ignore[method-assign]
        httpx.AsyncClient.send = _searched_async(httpx.AsyncClient.send)  # type: ignore[method-assign]
        CliRunner.invoke = _searched_run(CliRunner.invoke)  # type: ignore[method-assign]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, None, None]:
        """After the last finalizer of a test: whatever it wrote is there by now."""
        yield
        self.search_log()
        for when, kind, text in item._report_sections:
            if kind == "stderr":
                MARKS.search(text, f"stderr of {when}")
        if found := MARKS.take_found():
            pytest.fail("what is known of a traveller came out:\n" + "\n".join(found), pytrace=False)

    def search_log(self) -> None:
        MARKS.search(self.log.getvalue(), "the log")
        self.log.seek(self.log.truncate(0))


def _searched(send: Callable[..., httpx.Response]) -> Callable[..., httpx.Response]:
    @wraps(send)
    def sent(*args: Any, **more: Any) -> httpx.Response:
        answer = send(*args, **more)
        search_answer(answer)
        return answer

    return sent


def _searched_async(send: Callable[..., Awaitable[httpx.Response]]) -> Callable[..., Awaitable[httpx.Response]]:
    @wraps(send)
    async def sent(*args: Any, **more: Any) -> httpx.Response:
        answer = await send(*args, **more)
        search_answer(answer)
        return answer

    return sent


def _searched_run(invoke: Callable[..., Result]) -> Callable[..., Result]:
    @wraps(invoke)
    def invoked(*args: Any, **more: Any) -> Result:
        made = invoke(*args, **more)
        MARKS.search(made.stderr, "stderr of the command line")
        return made

    return invoked
