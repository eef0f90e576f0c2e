"""Which entries of a segment are worth comparing in full: an inverted index on words, and a bound on the evidence.

The bound is what an entry's evidence can weigh at most, near enough: it may rank an entry too high, seldom too low.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log

import numpy as np
from numpy.typing import NDArray

from watchlist import dates
from watchlist.alignment import (
    CONFLICT,
    ENTRY_EXTRA,
    FIRST_CONFLICT,
    LETTER,
    SUBJECT_EXTRA,
    SURE,
    UNLIKE,
    Rarity,
    counts,
)
from watchlist.building import END, LONG_KEY, MANY_STATES, SEXES, rolling, state_hash
from watchlist.evidence import (
    NATIONALITY_DIFFERS,
    PARENT_AGREES,
    SEX_AGREES,
    SEX_DIFFERS,
    States,
    misread_key,
)
from watchlist.likeness import CUT
from watchlist.matching import FLOOR, MANY_NAMES, NAMESAKE, Background, logit
from watchlist.names import joined_keys, keys, sound
from watchlist.packing import Arrays, Postings, Rows, hash_of, ranges
from watchlist.records import Subject
from watchlist.vocabulary import Floats, Vocabulary

COMMON_SPELLING = 0.3  # of a common name's bearers, so many at most share one spelling
TOGETHER = 0.65  # names are given together, in fashions and families: the sum of what each weighs overstates
RAREST = 5.5  # the most, in nats, that one word of a name can weigh
TELLING = 50  # entries: in a shorter list, that a word comes twice does not make it common
SEARCHED = 200  # rows whose bound is worked out
BITS = 8  # words of a name whose finding is remembered, one by one

Bearers = tuple[int, int]
Sheet = tuple[Floats, NDArray[np.uint8], Floats]  # for each row: what it weighs, which words it has, the best of one
_CLEARED = logit(FLOOR) - logit(NAMESAKE)  # what more a namesake must bring to be told
_COUNT = np.array([bin(bits).count("1") for bits in range(1 << BITS)], np.uint8)
_BURDENS = np.array([0.0, *(MANY_NAMES * log(count) for count in range(1, 256))], np.float32)


def weight_of(bearers: int, size: int, common: float) -> float:
    """What a word weighs that so many of ``size`` entries bear, and that common share of people."""
    return min(RAREST, -TOGETHER * log(min(1.0, max((bearers + 0.5) / (max(size, TELLING) + 1), common))))


class Search:
    """One segment: the arrays that candidates are found in; ``whole`` is how many rows all segments have."""

    def __init__(self, arrays: Arrays, whole: int, vocabulary: Vocabulary | None = None) -> None:
        self.arrays, self._whole = arrays, whole
        self.vocabulary = vocabulary or Vocabulary(arrays)
        self._size = len(arrays["lengths"])
        self._joined, self._numbers = Postings(arrays, "joined"), Postings(arrays, "numbers")
        self._low, self._high = self._weights()
        self._letters = np.diff(arrays["words.ends"]).astype(np.float32)
        self._sheets: list[Sheet] = []

    def _weights(self) -> tuple[Floats, Floats]:
        """What each word weighs, by its skeleton and by its sound, as far as this segment knows: never too little."""
        arrays, found = self.arrays, []
        for name, hashes, share in (("skeletons", "firsts", 1.0), ("sounds", "heard", COMMON_SPELLING)):
            bearers = arrays[f"{name}.counts"][np.searchsorted(arrays[name], arrays[hashes])]
            rate = np.maximum((bearers + 0.5) / (max(self._whole, TELLING) + 1), arrays["common"] * share)
            found.append(np.minimum(RAREST, -TOGETHER * np.log(np.minimum(rate, 1.0))).astype(np.float32))
        return found[0], np.maximum(*found)

    def bearers(self, token: str) -> Bearers:
        """How many rows have a word of a token's skeleton, and of its sound."""
        return self._count("skeletons", keys(token)[0]), self._count("sounds", sound(token))

    def _count(self, name: str, text: str) -> int:
        hashes, wanted = self.arrays[name], hash_of(text)
        at = int(np.searchsorted(hashes, np.uint32(wanted)))
        return int(self.arrays[f"{name}.counts"][at]) if at < len(hashes) and hashes[at] == wanted else 0

    def states(self, code: str) -> tuple[int, int]:
        """How many rows have a nationality, and how many have any."""
        held = self.arrays["states"]
        return int((held == state_hash(code)).any(axis=1).sum()), int((held[:, 0] != 0).sum())

    def names(self, row: int) -> list[tuple[str, ...]]:
        """The words of each of an entry's names, in order."""
        start, stop = self.arrays["forms.ends"][row : row + 2]
        names: list[list[str]] = [[]]
        for at in self.arrays["forms"][start:stop].tolist():
            if at == END:
                names.append([])
            else:
                names[-1].append(self.vocabulary.words[at])
        return [tuple(name) for name in names[:-1]]

    def by_number(self, number: str) -> list[int]:
        """The rows that hold a document of this number, read strictly or not."""
        return [row for rows in self._numbers.rows_of([hash_of(misread_key(number))]) for row in rows[:20].tolist()]

    def by_name(self, name: tuple[str, ...], subject: Subject, known: Background, *, cut: bool) -> tuple[Rows, Floats]:
        """The rows that share most with one of the subject's names, the highest bound first, with the bounds."""
        rows, total, found = self._found(name, known.tokens)
        asked = dates.parse(subject.date_of_birth) if subject.date_of_birth else None
        if len(rows) > SEARCHED:
            ranks = total + self._same_year(asked, rows)
            first = np.argpartition(-ranks, SEARCHED)[:SEARCHED]
            rows, total, found = rows[first], total[first], found[first]
        bounds = total + self._births(asked, rows) + self._others(subject, rows, known.states)
        bounds += SUBJECT_EXTRA * sum(map(counts, name[:BITS])) - _BURDENS[self.arrays["burdens"][rows]]
        bounds += self._against(name, rows, found, cut=cut)
        order = np.argsort(-bounds, kind="stable")
        return rows[order], bounds[order]

    def _found(self, name: tuple[str, ...], rarity: Rarity) -> tuple[Rows, Floats, NDArray[np.uint8]]:
        """The rows that share anything with a name, what that weighs at most, and which of its words they have."""
        try:
            sheet = self._sheets.pop()  # blank sheets of a million rows are dear: they are cleared and used again
        except IndexError:
            sheet = np.zeros(self._size, np.float32), np.zeros(self._size, np.uint8), np.zeros(self._size, np.float32)
        total, found, _ = sheet
        for place, token in enumerate(name):
            bit = 1 << place if place < BITS else 0
            self._add(token, bit, rarity, sheet)
            self._add_parted(token, bit, total, found)
        for place, key in enumerate(joined_keys(name)):
            self._add_joined(name[place] + name[place + 1], key, 3 << place if place < BITS - 1 else 0, total, found)
        rows = np.flatnonzero(total > 0).astype(np.int32)  # of truths: of numbers it takes six times as long
        answer = rows, total[rows], found[rows]
        total[rows], found[rows] = 0, 0
        self._sheets.append(sheet)
        return answer

    def _add(self, token: str, bit: int, rarity: Rarity, sheet: Sheet) -> None:
        """Add to every row what the likest of its words weighs, with a token of the subject's."""
        total, found, best = sheet
        words, alike = self.vocabulary.like(token)
        if not len(words):
            return
        weights = self._agreements(token, words, alike, rarity)
        weights += -SUBJECT_EXTRA if bit and counts(token) else 0.0
        order = np.argsort(weights)
        order = order[weights[order] > 0]
        starts, stops = self.arrays["bearers.starts"][words[order]], self.arrays["bearers.starts"][words[order] + 1]
        rows = self.arrays["bearers"][ranges(starts, stops - starts)]
        best[rows] = np.repeat(weights[order], stops - starts)  # the last written is the highest
        total[rows] += best[rows]  # a row met twice is written twice, with one and the same sum
        found[rows] |= np.uint8(bit)
        best[rows] = 0

    def _agreements(self, token: str, words: NDArray[np.int64], alike: Floats, rarity: Rarity) -> Floats:
        """What ``alignment`` would give each pair."""
        low, high = rarity(token)
        least, most = np.minimum(self._low[words], low), np.minimum(self._high[words], high)
        weights = least + np.maximum(most - least, 0) * np.maximum((alike - SURE) / (1 - SURE), 0)
        letters = np.minimum(self._letters[words], len(token.rstrip(CUT)))
        agreed: Floats = np.minimum(weights, LETTER * letters) - UNLIKE * (1 - alike)
        return agreed.astype(np.float32)

    def _add_joined(self, whole: str, key: str, bits: int, total: Floats, found: NDArray[np.uint8]) -> None:
        """Add what two words weigh that are one in the list."""
        if len(key) < LONG_KEY:
            return
        for at in self.vocabulary.spelt(whole, key):
            rows = self.arrays["bearers"][slice(*self.arrays["bearers.starts"][at : at + 2])]
            total[rows] += RAREST / 2 - 2 * SUBJECT_EXTRA
            found[rows] |= np.uint8(bits)

    def _add_parted(self, token: str, bit: int, total: Floats, found: NDArray[np.uint8]) -> None:
        """Add what a word weighs that is two in the list."""
        key = keys(token.rstrip(CUT))[0]
        if len(key) < LONG_KEY:
            return
        for rows in self._joined.rows_of([rolling(key)]):
            fresh = rows[(found[rows] & np.uint8(bit)) == 0]
            total[fresh] += RAREST / 2 - SUBJECT_EXTRA
            found[fresh] |= np.uint8(bit)

    def _against(self, name: Sequence[str], rows: Rows, found: NDArray[np.uint8], *, cut: bool) -> Floats:
        """What is lost at least by words that only one side has, or each side a different one."""
        counted = sum(1 << place for place, token in enumerate(name[:BITS]) if counts(token))
        lacking = np.uint8(counted) & ~found
        spare = np.maximum(self.arrays["lengths"][rows].astype(np.int16) - _COUNT[found], 0)
        if cut:
            return np.zeros(len(rows), np.float32)
        conflicts = np.minimum(_COUNT[lacking], spare)
        first = (conflicts > 0) & ((lacking & np.uint8(1)) > 0)
        lost: Floats = (spare * ENTRY_EXTRA + conflicts * CONFLICT + first * FIRST_CONFLICT).astype(np.float32)
        return lost

    def _same_year(self, asked: dates.PartialDate | None, rows: Rows) -> Floats:
        if asked is None or asked.year is None:
            return np.zeros(len(rows), np.float32)
        first, last = self.arrays["years"][rows].T
        near = (first <= asked.year + 1) & (last >= asked.year - 1)
        return np.where(near, dates.YEAR_ONLY, np.where(first == 0, 0, dates.CONTRADICTION / 2)).astype(np.float32)

    def _births(self, asked: dates.PartialDate | None, rows: Rows) -> Floats:
        """The most that each row's dates of birth can weigh; a contradiction with all that it takes away."""
        if asked is None or asked.year is None:
            return np.zeros(len(rows), np.float32)
        first, last = self.arrays["years"][rows].T
        days = self.arrays["days"][rows].astype(np.int32)
        day = 100 * asked.month + asked.day if asked.month and asked.day else 0
        apart = np.maximum(first - asked.year, asked.year - last)
        listed_vague = (days[:, 0] == 0) | (days == 101).any(axis=1) | (days == 701).any(axis=1)
        unsure = listed_vague | (day in (0, *_REGISTRY_DAYS))
        same_day = (days == day).any(axis=1) & (day > 0)
        swapped = (days == 100 * (asked.day or 0) + (asked.month or 0)).any(axis=1)
        near = (np.abs(days - day) <= 3).any(axis=1)
        part = ((days // 100 == asked.month) | (days % 100 == asked.day)).any(axis=1)
        same, close = apart <= 0, apart <= 5
        grades = [
            (first == 0, 0.0),
            (same & same_day, dates.EQUAL),
            (same & swapped, dates.SWAPPED),
            (same_day & ((first < last) | _slipped(first, asked.year)), dates.YEAR_OFF),
            (same & near, dates.NEXT_DAY),
            (same & unsure, dates.YEAR_ONLY),
            (same & part, dates.MONTH_OFF),
            ((apart <= 1) & unsure, dates.YEAR_ONLY_OFF),
            (close & unsure, 0.0),
            (same, dates.SAME_YEAR + _CLEARED),
        ]
        contradiction = dates.CONTRADICTION + _CLEARED
        found = np.select([holds for holds, _ in grades], [most for _, most in grades], contradiction)
        return found.astype(np.float32)

    def _others(self, subject: Subject, rows: Rows, states: States) -> Floats:
        """What nationality and sex weigh, and the most that parents can."""
        most = np.full(len(rows), PARENT_AGREES * sum(map(bool, (subject.father_name, subject.mother_name))))
        if subject.nationality:
            held = self.arrays["states"][rows]
            agrees = (held == state_hash(subject.nationality)).any(axis=1) | (held[:, 0] == MANY_STATES)
            most += np.where(agrees, states(subject.nationality), np.where(held[:, 0] == 0, 0, NATIONALITY_DIFFERS))
        if sex := SEXES.get(subject.sex or ""):
            sexes = self.arrays["sexes"][rows]
            most += np.where(sexes == sex, SEX_AGREES, np.where(sexes == 0, 0, SEX_DIFFERS))
        return most.astype(np.float32)


_REGISTRY_DAYS = tuple(100 * month + day for month, day in dates.REGISTRY_DAYS)


def _slipped(years: NDArray[np.int16], asked: int) -> NDArray[np.bool_]:
    """Whether years differ by one, in one of their last two digits, or by having these swapped."""
    apart = np.abs(years - asked)
    turned = (years % 10 == asked // 10 % 10) & (years // 10 % 10 == asked % 10)
    slipped: NDArray[np.bool_] = (apart == 1) | (apart % 10 == 0) | (years // 10 == asked // 10) | turned
    return slipped
