"""A whole service as a process of its own, started as `make run` starts it, for tests that kill it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

import canaries

ROOT = Path(__file__).parent.parent
PATIENCE = 120.0  # seconds: a first start on a loaded machine makes a database cluster and the made-up data


def free_port() -> int:
    """A port that nothing listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def copy_data(data_dir: Path, copy: Path) -> Path:
    """A data directory of its own, with all but the locks."""
    return Path(shutil.copytree(data_dir, copy, ignore=shutil.ignore_patterns("*.lock")))


class ServiceProcess:
    """`mabar serve --demo` on a data directory; can be killed and started again."""

    def __init__(self, data_dir: Path, **environment: str) -> None:
        self.data_dir = data_dir
        self.base = f"http://127.0.0.1:{(port := free_port())}"
        # A machine busy with tests reads slowly, and tests ask fast; both limits are tested elsewhere.
        unhurried = {"MABAR_IMAGE_TIMEOUT_SECONDS": "10", "MABAR_REQUESTS_PER_SECOND": "10000"}
        where = {"MABAR_DATA_DIR": str(data_dir), "PORT": str(port)}
        self.environment = {**os.environ, **unhurried, **where, **environment}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start and wait until it is ready; returns how many seconds that took."""
        began = time.monotonic()
        with (self.data_dir.parent / f"{self.data_dir.name}.log").open("ab") as log:
            command = [sys.executable, "-m", "api", "serve", "--demo"]
            self._process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        self.wait()
        return time.monotonic() - began

    def wait(self) -> None:
        """Wait until it is ready."""
        began = time.monotonic()
        while not self._ready():
            if self._process is None or self._process.poll() is not None or time.monotonic() - began > PATIENCE:
                raise AssertionError(f"the service did not start:\n{self.log()[-3000:]}")
            time.sleep(0.05)

    def _ready(self) -> bool:
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(f"{self.base}/health/ready", timeout=5).status_code == 200
        return False

    def cpu_seconds(self) -> float:
        """What it and its readers have spent, and its PostgreSQL as long as that is its child."""
        assert self._process is not None
        return sum(_cpu_seconds(process) for process in canaries.descendants(self._process.pid))

    def log(self) -> str:
        """All that it has written so far."""
        return (self.data_dir.parent / f"{self.data_dir.name}.log").read_text("utf-8", "replace")

    def kill(self) -> None:
        """kill -9, without warning."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """End it as an operator would; nothing that it wrote may tell of a traveller (`canaries`)."""
        if self._process is not None and self._process.poll() is None:
            if self._ready():
                self._learn_travellers()
            canaries.search_process(self._process.pid, self.data_dir.name)
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(timeout=60)
        canaries.MARKS.search(self.log(), f"what the service on {self.data_dir.name} wrote")
        canaries.search_logs(self.data_dir)

    def _learn_travellers(self) -> None:
        """Who is in its log is a mark; the client searches the metrics by itself."""
        with self.client() as client:
            client.get("/v1/movements/export", params={"format": "ndjson"}).raise_for_status()
            client.get("/metrics").raise_for_status()

    def headers(self) -> dict[str, str]:
        """The demonstration account, signed in."""
        password = (self.data_dir / "demo-password").read_text().strip()
        answer = httpx.post(f"{self.base}/v1/session", json={"username": "demo", "password": password}, timeout=30)
        return {"Authorization": f"Bearer {answer.json()['token']}"}

    @contextlib.contextmanager
    def client(self) -> Iterator[httpx.Client]:
        with httpx.Client(base_url=self.base, headers=self.headers(), timeout=30) as client:
            yield client


def _cpu_seconds(pid: int) -> float:
    """Of a process and of its children that have ended. Linux."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return 0.0


@contextlib.contextmanager
def running(data_dir: Path, **environment: Any) -> Iterator[ServiceProcess]:
    """A service, started; stopped at the end."""
    service = ServiceProcess(data_dir, **environment)
    service.start()
    try:
        yield service
    finally:
        service.stop()
