"""Growing delays after wrong passwords, so that guessing is slow and nobody is shut out by it.

Never a lock. Whoever guesses at one machine delays that account at that machine. Many machines that guess
at one account make each of them wait longer between its own attempts, and one machine that tries many
accounts waits a little between all of them; but the first attempt from another machine is heard at once,
and an officer at a workstation where the account signed in before is slowed by what is done there alone
(OWASP Authentication Cheat Sheet, device cookies).

Kept in the memory of one process: several processes together hear as many times more.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.errors import TooManyAttempts

FORGET_AFTER = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Patience:
    """How many wrong passwords are free, and to what the wait doubles after those, from 1 s."""

    free: int
    longest: timedelta

    def wait(self, wrong: int) -> timedelta:
        if wrong < self.free:
            return timedelta(0)
        return min(timedelta(seconds=2 ** min(wrong - self.free, 30)), self.longest)


FREE_ATTEMPTS = 3
LONGEST_WAIT = timedelta(minutes=5)
HERE = Patience(FREE_ATTEMPTS, LONGEST_WAIT)  # one account from one machine
ACCOUNT = Patience(20, LONGEST_WAIT)  # one account from all machines together
CLIENT = Patience(30, timedelta(seconds=10))  # one machine, which may be a whole post behind one address


@dataclass(frozen=True, slots=True)
class _Failures:
    count: int
    last: datetime


_Key = tuple[str, ...]


class Throttle:
    """Remembers wrong passwords, in memory and within bounds.

    At most `remembered` counts are kept, the longest untouched forgotten first: a flood of made-up
    account names costs an attacker's earlier entries, not memory.
    """

    def __init__(self, remembered: int = 30_000) -> None:
        self._remembered = remembered
        self._failures: OrderedDict[_Key, _Failures] = OrderedDict()

    def admit(self, account: str, client: str, now: datetime, *, known: str | None = None) -> None:
        """Let one attempt through, and count it as failed until `succeeded` says otherwise.

        Counted before its outcome is known, so that many attempts at once count as many. `known` names a
        workstation where this account signed in before.

        Raises:
            TooManyAttempts: with the whole seconds until `client` may try `account` again.
        """
        keys = _keys(account, client, known)
        found = [self._recall(key, now) for key in keys]
        wait = math.ceil((_opens_at(found) - now).total_seconds())
        for key, failures in zip(keys, found, strict=True):
            self._failures[key] = failures if wait > 0 else _Failures(failures.count + 1, now)
        while len(self._failures) > self._remembered:
            self._failures.popitem(last=False)
        if wait > 0:
            raise TooManyAttempts(wait)

    def succeeded(self, account: str, client: str, *, known: str | None = None) -> None:
        """The right password was given: what went wrong at this machine before is forgotten."""
        here, *shared = _keys(account, client, known)
        forgiven = self._failures.pop(here, None)
        for key in shared:
            if forgiven and (failures := self._failures.get(key)):
                self._failures[key] = _Failures(max(0, failures.count - forgiven.count), failures.last)

    def _recall(self, key: _Key, now: datetime) -> _Failures:
        known = self._failures.pop(key, _Failures(0, now))
        last = min(known.last, now)  # a clock that was set back makes nobody wait for as long
        return _Failures(0, now) if now - last > FORGET_AFTER else _Failures(known.count, last)


def _keys(account: str, client: str, known: str | None) -> list[_Key]:
    """What an attempt counts towards: at a known workstation to nothing but itself."""
    if known is not None:
        return [("known", account, known)]
    return [("here", account, client), ("account", account), ("client", client)]


def _opens_at(found: list[_Failures]) -> datetime:
    """When the next attempt is heard."""
    here, *shared = found
    wait = HERE.wait(here.count)
    if not shared:
        return here.last + wait
    account, client = shared
    if here.count:  # the first from a machine never waits for what others did
        wait = max(wait, ACCOUNT.wait(account.count))
    return max(here.last + wait, client.last + CLIENT.wait(client.count))
