"""Growing delays after wrong passwords, per account and client, so that guessing is slow.

Never a lock: whoever guesses at one machine delays that account at that machine alone, so nobody can
shut a post out by typing wrong passwords for its officers.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.errors import TooManyAttempts

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

    def admit(self, account: str, client: str, now: datetime) -> None:
        """Let one attempt through, and count it as failed until `succeeded` says otherwise.

        Counted before its outcome is known, so that many attempts at once count as many.

        Raises:
            TooManyAttempts: with the whole seconds until `client` may try `account` again.
        """
        known = self._failures.pop((account, client), _Failures(0, now))
        if now - known.last > FORGET_AFTER:
            known = _Failures(0, now)
        wait = math.ceil((known.opens_at() - now).total_seconds())
        self._failures[(account, client)] = known if wait > 0 else _Failures(known.count + 1, now)
        while len(self._failures) > self._remembered:
            self._failures.popitem(last=False)
        if wait > 0:
            raise TooManyAttempts(wait)

    def succeeded(self, account: str, client: str) -> None:
        """The right password was given: what went before is forgotten."""
        self._failures.pop((account, client), None)
