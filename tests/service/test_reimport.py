"""Lists fetched by themselves: only what changed, never more than agreed, and a doubtful one waits for a person."""

from __future__ import annotations

import hashlib
import http.server
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from made_up import NOON, later
from service.database import Database
from service.errors import NotFound, SourceRefused
from service.fetching import Seen, fetch
from service.reimport import Fetching, attempt, confirm, statuses, work_off
from service.source_store import SourceState, SourceStatus
from service.sources import Source, SourcesError, read_sources
from watchlist.sources.formats import FORMATS
from watchlists import ANN, PEOPLE, Desk, ftm

URL = "https://lists.example.org/wanted.json"
WANTED = Source("wanted", "ftm", url=URL)
Answer = Callable[[httpx.Request], httpx.Response]


def answering(answer: Answer) -> httpx.MockTransport:
    return httpx.MockTransport(answer)


def body(content: bytes, **headers: str) -> Answer:
    return lambda _: httpx.Response(200, content=content, headers=headers)


# --- what is fetched


async def test_a_file_is_fetched_once_and_then_asked_for_conditionally(tmp_path: Path) -> None:
    asked: list[httpx.Headers] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers)
        if request.headers.get("If-None-Match") == '"v1"':
            return httpx.Response(304)
        return httpx.Response(
            200, content=b"list", headers={"ETag": '"v1"', "Last-Modified": "Mon, 01 Jan 2026 00:00:00 GMT"}
        )

    fetched = await fetch(WANTED, Seen(), tmp_path, answering(answer))
    assert fetched is not None and fetched.path.read_bytes() == b"list"
    assert fetched.seen.digest == hashlib.sha256(b"list").digest()
    assert await fetch(WANTED, fetched.seen, tmp_path, answering(answer)) is None
    assert asked[1]["If-Modified-Since"] == "Mon, 01 Jan 2026 00:00:00 GMT"
    assert await fetch(WANTED, fetched.seen, tmp_path, answering(body(b"list"))) is None, "the same bytes again"


async def test_it_stops_at_the_agreed_size_whatever_was_announced(tmp_path: Path) -> None:
    sent = 0

    class Endless(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            nonlocal sent
            while True:
                sent += 1_000_000
                yield b"x" * 1_000_000

    small = replace(WANTED, most_bytes=3_000_000)
    with pytest.raises(SourceRefused, match="larger than 3,000,000 bytes"):
        await fetch(small, Seen(), tmp_path, answering(lambda _: httpx.Response(200, stream=Endless())))
    assert sent <= 6_000_000


@pytest.mark.parametrize(
    "target",
    ["https://elsewhere.example.org/wanted.json", "http://lists.example.org/wanted.json", "file:///etc/passwd"],
)
async def test_a_redirect_elsewhere_is_not_followed(tmp_path: Path, target: str) -> None:
    moved = answering(lambda _: httpx.Response(302, headers={"Location": target}))
    with pytest.raises(SourceRefused, match="another host or scheme"):
        await fetch(WANTED, Seen(), tmp_path, moved)


async def test_a_redirect_on_the_host_is_followed_and_a_circle_is_not(tmp_path: Path) -> None:
    def moved(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/wanted.json":
            return httpx.Response(301, headers={"Location": "/2026/wanted.json"})
        return httpx.Response(200, content=b"list")

    assert await fetch(WANTED, Seen(), tmp_path, answering(moved)) is not None
    circle = answering(lambda _: httpx.Response(302, headers={"Location": "/wanted.json"}))
    with pytest.raises(SourceRefused, match="more than 3 times"):
        await fetch(WANTED, Seen(), tmp_path, circle)


@pytest.mark.parametrize("status", [403, 404, 500])
async def test_an_error_of_the_server_is_told(tmp_path: Path, status: int) -> None:
    with pytest.raises(SourceRefused, match=str(status)):
        await fetch(WANTED, Seen(), tmp_path, answering(lambda _: httpx.Response(status)))


async def test_a_server_that_cannot_be_reached_is_told(tmp_path: Path) -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectTimeout("no answer")

    with pytest.raises(SourceRefused, match="ConnectTimeout"):
        await fetch(WANTED, Seen(), tmp_path, answering(refuse))


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        (hashlib.sha256(b"list").hexdigest(), True),
        (f"{'0' * 64}  other.json\n{hashlib.sha256(b'list').hexdigest().upper()} *wanted.json\n", True),
        (f"{hashlib.sha256(b'list').hexdigest()}  other.json\n{'0' * 64}  wanted.json\n", False),
        ("0" * 64, False),
        ("", False),
    ],
    ids=["alone", "on its line", "on another line", "another file's", "empty"],
)
async def test_the_checksum_must_be_that_of_the_file(tmp_path: Path, text: str, holds: bool) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=text if request.url.path.endswith("sha256") else "list")

    checked = replace(WANTED, checksum=f"{URL}.sha256")
    if holds:
        assert await fetch(checked, Seen(), tmp_path, answering(answer)) is not None
    else:
        with pytest.raises(SourceRefused, match="checksum"):
            await fetch(checked, Seen(), tmp_path, answering(answer))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """A publisher on this machine."""
    (tmp_path / "published").mkdir()
    (tmp_path / "published" / "wanted.json").write_bytes(b"list")

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: object) -> None:
            super().__init__(*args, directory=str(tmp_path / "published"))  # type: ignore[arg-type]

        def log_message(self, *_: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}/wanted.json"
        running.shutdown()


