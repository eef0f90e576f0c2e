"""Which entries are worth comparing in full: an inverted index on skeletons, and a bound on each entry's evidence.

The bound is what an entry's evidence can weigh at most, near enough: it may rank an entry too high, seldom too low.
"""

from __future__ import annotations

from functools import lru_cache
from math import log

import numpy as np
from numpy.typing import NDArray

from watchlist import dates
from watchlist.alignment import CONFLICT, ENTRY_EXTRA, FIRST_CONFLICT, SUBJECT_EXTRA, counts
from watchlist.building import LONG_KEY, MANY_STATES, SEXES, state_hash
from watchlist.evidence import (
    NATIONALITY_AGREES,
    NATIONALITY_DIFFERS,
    PARENT_AGREES,
    SEX_AGREES,
    SEX_DIFFERS,
    misread_key,
)
from watchlist.likeness import CUT
from watchlist.matching import FLOOR, NAMESAKE, logit
from watchlist.names import common_share, joined_keys, keys, near_keys, sound, stem
from watchlist.packing import Arrays, Postings, Rows, hash_of
from watchlist.records import Subject

COMMON_SPELLING = 0.3  # of a common name's bearers, so many at most share one spelling
RAREST = 8.5  # the most, in nats, that one word of a name can weigh
NEAR = 0.7  # a skeleton one slip away counts this share in the search
SPELLING = 2.0  # what a spelling may add to its skeleton in the search
SEARCHED = 400  # rows whose bound is worked out
BITS = 8  # tokens of a name whose finding is remembered, one by one

Floats = NDArray[np.float32]
_CLEARED = logit(FLOOR) - logit(NAMESAKE)  # what more a namesake must bring to be told
_REGISTRY_DAYS = tuple(100 * month + day for month, day in dates.REGISTRY_DAYS)
_COUNT = np.array([bin(bits).count("1") for bits in range(1 << BITS)], np.uint8)


