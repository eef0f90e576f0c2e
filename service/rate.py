"""How often one credential may ask: a token bucket each. Pure of clocks: seconds are handed in.

Kept in the memory of one process; several processes together let as many times more through.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from typing import Generic, TypeVar

from service.errors import TooManyRequests

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests a second, and so many at once before that counts."""

    per_second: float
    burst: int


@dataclass(frozen=True, slots=True)
class _Bucket:
    left: float
    at: float


class Buckets(Generic[K]):
    """Full buckets that empty as they are asked of and fill up again; the longest untouched are forgotten."""

    def __init__(self, rate: Rate, remembered: int) -> None:
        self._rate = rate
        self._remembered = remembered
        self._buckets: OrderedDict[K, _Bucket] = OrderedDict()

    def __contains__(self, key: K) -> bool:
        return key in self._buckets

    def add(self, key: K, at: float) -> None:
        """Remember `key` from now on, with a full bucket."""
        self._buckets[key] = _Bucket(self._rate.burst, at)
        while len(self._buckets) > self._remembered:
            self._buckets.popitem(last=False)

    def take(self, key: K, at: float) -> None:
        """Take one.

        Raises:
            TooManyRequests: there is none left; with the whole seconds until there is.
        """
        if key not in self._buckets:
            self.add(key, at)
        bucket = self._buckets[key]
        left = min(self._rate.burst, bucket.left + (at - bucket.at) * self._rate.per_second)
        self._buckets[key] = _Bucket(left - 1 if left >= 1 else left, at)
        self._buckets.move_to_end(key)
        if left < 1:
            raise TooManyRequests(math.ceil((1 - left) / self._rate.per_second))


class Rates:
    """A bucket for each credential that is known to be good, and one for each address that shows none.

    So nobody who makes credentials up slows those who have one, even behind the same address.
    """

    def __init__(self, known: Rate, strangers: Rate, remembered: int = 20_000) -> None:
        self._known: Buckets[bytes] = Buckets(known, remembered)
        self._strangers: Buckets[str] = Buckets(strangers, remembered)

    def admit(self, credential: bytes | None, client: str, at: float) -> None:
        """Let one request through; `credential` is a digest of what it shows.

        Raises:
            TooManyRequests: it is one too many.
        """
        if credential is not None and credential in self._known:
            self._known.take(credential, at)
        else:
            self._strangers.take(client, at)

    def welcome(self, credential: bytes, at: float) -> None:
        """The credential was found to be good: it has a bucket of its own from now on."""
        if credential not in self._known:
            self._known.add(credential, at)
