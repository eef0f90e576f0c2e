"""What happens before a camera, from the first picture of a document to its movement in the spool."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from pathlib import Path
from typing import Any
from uuid import UUID

import cv2
import numpy as np
import uuid_utils

from api.camera.delivery import Tell
from api.camera.sources import Picture
from api.camera.spool import Item, Spool
from ocr.image import ImageRefused
from ocr.reading import FrameOutcome, MrzReading
from ocr.steady import Phase, Scene, Thumbnail
from ocr.worker import ReadFailed
from service.domain import Direction

ReadFrames = Callable[[Sequence[bytes]], Awaitable[MrzReading]]

_STILL_THERE = timedelta(minutes=2)  # how long after a reading a restart takes the same document for the same crossing
_THUMBNAIL = (64, 48)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where the camera stands, which way one crosses there, and how many pictures make a reading."""

    post: str
    direction: Direction
    frames: int = 3

    def movement(self, movement_id: UUID, at: datetime, lines: Sequence[str]) -> Item:
        """What the service is asked to record (see its `POST /v1/inspections`)."""
        return {
            "id": str(movement_id),
            "crossing_point": self.post,
            "direction": self.direction.value,
            "occurred_at": at.isoformat(),
            "mrz": "\n".join(lines),
        }


class Outcome(Enum):
    """What became of a reading."""

    RECORDED = auto()  # its movement is in the spool
    REFERRED = auto()  # an officer must look
    NOT_KEPT = auto()  # the spool took no more


class Desk:
    """Reads documents and puts the movements of those that leave no doubt into the spool.

    `tell` hears of each in words without personal data; what is doubtful is for an officer.
    """

    def __init__(self, checkpoint: Checkpoint, read: ReadFrames, spool: Spool, tell: Tell) -> None:
        self.checkpoint, self.spool, self.tell = checkpoint, spool, tell
        self._read = read

    async def read(self, frames: Sequence[bytes]) -> MrzReading | None:
        """What the frames of one document show; None where they cannot be read."""
        try:
            return await self._read(frames)
        except (ImageRefused, ReadFailed) as refusal:
            self.tell("not_read", why=str(refusal))
            return None

    def record(self, reading: MrzReading, movement_id: UUID, at: datetime) -> Outcome:
        """Keep the movement of an accepted reading; say aloud where an officer must look."""
        used = reading.frames.count(FrameOutcome.USED)
        if not reading.accepted or reading.lines is None:
            self.tell("to_be_confirmed", obstacles=[o.code.value for o in reading.obstacles], frames=used)
            return Outcome.REFERRED
        movement = self.checkpoint.movement(movement_id, at, reading.lines)
        if not self.keeps(lambda: self.spool.put(movement)):
            return Outcome.NOT_KEPT
        self.tell("read", id=str(movement_id), frames=used, waiting=len(self.spool.waiting()))
        return Outcome.RECORDED

    def keeps(self, write: Callable[[], None]) -> bool:
        """Whether the spool took what is written; says aloud where it did not."""
        try:
            write()
        except OSError as refusal:  # the spool is full, or the disk
            self.tell("not_kept", why=str(refusal))
            return False
        return True


class Watch:
    """Looks at one live picture after another; reads a document once, however long it lies there."""

    def __init__(self, desk: Desk, now: Callable[[], datetime]) -> None:
        self._desk, self._now = desk, now
        self._scene = Scene()
        self._frames: list[bytes] = []
        self._last: Item | None = desk.spool.remembered()  # what was read and has not been seen to leave
        self._restarted = True

    @property
    def phase(self) -> Phase:
        return self._scene.phase

    async def look(self, picture: Picture) -> None:
        """Take in one more picture; reads and records when enough of a steady document have come."""
        self._scene = self._scene.see(thumbnail(picture))
        if self.phase is not Phase.STEADY:
            self._frames.clear()
        if self.phase is Phase.NOTHING and self._last is not None:
            self._forget()
        if self.phase is Phase.STEADY:
            self._frames.append(coded(picture))
            if len(self._frames) >= self._desk.checkpoint.frames:
                await self._judge()

    async def _judge(self) -> None:
        reading = await self._desk.read(self._frames)
        self._frames.clear()
        document = reading is not None and reading.lines is not None
        self._scene = self._scene.judge(document)
        if reading is not None and document:
            self._take(reading)

    def _take(self, reading: MrzReading) -> None:
        seen = hashlib.sha256("\n".join(reading.lines or ()).encode()).hexdigest()
        known = self._known(seen)
        if known is not None and not self._restarted:
            return  # it was only moved
        at = datetime.fromisoformat(known["at"]) if known else self._now()
        movement_id = UUID(known["id"]) if known else UUID(str(uuid_utils.uuid7()))
        if reading.accepted:
            # Before the movement itself: should all end in between, the same id is used again.
            note = self._last = {"document": seen, "id": str(movement_id), "at": at.isoformat()}
            self._restarted = False
            if not self._desk.keeps(lambda: self._desk.spool.remember(note)):
                self._forget()
                return
        if self._desk.record(reading, movement_id, at) is Outcome.NOT_KEPT:
            self._forget()

    def _known(self, seen: str) -> dict[str, Any] | None:
        """The note of this very document, if it has not been away since."""
        note = self._last
        if note is None or note["document"] != seen:
            return None
        if self._restarted and self._now() - datetime.fromisoformat(note["at"]) > _STILL_THERE:
            return None
        return dict(note)

    def _forget(self) -> None:
        self._last = None
        self._restarted = False
        self._desk.spool.remember(None)


@dataclass(frozen=True, slots=True)
class Scan:
    """An image of a scanner, and when it was made (nanoseconds since 1970)."""

    data: bytes
    at_ns: int

    @classmethod
    def of(cls, path: Path) -> Scan:
        """The image in a file."""
        return cls(path.read_bytes(), path.stat().st_mtime_ns)


async def take(desk: Desk, scan: Scan, now: datetime) -> Outcome:
    """Read one image of a scanner and record its movement.

    Id and time follow from the file, so that the same image handed in again is the same movement.
    """
    reading = await desk.read([scan.data])
    if reading is None:
        return Outcome.REFERRED
    at = min(datetime.fromtimestamp(scan.at_ns / 1e9, UTC), now)  # a scanner's clock may be ahead
    return desk.record(reading, scan_id(desk.checkpoint, scan), at)


def scan_id(checkpoint: Checkpoint, scan: Scan) -> UUID:
    """A UUID (version 8, RFC 9562) of a scanned image: its time in front, so that ids sort, then its digest."""
    named = f"{checkpoint.post} {checkpoint.direction} {scan.at_ns} ".encode() + scan.data
    digest = int.from_bytes(hashlib.sha256(named).digest()[:10])
    value = (scan.at_ns // 1_000_000 << 80) | digest
    value = value & ~(0xF << 76) | (0x8 << 76)
    return UUID(int=value & ~(0x3 << 62) | (0x2 << 62))


def thumbnail(picture: Picture) -> Thumbnail:
    """A picture in little."""
    return np.asarray(cv2.resize(picture, _THUMBNAIL, interpolation=cv2.INTER_AREA), np.float32)


def coded(picture: Picture) -> bytes:
    """A picture as JPEG of the best quality that matters."""
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()
