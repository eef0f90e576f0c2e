"""`mabar camera` from end to end at a running service, and its spool under kill -9."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import pytest
from typer.testing import CliRunner

from api.cli import command_line
from service_process import ROOT, copy_data, free_port, running

PICTURES = Path(__file__).parent.parent / "ocr" / "pictures"
KILLS = int(os.environ.get("CAMERA_KILLS", "2"))
POST = "IQ-ZUR"


@dataclass
class Post:
    """A running service, and a camera's key for some of its posts."""

    base: str
    officer: httpx.Client
    key: str

    def log(self, post: str, **wanted: str) -> list[dict[str, Any]]:
        asked = {"format": "ndjson", "crossing_point": post, **wanted}
        lines = self.officer.get("/v1/movements/export", params=asked).text
        return [json.loads(line) for line in lines.splitlines()]


@pytest.fixture(scope="module")
def post(demonstration: Path) -> Iterator[Post]:
    folder = tempfile.TemporaryDirectory(prefix="mabar-camera-")
    with (
        folder as path,
        running(copy_data(demonstration, Path(path) / "data"), MABAR_READER_WORKERS="1") as service,
        service.client() as client,
    ):
        asked = {"name": "lane 1", "kind": "camera", "posts": [POST, "IQ-SFW"]}
        answer = client.post("/v1/device-keys", json=asked)
        assert answer.status_code == 201, answer.text
        yield Post(service.base, client, answer.json()["key"])


def watch(source: Path, spool: Path, server: str, key: str, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "api", "camera", "--source", str(source), "--post", POST, "--direction", "entry"]
    command += ["--server", server, "--spool", str(spool), "--json", *more]
    environment = {**os.environ, "MABAR_DEVICE_KEY": key, "MABAR_IMAGE_TIMEOUT_SECONDS": "60"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=240)


def events(made: subprocess.CompletedProcess[str]) -> list[str]:
    return [json.loads(line)["event"] for line in made.stdout.splitlines()]


def test_images_of_a_scanner_become_movements(post: Post, tmp_path: Path) -> None:
    folder, spool = tmp_path / "scans", tmp_path / "spool"
    folder.mkdir()
    for name in ("td3", "no_zone"):
        shutil.copy(PICTURES / f"{name}.jpg", folder)
    down = watch(folder, spool, f"http://127.0.0.1:{free_port()}", post.key, "--once", "--erase")
    assert down.returncode == 1, down.stderr
    assert "1 movements wait" in down.stderr
    assert sorted(path.name for path in folder.rglob("*.jpg")) == ["no_zone.jpg"]  # for an officer
    up = watch(folder, spool, post.base, post.key, "--once")
    assert up.returncode == 0, up.stderr
    (made,) = post.log(POST, document_number="VS3QN3N")
    assert made["direction"] == "entry"
    state = json.loads((spool / "state.json").read_text())
    assert (state["delivered"], state["waiting"], state["service"]) == (1, 0, "answers")
    assert not list((spool / "waiting").iterdir())


def scene(name: str | None) -> np.ndarray:
    """A table with a document on it, as a camera above it sees it."""
    table = np.full((900, 1200, 3), 90, np.uint8)
    if name:
        page = cv2.imread(str(PICTURES / f"{name}.jpg"))
        scale = min(860 / page.shape[0], 1160 / page.shape[1])
        page = cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        table[20 : 20 + page.shape[0], 20 : 20 + page.shape[1]] = page
    return table


def test_documents_in_a_recording_become_movements_once_each(post: Post, tmp_path: Path) -> None:
    video = tmp_path / "lane.avi"
    writer = cv2.VideoWriter(str(video), cv2.VideoWriter.fourcc(*"MJPG"), 8.0, (1200, 900))
    for name in (None, "td1", None, "td2"):
        for _ in range(9):
            writer.write(scene(name))
    writer.release()
    made = watch(video, tmp_path / "spool", post.base, post.key)
    assert made.returncode == 0, made.stderr
    assert [len(post.log(POST, document_number=number)) for number in ("Y6045128", "533476724")] == [1, 1], made.stdout
    assert events(made).count("read") == events(made).count("delivered") == 2


def test_no_movement_is_lost_or_doubled_by_kill_9(post: Post, tmp_path: Path) -> None:
    chance = random.Random(7)
    command = [sys.executable, "tests/camera_process.py", str(tmp_path / "spool"), post.base, post.key]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    kept: list[str] = []
    known = {line["id"] for line in post.log("IQ-SFW")}
    for _ in range(KILLS):
        with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as camera:
            assert camera.stdout is not None
            for _ in range(chance.randint(1, 15)):
                kept.append(camera.stdout.readline().strip())
            camera.kill()
            kept += [line.strip() for line in camera.stdout if line.endswith("\n")]
    subprocess.run([*command, "--drain"], cwd=ROOT, env=environment, check=True, timeout=240)
    log = [line["id"] for line in post.log("IQ-SFW") if line["id"] not in known]
    assert len(log) == len(set(log))
    assert set(kept) <= set(log)
    assert len(log) <= len(kept) + KILLS  # at most the one whose id it could no longer print
    assert not list((tmp_path / "spool" / "waiting").iterdir())
    assert not list((tmp_path / "spool" / "set-aside").iterdir())


# --- what is refused before anything starts


def run(*arguments: str) -> Any:
    given = ["camera", "--source", "0", "--post", POST, "--direction", "exit", *arguments]
    return CliRunner().invoke(command_line(), given, env={"MABAR_DEVICE_KEY": ""})


def test_a_key_is_needed_and_never_taken_from_the_command_line(tmp_path: Path) -> None:
    assert "there is no device key" in run("--spool", str(tmp_path / "s")).stderr
    assert run("--key", "secret").exit_code == 2


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("secret")
    key.chmod(0o644)
    assert "chmod 600" in run("--key-file", str(key)).stderr


def test_a_key_is_not_sent_in_the_clear(tmp_path: Path) -> None:
    made = run("--server", "http://mabar.example", "--spool", str(tmp_path / "s"))
    assert (made.exit_code, "use https://" in made.stderr) == (1, True)
