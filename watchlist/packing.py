"""Entries and texts packed into arrays, so that a million of them fit in memory and can be shared."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from watchlist.records import Entry, EntryDocument, EntryName, NameKind

Rows = NDArray[np.int32]
Arrays = dict[str, NDArray[Any]]

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
    names = tuple(EntryName(text, _KINDS[kind], script) for text, kind, script in fields.pop("names", ()))
    documents = tuple(EntryDocument(*item) for item in fields.pop("documents", ()))
    for field in _FIELDS:
        fields[field] = tuple(fields.get(field, ()))
    return Entry(names=names, documents=documents, **fields)


_KINDS = {kind.value: kind for kind in NameKind}


def hash_of(text: str) -> int:
    """The number under which a text is filed."""
    return crc32(text.encode())


class Texts:
    """Many byte strings in one array."""

    __slots__ = ("blob", "ends")

    def __init__(self, blob: NDArray[np.uint8], ends: NDArray[np.int64]) -> None:
        self.blob, self.ends = blob, ends

    def __len__(self) -> int:
        return len(self.ends) - 1

    def __getitem__(self, at: int) -> bytes:
        return self.blob[self.ends[at] : self.ends[at + 1]].tobytes()


class TextsBuilder:
    """Gathers byte strings for ``Texts``, one after another."""

    def __init__(self) -> None:
        self.blob = bytearray()
        self.ends = array("q", [0])

    def append(self, part: bytes) -> None:
        self.blob += part
        self.ends.append(len(self.blob))

    def arrays(self, name: str) -> Arrays:
        return {name: np.frombuffer(self.blob, np.uint8), f"{name}.ends": np.array(self.ends, np.int64)}


class Postings:
    """Which rows each hash is found in: sorted hashes, and their rows side by side."""

    __slots__ = ("hashes", "rows", "starts")

    def __init__(self, arrays: Arrays, name: str) -> None:
        self.hashes: NDArray[np.uint32] = arrays[name]
        self.starts: NDArray[np.int64] = arrays[f"{name}.starts"]
        self.rows: Rows = arrays[f"{name}.rows"]

    def rows_of(self, hashes: Iterable[int]) -> list[Rows]:
        """The rows of each hash that is found."""
        wanted = np.fromiter(hashes, np.uint32)
        if not len(self.hashes) or not len(wanted):
            return []
        places = np.minimum(np.searchsorted(self.hashes, wanted), len(self.hashes) - 1)
        found = places[self.hashes[places] == wanted]
        starts, stops = self.starts[found].tolist(), self.starts[found + 1].tolist()
        return [self.rows[start:stop] for start, stop in zip(starts, stops, strict=True)]

    def count(self, key: str) -> int:
        """How many rows a text is filed for."""
        return sum(len(rows) for rows in self.rows_of([hash_of(key)]))


class PostingsBuilder:
    """Gathers pairs of text and row for ``Postings``; repeats count once."""

    def __init__(self) -> None:
        self.hashes, self.rows = array("I"), array("i")

    def append(self, key: str, row: int) -> None:
        self.hashes.append(hash_of(key))
        self.rows.append(row)

    def arrays(self, name: str) -> Arrays:
        pairs = np.array(self.hashes, np.uint64) << np.uint64(32)
        pairs |= np.array(self.rows, np.uint64)
        pairs = np.unique(pairs)
        hashes, starts = np.unique((pairs >> np.uint64(32)).astype(np.uint32), return_index=True)
        rows = (pairs & np.uint64(0xFFFFFFFF)).astype(np.int32)
        return {name: hashes, f"{name}.starts": np.append(starts, len(pairs)).astype(np.int64), f"{name}.rows": rows}
