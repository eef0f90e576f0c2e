"""The watchlist as an immutable, versioned snapshot that a traveller is screened against.

An inverted index on consonant skeletons finds candidates; each is then compared in full. Everything lies in
arrays: a snapshot pickles, and ``load`` maps a saved one so that workers share its pages.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from watchlist.building import arrays_of
from watchlist.matching import FLOOR, Entry, Forms, Hit, Subject, compare, forms_of, is_told, logit, prior
from watchlist.packing import Arrays, Texts, unpack_entry
from watchlist.search import Search

COMPARED = 25  # rows compared in full


class Index:
    """Every entry of the lists in force; ``version`` names their content."""

    def __init__(self, version: str, arrays: Arrays) -> None:
        self.version = version
        self._arrays = arrays
        self._records, self._forms = (Texts(arrays[name], arrays[f"{name}.ends"]) for name in ("records", "forms"))
        self._search = Search(arrays)
        self._against = prior(len(self))
        self._least = self._against + logit(FLOOR)

    def __len__(self) -> int:
        return len(self._records)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.version, self._arrays)

    @classmethod
    def build(cls, entries: Iterable[Entry], version: str | None = None) -> Index:
        """A snapshot of ``entries``; without ``version``, it is named after their content."""
        content, arrays = arrays_of(entries)
        return cls(version or content, arrays)

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

    def rarity(self, token: str) -> tuple[float, float]:
        """What a token of a name weighs where it agrees, in nats: by its skeleton alone, and by its sound."""
        return self._search.rarity(token)

    def screen(self, subject: Subject, at: datetime | None = None, limit: int = 50) -> tuple[Hit, ...]:
        """The hits for a subject, the likeliest first; ``at`` is when, for entries that lapse."""
        forms = forms_of(subject)
        rows = dict.fromkeys(self._search.by_number(subject.document_number) if subject.document_number else [])
        for name in forms.names:
            found, bounds = self._search.by_name(name, subject, cut=forms.cut)
            rows |= dict.fromkeys(found[bounds >= self._least][:COMPARED].tolist())
        hits = [hit for row in rows if is_told(hit := self._compare(subject, row, forms))]
        return tuple(sorted(hits, key=lambda hit: (-hit.score, hit.entry_id))[:limit])

    def candidates(self, subject: Subject, limit: int = 50) -> tuple[str, ...]:
        """The ids of the entries that the search ranks first, before any comparison."""
        forms = forms_of(subject)
        rows: dict[int, None] = {}
        for name in forms.names:
            rows |= dict.fromkeys(self._search.by_name(name, subject, cut=forms.cut)[0][:limit].tolist())
        return tuple(self.entry(row).id for row in rows)

    def _compare(self, subject: Subject, row: int, forms: Forms) -> Hit:
        folded = [tuple(name.split()) for name in self._forms[row].decode().split("|")]
        return compare(subject, self.entry(row), self.rarity, self._against, forms=forms, entry_forms=folded)
