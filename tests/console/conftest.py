"""One service and one browser for all tests of the console in a process, and a fresh tab for each officer.

What tests share is the service's data: each brings made-up travellers of its own.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext

from officer import CHROMIUM, Officer, chromium
from service_process import ServiceProcess, copy_data, running

Storage = Any  # what a browser keeps: cookies and local storage


@pytest.fixture(scope="session")
def service(demonstration: Path) -> Iterator[ServiceProcess]:
    """Sessions in it last long: other tests of the same process may come between two of the console's."""
    if not CHROMIUM:
        pytest.skip("no Chromium here (Debian: apt-get install chromium)")
    with tempfile.TemporaryDirectory(prefix="mabar-") as folder:
        data_dir = copy_data(demonstration, Path(folder) / "data")
        with running(data_dir, MABAR_SESSION_IDLE_MINUTES="240") as service:
            yield service


@pytest.fixture(scope="session")
def client(service: ServiceProcess) -> Iterator[httpx.Client]:
    """The service as a program sees it, to look up what the console did."""
    with service.client() as client:
        yield client


@pytest.fixture(scope="session")
def film_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the workstation's camera shows, once a test has put it there."""
    return tmp_path_factory.mktemp("film") / "desk.mjpeg"


class Driver:
    """The event loop by which Playwright drives the browser.

    It counts as running for as long as the browser is open, which would keep every asynchronous test from running
    one of its own. So it is put aside between the tests of the console.
    """

    loop: asyncio.AbstractEventLoop | None = None

    def take_up(self) -> None:
        if self.loop:
            asyncio._set_running_loop(self.loop)

    def put_aside(self) -> None:
        if self.loop:
            asyncio._set_running_loop(None)


DRIVER = Driver()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    if "browser" not in getattr(item, "fixturenames", ()):
        return (yield)
    DRIVER.take_up()
    try:
        return (yield)
    finally:
        DRIVER.put_aside()


@pytest.fixture(scope="session")
def browser(service: ServiceProcess, film_path: Path) -> Iterator[Browser]:
    """Closed before the service ends, which would wait for its connections."""
    with chromium(film_path) as browser:
        DRIVER.loop = asyncio.get_running_loop()
        yield browser
        DRIVER.take_up()
    DRIVER.loop = None


@pytest.fixture
def open_window(browser: Browser, service: ServiceProcess) -> Iterator[Callable[..., Officer]]:
    """Opens windows that share nothing; whatever a browser complained of in one of them fails the test."""
    officers: list[Officer] = []

    def open_one(**window: Any) -> Officer:
        officers.append(Officer(browser, service.base, service.data_dir, **window))
        return officers[-1]

    yield open_one
    for officer in officers:
        officer.context.close()
        assert not officer.complaints


@pytest.fixture(scope="session")
def session(browser: Browser, service: ServiceProcess) -> Storage:
    """What a browser keeps of having signed in; end this session in no test."""
    officer = Officer(browser, service.base, service.data_dir)
    officer.sign_in()
    kept = officer.context.storage_state()
    officer.context.close()
    return kept


@pytest.fixture(scope="session")
def workstation(browser: Browser, service: ServiceProcess, session: Storage) -> BrowserContext:
    """Where `officer` works: it has the console's sources at hand, which each new window would fetch and compile."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, storage_state=session)
    context.new_page().goto(f"{service.base}/icon.svg")  # stays open, and the process that the tabs share with it
    return context


@pytest.fixture
def officer(workstation: BrowserContext, service: ServiceProcess, session: Storage) -> Iterator[Officer]:
    """An officer signed in, standing at Zurbatiyah, where travellers enter: in a tab of their own."""
    workstation.clear_cookies()
    workstation.add_cookies(session["cookies"])
    officer = Officer(workstation, service.base, service.data_dir)
    officer.stand("IQ-ZUR", "entry")
    yield officer
    workstation.set_offline(False)
    workstation.unroute_all()
    officer.page.evaluate("localStorage.clear(); localStorage.setItem('mabar.signedIn', 'true')")
    officer.page.close()
    assert not officer.complaints
