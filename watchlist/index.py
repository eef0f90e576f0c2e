"""The watchlist as an immutable, versioned snapshot that a traveller is screened against.

An inverted index on consonant skeletons finds candidates; each is then compared in full. Everything lies in
arrays: a snapshot pickles, and ``load`` maps a saved one so that workers share its pages.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from math import log
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from watchlist import dates
from watchlist.alignment import SUBJECT_EXTRA
from watchlist.evidence import misread_key
from watchlist.likeness import CUT
from watchlist.matching import CLEARED, SCALE, Entry, Forms, Hit, Subject, compare, forms_of, prior
from watchlist.names import common_share, fold, joined_keys, keys, near_keys, sound, stem
from watchlist.packing import Postings, Texts, pack_entry, unpack_entry

FLOOR = 0.15  # hits that score less say nothing and are not returned
COMMON_SPELLING = 0.3  # of a common name's bearers, so many at most share one spelling
RAREST = 8.5  # the most, in nats, that one word of a name can weigh
NEAR = 0.7  # a skeleton one slip away counts this share in the search
NEW_YEAR = 101  # 1 January, which stands for an unknown day
DAYS = 4  # days of birth kept for the search
SEARCHED = 600  # rows ranked by name and birth
COMPARED = 40  # rows compared in full
OTHER_FIELDS = 2.0  # the most that nationality and sex can add

Rows = NDArray[np.int32]
Floats = NDArray[np.float32]


def key_hash(key: str) -> int:
    """The number under which a skeleton is filed."""
    return crc32(key.encode())


class Index:
    """Every entry of the lists in force; ``version`` names their content."""

    def __init__(self, version: str, arrays: dict[str, NDArray[Any]]) -> None:
        self.version = version
        self._arrays = arrays
        self._records = Texts(arrays["records"], arrays["record_ends"])
        self._forms = Texts(arrays["forms"], arrays["form_ends"])
        self._skeletons = Postings(arrays["skeletons"], arrays["skeleton_starts"], arrays["skeleton_rows"])
        self._near = Postings(arrays["near"], arrays["near_starts"], arrays["near_rows"])
        self._numbers = Postings(arrays["numbers"], arrays["number_starts"], arrays["number_rows"])
        self._years: NDArray[np.int16] = arrays["years"]
        self._days: NDArray[np.int16] = arrays["days"]
        self._sounds, self._sound_counts = arrays["sounds"], arrays["sound_counts"]
        self._against = prior(len(self))
        self.rarity = lru_cache(1 << 15)(self._rarity)

    def __len__(self) -> int:
        return len(self._records)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.version, self._arrays)

    @classmethod
    def build(cls, entries: Iterable[Entry], version: str | None = None) -> Index:
        """A snapshot of ``entries``; without ``version``, it is named after their content."""
        builder = _Builder()
        for entry in entries:
            builder.add(entry)
        return cls(version or builder.version(), builder.arrays())

    def save(self, folder: Path) -> None:
        """Write the snapshot into an existing empty folder."""
        for name, values in self._arrays.items():
            np.save(folder / f"{name}.npy", values)
        (folder / "index.json").write_text(json.dumps({"version": self.version, "arrays": sorted(self._arrays)}))

    @classmethod
    def load(cls, folder: Path) -> Index:
        """A saved snapshot, mapped into memory: processes that load the same folder share it."""
        saved = json.loads((folder / "index.json").read_text())
        return cls(saved["version"], {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in saved["arrays"]})

    def entry(self, row: int) -> Entry:
        """The entry in a row."""
        return unpack_entry(self._records[row])

    def screen(self, subject: Subject, at: datetime | None = None, limit: int = 50) -> tuple[Hit, ...]:
        """The hits for a subject, the likeliest first; ``at`` is when, for entries that lapse."""
        forms = forms_of(subject)
        least = self._against + SCALE * log(FLOOR / (1 - FLOOR)) - OTHER_FIELDS
        rows = dict.fromkeys(self._rows_by_number(subject) if subject.document_number else [])
        for name in forms.names:
            found, names, births = self._search(name, subject.date_of_birth)
            cleared = np.where(births < dates.CONTRADICTION / 2, SCALE * -log(CLEARED), 0)
            likely = found[names + births - cleared >= least]
            rows |= dict.fromkeys(likely[:COMPARED].tolist())
        hits = (self._compare(subject, row, forms) for row in rows)
        kept = [hit for hit in hits if hit.score >= FLOOR]
        return tuple(sorted(kept, key=lambda hit: (-hit.score, hit.entry_id))[:limit])

    def candidates(self, subject: Subject, limit: int = 50) -> tuple[str, ...]:
        """The ids of the entries that the search ranks first, before any comparison."""
        rows: dict[int, None] = {}
        for name in forms_of(subject).names:
            rows |= dict.fromkeys(self._search(name, subject.date_of_birth)[0][:limit].tolist())
        return tuple(self.entry(row).id for row in rows)

    def _compare(self, subject: Subject, row: int, forms: Forms) -> Hit:
        entry = self.entry(row)
        texts = self._forms[row].decode().split("|") if entry.names else []  # a lost document is nobody's
        folded = [tuple(name.split()) for name in texts]
        return compare(subject, entry, self.rarity, self._against, forms=forms, entry_forms=folded)

    def _rarity(self, token: str) -> tuple[float, float]:
        bare = token.rstrip(CUT)
        common = common_share(keys(bare)[0])
        alike = self._skeletons.find([key_hash(keys(bare)[0])])[0]
        heard = np.searchsorted(self._sounds, key_hash(sound(bare)))
        known = heard < len(self._sounds) and self._sounds[heard] == key_hash(sound(bare))
        count = int(self._sound_counts[heard]) if known else 0
        low = self._weight(self._skeletons.size(int(alike)) if alike >= 0 else 0, common)
        return low, max(low, self._weight(count, COMMON_SPELLING * common))

    def _weight(self, bearers: int, common: float) -> float:
        return min(RAREST, -log(min(1.0, max((bearers + 0.5) / (len(self) + 1), common))))

    def _rows_by_number(self, subject: Subject) -> list[int]:
        place = int(self._numbers.find([key_hash(misread_key(subject.document_number or ""))])[0])
        return [] if place < 0 else [int(row) for row in self._numbers.at(place)[:20]]

    def _search(self, name: tuple[str, ...], date_of_birth: str | None) -> tuple[Rows, Floats, Floats]:
        """The rows that share most with a name, best first, with the most that name and birth can weigh."""
        total, best = np.zeros(len(self), np.float32), np.zeros(len(self), np.float32)
        touched = [self._add(token, total, best) for token in name]
        touched += [self._add_joined(key, total) for key in joined_keys(name)]
        rows = np.unique(np.concatenate(touched)) if touched else np.empty(0, np.int32)
        if len(rows) > SEARCHED:
            ranks = total[rows] + self._same_year(date_of_birth, rows)
            rows = rows[np.argpartition(-ranks, SEARCHED)[:SEARCHED]]
        weights = total[rows] + SUBJECT_EXTRA * len(name)
        births = self._births(date_of_birth, rows)
        order = np.argsort(-(weights + births), kind="stable")
        return rows[order], weights[order], births[order]

    def _add(self, token: str, total: Floats, best: Floats) -> Rows:
        """Add what a token weighs to every row that has it, or has one a slip away; those rows."""
        bare = token.rstrip(CUT)
        near, exact = near_keys(keys(bare)[0]), dict.fromkeys((*keys(bare), *keys(stem(bare))))
        found = self._near.rows_of(key_hash(key) for key in near)
        found += self._skeletons.rows_of(key_hash(key) for key in near[1:])
        low, high = self.rarity(token)
        weight = min(high, low + 2)
        for rows in found:
            best[rows] = low * NEAR - SUBJECT_EXTRA
        for rows in (same := self._skeletons.rows_of(map(key_hash, exact))):
            best[rows] = weight - SUBJECT_EXTRA
        if not (found := found + same):
            return np.empty(0, np.int32)
        touched = np.concatenate(found)
        total[touched] += best[touched]
        best[touched] = 0
        return touched

    def _add_joined(self, key: str, total: Floats) -> Rows:
        """Add what two tokens weigh that are one word in the list."""
        found = [rows for rows in self._skeletons.rows_of([key_hash(key)]) if len(key) > 3]
        for rows in found:
            total[rows] += RAREST / 2 - 2 * SUBJECT_EXTRA
        return found[0] if found else np.empty(0, np.int32)

    def _same_year(self, date_of_birth: str | None, rows: Rows) -> Floats:
        asked = dates.parse(date_of_birth) if date_of_birth else None
        if asked is None or asked.year is None:
            return np.zeros(len(rows), np.float32)
        first, last = self._years[rows].T
        holds = [first == 0, (first <= asked.year + 1) & (asked.year - 1 <= last)]
        return np.select(holds, [0, 3.6], dates.CONTRADICTION / 2).astype(np.float32)

    def _births(self, date_of_birth: str | None, rows: Rows) -> Floats:
        """The most that each row's dates of birth can weigh, without comparing them in full."""
        asked = dates.parse(date_of_birth) if date_of_birth else None
        if asked is None or asked.year is None:
            return np.zeros(len(rows), np.float32)
        first, last = self._years[rows].T
        days = self._days[rows]
        known, day, month = days.any(axis=1), asked.day or 0, asked.month or 0
        same_day = known & (days == 100 * month + day).any(axis=1)
        near_day = known & ((days // 100 == month) | (days % 100 == day) | (days == 100 * day + month)).any(axis=1)
        apart = np.maximum(first - asked.year, asked.year - last)
        vague = ~known | (day == 0) | ((days == NEW_YEAR).any(axis=1)) | ((month, day) == (1, 1))
        same, close = apart <= 0, apart <= 5
        holds = [first == 0, same & same_day, same & near_day, same_day, same & vague, apart <= 1, close & vague, same]
        most = [0, 8.5, 6.0, 4.5, 3.6, 0.5, 0, -1.5]
        return np.select(holds, most, dates.CONTRADICTION).astype(np.float32)


class _Builder:
    """Gathers entries into the arrays of an index."""

    def __init__(self) -> None:
        self.records: list[bytes] = []
        self.forms: list[bytes] = []
        self.years = array("h")
        self.days = array("h")
        self.skeletons: tuple[array[int], array[int]] = (array("I"), array("i"))
        self.numbers: tuple[array[int], array[int]] = (array("I"), array("i"))
        self.sounds = array("I")
        self.near: tuple[array[int], array[int]] = (array("I"), array("i"))

    def add(self, entry: Entry) -> None:
        row = len(self.records)
        self.records.append(pack_entry(entry))
        names = [fold(name.text) for name in entry.names]
        self.forms.append("|".join(" ".join(name) for name in names).encode())
        self.years.extend(_years(entry.dates_of_birth))
        self.days.extend(_days(entry.dates_of_birth))
        tokens = {token for name in names for token in name}
        for key in {key for token in tokens for key in (*keys(token), *keys(stem(token)))}:
            self._file(self.skeletons, key, row)
        for key in {near for token in tokens for near in near_keys(keys(token)[0])[1:]}:
            self._file(self.near, key, row)
        for key in {key for name in names for key in joined_keys(name) if len(key) > 3}:
            self._file(self.near, key, row)
        self.sounds.extend({key_hash(sound(token)) for token in tokens})
        for document in entry.documents:
            self._file(self.numbers, misread_key(document.number), row)

    @staticmethod
    def _file(postings: tuple[array[int], array[int]], key: str, row: int) -> None:
        postings[0].append(key_hash(key))
        postings[1].append(row)

    def version(self) -> str:
        """A name for the content, whatever the order of the entries."""
        return sha256(b"".join(sorted(sha256(record).digest() for record in self.records))).hexdigest()[:16]

    def arrays(self) -> dict[str, NDArray[Any]]:
        records, forms = Texts.of(self.records), Texts.of(self.forms)
        skeletons, numbers = Postings.of(*self.skeletons), Postings.of(*self.numbers)
        near = Postings.of(*self.near)
        sounds, counts = np.unique(np.array(self.sounds, np.uint32), return_counts=True)
        return {
            "records": records.blob, "record_ends": records.ends, "forms": forms.blob, "form_ends": forms.ends,
            "years": np.array(self.years, np.int16).reshape(-1, 2),
            "days": np.array(self.days, np.int16).reshape(-1, DAYS),
            "skeletons": skeletons.hashes, "skeleton_starts": skeletons.starts, "skeleton_rows": skeletons.rows,
            "sounds": sounds, "sound_counts": counts.astype(np.int32),
            "near": near.hashes, "near_starts": near.starts, "near_rows": near.rows,
            "numbers": numbers.hashes, "number_starts": numbers.starts, "number_rows": numbers.rows,
        }  # fmt: skip


def _years(texts: Sequence[str]) -> tuple[int, int]:
    """The first and last year that an entry may be born in; 0, 0 where none is known."""
    known = [date for text in texts if (date := dates.parse(text)) and date.year]
    if not known:
        return 0, 0
    return min(date.year or 0 for date in known), max(date.last_year or date.year or 0 for date in known)


def _days(texts: Sequence[str]) -> list[int]:
    """The first few months and days of birth that an entry may have, as month * 100 + day; 0 fills up."""
    known = [date for text in texts if (date := dates.parse(text)) and date.month and date.day]
    return ([100 * (date.month or 0) + (date.day or 0) for date in known] + [0] * DAYS)[:DAYS]
