"""Whether the machine's clock was set: told in the log and the trail, since times tell less then.

The order of what was recorded does not hang on it: movements and events are numbered.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from api import logs
from service import audit
from service.database import Database

LOOK_SECONDS = 10.0
TOLERANCE = timedelta(minutes=1)  # between two looks; a clock that is kept right moves by parts of a second


def _now() -> datetime:
    return datetime.now(UTC)


def _steady() -> float:
    """Seconds since the machine started, its sleep among them: nobody sets that clock. Linux."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@dataclass(slots=True)
class WallClock:
    """Compares the clock on the wall with the steady one."""

    _wall: datetime = field(default_factory=_now)
    _since: float = field(default_factory=_steady)

    def set_by(self, wall: datetime, steady: float) -> timedelta | None:
        """By how much the clock was set since the last look; None where it was not."""
        jump = wall - self._wall - timedelta(seconds=steady - self._since)
        self._wall, self._since = wall, steady
        return jump if abs(jump) > TOLERANCE else None


async def look_back(database: Database) -> None:
    """Tell of a clock that was set back while nothing ran: what is on record last lies ahead of it."""
    async with database.sessions() as session:
        last = await audit.last_at(session)
    if last is not None and (behind := last - _now()) > TOLERANCE:
        await _tell(database, -behind)


async def look(database: Database, clock: WallClock) -> None:
    """Tell of a clock that was set, once."""
    jump = clock.set_by(_now(), _steady())
    if jump is not None:
        await _tell(database, jump)


async def _tell(database: Database, jump: timedelta) -> None:
    seconds = round(jump.total_seconds())
    logs.get_logger().warning("the machine's clock was set", seconds=seconds)
    async with database.sessions.begin() as session:
        await audit.record(session, None, "clock_set", purpose="maintenance", details={"seconds": seconds})
