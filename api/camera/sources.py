"""Where pictures come from: a camera at this machine, a camera on the network, a recording, a scanner's folder.

OpenCV does the talking. Pictures are grey, uint8 [height, width]; a scanner's are its files as they are.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

PICTURES_A_SECOND = 8
"""How often one looks: a hand that lays a document down is seen to move."""

_SILENCE = 5.0  # seconds without a picture after which a camera counts as lost
_STREAMS = ("rtsp://", "rtsps://", "http://", "https://")
_IMAGES = frozenset({".jpg", ".jpeg", ".png"})


class CameraLost(OSError):  # noqa: N818 - said to an operator
    """The camera gives no picture; the message names it and says why."""


@dataclass(frozen=True, slots=True)
class Source:
    """What `--source` names. `shown` leaves out the password that an address may hold."""

    given: str

    @property
    def folder(self) -> Path | None:
        """The folder that a scanner puts images into, if it is one."""
        return Path(self.given) if not self.is_stream and Path(self.given).is_dir() else None

    @property
    def is_stream(self) -> bool:
        return self.given.lower().startswith(_STREAMS)

    @property
    def is_recording(self) -> bool:
        """Whether it ends by itself."""
        return not self.is_stream and Path(self.given).is_file()

    @property
    def shown(self) -> str:
        if not self.is_stream:
            return self.given
        parts = urlsplit(self.given)
        return f"{parts.scheme}://{parts.hostname}{parts.path}"


def recorded(source: Source) -> Iterator[Picture]:
    """The pictures of a recording, as often as one would have looked. Raises CameraLost."""
    video = _opened(source)
    step = max(round(video.get(cv2.CAP_PROP_FPS) / PICTURES_A_SECOND), 1)
    with suppress(EOFError):
        while True:
            yield _taken(video)
            for _ in range(step - 1):
                video.grab()
    video.release()


class Camera:
    """A live camera, of which one gets the picture of now: those in between are dropped."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._video = _opened(source)
        self._video.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        self._news = threading.Condition()
        self._latest: Picture | None = None
        self._open = True
        threading.Thread(target=self._watch, daemon=True, name="camera").start()

    def picture(self) -> Picture:
        """The next picture, an eighth of a second after the one before. Raises CameraLost."""
        time.sleep(1 / PICTURES_A_SECOND)
        with self._news:
            self._latest = None
            self._news.wait_for(lambda: self._latest is not None or not self._open, _SILENCE)
            if self._latest is None:
                raise CameraLost(f"{self._source.shown} gives no picture")
            return self._latest

    def close(self) -> None:
        """Let go of the camera."""
        self._open = False

    def _watch(self) -> None:
        while self._open:
            try:
                picture = _taken(self._video)
            except EOFError:
                break
            with self._news:
                self._latest = picture
                self._news.notify()
        with self._news:
            self._open = False
            self._news.notify()
        self._video.release()


def arrived(folder: Path, settled: dict[Path, int]) -> Iterator[Path]:
    """Images in a folder that have not grown since the last look, oldest first; ``settled`` remembers their sizes."""
    found = [path for path in folder.iterdir() if path.suffix.lower() in _IMAGES and path.is_file()]
    for gone in settled.keys() - set(found):
        del settled[gone]
    for path in sorted(found, key=lambda path: (path.stat().st_mtime_ns, path.name)):
        size = path.stat().st_size
        if settled.get(path) == size:
            yield path
        settled[path] = size


def _opened(source: Source) -> cv2.VideoCapture:
    os.environ.setdefault("OPENCV_FFMPEG_CAPTURE_OPTIONS", "rtsp_transport;tcp")  # no lost slices, and no open ports
    given: str | int = int(source.given) if source.given.isdecimal() else source.given
    if source.is_stream:
        limit = round(1000 * _SILENCE)
        limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, limit, cv2.CAP_PROP_READ_TIMEOUT_MSEC, limit]
        video = cv2.VideoCapture(source.given, cv2.CAP_FFMPEG, limits)
    else:
        video = cv2.VideoCapture(given)
    if not video.isOpened():
        raise CameraLost(f"{source.shown} cannot be opened")
    return video


def _taken(video: cv2.VideoCapture) -> Picture:
    there, picture = video.read()
    if not there:
        raise EOFError
    return np.asarray(picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)
