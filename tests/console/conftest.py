"""One service and one browser for all tests of the console, and an officer for each."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser

from officer import CHROMIUM, Officer, chromium
from service_process import ServiceProcess, running


@pytest.fixture(scope="module")
def service() -> Iterator[ServiceProcess]:
    if not CHROMIUM:
        pytest.skip("no Chromium here (Debian: apt-get install chromium)")
    with tempfile.TemporaryDirectory(prefix="mabar-") as folder:
        data_dir = Path(folder) / "data"
        data_dir.mkdir()
        with running(data_dir) as service:
            yield service


@pytest.fixture(scope="module")
def client(service: ServiceProcess) -> Iterator[httpx.Client]:
    """The service as a program sees it, to look up what the console did."""
    with service.client() as client:
        yield client


@pytest.fixture(scope="module")
def browser(service: ServiceProcess) -> Iterator[Browser]:
    """Closed before the service ends, which would wait for its connections."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def open_window(browser: Browser, service: ServiceProcess) -> Iterator[Callable[..., Officer]]:
    """Opens windows; whatever a browser complained of in one of them fails the test."""
    officers: list[Officer] = []

    def open_one(**window: Any) -> Officer:
        officers.append(Officer(browser, service.base, service.data_dir, **window))
        return officers[-1]

    yield open_one
    for officer in officers:
        officer.context.close()
        assert not officer.complaints


@pytest.fixture(scope="module")
def session(browser: Browser, service: ServiceProcess) -> Any:
    """What a browser keeps of having signed in; end this session in no test."""
    officer = Officer(browser, service.base, service.data_dir)
    officer.sign_in()
    yield officer.context.storage_state()
    officer.context.close()


@pytest.fixture
def officer(open_window: Callable[..., Officer], session: Any) -> Officer:
    """An officer signed in, standing at Zurbatiyah, where travellers enter."""
    officer = open_window(storage_state=session)
    officer.stand("IQ-ZUR", "entry")
    return officer