async def test_a_real_server_tells_what_is_unchanged(server: str, tmp_path: Path) -> None:
    source = replace(WANTED, url=server)
    fetched = await fetch(source, Seen(), tmp_path / "staging")
    assert fetched is not None and fetched.path.read_bytes() == b"list"
    assert fetched.seen.last_modified
    assert await fetch(source, fetched.seen, tmp_path / "staging") is None


async def test_of_a_folder_the_newest_file_that_fits_is_taken_and_checked(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    source = Source("wanted", "ftm", folder=str(folder), pattern="*.json", most_bytes=1000)
    with pytest.raises(SourceRefused, match="no file"):
        await fetch(source, Seen(), tmp_path / "staging")
    for name, content in (("2026-11-01.json", b"old"), ("2026-11-02.json", b"new"), ("notes.txt", b"notes")):
        (folder / name).write_bytes(content)
    (folder / "2026-11-03.json").symlink_to("/etc/passwd")
    fetched = await fetch(source, Seen(), tmp_path / "staging")
    assert fetched is not None and fetched.path.read_bytes() == b"new"
    assert await fetch(source, fetched.seen, tmp_path / "staging") is None
    checked = replace(source, checksum=".sha256", pattern="*")
    (folder / "notes.txt").unlink()
    with pytest.raises(SourceRefused, match="checksum"):
        await fetch(checked, Seen(), tmp_path / "staging")
    (folder / "2026-11-02.json.sha256").write_text(f"{hashlib.sha256(b'new').hexdigest()}  2026-11-02.json\n")
    assert await fetch(checked, Seen(), tmp_path / "staging") is not None
    with pytest.raises(SourceRefused, match="larger"):
        await fetch(replace(source, most_bytes=2), Seen(), tmp_path / "staging")


# --- what the operator writes


def test_sources_are_read_as_written() -> None:
    un_sc, stolen = read_sources(
        '[un-sc]\nformat = "un_xml"\nurl = "https://lists.example.org/un.xml?key=1"\nevery_minutes = 60\n'
        '[stolen]\nformat = "csv_mapping"\nfolder = "/srv/stolen"\npattern = "*.csv"\nmost_megabytes = 5\n',
        FORMATS,
    )
    assert (un_sc.list, un_sc.every_minutes, un_sc.location) == ("un-sc", 60, "https://lists.example.org/un.xml")
    assert (stolen.most_bytes, stolen.location) == (5_000_000, "/srv/stolen/*.csv")


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ('format = "ftm"\nurl = "http://lists.example.org/x"', "https"),
        ('format = "ftm"\nurl = "file:///etc/passwd"', "https"),
        ('format = "ftm"\nurl = "ftp://lists.example.org/x"', "https"),
        ('format = "ftm"\nurl = "https:///x"', "https"),
        ('format = "ftm"\nurl = "https://a.example/x"\nchecksum = "file:///x"', "https"),
        ('format = "ftm"', "url or a folder"),
        ('format = "ftm"\nurl = "https://a.example/x"\nfolder = "/srv"', "url or a folder"),
        ('format = "pdf"\nfolder = "/srv"', "no list format"),
        ('format = "ftm"\nfolder = "/srv"\nevry_minutes = 5', "not known"),
        ('format = "ftm"\nfolder = "/srv"\nevery_minutes = 0', "at least 1"),
    ],
)
def test_a_source_that_must_not_be_fetched_is_refused_with_its_place(written: str, reason: str) -> None:
    with pytest.raises(SourcesError, match=reason) as refusal:
        read_sources(f"[wanted]\n{written}\n", FORMATS)
    assert "line" in str(refusal.value)


def test_this_machine_alone_may_do_without_https() -> None:
    for host in ("127.0.0.1", "localhost", "[::1]"):
        assert read_sources(f'[wanted]\nformat = "ftm"\nurl = "http://{host}:8080/x"\n', FORMATS)


# --- what becomes of it


