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
from watchlist.evidence import misread_key
from watchlist.likeness import CUT
from watchlist.matching import Entry, Forms, Hit, Subject, compare, forms_of, prior
from watchlist.names import common_share, fold, joined_keys, keys, near_keys, stem
from watchlist.packing import Postings, Texts, pack_entry, unpack_entry

FLOOR = 0.02  # hits that score less say nothing and are not returned
RAREST = 8.5  # the most, in nats, that one word of a name can weigh
NEAR = 0.5  # a skeleton one slip away counts this share in the search
COMPARED = 40


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
        self._shares = self._skeletons.sizes() / max(len(self), 1)
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
        hits = (self._compare(subject, row, forms) for row in self._rows(subject, forms, COMPARED))
        kept = [hit for hit in hits if hit.score >= FLOOR]
        return tuple(sorted(kept, key=lambda hit: (-hit.score, hit.entry_id))[:limit])

    def candidates(self, subject: Subject, limit: int = 50) -> tuple[str, ...]:
        """The ids of the entries that the search would compare, before any comparison."""
        return tuple(self.entry(row).id for row in self._rows(subject, forms_of(subject), limit))

    def _compare(self, subject: Subject, row: int, forms: Forms) -> Hit:
        folded = [tuple(name.split()) for name in self._forms[row].decode().split("|")]
        return compare(subject, self.entry(row), self.rarity, self._against, forms=forms, entry_forms=folded)

    def _rarity(self, token: str) -> float:
        key = keys(token.rstrip(CUT))[0]
        place = int(self._skeletons.find([key_hash(key)])[0])
        listed = (self._shares[place] if place >= 0 else 0.0) + 0.5 / (len(self) + 1)
        return min(RAREST, -log(min(1.0, max(listed, common_share(key)))))

    def _rows(self, subject: Subject, forms: Forms, limit: int) -> list[int]:
        """The rows worth comparing: the same document, then the likeliest names."""
        rows = self._rows_by_number(subject) if subject.document_number else []
        for name in forms.names:
            rows += self._rows_by_name(name, subject, limit)
        return list(dict.fromkeys(rows))

    def _rows_by_number(self, subject: Subject) -> list[int]:
        place = int(self._numbers.find([key_hash(misread_key(subject.document_number or ""))])[0])
        return [] if place < 0 else [int(row) for row in self._numbers.at(place)[:20]]

    def _rows_by_name(self, name: tuple[str, ...], subject: Subject, limit: int) -> list[int]:
        total = np.zeros(len(self), np.float32)
        token_best = np.zeros(len(self), np.float32)
        touched = [self._add(token, total, token_best) for token in name]
        rows = np.concatenate(touched) if touched else np.empty(0, np.int32)
        if not len(rows):
            return []
        rows = np.unique(_best(rows, total[rows], 8 * limit))
        weights = total[rows] + self._birth_bonus(subject.date_of_birth, rows)
        return [int(row) for row in rows[np.argsort(-weights, kind="stable")[:limit]]]

    def _add(self, token: str, total: NDArray[np.float32], best: NDArray[np.float32]) -> NDArray[np.int32]:
        """Add what a token weighs to every row that has it, or has one a slip away."""
        near, exact = self._places(token)
        lists = [(self._skeletons.at(place), NEAR) for place in near] + [
            (self._skeletons.at(place), 1.0) for place in exact
        ]
        weight = self.rarity(token)
        for rows, share in lists:
            best[rows] = weight * share
        found = [rows for rows, _ in lists]
        if not found:
            return np.empty(0, np.int32)
        touched = np.concatenate(found)
        total[touched] += best[touched]
        best[touched] = 0
        return touched

    def _places(self, token: str) -> tuple[list[int], list[int]]:
        bare = token.rstrip(CUT)
        skeletons = dict.fromkeys((*keys(bare), *keys(stem(bare))))
        exact = [int(place) for place in self._skeletons.find([key_hash(key) for key in skeletons]) if place >= 0]
        variants = [key_hash(key) for key in near_keys(keys(bare)[0])]
        near = {int(at) for place in self._near.find(variants) if place >= 0 for at in self._near.at(int(place))}
        return sorted(near.difference(exact)), exact

    def _birth_bonus(self, date_of_birth: str | None, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        asked = dates.parse(date_of_birth) if date_of_birth else None
        bonus = np.zeros(len(rows), np.float32)
        if asked and asked.year:
            first, last = self._years[rows, 0], self._years[rows, 1]
            bonus[(first <= asked.year + 1) & (asked.year - 1 <= last)] = 3.5
            bonus[(first > asked.year + 12) | ((last < asked.year - 12) & (last > 0))] = -2
        return bonus


def _best(rows: NDArray[np.int32], weights: NDArray[np.float32], limit: int) -> NDArray[np.int32]:
    return rows if len(rows) <= limit else rows[np.argpartition(-weights, limit)[:limit]]


class _Builder:
    """Gathers entries into the arrays of an index."""

    def __init__(self) -> None:
        self.records: list[bytes] = []
        self.forms: list[bytes] = []
        self.years = array("h")
        self.skeletons: tuple[array[int], array[int]] = (array("I"), array("i"))
        self.numbers: tuple[array[int], array[int]] = (array("I"), array("i"))
        self.main_keys: set[str] = set()

    def add(self, entry: Entry) -> None:
        row = len(self.records)
        self.records.append(pack_entry(entry))
        names = [fold(name.text) for name in entry.names]
        self.forms.append("|".join(" ".join(name) for name in names).encode())
        self.years.extend(_years(entry.dates_of_birth))
        for key in self._keys(names):
            self.skeletons[0].append(key_hash(key))
            self.skeletons[1].append(row)
        for document in entry.documents:
            self.numbers[0].append(key_hash(misread_key(document.number)))
            self.numbers[1].append(row)

    def _keys(self, names: Sequence[tuple[str, ...]]) -> set[str]:
        found: set[str] = set()
        for token in {token for name in names for token in name}:
            found.update(keys(token))
            found.update(keys(stem(token)))
        self.main_keys |= found
        return found

    def version(self) -> str:
        """A name for the content, whatever the order of the entries."""
        return sha256(b"".join(sorted(sha256(record).digest() for record in self.records))).hexdigest()[:16]

    def arrays(self) -> dict[str, NDArray[Any]]:
        records, forms = Texts.of(self.records), Texts.of(self.forms)
        skeletons, numbers = Postings.of(*self.skeletons), Postings.of(*self.numbers)
        near = self._near(skeletons)
        return {
            "records": records.blob, "record_ends": records.ends, "forms": forms.blob, "form_ends": forms.ends,
            "years": np.array(self.years, np.int16).reshape(-1, 2),
            "skeletons": skeletons.hashes, "skeleton_starts": skeletons.starts, "skeleton_rows": skeletons.rows,
            "near": near.hashes, "near_starts": near.starts, "near_rows": near.rows,
            "numbers": numbers.hashes, "number_starts": numbers.starts, "number_rows": numbers.rows,
        }  # fmt: skip

    def _near(self, skeletons: Postings) -> Postings:
        """From each shortened skeleton to the places of the skeletons that it may stand for."""
        main = sorted(self.main_keys)
        places = skeletons.find([key_hash(key) for key in main])
        pairs = [(key_hash(near), int(at)) for key, at in zip(main, places, strict=True) for near in near_keys(key)]
        return Postings.of([pair[0] for pair in pairs], [pair[1] for pair in pairs])


def _years(texts: Sequence[str]) -> tuple[int, int]:
    """The first and last year that an entry may be born in; 0, 0 where none is known."""
    known = [date for text in texts if (date := dates.parse(text)) and date.year]
    if not known:
        return 0, 0
    return min(date.year or 0 for date in known), max(date.last_year or date.year or 0 for date in known)
