"""Several frames of one document to one reading."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ocr.decode import decode
from ocr.fusion import View, agree, fuse
from ocr.image import DEFAULT_LIMITS, ImageRefused, Limits, decode_image
from ocr.reader import Clock, default_engine, find_zone, judged, read_mrz
from ocr.reading import FrameOutcome, MrzReading, Obstacle, ObstacleCode, judge
from ocr.tesseract import Engine

MOST_FRAMES = 10
"""Frames of one document that are read at once; more add cost and no evidence."""


class TooManyFrames(ImageRefused):
    """More frames than are read at once."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} images of one document; at most {MOST_FRAMES} are read together")


def read_frames(frames: Sequence[bytes], limits: Limits = DEFAULT_LIMITS, engine: Engine | None = None) -> MrzReading:
    """Read the zone that one to `MOST_FRAMES` frames (JPEG or PNG) of one document show.

    What the frames show in each place is taken together (see `ocr.fusion`) and decoded once. A frame
    without a zone, of another document or damaged spoils nothing: ``frames`` of the reading say what
    became of each. Further frames are left unread once two agree in every character and nothing stands
    against the reading, or once the time for one reading is up. The crop is the clearest frame's.

    Raises what `ocr.reader.read_mrz` raises; ImageRefused only where every frame is refused;
    TooManyFrames.
    """
    if len(frames) > MOST_FRAMES:
        raise TooManyFrames(len(frames))
    if len(frames) == 1:
        return read_mrz(frames[0], limits, engine)
    together = _Set(limits, engine or default_engine())
    for data in frames:
        together.add(data)
    return together.reading()


@dataclass(frozen=True, slots=True)
class _Look:
    """A zone that a frame shows, and its reading by itself."""

    view: View
    alone: MrzReading


class _Set:
    """What the frames so far show."""

    def __init__(self, limits: Limits, engine: Engine) -> None:
        self._limits, self._engine = limits, engine
        self._clock = Clock(limits.patience_ms)
        self._longest_ms = 0.0
        self._refusals: list[ImageRefused] = []
        self._looks: dict[int, _Look] = {}
        self._outcomes: list[FrameOutcome] = []
        self._reading = MrzReading.nothing((), 0.0)

    def add(self, data: bytes) -> None:
        """Look at one more frame, unless it is not needed or there is no time for it."""
        began = self._clock.elapsed_ms
        if self._is_sure():
            self._outcomes.append(FrameOutcome.NOT_NEEDED)
        elif began + self._longest_ms > self._limits.patience_ms:
            self._outcomes.append(FrameOutcome.NO_TIME)
        else:
            self._outcomes.append(self._look_at(data))
            self._longest_ms = max(self._longest_ms, self._clock.elapsed_ms - began)

    def reading(self) -> MrzReading:
        """What they say together. Raises ImageRefused where every frame was refused."""
        if self._refusals and set(self._outcomes) == {FrameOutcome.REFUSED}:
            raise self._refusals[0]
        spent, outcomes = self._clock, tuple(self._outcomes)
        return replace(self._reading, frames=outcomes, steps=spent.steps, elapsed_ms=spent.elapsed_ms)

    def _is_sure(self) -> bool:
        """Whether nothing is left to doubt: two frames by themselves say what all say together."""
        saying_so = [look for look in self._looks.values() if look.alone.lines == self._reading.lines]
        return self._reading.accepted and len(saying_so) > 1

    def _look_at(self, data: bytes) -> FrameOutcome:
        try:
            with self._clock.step("decode"):
                pixels = decode_image(data, self._limits)
        except ImageRefused as refusal:
            self._refusals.append(refusal)
            return FrameOutcome.REFUSED
        zone = find_zone(pixels, self._engine, self._clock)
        if zone is None:
            return FrameOutcome.NO_ZONE
        alone = judged(pixels, zone.band, zone.decoded, self._clock)
        number = len(self._outcomes)
        self._looks[number] = _Look(View(zone.aligned, zone.decoded), alone)
        with self._clock.step("fuse"):
            used = self._fuse()
        for before in self._looks.keys() - {number}:
            self._outcomes[before] = _outcome(before in used)
        return _outcome(number in used)

    def _fuse(self) -> Sequence[int]:
        """Read the frames that agree as one; gives their numbers."""
        numbers, looks = list(self._looks), list(self._looks.values())
        agreed = agree([look.view for look in looks])
        used = [looks[place] for place in agreed.places]
        decoded = decode(fuse([look.view for look in used]))
        clearest = used[0].alone
        assert clearest.crop_png is not None  # a zone was found
        self._reading = judge(decoded, clearest.crop_png, clearest.boxes, (), 0.0)
        if agreed.disputed:
            obstacles = (*self._reading.obstacles, Obstacle(ObstacleCode.FRAMES_DISAGREE))
            self._reading = replace(self._reading, obstacles=obstacles, accepted=False)
        return [numbers[place] for place in agreed.places]


def _outcome(used: bool) -> FrameOutcome:
    return FrameOutcome.USED if used else FrameOutcome.ANOTHER_ZONE