@pytest.fixture
async def desk(clone: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    yield await Desk.open(clone, tmp_path)


def _fetching(desk: Desk, answer: Answer, **more: float) -> Fetching:
    return Fetching((WANTED,), desk.folder / "staging", transport=answering(answer), **more)


async def _status(desk: Desk) -> SourceStatus:
    (status,) = await statuses(desk.database.sessions, [WANTED])
    return status


async def _entries(desk: Desk) -> int:
    await desk.screening.refresh()
    return sum(one.entries for one in desk.screening.lists)


async def test_what_is_due_is_imported_and_not_before_it_is_due_again(desk: Desk) -> None:
    asked = 0

    def answer(_: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        return httpx.Response(200, content=ftm(PEOPLE))

    sessions, fetching = desk.database.sessions, _fetching(desk, answer)
    assert (await _status(desk)).state is SourceState.NEW
    assert await work_off(sessions, fetching, now=NOON) == 1
    status = await _status(desk)
    assert (status.state, status.last_tried_at, status.last_changed_at) == (SourceState.IMPORTED, NOON, NOON)
    assert await work_off(sessions, fetching, now=later(minutes=359)) == 0
    assert asked == 1
    assert await work_off(sessions, fetching, now=later(minutes=360)) == 0
    status = await _status(desk)
    assert (status.state, status.last_tried_at, status.last_changed_at) == (
        SourceState.UNCHANGED,
        later(minutes=360),
        NOON,
    )
    assert (asked, await _entries(desk)) == (2, len(PEOPLE))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (body(b'{"id": "x1", "schema": "Per'), "cut off"),
        (body(b"<!DOCTYPE html><html>maintenance</html>"), "web page"),
        (lambda _: httpx.Response(503), "503"),
    ],
    ids=["cut", "web page", "server error"],
)
async def test_a_failed_attempt_changes_nothing_but_its_status(desk: Desk, answer: Answer, words: str) -> None:
    await work_off(desk.database.sessions, _fetching(desk, body(ftm(PEOPLE))), now=NOON)
    assert await work_off(desk.database.sessions, _fetching(desk, answer), now=later(days=1)) == 0
    status = await _status(desk)
    assert status.state is SourceState.FAILED and words in (status.last_error or "")
    assert (status.last_changed_at, await _entries(desk)) == (NOON, len(PEOPLE))
    assert await work_off(desk.database.sessions, _fetching(desk, body(ftm(PEOPLE))), now=later(days=2)) == 0
    assert (await _status(desk)).last_error is None


HALF = dict(list(PEOPLE.items())[:3])


async def test_half_a_list_waits_for_a_person_and_is_imported_as_it_was_told(desk: Desk) -> None:
    sessions = desk.database.sessions
    await work_off(sessions, _fetching(desk, body(ftm(PEOPLE))), now=NOON)
    halved = _fetching(desk, body(ftm(HALF)))
    with pytest.raises(NotFound):
        await confirm(sessions, halved, "wanted", actor=ANN, now=NOON)
    assert await work_off(sessions, halved, now=later(days=1)) == 0
    status = await _status(desk)
    assert status.state is SourceState.WAITING and "5 of the 8 entries" in (status.waiting or "")
    assert await _entries(desk) == len(PEOPLE)
    await work_off(sessions, halved, now=later(days=2))
    assert (await _status(desk)).state is SourceState.WAITING, "the same file again is still in doubt"
    report = await confirm(sessions, halved, "wanted", actor=ANN, now=later(days=3))
    assert (report.removed, await _entries(desk)) == (5, 3)
    status = await _status(desk)
    assert (status.state, status.waiting) == (SourceState.IMPORTED, None)


async def test_what_waited_is_forgotten_when_the_publisher_mends_it(desk: Desk) -> None:
    sessions = desk.database.sessions
    await work_off(sessions, _fetching(desk, body(ftm(PEOPLE))), now=NOON)
    await work_off(sessions, _fetching(desk, body(ftm(HALF))), now=later(days=1))
    more = PEOPLE | {"x7": {"name": ["Rebwar Azad Doskiwan"], "birthDate": ["1971-01-09"]}}
    assert await work_off(sessions, _fetching(desk, body(ftm(more))), now=later(days=2)) == 1
    status = await _status(desk)
    assert (status.state, status.waiting, await _entries(desk)) == (SourceState.IMPORTED, None, len(more))


async def test_how_much_may_go_is_a_setting(desk: Desk) -> None:
    sessions = desk.database.sessions
    await work_off(sessions, _fetching(desk, body(ftm(PEOPLE))), now=NOON)
    fewer = dict(list(PEOPLE.items())[:6])
    assert await work_off(sessions, _fetching(desk, body(ftm(fewer)), most_lost=0.1), now=later(days=1)) == 0
    assert (await _status(desk)).state is SourceState.WAITING


async def test_an_attempt_that_was_killed_is_made_again_and_no_two_at_once(desk: Desk) -> None:
    sessions, fetching = desk.database.sessions, _fetching(desk, body(ftm(PEOPLE)))

    class KilledError(BaseException):
        """The process ends here."""

    def die(_: httpx.Request) -> httpx.Response:
        raise KilledError

    with pytest.raises(KilledError):
        await work_off(sessions, _fetching(desk, die), now=NOON)
    assert (await _status(desk)).state is SourceState.TRYING
    now = NOON + timedelta(minutes=1)
    assert not await attempt(sessions, fetching, WANTED, due_before=now, now=now), "another is at it"
    now = NOON + timedelta(hours=2)
    assert await attempt(sessions, fetching, WANTED, due_before=now, now=now)
