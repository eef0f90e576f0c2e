"""Entries and texts packed into arrays, so that a million of them fit in memory and can be shared."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from watchlist.records import Entry, EntryDocument, EntryName, NameKind

_FIELDS = ("dates_of_birth", "nationalities", "mother_names", "father_names")
_SCALARS = ("sex", "instruction", "reference", "provenance")


def pack_entry(entry: Entry) -> bytes:
    """An entry as compact JSON; the same entry always gives the same bytes."""
    packed: dict[str, object] = {"id": entry.id, "list": entry.list}
    if entry.kind != "person":
        packed["kind"] = entry.kind
    if entry.names:
        packed["names"] = [[name.text, name.kind.value, name.script] for name in entry.names]
    if entry.documents:
        packed["documents"] = [[item.number, item.kind, item.issuing_state] for item in entry.documents]
    for field in (*_FIELDS, *_SCALARS):
        if value := getattr(entry, field):
            packed[field] = value
    return json.dumps(packed, ensure_ascii=False, separators=(",", ":")).encode()


def unpack_entry(packed: bytes) -> Entry:
    """The entry that ``pack_entry`` packed."""
    fields: dict[str, Any] = json.loads(packed)
    names = tuple(EntryName(text, NameKind(kind), script) for text, kind, script in fields.pop("names", ()))
    documents = tuple(EntryDocument(*item) for item in fields.pop("documents", ()))
    fields |= {field: tuple(fields.get(field, ())) for field in _FIELDS}
    return Entry(names=names, documents=documents, **fields)


class Texts:
    """Many byte strings in one array."""

    __slots__ = ("blob", "ends")

    def __init__(self, blob: NDArray[np.uint8], ends: NDArray[np.int64]) -> None:
        self.blob, self.ends = blob, ends

    @classmethod
    def of(cls, parts: Sequence[bytes]) -> Texts:
        ends = np.zeros(len(parts) + 1, np.int64)
        np.cumsum([len(part) for part in parts], out=ends[1:])
        return cls(np.frombuffer(b"".join(parts), np.uint8), ends)

    def __len__(self) -> int:
        return len(self.ends) - 1

    def __getitem__(self, at: int) -> bytes:
        return self.blob[self.ends[at] : self.ends[at + 1]].tobytes()


class Postings:
    """Which rows each hash is found in: sorted hashes, and their rows side by side."""

    __slots__ = ("hashes", "rows", "starts")

    def __init__(self, hashes: NDArray[np.uint32], starts: NDArray[np.int64], rows: NDArray[np.int32]) -> None:
        self.hashes, self.starts, self.rows = hashes, starts, rows

    @classmethod
    def of(cls, hashes: Iterable[int] | NDArray[np.uint32], rows: Iterable[int] | NDArray[np.int32]) -> Postings:
        """From pairs of hash and row, in any order, repeated or not."""
        keys = np.asarray(hashes, np.uint64) << np.uint64(32)
        pairs = np.unique(keys | np.asarray(rows, np.uint64))
        heads, starts = np.unique((pairs >> np.uint64(32)).astype(np.uint32), return_index=True)
        rows_of = (pairs & np.uint64(0xFFFFFFFF)).astype(np.int32)
        return cls(heads, np.append(starts, len(pairs)).astype(np.int64), rows_of)

    def find(self, hashes: Sequence[int]) -> NDArray[np.int64]:
        """The place of each hash, or -1."""
        wanted = np.asarray(hashes, np.uint32)
        if not len(self.hashes):
            return np.full(len(wanted), -1, np.int64)
        at = np.minimum(np.searchsorted(self.hashes, wanted), len(self.hashes) - 1)
        return np.where(self.hashes[at] == wanted, at, -1)

    def rows_of(self, hashes: Iterable[int]) -> list[NDArray[np.int32]]:
        """The rows of each hash that is found."""
        return [self.at(int(place)) for place in self.find(list(hashes)) if place >= 0]

    def at(self, place: int) -> NDArray[np.int32]:
        """The rows of the hash at ``place``."""
        return self.rows[self.starts[place] : self.starts[place + 1]]

    def size(self, place: int) -> int:
        """How many rows the hash at ``place`` has."""
        return int(self.starts[place + 1] - self.starts[place])
