"""Reading the machine-readable zone, from an image or from a swipe reader's text."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from api.deps import Services, ServicesDep, permit, require
from api.present_zone import zone_fields
from api.schemas.reading import ImageFormIn, MrzTextIn, ReadingOut
from ocr.frames import MOST_FRAMES, TooManyFrames
from ocr.image import NotAnImage
from ocr.reader import read_text
from ocr.reading import MrzReading
from service import images, readings
from service.access import Action, Actor
from service.canonical import plain
from service.keeping import Keep

Said = TypeVar("Said")
Asked = TypeVar("Asked")

router = APIRouter(prefix="/v1/mrz", tags=["reading"])
_TEXT = "application/json"
_IMAGE = "multipart/form-data"
_AS_READ = ("format", "lines", "valid", "accepted", "chance", "confidences")
_MOST_PARTS = 100  # files of a form that are counted before it is refused unread

_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            _IMAGE: {
                "schema": {
                    "type": "object",
                    "required": ["image"],
                    "properties": {
                        "image": {
                            "type": "array",
                            "items": {"type": "string", "format": "binary"},
                            "minItems": 1,
                            "maxItems": MOST_FRAMES,
                            "description": "JPEG or PNG, at most 8 MB each; several are frames of one document",
                        },
                        **ImageFormIn.model_json_schema()["properties"],
                    },
                }
            },
            _TEXT: {"schema": MrzTextIn.model_json_schema()},
        },
    }
}


@router.post("", status_code=201, openapi_extra=_BODY)
async def create(
    request: Request, services: ServicesDep, actor: Annotated[Actor, permit(Action.READ_DOCUMENT)]
) -> ReadingOut:
    """Read a zone: send an image as multipart form data, or text as JSON.

    The answer says what was read, how sure, what was repaired and what stands between it and acceptance.
    A picture without a zone is no error: `lines` is null. The image is not kept, unless the agency's retention policy
    says so for the crossing point.

    Up to 10 frames of one document, as so many parts named `image`, are read together; `frames` says what
    became of each. They have the time of one image: what is left when it is up is not read.
    """
    if request.headers.get("content-type", "").startswith(_IMAGE):
        reading, post, frames = await _from_image(request, services)
    else:
        reading, post, frames = *await _from_text(request), []
    if post is not None:
        await require(request, actor, Action.READ_DOCUMENT, post)
    reading_id, now = uuid4(), services.now()
    await readings.keep(
        services.database.sessions,
        reading_id,
        reading,
        actor=actor,
        post=post,
        image_digest=_digest(frames) if frames else None,
        now=now,
        kept=services.parts.retention.kept_at(post),
        page=_page(reading, frames),
    )
    services.metrics.readings.labels(_outcome(reading)).inc()
    return _out(reading_id, reading, services)


_PICTURE: dict[str, Any] = {"content": {"image/png": {}, "image/jpeg": {}}, "description": "the picture"}


@router.get("/{id}/images/{kind}", response_class=Response, responses={200: _PICTURE})
async def image(
    services: ServicesDep, id: UUID, kind: Literal["zone", "page"], actor: Annotated[Actor, permit(Action.READ_IMAGE)]
) -> Response:
    """What was kept of the picture of a reading, where the agency's retention policy has any kept. The look leaves its
    trace.
    """
    picture, media_type = await images.picture(services.database.sessions, id, Keep(kind), actor=actor)
    return Response(picture, media_type=media_type, headers={"Cache-Control": "no-store"})


def _outcome(reading: MrzReading) -> str:
    if reading.lines is None:
        return "no zone"
    return "accepted" if reading.accepted else "to be confirmed"


async def _from_image(request: Request, services: Services) -> tuple[MrzReading, str | None, list[bytes]]:
    async with request.form(max_files=_MOST_PARTS, max_fields=2) as form:
        images = form.getlist("image")
        asked = _valid(ImageFormIn.model_validate, {"crossing_point": form.get("crossing_point")})
        if len(images) > MOST_FRAMES:
            raise TooManyFrames(len(images))
        frames = [await image.read() for image in images if isinstance(image, UploadFile)]
    if not frames:
        raise NotAnImage("the form has no file named image")
    reading = await services.reader.read_frames(frames)
    return reading, asked.crossing_point, frames


def _digest(frames: Sequence[bytes]) -> bytes:
    """Names what was read: the image's digest, of several that of their digests."""
    digests = [hashlib.sha256(frame).digest() for frame in frames]
    return digests[0] if len(digests) == 1 else hashlib.sha256(b"".join(digests)).digest()


def _page(reading: MrzReading, frames: Sequence[bytes]) -> bytes | None:
    """The first image of those that a zone was read from."""
    return frames[0] if frames and reading.lines is not None else None


async def _from_text(request: Request) -> tuple[MrzReading, str | None]:
    asked = _valid(MrzTextIn.model_validate_json, await request.body())
    return read_text(asked.mrz), asked.crossing_point


def _valid(validate: Callable[[Said], Asked], said: Said) -> Asked:
    """What a body says, where it is as its shape has it; else what is wrong with it, as for any other body."""
    try:
        return validate(said)
    except ValidationError as error:
        raise RequestValidationError([{**e, "loc": ("body", *e["loc"])} for e in error.errors()]) from None


def _out(reading_id: UUID, reading: MrzReading, services: Services) -> ReadingOut:
    zone = reading.mrz
    return ReadingOut.model_validate(
        {
            **{name: plain(getattr(reading, name)) for name in _AS_READ},
            "id": reading_id,
            "fields": zone_fields(zone, services.now().date()) if zone else None,
            "check_digits": plain(zone.check_digits) if zone else [],
            "repairs": plain(reading.repairs),
            "obstacles": plain(reading.obstacles),
            "frames": plain(reading.frames),
            "crop_png": base64.b64encode(reading.crop_png).decode() if reading.crop_png else None,
            "boxes": [[(box.left, box.top, box.right, box.bottom) for box in line] for line in reading.boxes],
            "steps": {step.name: round(step.ms, 2) for step in reading.steps},
            "elapsed_ms": reading.elapsed_ms,
        }
    )
