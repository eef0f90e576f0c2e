"""`mabar read` and `mabar inspect`."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import httpx
import typer
import uuid_utils

from api.commands.common import EXIT_REFUSED, command, now, progress, run
from ocr.drawing import draw_reading
from ocr.image import ImageRefused
from ocr.reading import MrzReading
from ocr.tesseract import EngineMissing
from ocr.worker import ReaderPool, ReadTimeout, WorkerDied
from service.canonical import plain
from service.domain import Direction, PartialDate
from service.errors import Unavailable
from service.identity import identify

REFUSED = (ImageRefused, ReadTimeout, WorkerDied, EngineMissing, OSError)


@command
def read(
    images: Annotated[list[Path], typer.Argument(help="JPEG or PNG files", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object a line")] = False,
    together: Annotated[bool, typer.Option("--together", help="the files are frames of one document")] = False,
    debug: Annotated[Path | None, typer.Option(help="folder for pictures of how each image was read")] = None,
) -> None:
    """Read the machine-readable zone of each image. Ends with 1 when a file could not be read as an image.

    With --debug the folder gets pictures of where was looked, what was cut out, which characters are
    doubtful and how long each step took. They show the document: delete them when done.
    """
    documents = [images] if together else [[image] for image in images]

    async def work() -> bool:
        well = True
        with progress("documents", len(documents)) as report:
            done = 0
            async for frames, reading, error in _readings(documents):
                well = well and error is None
                shown = _as_json(frames, reading, error)
                typer.echo(json.dumps(shown) if as_json else _as_text(str(shown["file"]), reading, error))
                done += 1
                report(done)
        return well

    if debug:
        _draw(images, debug)

    if not run(work()):
        raise typer.Exit(EXIT_REFUSED)


def _draw(images: list[Path], folder: Path) -> None:
    """Pictures of each reading, readable by their owner alone, named after the image."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for image in images:
        with suppress(*REFUSED):  # said of each image as it is read
            for drawing in draw_reading(image.read_bytes())[1]:
                path = folder / f"{image.stem}-{drawing.name}.png"
                path.touch(mode=0o600)
                path.write_bytes(drawing.png)


async def _readings(documents: list[list[Path]]) -> AsyncIterator[tuple[list[Path], MrzReading | None, str | None]]:
    async with ReaderPool() as pool:
        for frames in documents:
            try:
                yield frames, await pool.read_frames([frame.read_bytes() for frame in frames]), None
            except REFUSED as refusal:
                yield frames, None, str(refusal)


def _as_json(frames: list[Path], reading: MrzReading | None, error: str | None) -> Mapping[str, Any]:
    file = ", ".join(map(str, frames))
    if reading is None:
        return {"file": file, "format": None, "lines": None, "valid": False, "accepted": False, "repairs": [],
                "fields": None, "elapsed_ms": None, "error": error}  # fmt: skip
    return {
        "file": file,
        "format": reading.format,
        "lines": reading.lines,
        "valid": reading.valid,
        "accepted": reading.accepted,
        "chance": reading.chance,
        "repairs": plain(reading.repairs),
        "fields": _fields(reading),
        "elapsed_ms": round(reading.elapsed_ms, 1),
        "obstacles": plain(reading.obstacles),
        "frames": plain(reading.frames),
    }


def _fields(reading: MrzReading) -> dict[str, Any] | None:
    zone = reading.mrz
    if zone is None:
        return None
    fields: dict[str, Any] = plain(zone)
    for name in ("format", "lines"):
        del fields[name]
    traveller, document = identify(zone, now().date())
    expiry = document.date_of_expiry or PartialDate(None)
    return fields | {"date_of_birth": str(traveller.date_of_birth), "date_of_expiry": str(expiry)}


def _as_text(file: str, reading: MrzReading | None, error: str | None) -> str:
    if reading is None:
        return f"{file}: {error}"
    if reading.lines is None:
        return f"{file}: no machine-readable zone found"
    state = "accepted" if reading.accepted else "to be confirmed: " + ", ".join(o.code for o in reading.obstacles)
    return f"{file}: {reading.format}, {state}\n" + "\n".join(f"  {line}" for line in reading.lines)


@command
def inspect(
    post: Annotated[str, typer.Option(help="crossing point, such as IQ-ZUR")],
    direction: Annotated[Direction, typer.Option(help="entry or exit")],
    image: Annotated[Path | None, typer.Argument(help="JPEG or PNG file")] = None,
    mrz: Annotated[str | None, typer.Option(help="the zone as text, instead of an image")] = None,
    server: Annotated[str, typer.Option(help="where the service is")] = "http://127.0.0.1:8000",
    movement_id: Annotated[UUID | None, typer.Option("--id", help="the movement's id, to repeat an attempt")] = None,
) -> None:
    """Read a document and inspect its holder, at a running service; MABAR_TOKEN holds the credential.

    Prints the answer as JSON.
    """
    if (image is None) == (mrz is None):
        raise typer.BadParameter("give an image or --mrz")
    headers = {"Authorization": f"Bearer {os.environ.get('MABAR_TOKEN', '')}"}
    asked: dict[str, Any] = {
        "id": str(movement_id or uuid_utils.uuid7()),
        "crossing_point": post,
        "direction": direction.value,
        "occurred_at": now().isoformat(),
    }
    try:
        with httpx.Client(base_url=server, headers=headers, timeout=15) as client:
            asked |= {"mrz": mrz} if mrz else _read_there(client, image)
            answer = client.post("/v1/inspections", json=asked)
    except httpx.TransportError as error:
        raise Unavailable(f"{server} does not answer ({error}); movement id {asked['id']}, repeat with --id") from None
    typer.echo(json.dumps(answer.json(), ensure_ascii=False, indent=2))
    if answer.is_error:
        raise typer.Exit(EXIT_REFUSED)


def _read_there(client: httpx.Client, image: Path | None) -> dict[str, str]:
    assert image is not None
    answer = client.post("/v1/mrz", files={"image": (image.name, image.read_bytes())})
    reading = answer.json()
    if answer.is_error or not reading["accepted"]:
        typer.echo(json.dumps({**reading, "crop_png": None, "boxes": None}, ensure_ascii=False, indent=2))
        typer.echo("mabar: the reading needs an officer's eye; confirm it with --mrz", err=True)
        raise typer.Exit(EXIT_REFUSED)
    return {"reading_id": reading["id"]}
