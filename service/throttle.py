"""Growing delays after wrong passwords, per account and client, so that guessing is slow.

Never a lock: whoever guesses at one machine delays that account at that machine alone, so nobody can
shut a post out by typing wrong passwords for its officers.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

FREE_ATTEMPTS = 3
LONGEST_WAIT = timedelta(minutes=5)
FORGET_AFTER = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class _Failures:
    count: int
    last: datetime

    def opens_at(self) -> datetime:
        """When the next attempt is heard: at once up to the third, then after 1, 2, 4, … s."""
        if self.count < FREE_ATTEMPTS:
            return self.last
        doubled = 2 ** min(self.count - FREE_ATTEMPTS, 30)
        return self.last + min(timedelta(seconds=doubled), LONGEST_WAIT)


class Throttle:
    """Remembers wrong passwords, in memory and within bounds.

    At most `remembered` pairs are kept, the longest untouched forgotten first: a flood of made-up
    account names costs an attacker's earlier entries, not memory.
    """

    def __init__(self, remembered: int = 10_000) -> None:
        self._remembered = remembered
        self._failures: OrderedDict[tuple[str, str], _Failures] = OrderedDict()

    def wait(self, account: str, client: str, now: datetime) -> int:
        """Whole seconds until `client` may try `account` again; 0 when it may."""
        failures = self._failures.get((account, client))
        if failures is None or now - failures.last > FORGET_AFTER:
            return 0
        return max(0, math.ceil((failures.opens_at() - now).total_seconds()))

    def failed(self, account: str, client: str, now: datetime) -> None:
        """A wrong password was given."""
        known = self._failures.pop((account, client), None)
        count = known.count if known and now - known.last <= FORGET_AFTER else 0
        self._failures[(account, client)] = _Failures(count + 1, now)
        while len(self._failures) > self._remembered:
            self._failures.popitem(last=False)

    def succeeded(self, account: str, client: str) -> None:
        """The right password was given: what went before is forgotten."""
        self._failures.pop((account, client), None)
