"""A camera at work: looking, reading and delivering side by side, until the source ends or someone ends it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

from api.camera.checkpoint import Desk, Outcome, Scan, Watch, take
from api.camera.delivery import Delivery, Pause, pauses
from api.camera.sources import Camera, CameraLost, Picture, Source, arrived, recorded
from api.camera.state import Teller

_LOOK_SECONDS = 0.5  # between looks into a scanner's folder
_BEAT_SECONDS = 5.0
_READ, _UNREAD = "read", "unread"  # where a scanner's images go

Now = Callable[[], datetime]


class Station:
    """One source, one desk, one way to the service."""

    def __init__(
        self, source: Source, desk: Desk, delivery: Delivery, tell: Teller, now: Now, pause: Pause = asyncio.sleep
    ) -> None:
        self._source, self._desk, self._delivery = source, desk, delivery
        self._tell, self._now, self._pause = tell, now, pause
        self._watch = Watch(desk, now)
        self._waits = _waits()

    async def run(self, once: bool = False, erase: bool = False) -> int:
        """Work until the source ends; gives how many movements then still wait. A live source never ends.

        ``once`` ends at a folder when all that lies in it is read; ``erase`` erases images once they are recorded.
        """
        helpers = [asyncio.create_task(work) for work in (self._delivery.run(), self._beat())]
        try:
            await self._work(once, erase)
        finally:
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)
        await self._delivery.deliver()
        return len(self._desk.spool.waiting())

    async def _work(self, once: bool, erase: bool) -> None:
        if folder := self._source.folder:
            await self._empty(folder, once, erase)
        elif self._source.is_recording:
            pictures = recorded(self._source)
            while (picture := await asyncio.to_thread(next, pictures, None)) is not None:
                await self._look(picture)
        else:
            while True:
                await self._look_until_lost()

    async def _look_until_lost(self) -> None:
        """Look at a live camera; when it is lost, wait a while, longer each time."""
        try:
            camera = await asyncio.to_thread(Camera, self._source)
            self._tell("camera_open", source=self._source.shown)
            with closing(camera):
                while True:
                    await self._look(await asyncio.to_thread(camera.picture))
                    self._waits = _waits()
        except CameraLost as lost:
            await self._wait_for(lost)

    async def _wait_for(self, lost: OSError) -> None:
        wait = next(self._waits)
        self._tell("camera_lost", why=str(lost), again_in=round(wait, 1))
        await self._pause(wait)

    async def _look(self, picture: Picture) -> None:
        before = self._watch.phase
        await self._watch.look(picture)
        if self._watch.phase is not before:
            self._tell("view", phase=self._watch.phase.value)
            self._delivery.wake()

    async def _empty(self, folder: Path, once: bool, erase: bool) -> None:
        """Read the images that come into a folder, and move each out of the way."""
        settled: dict[Path, int] = {}
        self._tell("camera_open", source=self._source.shown)
        left = True
        while left or not once:
            try:
                left = await self._look_into(folder, settled, erase)
                self._waits = _waits()
                await self._pause(_LOOK_SECONDS)
            except OSError as lost:  # a share that is away, an image that someone else took
                await self._wait_for(lost)

    async def _look_into(self, folder: Path, settled: dict[Path, int], erase: bool) -> bool:
        """Take what has arrived; False where nothing is left to take, now or once there is room for it."""
        for path in arrived(folder, settled):
            outcome = await take(self._desk, Scan.of(path), self._now())
            self._delivery.wake()
            _put_away(path, outcome, erase)
            if outcome is Outcome.NOT_KEPT:
                return False
        return any(path.is_file() for path in settled)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(_BEAT_SECONDS)
            self._tell.beat()


def _put_away(path: Path, outcome: Outcome, erase: bool) -> None:
    """Take an image out of the way, but for one that the spool had no room for: that is tried again."""
    if outcome is Outcome.RECORDED and erase:
        path.unlink()
    elif outcome is not Outcome.NOT_KEPT:
        place = path.parent / (_READ if outcome is Outcome.RECORDED else _UNREAD)
        place.mkdir(mode=0o700, exist_ok=True)
        path.rename(place / path.name)


def _waits() -> Iterator[float]:
    return pauses(random.Random())  # noqa: S311 - spreads cameras in time, guards nothing
