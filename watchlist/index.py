"""The watchlist as an immutable, versioned snapshot that a traveller is screened against.

A snapshot is one large segment and a few small ones. An inverted index on the words of names finds candidates in
each; they are then compared in full. Everything lies in arrays: a snapshot pickles, and ``load`` maps a saved one so
that workers share its pages. A change of the list adds a small segment and marks rows as no longer in force.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np

from watchlist.building import Builder, Progress, digest_of, finished, merged, segment_of, silent
from watchlist.evidence import weight_of_state
from watchlist.likeness import CUT
from watchlist.matching import FLOOR, Background, Entry, Forms, Hit, Subject, compare, forms_of, is_told, logit, prior
from watchlist.names import common_share, keys
from watchlist.packing import Arrays, Texts, hash_of, unpack_entry
from watchlist.search import COMMON_SPELLING, Search, weight_of
from watchlist.vocabulary import Vocabulary

COMPARED = 8  # rows compared in full
SLACK = 3.0  # what the bound may miss, in nats: a word that a slip of the pen made another
FEW_STATES = 20  # nationalities known: with no more, a list does not tell how rare one is
SEGMENTS = 6  # with more, a search takes longer than it must
SHORT = 10_000  # entries that are merged at every change: in a short list a struck name would still seem common
Place = tuple[int, int]  # a segment and a row in it


class Index:
    """Every entry of the lists in force; ``version`` names their content."""

    def __init__(self, version: str, digest: int, segments: Sequence[Arrays], known: Sequence[Vocabulary] = ()) -> None:
        self.version = version
        self._digest, self._segments = digest, tuple(segments)
        self._records = [Texts(arrays, "records") for arrays in segments]
        rows = sum(len(arrays["alive"]) for arrays in segments)
        self._searches = [Search(arrays, rows, kept) for arrays, kept in zip_longest(segments, known)]
        self._size = sum(int(arrays["alive"].sum()) for arrays in segments)
        self._against = prior(self._size)
        self._least = self._against + logit(FLOOR) - SLACK
        self.rarity = lru_cache(1 << 15)(self._rarity)
        self.known = Background(self.rarity, lru_cache(1 << 10)(self._nationality), self._against)

    def __len__(self) -> int:
        return self._size

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.version, self._digest, self._segments)

    @classmethod
    def build(cls, entries: Iterable[Entry], version: str | None = None, progress: Progress = silent) -> Index:
        """A snapshot of ``entries``; without ``version``, it is named after their content."""
        digest, arrays = segment_of(entries, progress)
        return cls(version or _named(digest), digest, [_in_force(arrays)])

    @classmethod
    def of(cls, builder: Builder) -> Index:
        """A snapshot of the entries that a builder was given."""
        return cls(_named(builder.digest), builder.digest, [_in_force(finished(builder.arrays()))])

    def changed(self, entries: Iterable[Entry] = (), removed: Collection[tuple[str, str]] = ()) -> Index:
        """The snapshot after a change: ``entries`` added or put in the place of those with their list and id.

        ``removed`` are lists and ids. Takes time for what changes, not for what stands.
        """
        entries = list(entries)
        gone = {(entry.list, entry.id) for entry in entries} | set(removed)
        digest, segments = self._digest, []
        for at, arrays in enumerate(self._segments):
            rows = self._rows_of(at, gone)
            digest -= sum(digest_of(self._records[at][row]) for row in rows)
            alive = np.array(arrays["alive"])
            alive[rows] = False
            segments.append(arrays | {"alive": alive})
        if entries:
            added, arrays = segment_of(entries)
            digest += added
            segments.append(_in_force(arrays))
        changed = type(self)(_named(digest), digest, segments, [search.vocabulary for search in self._searches])
        return changed.merged() if len(changed) <= SHORT else changed

    def _rows_of(self, at: int, wanted: Collection[tuple[str, str]]) -> list[int]:
        arrays = self._segments[at]
        hashes = np.fromiter((hash_of(id_) for _, id_ in wanted), np.uint32)
        near = np.flatnonzero(np.isin(arrays["ids"], hashes) & arrays["alive"]).tolist()
        return [row for row in near if ((entry := self._entry((at, row))).list, entry.id) in wanted]

    @property
    def is_scattered(self) -> bool:
        """Whether ``merged`` would make screening faster."""
        small = sum(len(arrays["alive"]) for arrays in self._segments[1:])
        return len(self._segments) > SEGMENTS or small > max(1000, self._size // 10)

    def merged(self) -> Index:
        """The same snapshot in one segment."""
        if len(self._segments) == 1 and self._segments[0]["alive"].all():
            return self
        whole = merged([(arrays, arrays["alive"]) for arrays in self._segments])
        return type(self)(self.version, self._digest, [_in_force(whole)])

    def save(self, folder: Path) -> None:
        """Write the snapshot into an existing empty folder."""
        for at, arrays in enumerate(self._segments):
            for name, values in arrays.items():
                np.save(folder / f"{at}.{name}.npy", values)
        segments = [sorted(arrays) for arrays in self._segments]
        saved = {"version": self.version, "digest": str(self._digest), "segments": segments}
        (folder / "index.json").write_text(json.dumps(saved))

    @classmethod
    def load(cls, folder: Path) -> Index:
        """A saved snapshot, mapped into memory: processes that load the same folder share it."""
        saved = json.loads((folder / "index.json").read_text())
        segments = [
            {name: np.asarray(np.load(folder / f"{at}.{name}.npy", mmap_mode="r")) for name in names}
            for at, names in enumerate(saved["segments"])
        ]
        return cls(saved["version"], int(saved["digest"]), segments)

    def entries(self) -> Iterator[Entry]:
        """Every entry in force."""
        for at, arrays in enumerate(self._segments):
            for row in np.flatnonzero(arrays["alive"]).tolist():
                yield self._entry((at, row))

    def _entry(self, place: Place) -> Entry:
        return unpack_entry(self._records[place[0]][place[1]])

    def _rarity(self, token: str) -> tuple[float, float]:
        """What a token of a name weighs where it agrees, in nats: by its skeleton alone, and by its sound."""
        bare = token.rstrip(CUT)
        found = [search.bearers(bare) for search in self._searches]
        skeleton, heard = (sum(one[at] for one in found) for at in (0, 1))
        common = common_share(keys(bare)[0])
        low = weight_of(skeleton, self._size, common)
        return low, max(low, weight_of(heard, self._size, COMMON_SPELLING * common))

    def _nationality(self, code: str) -> float:
        """What it weighs that a nationality agrees: the rarer in the list, the more."""
        counts = [search.states(code) for search in self._searches]
        share = (sum(same for same, _ in counts) + 1) / (sum(known for _, known in counts) + FEW_STATES)
        return weight_of_state(code, share)

    def screen(self, subject: Subject, at: datetime | None = None, limit: int = 50) -> tuple[Hit, ...]:
        """The hits for a subject, the likeliest first; ``at`` leaves out entries that are not in force then."""
        forms = forms_of(subject)
        places: dict[Place, None] = {}
        if subject.document_number:
            places |= dict.fromkeys(self._by_number(subject.document_number))
        for name in forms.names:
            found = self._by_name(name, subject, COMPARED, cut=forms.cut)
            places |= dict.fromkeys(place for bound, place in found if bound >= self._least)
        compared = (self._compare(subject, place, forms, at) for place in places)
        hits = [hit for hit in compared if hit and is_told(hit)]
        return tuple(sorted(hits, key=lambda hit: (-hit.score, hit.entry_id))[:limit])

    def candidates(self, subject: Subject, limit: int = 50) -> tuple[str, ...]:
        """The ids of the entries that the search ranks first, before any comparison."""
        forms = forms_of(subject)
        places: dict[Place, None] = {}
        for name in forms.names:
            places |= dict.fromkeys(place for _, place in self._by_name(name, subject, limit, cut=forms.cut))
        return tuple(self._entry(place).id for place in places)

    def _by_number(self, number: str) -> list[Place]:
        return [
            (at, row)
            for at, search in enumerate(self._searches)
            for row in search.by_number(number)
            if self._segments[at]["alive"][row]
        ]

    def _by_name(self, name: tuple[str, ...], subject: Subject, most: int, *, cut: bool) -> list[tuple[float, Place]]:
        """The rows of all segments with the highest bounds."""
        found: list[tuple[float, Place]] = []
        for at, search in enumerate(self._searches):
            rows, bounds = search.by_name(name, subject, self.known, cut=cut)
            alive = self._segments[at]["alive"][rows]
            rows, bounds = rows[alive][:most], bounds[alive][:most]
            found += [(bound, (at, row)) for row, bound in zip(rows.tolist(), bounds.tolist(), strict=True)]
        return found if len(self._searches) == 1 else sorted(found, key=lambda one: -one[0])[:most]

    def _compare(self, subject: Subject, place: Place, forms: Forms, at: datetime | None) -> Hit | None:
        entry = self._entry(place)
        if at and not _is_in_force(entry, at):
            return None
        folded = self._searches[place[0]].names(place[1])
        return compare(subject, entry, self.known, forms=forms, entry_forms=folded)


def _named(digest: int) -> str:
    return f"{digest % 2**256:064x}"[:16]


def _in_force(arrays: Arrays) -> Arrays:
    return arrays | {"alive": np.ones(len(arrays["ids"]), np.bool_)}


def _is_in_force(entry: Entry, at: datetime) -> bool:
    day = at.date().isoformat()
    return (entry.valid_from or "") <= day <= (entry.valid_until or "9999")
