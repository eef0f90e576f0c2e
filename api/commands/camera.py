"""`mabar camera`."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import signal
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import httpx
import typer

from api.camera.checkpoint import Checkpoint, Desk
from api.camera.delivery import Delivery, poster
from api.camera.sources import Source
from api.camera.spool import Encrypted, Spool
from api.camera.state import State, Teller
from api.camera.station import Station
from api.commands.common import EXIT_REFUSED, command, now, run
from ocr.frames import MOST_FRAMES
from ocr.worker import ReaderPool
from service.domain import Direction
from service.errors import SettingsRefused
from service.settings import load_settings
from service.vault import keys_in

_PATIENCE = 15.0  # seconds for one answer of the service


@dataclass(frozen=True, slots=True)
class _Asked:
    source: Source
    checkpoint: Checkpoint
    server: str
    key: str
    spool: Path
    spool_key: Path
    spool_most: int
    as_json: bool
    once: bool
    erase: bool


@command
def camera(
    source: Annotated[
        str, typer.Option(envvar="MABAR_CAMERA_SOURCE", help="device number or path, rtsp:// address, video, or folder")
    ],
    post: Annotated[str, typer.Option(help="crossing point, such as IQ-ZUR")],
    direction: Annotated[Direction, typer.Option(help="entry or exit")],
    server: Annotated[str, typer.Option(help="where the service is")] = "http://127.0.0.1:8000",
    key_file: Annotated[
        Path | None, typer.Option(help="file with the device key; else the environment's MABAR_DEVICE_KEY")
    ] = None,
    spool: Annotated[Path | None, typer.Option(help="where movements wait; each camera has its own")] = None,
    spool_key_file: Annotated[
        Path | None,
        typer.Option(envvar="MABAR_SPOOL_KEY_FILE", help="keys that seal them; one is made in the data directory"),
    ] = None,
    spool_most: Annotated[int, typer.Option(min=1, help="movements that may wait")] = 1000,
    frames: Annotated[int, typer.Option(min=1, max=MOST_FRAMES, help="pictures of one document read together")] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object a line for each event")] = False,
    once: Annotated[bool, typer.Option("--once", help="end when the folder is empty")] = False,
    erase: Annotated[bool, typer.Option("--erase", help="erase a folder's images once they are recorded")] = False,
) -> None:
    """Watch a checkpoint's camera or scanner; read each document that lies still, and record its holder's crossing.

    A doubtful reading is not recorded: it is for an officer. Ends with 1 when movements wait at the end.
    """
    folder = spool or load_settings().data_dir / "camera" / f"{post}-{direction.value}"
    checkpoint = Checkpoint(post, direction, frames)
    spool_key = spool_key_file or load_settings().data_dir / "camera.key"
    asked = _Asked(
        Source(source),
        checkpoint,
        _checked(server),
        _key(key_file),
        folder,
        spool_key,
        spool_most,
        as_json,
        once,
        erase,
    )
    if left := run(_work(asked)):
        typer.echo(f"mabar: {left} movements wait in {folder}; start again to deliver them", err=True)
        raise typer.Exit(EXIT_REFUSED)


async def _work(asked: _Asked) -> int:
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    settings = load_settings()
    with closing(Spool(asked.spool, asked.spool_most, Encrypted(keys_in(asked.spool_key)))) as spool:
        state = State(waiting=len(spool.waiting()), set_aside=spool.set_aside_count())
        tell = Teller(state, asked.spool / "state.json", now, asked.as_json, sys.stdout)
        headers = {"Authorization": f"Bearer {asked.key}"}
        async with (
            ReaderPool(1, seconds=settings.image_timeout_seconds) as reader,
            httpx.AsyncClient(base_url=asked.server, headers=headers, timeout=_PATIENCE) as client,
        ):
            desk = Desk(asked.checkpoint, reader.read_frames, spool, tell)
            station = Station(asked.source, desk, Delivery(spool, poster(client), tell), tell, now)
            try:
                return await station.run(asked.once, asked.erase)
            except asyncio.CancelledError:  # ended by the operator; what waits is delivered next time
                return 0


def _key(file: Path | None) -> str:
    """The device key, which is never given on the command line: every user of the machine can read that."""
    if file is None:
        key = os.environ.get("MABAR_DEVICE_KEY", "")
    elif file.stat().st_mode & 0o077:
        raise SettingsRefused(f"{file} holds a key and is open to others than its owner; run `chmod 600 {file}`")
    else:
        key = file.read_text()
    if not key.strip():
        raise SettingsRefused("there is no device key: name a file with --key-file, or set MABAR_DEVICE_KEY")
    return key.strip()


def _checked(server: str) -> str:
    """The service's address, if nobody can read along on the way there."""
    parts = urlsplit(server)
    if parts.scheme == "https" or (parts.scheme == "http" and _is_here(parts.hostname or "")):
        return server
    raise SettingsRefused(f"{server} would send the key and travellers' data for all to read; use https://")


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