class Search:
    """The arrays that candidates are found in."""

    def __init__(self, arrays: Arrays) -> None:
        self._size = len(arrays["lengths"])
        self._skeletons, self._near = Postings(arrays, "skeletons"), Postings(arrays, "near")
        self._numbers = Postings(arrays, "numbers")
        self._sounds, self._bearers = arrays["sounds"], arrays["sounds.bearers"]
        self._years, self._days = arrays["years"], arrays["days"]
        self._states, self._sexes, self._lengths = arrays["states"], arrays["sexes"], arrays["lengths"]
        self.rarity = lru_cache(1 << 15)(self._rarity)

    def _rarity(self, token: str) -> tuple[float, float]:
        bare = token.rstrip(CUT)
        key = keys(bare)[0]
        common = common_share(key)
        low = self._weight(self._skeletons.count(key), common)
        return low, max(low, self._weight(self._bearers_of(sound(bare)), COMMON_SPELLING * common))

    def _bearers_of(self, heard: str) -> int:
        at = int(np.searchsorted(self._sounds, np.uint32(hash_of(heard))))
        known = at < len(self._sounds) and self._sounds[at] == hash_of(heard)
        return int(self._bearers[at]) if known else 0

    def _weight(self, bearers: int, common: float) -> float:
        return min(RAREST, -log(min(1.0, max((bearers + 0.5) / (self._size + 1), common))))

    def by_number(self, number: str) -> list[int]:
        """The rows that hold a document of this number, read strictly or not."""
        return [row for rows in self._numbers.rows_of([hash_of(misread_key(number))]) for row in rows[:20].tolist()]

    def by_name(self, name: tuple[str, ...], subject: Subject, *, cut: bool) -> tuple[Rows, Floats]:
        """The rows that share most with one of the subject's names, the highest bound first, with the bounds."""
        total, found = np.zeros(self._size, np.float32), np.zeros(self._size, np.uint8)
        for place, token in enumerate(name):
            self._add(token, 1 << place if place < BITS else 0, total, found)
        for place, key in enumerate(joined_keys(name)):
            self._add_joined(key, 3 << place if place < BITS - 1 else 0, total, found)
        rows = np.flatnonzero(total > 0).astype(np.int32)
        asked = dates.parse(subject.date_of_birth) if subject.date_of_birth else None
        if len(rows) > SEARCHED:
            ranks = total[rows] + self._same_year(asked, rows)
            rows = rows[np.argpartition(-ranks, SEARCHED)[:SEARCHED]]
        bounds = total[rows] + self._births(asked, rows) + self._others(subject, rows)
        bounds += SUBJECT_EXTRA * sum(map(counts, name[:BITS]))
        if not cut:
            bounds += self._conflicts(name, rows, found[rows])
        order = np.argsort(-bounds, kind="stable")
        return rows[order], bounds[order]

    def _add(self, token: str, bit: int, total: Floats, found: NDArray[np.uint8]) -> None:
        """Add what a token weighs to every row that has it, or has one a slip away."""
        bare = token.rstrip(CUT)
        low, high = self.rarity(token)
        spared = -SUBJECT_EXTRA if bit and counts(token) else 0.0
        near, exact = near_keys(keys(bare)[0]), dict.fromkeys((*keys(bare), *keys(stem(bare))))
        same = self._skeletons.rows_of(map(hash_of, exact))
        alike = self._near.rows_of(map(hash_of, near)) + self._skeletons.rows_of(map(hash_of, near[1:]))
        if not (lists := alike + same):
            return
        best = np.zeros(self._size, np.float32)
        for rows in alike:
            best[rows] = low * NEAR + spared
        for rows in same:
            best[rows] = min(high, low + SPELLING) + spared
        touched = np.concatenate(lists)
        total[touched] += best[touched]  # a row met twice is written twice, with one and the same sum
        found[touched] |= np.uint8(bit)

    def _add_joined(self, key: str, bits: int, total: Floats, found: NDArray[np.uint8]) -> None:
        """Add what two tokens weigh that are one word in the list."""
        if len(key) < LONG_KEY:
            return
        for rows in self._skeletons.rows_of([hash_of(key)]):
            total[rows] += RAREST / 2 - 2 * SUBJECT_EXTRA
            found[rows] |= np.uint8(bits)

    def _conflicts(self, name: tuple[str, ...], rows: Rows, found: NDArray[np.uint8]) -> Floats:
        """What is lost at least where both the subject and every name of the entry have a token of their own."""
        counted = sum(1 << place for place, token in enumerate(name[:BITS]) if counts(token))
        lacking = np.uint8(counted) & ~found
        spare = np.maximum(self._lengths[rows].astype(np.int16) - _COUNT[found], 0)
        conflicts = np.minimum(_COUNT[lacking], spare)
        first = (conflicts > 0) & ((lacking & np.uint8(1)) > 0)
        lost: Floats = (conflicts * (ENTRY_EXTRA + CONFLICT) + first * FIRST_CONFLICT).astype(np.float32)
        return lost

    def _same_year(self, asked: dates.PartialDate | None, rows: Rows) -> Floats:
        if asked is None or asked.year is None:
            return np.zeros(len(rows), np.float32)
        years = self._years[rows]
        first, last = years[:, 0], years[:, 1]
        near = (first <= asked.year + 1) & (last >= asked.year - 1)
        return np.where(near, 3.6, np.where(first == 0, 0, dates.CONTRADICTION / 2)).astype(np.float32)

    def _births(self, asked: dates.PartialDate | None, rows: Rows) -> Floats:
        """The most that each row's dates of birth can weigh; a contradiction with all that it takes away."""
        if asked is None or asked.year is None:
            return np.zeros(len(rows), np.float32)
        first, last = self._years[rows].T
        days, asked_day = (
            self._days[rows],
            100 * (asked.month or 0) + (asked.day or 0) if asked.month and asked.day else 0,
        )
        apart = np.maximum(first - asked.year, asked.year - last)
        vague = asked_day in (0, *_REGISTRY_DAYS)
        unsure = vague | (days == 0).all(axis=1) | np.isin(days, _REGISTRY_DAYS).any(axis=1)
        same_day = (days == asked_day).any(axis=1) & (asked_day > 0)
        swapped = (days == 100 * (asked.day or 0) + (asked.month or 0)).any(axis=1)
        near = (np.abs(days - asked_day) <= 3).any(axis=1)
        part = ((days // 100 == asked.month) | (days % 100 == asked.day)).any(axis=1)
        same, close = apart <= 0, apart <= 5
        grades = [
            (first == 0, 0.0),
            (same & same_day, 8.5),
            (same & swapped, 6.0),
            (same_day & ((first < last) | _slipped(first, asked.year)), 4.5),
            (same & near, 4.5),
            (same & unsure, 3.6),
            (same & part, 3.0),
            (apart <= 1, 0.5),
            (close & unsure, 0.0),
            (same, dates.SAME_YEAR + _CLEARED),
        ]
        contradiction = dates.CONTRADICTION + _CLEARED
        found = np.select([holds for holds, _ in grades], [most for _, most in grades], contradiction)
        return found.astype(np.float32)

    def _others(self, subject: Subject, rows: Rows) -> Floats:
        """What nationality and sex weigh, and the most that parents can."""
        most = np.full(len(rows), PARENT_AGREES * sum(map(bool, (subject.father_name, subject.mother_name))))
        if subject.nationality:
            states = self._states[rows]
            agrees = (states == state_hash(subject.nationality)).any(axis=1) | (states[:, 0] == MANY_STATES)
            most += np.where(agrees, NATIONALITY_AGREES, np.where(states[:, 0] == 0, 0, NATIONALITY_DIFFERS))
        if sex := SEXES.get(subject.sex or ""):
            sexes = self._sexes[rows, 0]
            most += np.where(sexes == sex, SEX_AGREES, np.where(sexes == 0, 0, SEX_DIFFERS))
        return most.astype(np.float32)


def _slipped(years: NDArray[np.int16], asked: int) -> NDArray[np.bool_]:
    """Whether years differ by one, in one of their last two digits, or by having these swapped."""
    apart = np.abs(years - asked)
    turned = (years % 10 == asked // 10 % 10) & (years // 10 % 10 == asked % 10)
    slipped: NDArray[np.bool_] = (apart == 1) | (apart % 10 == 0) | (years // 10 == asked // 10) | turned
    return slipped
