"""When a document lies still before a camera, and when it has gone. Pure.

A scene is told small grey pictures of what the camera sees, a few a second, and whether what lay still
was a document. It goes from nothing over moving to steady, is read, and waits until that is taken away. What
the scene looks like without a document is learned: it is whatever lies still and is none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Thumbnail = NDArray[np.float32]
"""A picture in little, grey levels [height, width], some 64 pixels wide: every pixel the mean of many."""

PICTURES_STILL = 4
"""Pictures in a row that must be alike for what they show to lie still."""

_ALIKE = 6.0  # grey levels by which the grain of a sensor may change a thumbnail
_SAME = 12.0  # the same, over minutes of changing light
_FADING = 0.05  # share of a picture in what is remembered of the scene, for light changes over the day


class Phase(StrEnum):
    """What is before the camera."""

    NOTHING = "nothing"
    MOVING = "moving"
    STEADY = "steady"  # something lies still that has not been looked at
    READ = "read"  # a document that has been read still lies there


@dataclass(frozen=True, slots=True)
class Scene:
    """What a camera has seen so far; a new value after every picture."""

    phase: Phase = Phase.MOVING
    still: int = 0
    last: Thumbnail | None = None
    empty: Thumbnail | None = None

    def see(self, picture: Thumbnail) -> Scene:
        """The scene once the camera gave one more picture."""
        if self.phase is Phase.NOTHING and self.empty is not None and _apart(picture, self.empty) < _SAME:
            return replace(self, last=picture, empty=_blended(self.empty, picture))
        if self.phase is Phase.READ and self.last is not None and _apart(picture, self.last) < _SAME:
            return replace(self, last=_blended(self.last, picture))
        if self.last is None or _apart(picture, self.last) >= _ALIKE:
            return replace(self, phase=Phase.MOVING, still=0, last=picture)
        return self._lain(picture)

    def judge(self, document: bool) -> Scene:
        """The scene once what lay still was looked at: it is a document, or else what an empty scene looks like."""
        if document:
            return replace(self, phase=Phase.READ)
        return replace(self, phase=Phase.NOTHING, empty=self.last)

    def _lain(self, picture: Thumbnail) -> Scene:
        """What was there lies still for one more picture."""
        still = self.still + 1
        if still < PICTURES_STILL:
            return replace(self, phase=Phase.MOVING, still=still, last=picture)
        gone = self.empty is not None and _apart(picture, self.empty) < _SAME
        return replace(self, phase=Phase.NOTHING if gone else Phase.STEADY, still=still, last=picture)


def _apart(one: Thumbnail, other: Thumbnail) -> float:
    """By how many grey levels the fiftieth of the pixels that differ most differ at least.

    A change of the whole picture's brightness, as automatic exposure makes it, does not count.
    """
    if one.shape != other.shape:
        return 255.0
    difference = one - other
    return float(np.percentile(np.abs(difference - np.median(difference)), 98))


def _blended(old: Thumbnail, new: Thumbnail) -> Thumbnail:
    return np.asarray((1 - _FADING) * old + _FADING * new, np.float32)
